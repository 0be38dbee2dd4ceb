"""Who signs in through another identity provider, so that MFA is decided there and Google's says little. Pure.

Of the assignments that reach somebody, the one of a group with the lowest rank decides; if none is for a group, that of
the innermost unit. Super administrators sign in with Google itself: profiles do not hold for them. Google's 2-Step
Verification is not asked for after a sign-in elsewhere, unless verification after it is switched on, which no interface
shows. Source: Cloud Identity API, ``InboundSsoAssignment``; Google, "Super administrator SSO" and "How 2-Step
Verification works with third-party IdPs".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Read
from connectors.google_workspace.client import Wire
from connectors.google_workspace.customer_set import Groups, Units, groups_of
from connectors.google_workspace.values import text, whole_number

_MODES = {"SSO_OFF": False, "SAML_SSO": True, "OIDC_SSO": True}
_WHOLE_DOMAIN = "DOMAIN_WIDE_SAML_IF_ENABLED"
"""The older profile of a whole domain, if there is one; no interface shows whether there is."""
_INFORMATION = (("samlSsoInfo", "inboundSamlSsoProfile"), ("oidcSsoInfo", "inboundOidcSsoProfile"))


@dataclass(frozen=True, slots=True)
class Assignment:
    """How the members of a group, or the people of a unit, sign in: exactly one of the two is there."""

    unit: str | None
    group: str | None
    rank: int = 0
    elsewhere: Read[bool] = False
    """Whether it is by another identity provider; not known for the profile of a whole domain, and for new modes."""
    whole_domain: bool = False
    profile: str | None = None
    """The name of the profile, as the API has it."""
    password_too: bool = False
    """Whether Google asks for its own password as well, wherever the other provider does not begin the sign-in."""


@dataclass(frozen=True, slots=True)
class SignOn:
    """All assignments of a customer, whom they reach, and what the profiles are called."""

    assignments: Sequence[Assignment]
    units: Units | ReadError
    groups: Groups
    names: Mapping[str, str]

    @property
    def unread(self) -> ReadError | None:
        """Why it is not known of all groups and units whom they hold; None if it is."""
        return next((each for each in (*self.groups.values(), self.units) if isinstance(each, ReadError)), None)


def parse_assignment(wire: Wire) -> Assignment:
    """Return an assignment. Raises ``ReadError`` when it does not say for whom it is."""
    targets = [text(wire.get(field)) for field in ("targetOrgUnit", "targetGroup")]
    unit, group = (None if target is UNSET else target.rpartition("/")[2] for target in targets)
    rank = whole_number(wire.get("rank", 0))
    if (unit is None) == (group is None) or rank is UNSET:
        raise ReadError(GapReason.MALFORMED, "An assignment of single sign-on does not say for whom.", "Run again.")
    mode, behaviour = text(wire.get("ssoMode")), wire.get("signInBehavior")
    given = (wire.get(kind) for kind, _ in _INFORMATION)
    named = [
        text(each.get(field)) for each, (_, field) in zip(given, _INFORMATION, strict=True) if isinstance(each, dict)
    ]
    return Assignment(
        unit,
        group,
        rank,
        UNSET if mode is UNSET else _MODES.get(mode, UNSET),
        mode == _WHOLE_DOMAIN,
        next((name for name in named if name is not UNSET), None),
        isinstance(behaviour, dict) and behaviour.get("redirectCondition") == "NEVER",
    )


def parse_profile(wire: Wire) -> tuple[str, str]:
    """Return the name of a profile as the API has it, and as people do. Raises ``ReadError``."""
    name, label = text(wire.get("name")), text(wire.get("displayName"))
    if name is UNSET:
        raise ReadError(GapReason.MALFORMED, "A profile of single sign-on came without a name.", "Run again.")
    return name, name if label is UNSET else label


def signed_on(account: Account, found: SignOn) -> Account:
    """Return the account with how it signs in, and without what Google says of a second factor where that is moot."""
    possible = list(_possible(account, found))
    answers = {each.elsewhere for each in possible}
    if account.is_super_admin is not False:
        as_super_admin: Read[bool] = UNSET if any(each.whole_domain for each in possible) else False
        answers = {as_super_admin} if account.is_super_admin is True else answers | {as_super_admin}
    elsewhere = answers.pop() if len(answers) == 1 else UNSET
    profiles = {each.profile for each in possible}
    name = found.names.get(profiles.pop() or "", UNSET) if len(profiles) == 1 else UNSET
    return judged_elsewhere(
        msgspec.structs.replace(
            account, single_sign_on=elsewhere, identity_provider=None if elsewhere is False else name
        ),
        password_too=any(each.password_too for each in possible),
    )


def judged_elsewhere(account: Account, *, password_too: bool = False) -> Account:
    """Return the account with nothing good said of MFA by Google where another provider decides, or may decide.

    That there is none is certain only where nobody else may sign the account in, or where Google asks as well.
    """
    if account.single_sign_on is False:
        return account
    stays = account.single_sign_on is UNSET or password_too
    fields = {"mfa_registered": account.mfa_registered, "mfa_enforced": account.mfa_enforced}
    return msgspec.structs.replace(
        account, **{name: False if value is False and stays else UNSET for name, value in fields.items()}
    )


def _possible(account: Account, found: SignOn) -> Iterator[Assignment]:
    """Yield the assignments that may decide for an account: one, or several where groups or units are not known."""
    having, unread = groups_of(account, found.groups)
    for_groups = [each for each in found.assignments if each.group is not None]
    for each in sorted(for_groups, key=lambda one: (one.rank, str(one.group))):
        if each.group in having | unread:
            yield each
        if each.group in having:
            return
    units = {each.unit: each for each in found.assignments if each.unit is not None}
    known: Units = {} if isinstance(found.units, ReadError) else found.units
    ids = known.get(account.unit) if isinstance(account.unit, str) else None
    listed = {path[0] for path in known.values()}
    for unit in ids or ("",):
        if unit in units:
            yield units[unit]
            return
        if not unit:  # some unit above, which is not listed
            yield from (each for name, each in sorted(units.items()) if name not in listed or ids is None)
    yield Assignment(None, None)
