"""Whether a sign-in without a second factor is refused: Conditional Access and security defaults, judged per account.

Pure, three-valued and conservative. True needs one policy that holds always and everywhere, for all applications, for
this account, and leaves no way in but MFA. False needs that nothing could ask this account for MFA. In between is
``UNSET``: policies that hold at some times, places, devices or risks may add up to everything or to little.

What is not looked at here: the older per-person switch (``perUserMfaState``, beta only), so that "not enforced" means
"not by a policy".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec import Struct

from auditor.facts import UNSET, AccountType, Grant, Read

SECURITY_DEFAULTS = "Security defaults"
DEFAULTS_ROLES = frozenset(
    {
        "62e90394-69f5-4237-9190-012177145e10",  # Global Administrator
        "29232cdf-9323-42fd-ade2-1d097af3e4de",  # Exchange Administrator
        "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",  # SharePoint Administrator
        "fe930be7-5e62-47db-91af-98c3a49a38b1",  # User Administrator
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",  # Helpdesk Administrator
        "194ae4cb-b126-40b2-bd5b-6091b380977d",  # Security Administrator
        "b0f54661-2d74-4c50-afa3-1ec803f12efe",  # Billing Administrator
    }
)
"""Roles of which security defaults demand MFA at every sign-in; Microsoft's list is longer, a shorter one is safe."""

_DEMANDS: frozenset[Grant] = frozenset({"mfa", "phishing_resistant_mfa", "block"})

Members = Mapping[str, frozenset[str] | None]
"""Accounts of the groups that policies name; None for a group that could not be read."""


class Circle(Struct, frozen=True, kw_only=True):
    """The accounts that a policy includes or excludes, as its author wrote them.

    ``guests`` are the kinds of guests (``b2bCollaborationGuest`` and so on); ``some_guests`` says that only those of
    certain home organisations are meant. Unless ``readable``, there is something in it that we do not understand.
    """

    everyone: bool = False
    accounts: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    some_guests: bool = False
    readable: bool = True


class Policy(Struct, frozen=True, kw_only=True):
    """A Conditional Access policy, as far as it decides about MFA.

    ``mentions_mfa``: at least one of its alternatives is MFA. ``some_app``: it holds for at least one application.
    """

    key: str
    name: str
    on: Read[bool]
    grant: Read[Grant]
    mentions_mfa: bool
    every_app: Read[bool]
    some_app: bool
    narrowed_by: Read[tuple[str, ...]]
    include: Circle
    exclude: Circle


@dataclass(frozen=True, slots=True)
class Subject:
    """An account, as policies see it. ``roles`` hold for the whole directory; None if they are not known."""

    key: str
    type: Read[AccountType]
    from_outside: bool
    """Whether its name says that its home is another organisation; such accounts may still be members."""
    roles: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that may demand MFA; unless ``complete``, there may be more policies than these."""

    policies: tuple[Policy, ...]
    complete: bool
    defaults: Read[bool]
    members: Members


def enforced(subject: Subject, rules: Rules) -> tuple[Read[bool], Read[tuple[str, ...]]]:
    """Return whether MFA is enforced for the account, and the names of what enforces it.

    Security defaults ask the administrators in ``DEFAULTS_ROLES`` for MFA at every sign-in; other people only have to
    register and are asked when Microsoft finds it necessary, which proves nothing about an ordinary sign-in.
    """
    names = [
        policy.name for policy in rules.policies if enforces(policy) and covers(policy, subject, rules.members) is True
    ]
    if rules.defaults is True and subject.roles is not None and subject.roles & DEFAULTS_ROLES:
        names.append(SECURITY_DEFAULTS)
    if names:
        return True, tuple(sorted(names))
    possible = (might(policy) and covers(policy, subject, rules.members) is not False for policy in rules.policies)
    if not rules.complete or rules.defaults is not False or any(possible):
        return UNSET, UNSET
    return False, ()


def enforces(policy: Policy) -> bool:
    """Whether the policy, for everybody in its circle, leaves no way in without MFA."""
    return policy.on is True and policy.every_app is True and policy.narrowed_by == () and policy.grant in _DEMANDS


def might(policy: Policy) -> bool:
    """Whether the policy could ask anybody in its circle for MFA at an ordinary sign-in."""
    if policy.on is False or not policy.some_app:
        return False
    return policy.mentions_mfa or policy.grant is UNSET or (policy.grant == "block" and policy.narrowed_by == ())


def covers(policy: Policy, subject: Subject, members: Members) -> bool | None:
    """Whether the policy holds for the account: included, and not left out; None if that cannot be told."""
    included = within(policy.include, subject, members)
    excluded = within(policy.exclude, subject, members)
    if included is False or excluded is True:
        return False
    return True if included is True and excluded is False else None


def within(circle: Circle, subject: Subject, members: Members) -> bool | None:
    """Whether the account belongs to the circle; None if that cannot be told."""
    answers = [
        circle.everyone or subject.key in circle.accounts,
        None if not circle.readable else False,
        _by_role(circle, subject),
        _as_guest(circle, subject),
        *(_in_group(members.get(group), subject) for group in circle.groups),
    ]
    return _any(answers)


def left_out(policy: Policy, subjects: Iterable[Subject], members: Members) -> Read[tuple[str, ...]]:
    """Return the keys of the accounts that the policy excludes; not collected if one of them cannot be told."""
    keys = []
    for subject in subjects:
        excluded = within(policy.exclude, subject, members)
        if excluded is None:
            return UNSET
        if excluded:
            keys.append(subject.key)
    return tuple(sorted(keys))


def _by_role(circle: Circle, subject: Subject) -> bool | None:
    if not circle.roles:
        return False
    return None if subject.roles is None else bool(circle.roles & subject.roles)


def _in_group(found: frozenset[str] | None, subject: Subject) -> bool | None:
    return None if found is None else subject.key in found


def _as_guest(circle: Circle, subject: Subject) -> bool | None:
    """Whether the account is one of the guests meant. A directory does not tell which kind of guest somebody is."""
    if not circle.guests or (subject.type not in {"guest", UNSET} and not subject.from_outside):
        return False
    everyone = {"internalGuest", "b2bCollaborationGuest"} <= circle.guests and not circle.some_guests
    return True if everyone and subject.type == "guest" else None


def _any(answers: Iterable[bool | None]) -> bool | None:
    found = set(answers)
    return True if True in found else None if None in found else False
