"""Reads through which other identity provider whose accounts sign in, and says what stays unknown because of it.

Source: Cloud Identity API, ``inboundSsoAssignments.list``, ``inboundSamlSsoProfiles.list`` and
``inboundOidcSsoProfiles.list``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account
from auditor.models import Failure, Target
from connectors.google_workspace.client import Call, Client
from connectors.google_workspace.customer_settings import CustomerSettings
from connectors.google_workspace.scopes import SINGLE_SIGN_ON
from connectors.google_workspace.single_sign_on import SignOn, parse_assignment, parse_profile
from connectors.google_workspace.subjects import ADMINISTRATOR

DECIDED = ("mfa_registered", "mfa_enforced")
"""Fields of an account of which Google cannot speak where another provider decides."""
_SOMEBODY = "another identity provider"


def read_sign_on(client: Client, customer: CustomerSettings) -> SignOn:
    """Return how everybody signs in. Raises ``ReadError``; groups and units that cannot be read are in it as such."""
    listing = client.cloud_identity.inboundSsoAssignments()
    every = Call(listing.list(pageSize=100), ADMINISTRATOR, SINGLE_SIGN_ON)
    found = [parse_assignment(wire) for wire in client.pages(listing, every, "inboundSsoAssignments")]
    named = any(each.profile for each in found)
    groups = {each.group: customer.outcome_of(each.group) for each in found if each.group is not None}
    return SignOn(found, customer.outcome_of_units(), groups, dict(_profiles(client)) if named else {})


def _profiles(client: Client) -> Iterator[tuple[str, str]]:
    """Yield what the profiles of both kinds are called. Raises ``ReadError``."""
    for resource, items in (
        (client.cloud_identity.inboundSamlSsoProfiles(), "inboundSamlSsoProfiles"),
        (client.cloud_identity.inboundOidcSsoProfiles(), "inboundOidcSsoProfiles"),
    ):
        every = Call(resource.list(pageSize=100), ADMINISTRATOR, SINGLE_SIGN_ON)
        yield from map(parse_profile, client.pages(resource, every, items))


def providers(accounts: Iterable[Account]) -> Mapping[str, int]:
    """Return how many active accounts sign in through which other identity provider."""
    elsewhere = (each for each in accounts if each.single_sign_on is True and each.status == "active")
    names = ((each.identity_provider, each) for each in elsewhere)
    return Counter(_SOMEBODY if name is UNSET or name is None else name for name, _ in names)


def decided_elsewhere(accounts: Iterable[Account]) -> Iterator[Failure]:
    """Yield, for each other identity provider, that nobody here knows whether it asks for a second factor."""
    for name, number in sorted(providers(accounts).items()):
        target = Target(f"single-sign-on/{name}", f"accounts that sign in with {name}")
        yield Failure(target, _unseen(name, number), "account", fields=DECIDED)


def undecided(found: SignOn) -> ReadError:
    """Return why it is not known of some accounts how they sign in, although the assignments were read."""
    return found.unread or ReadError(
        GapReason.LIMITATION,
        "Some people may sign in through the single sign-on of the whole domain, or in a way that is new; no interface "
        "shows whether they do.",
        "Look at Admin console > Security > Authentication > SSO with third-party IdP, and assign a profile or None.",
    )


def _unseen(name: str, number: int) -> ReadError:
    return ReadError(
        GapReason.LIMITATION,
        f"{number} {'accounts sign' if number > 1 else 'account signs'} in with {name}, and whether that asks for a "
        "second factor is not known to Google.",
        "Look there; audit it too if it is Microsoft 365. Admin console > Security > Authentication > SSO with "
        "third-party IdP > Post-SSO verification lets Google ask for its own as well, which no interface shows.",
    )
