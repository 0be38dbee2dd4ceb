"""Effective settings per class of accounts, resolved from the Cloud Identity Policy API.

The interface lists only what somebody set, to super administrators only. A class is an organisational unit, or a unit
with a group or licence that some setting makes an exception for.
Source: Google, "Cloud Identity Policy API overview" and "Supported settings".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Directory, GoogleSettings, Read, Settings, SharingLimit
from auditor.models import Failure, Target
from connectors.google_workspace.client import Client
from connectors.google_workspace.customer_set import Set
from connectors.google_workspace.customer_settings import CustomerSettings
from connectors.google_workspace.effective_settings import READ, Basis, Effective, unlisted
from connectors.google_workspace.policy_query import AccountClass
from connectors.google_workspace.setting_classes import Members, classes, combinations_named, units_by_id
from connectors.google_workspace.setting_fields import OF_GOOGLE, assumption
from connectors.google_workspace.setting_words import Names, class_words, source_words
from connectors.google_workspace.values import boolean, word

_TARGET = Target("settings", "the settings of all organisational units")
_GROUPS = Target("settings-of-groups", "the members of groups that settings name")
_UNITS = Target("settings-of-units", "the organisational units")
_LICENCES = Target("settings-of-licences", "the licences that settings name")
_DECIDED = ("may_forward", "mfa_enforced_by")
"""Fields of an account that settings decide."""
_OPEN = Target("settings-open", "settings that nobody set")
_SHARING: dict[str, SharingLimit] = {
    "ALLOWED": "new_guests",
    "ALLOWLISTED_DOMAINS": "allow_listed",
    "DISALLOWED": "nobody",
}


@dataclass(frozen=True, slots=True)
class SettingsCollector:
    """Reads every policy of the customer once and resolves it for each class of accounts."""

    client: Client
    directory: Directory
    customer: CustomerSettings

    name = "settings"
    kinds = ("settings",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Settings | Failure]:
        """Yield the settings of every class. Raises ``ReadError``."""
        del targets  # there is only one
        found = self.customer.read()
        unread = [error for error in found.groups.values() if isinstance(error, ReadError)]
        if unread:
            yield Failure(_GROUPS, unread[0], "account", fields=_DECIDED)
        missing = unlisted(found.units)
        if missing:
            yield Failure(_UNITS, _not_listed(missing), "settings")
        names, named = units_by_id(found.units), combinations_named(found.policies)
        people = active(self.directory)
        unknown, certain = set[str](), True
        for path, ids in sorted(found.units.items()):
            plain = found.plain(path)
            for having, members in classes(plain, inside(people, path, found), named, self.customer.resolved).items():
                effective = self.customer.resolved(replace(plain, having=having))
                yield self._settings(path, ids[0], having, members, effective, names)
                certain &= members.certain or people is None
                if members.number != 0:
                    unknown |= {field.name for field in READ if effective[field.path].sources == (Basis.OPEN,)}
        if found.licences_unread and not certain:
            yield Failure(_LICENCES, found.licences_unread, "account", fields=_DECIDED)
        if unknown:
            yield Failure(_OPEN, _left_open(unknown), "settings", fields=tuple(sorted(unknown)))

    def _demanded(self, start: Read[datetime | None], path: str, members: Members) -> Read[bool]:
        """Whether a second factor is demanded of everyone in a class now; whom others sign in, they answer for."""
        demanded = in_force(start, self.client.wall())
        if members.certain:
            accounts: Iterable[Account] = members.accounts
        elif active(self.directory) is None:
            return demanded and UNSET
        else:
            accounts = (account for account in self.directory.accounts.values() if account.unit == path)
        return demanded if asked_by_google(accounts) else demanded and UNSET

    def _settings(
        self,
        path: str,
        unit: str,
        having: frozenset[str],
        members: Members,
        effective: Mapping[str, Effective],
        names: Names,
    ) -> Settings:
        """Return the fact for one class of accounts of the unit at ``path``."""
        scope = f"{path} ({class_words(having)})" if having else path
        value = {path: each.value for path, each in effective.items()}
        google = {field.name: field.parse(value[field.path]) for field in OF_GOOGLE}
        settings = GoogleSettings(
            **google,  # type: ignore[arg-type]  # each field has its parser
            by_default=tuple(field.name for field in OF_GOOGLE if effective[field.path].by_default),
            assumed=tuple(assumption(field) for field in READ if effective[field.path].sources == (Basis.OPEN,)),
            sources=tuple(f"{field.name}: {source_words(effective[field.path], names)}" for field in READ),
        )
        sharing = word(value["drive_and_docs.external_sharing.externalSharingMode"], _SHARING)
        return Settings(
            tenant=self.directory.tenant.tenant,
            key=f"{class_words(having)}/id:{unit}" if having else f"id:{unit}",
            label=f"Organisational unit {scope}",
            scope=scope,
            accounts=members.number,
            example=members.example,
            mfa_required=self._demanded(settings.two_step_enforced_from, path, members),
            auto_forwarding_allowed=boolean(value["gmail.auto_forwarding.enableAutoForwarding"]),
            mail_delegation_allowed=boolean(value["gmail.mail_delegation.enableMailDelegation"]),
            outside_sharing=_limit(sharing, settings.publishing_allowed),
            google_workspace=settings,
        )


def asked_by_google(accounts: Iterable[Account]) -> bool:
    """Whether Google itself signs all these accounts in for certain, so that its second factor is asked for."""
    return all(account.single_sign_on is False for account in accounts)


def active(directory: Directory) -> list[Account] | None:
    """Return the active accounts; None when it is not known of all which unit they are in.

    A unit whose accounts were not all listed must not seem to be empty.
    """
    accounts = directory.accounts.values()
    if directory.tenant.active_people is UNSET or any(account.unit is UNSET for account in accounts):
        return None
    return [account for account in accounts if account.status == "active"]


def inside(people: Sequence[Account] | None, path: str, found: Set) -> list[tuple[Account, AccountClass]] | None:
    """Return the accounts of a unit with their classes; None when people are not known."""
    if people is None:
        return None
    classed = ((account, found.class_of(account)) for account in people if account.unit == path)
    return [(account, own) for account, own in classed if own is not None]


def in_force(start: Read[datetime | None], now: datetime) -> Read[bool]:
    """Whether enforcement has begun; a date in the future protects nobody yet."""
    return UNSET if start is UNSET else start is not None and start <= now


def _limit(sharing: Read[SharingLimit], publishing: Read[bool]) -> Read[SharingLimit]:
    """Return the widest circle that files may be opened to: publishing goes further than naming outsiders."""
    if sharing == "new_guests":
        return UNSET if publishing is UNSET else "anyone" if publishing else "new_guests"
    return sharing


def _not_listed(paths: Sequence[str]) -> ReadError:
    return ReadError(
        GapReason.PARTIAL,
        f"Google lists organisational units without those above them: {', '.join(paths)}.",
        "Check that nobody has limited which organisational units the administrator may see.",
    )


def _left_open(names: set[str]) -> ReadError:
    return ReadError(
        GapReason.LIMITATION,
        f"Nobody set {', '.join(sorted(names))}, and Google does not document what holds then.",
        "Set each of them once, to what you want: Admin console, at the root of the organisational units.",
    )
