"""What goes in and what comes out: policies, the tenant's other inputs, an account, and the verdict about it.

Field names follow Microsoft Graph v1.0 in plain words; a field that was not collected is ``UNSET``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Literal, TypeAlias

from msgspec import Struct

from auditor.facts import UNSET, Read

State: TypeAlias = Literal["on", "report_only", "off", "unknown"]
PerUserMfa: TypeAlias = Literal["disabled", "enabled", "enforced"]
Kind: TypeAlias = Literal[
    "member",
    "internalGuest",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "otherExternalUser",
    "serviceProvider",
]
"""``member``: one of the organisation's own people. The others: ``conditionalAccessGuestOrExternalUserTypes``."""

Result: TypeAlias = Literal["blocked", "phishing_resistant", "mfa", "open", "unknown"]


class Demand(IntEnum):
    """What a sign-in is asked for beyond the password; more is safer."""

    NOTHING = 0
    MFA = 1
    PHISHING_RESISTANT = 2
    BLOCK = 3


class Selection(Struct, frozen=True):
    """What a condition includes and what it excludes; neither means that there is no such condition."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Circle(Struct, frozen=True, kw_only=True):
    """The people whom a policy includes or excludes.

    ``kinds`` are kinds of guests, of the organisations in ``home_tenants`` only (None: of any organisation).
    ``not_understood`` names parts that this version does not know and that may mean anybody.
    """

    everyone: bool = False
    accounts: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    home_tenants: frozenset[str] | None = None
    not_understood: frozenset[str] = frozenset()


class Strength(Struct, frozen=True, kw_only=True):
    """An authentication strength. ``combinations`` are those that satisfy it, such as ``password,sms``."""

    key: str
    name: str
    combinations: Read[tuple[str, ...]] = UNSET


class Grant(Struct, frozen=True, kw_only=True):
    """What a policy demands: ``controls`` in Graph's words, joined by ``operator`` (OR: one of them is enough)."""

    operator: str = "OR"
    controls: tuple[str, ...] = ()
    strength: Strength | None = None


class Filter(Struct, frozen=True):
    """A rule over attributes of devices or applications; ``mode``: whether those that match are meant or left out."""

    mode: str
    rule: str


class Conditions(Struct, frozen=True, kw_only=True):
    """When a policy holds. ``not_understood`` names conditions that this version does not know."""

    applications: Selection = Selection()
    user_actions: tuple[str, ...] = ()
    application_filter: Filter | None = None
    clients: tuple[str, ...] = ()
    platforms: Selection = Selection()
    locations: Selection = Selection()
    device_filter: Filter | None = None
    flows: tuple[str, ...] = ()
    sign_in_risks: tuple[str, ...] = ()
    user_risks: tuple[str, ...] = ()
    insider_risks: tuple[str, ...] = ()
    not_understood: frozenset[str] = frozenset()


class Policy(Struct, frozen=True, kw_only=True):
    """A Conditional Access policy. Unless ``for_people``, it is about workload identities."""

    key: str
    name: str
    state: State
    for_people: bool = True
    include: Circle = Circle()
    exclude: Circle = Circle()
    conditions: Conditions = Conditions()
    grant: Grant = Grant()


class Location(Struct, frozen=True, kw_only=True):
    """A named location: address ranges in CIDR notation, or countries by two letters (``unknown`` if none is known)."""

    key: str
    name: str
    trusted: Read[bool] = UNSET
    ranges: tuple[str, ...] = ()
    countries: frozenset[str] = frozenset()


class Inputs(Struct, frozen=True, kw_only=True):
    """What holds for the whole tenant.

    Unless ``complete``, there are more policies than these. ``unread_groups`` are those whose members could not be
    listed. ``foreign_mfa``: whether the second factor of a guest's own organisation counts, of every one or of none;
    not collected also where it counts for some. ``names`` gives groups, roles and applications the names that people
    know, by id; used in words only.
    """

    policies: Read[tuple[Policy, ...]] = UNSET
    complete: bool = True
    locations: Read[tuple[Location, ...]] = UNSET
    strengths: Read[tuple[Strength, ...]] = UNSET
    security_defaults: Read[bool] = UNSET
    foreign_mfa: Read[bool] = UNSET
    unread_groups: frozenset[str] = frozenset()
    names: Mapping[str, str] = MappingProxyType({})


class Subject(Struct, frozen=True, kw_only=True):
    """An account, as sign-in rules see it.

    ``kinds``: every kind that the account may be; a directory does not always tell. ``groups``: ids, also of groups
    within which its groups lie. ``roles``: template ids of the built-in roles that are active and hold for the whole
    directory; roles for one administrative unit, custom roles and roles that are only eligible do not count.
    ``home_tenant``: id of a guest's own organisation.
    """

    key: str = ""
    kinds: Read[frozenset[Kind]] = UNSET
    home_tenant: Read[str] = UNSET
    groups: Read[frozenset[str]] = UNSET
    roles: Read[frozenset[str]] = UNSET
    per_user_mfa: Read[PerUserMfa] = UNSET
    mfa_registered: Read[bool] = UNSET


class Scenario(StrEnum):
    """A kind of sign-in. The weakest answer within the freedom that the scenario leaves is its answer."""

    ANY_APP = "any_app"
    """A password thief: any application, browser or app, any platform, any place not trusted, a device of his own."""
    ADMIN_PORTALS = "admin_portals"
    """The same thief at Microsoft's administration portals."""
    LEGACY_CLIENT = "legacy_client"
    """The same thief with a protocol that knows passwords only."""
    DEVICE_CODE = "device_code"
    """The same thief, signing in by a code that is typed on another device."""
    TRUSTED_PLACE = "trusted_place"
    """As any_app, from a place that the organisation trusts."""
    MANAGED_DEVICE = "managed_device"
    """As any_app, on a device that the organisation manages."""
    WHATEVER = "whatever_the_circumstances"
    """Everything at once: every client, flow, place and device."""
    REGISTRATION = "registration"
    """Registering a second factor, by whoever has the password of an account without one."""


class NearMiss(Struct, frozen=True):
    """A policy that would have protected, and the reasons why it does not: ends of a sentence with it as subject."""

    policy: str
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"“{self.policy}” " + ", and ".join(self.reasons)


class Answer(Struct, frozen=True, kw_only=True):
    """What a sign-in meets.

    ``by``: names of what decides. ``strengths``: the authentication strengths among that. ``missing``: inputs that were
    not collected and that could change the result. ``example``: a sign-in that nothing is known to stop, in words.
    """

    result: Result
    by: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    example: str = ""
    near_misses: tuple[NearMiss, ...] = ()


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether MFA is enforced for an account, by what, and where the holes are.

    ``enforced``: a password alone is refused to a thief, who chooses the application, client, platform, flow and place,
    but sits neither in a trusted place nor at a managed device. ``always``: there as well. ``registration_open``: MFA
    is demanded, none is registered, and whoever has the password may register his own. ``holes``: ``<scenario>_open``
    for each scenario known to be open, the worst first.
    """

    scenarios: Mapping[Scenario, Answer]
    enforced: Read[bool]
    always: Read[bool]
    enforced_by: tuple[str, ...]
    registration_open: Read[bool]
    holes: tuple[str, ...]
