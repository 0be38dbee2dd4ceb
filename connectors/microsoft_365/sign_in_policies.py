"""Conditional Access policies and security defaults: read, and turned into what ``conditional_access`` judges.

Source: Graph v1.0, ``conditionalAccessPolicy`` and ``identitySecurityDefaultsEnforcementPolicy``. A condition that we
do not know narrows the policy; a demand that we do not know is no MFA.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from auditor.errors import ReadError
from auditor.facts import UNSET, Grant, Read, SignInPolicy
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.conditional_access import Circle, Policy, Rules, Subject, left_out
from connectors.microsoft_365.groups import Groups
from connectors.microsoft_365.refusals import POLICIES
from connectors.microsoft_365.values import Wire, boolean, empty, table, text, texts, word

_PATH = "/identity/conditionalAccess/policies"
_DEFAULTS = "/policies/identitySecurityDefaultsEnforcementPolicy"
_STATES: dict[str, Literal["on", "report_only", "off"]] = {
    "enabled": "on",
    "enabledForReportingButNotEnforced": "report_only",
    "disabled": "off",
}
_EVERY_CLIENT = frozenset({"browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"})
_RESISTANT = frozenset({"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"})
_BUILT_IN: dict[str, Grant] = {
    "00000000-0000-0000-0000-000000000002": "mfa",
    "00000000-0000-0000-0000-000000000003": "mfa",
    "00000000-0000-0000-0000-000000000004": "phishing_resistant_mfa",
}
"""Authentication strengths that every tenant has."""

_STRONGEST_FIRST: tuple[Grant, ...] = ("block", "phishing_resistant_mfa", "mfa", "other")


@dataclass(slots=True)
class SignInRules:
    """The rules, the policies' states, and what could not be read of them."""

    rules: Rules
    states: dict[str, Read[Literal["on", "report_only", "off"]]] = field(default_factory=dict)
    policies_error: ReadError | None = None
    defaults_error: ReadError | None = None
    group_errors: list[ReadError] = field(default_factory=list)


def read_sign_in_rules(graph: Graph, groups: Groups) -> SignInRules:
    """Return everything that may demand MFA; what failed is in its errors."""
    rows: list[Wire] = []
    defaults: Read[bool] = UNSET
    policies_error = defaults_error = None
    try:
        rows, policies_error = graph.listing(_PATH, POLICIES)
    except ReadError as error:
        policies_error = error
    try:
        defaults = boolean(graph.get(_DEFAULTS, POLICIES).get("isEnabled"))
    except ReadError as error:
        defaults_error = error
    policies = tuple(parse_policy(row) for row in rows)
    members: dict[str, frozenset[str] | None] = {}
    errors = []
    for group in sorted({group for policy in policies for group in policy.include.groups | policy.exclude.groups}):
        try:
            members[group] = groups.members(group)
        except ReadError as error:
            members[group] = None
            errors.append(error)
    rules = Rules(policies, policies_error is None, defaults, members)
    states = {policy.key: word(row.get("state"), _STATES) for policy, row in zip(policies, rows, strict=True)}
    return SignInRules(rules, states, policies_error, defaults_error, errors)


def facts(tenant: str, found: SignInRules, subjects: Iterable[Subject]) -> Iterable[SignInPolicy]:
    """Yield a fact for each policy."""
    everyone = tuple(subjects)
    for policy in found.rules.policies:
        yield SignInPolicy(
            tenant=tenant,
            key=policy.key,
            label=policy.name,
            state=found.states[policy.key],
            grant=policy.grant,
            everyone=policy.include.everyone if policy.include.readable else policy.include.everyone or UNSET,
            every_app=policy.every_app,
            narrowed_by=policy.narrowed_by,
            excluded_accounts=left_out(policy, everyone, found.rules.members),
        )


def parse_policy(wire: Wire) -> Policy:
    """Return what a policy says; a part that is missing or unreadable stays not collected."""
    conditions, key = wire.get("conditions"), text(wire.get("id")) or ""
    given = table(conditions)
    applications = table(given.get("applications"))
    grant, mentions_mfa = parse_grant(wire.get("grantControls", UNSET))
    state = word(wire.get("state"), _STATES)
    return Policy(
        key=key,
        name=text(wire.get("displayName")) or key,
        on=UNSET if state is UNSET else state == "on",
        grant=grant,
        mentions_mfa=mentions_mfa,
        every_app=_every_app(applications) if applications else UNSET,
        some_app=applications.get("includeApplications") not in ([], ["None"]),
        narrowed_by=_narrowed_by(given) if given else UNSET,
        include=_circle(given.get("users"), "include"),
        exclude=_circle(given.get("users"), "exclude"),
    )


def parse_grant(wire: object) -> tuple[Read[Grant], bool]:
    """Return what a policy asks for, and whether MFA is among it.

    With the operator OR the weakest alternative counts, with AND the strongest demand. Terms of use, devices, other
    vendors' factors and whatever we do not know are ``other``.
    """
    if wire is None:
        return "nothing", False
    controls = table(wire)
    listed = [texts(controls.get(name)) for name in ("builtInControls", "customAuthenticationFactors", "termsOfUse")]
    if not controls or any(entries is UNSET for entries in listed):
        return UNSET, False
    known: dict[str, Grant] = {"mfa": "mfa", "block": "block"}
    asked: list[Grant] = [known.get(name, "other") for entries in listed if entries is not UNSET for name in entries]
    strength = controls.get("authenticationStrength")
    if strength is not None:
        asked.append(_strength(table(strength)))
    if not asked:
        return "nothing", False
    order = sorted(asked, key=_STRONGEST_FIRST.index)
    mentions_mfa = not {"mfa", "phishing_resistant_mfa"}.isdisjoint(asked)
    if controls.get("operator") not in {"AND", "OR"}:
        return (order[0] if len(asked) == 1 else UNSET), mentions_mfa
    return order[0] if controls["operator"] == "AND" else order[-1], mentions_mfa


def _strength(wire: Wire) -> Grant:
    """Return what an authentication strength is worth: by the combinations it allows, else by its well-known id."""
    allowed = texts(wire.get("allowedCombinations"))
    if allowed:
        resistant = frozenset(allowed) <= _RESISTANT
        mfa = resistant or wire.get("requirementsSatisfied") == "mfa"
        return "phishing_resistant_mfa" if resistant else "mfa" if mfa else "other"
    return _BUILT_IN.get(str(wire.get("id")), "other")


def _every_app(applications: Wire) -> bool:
    others = {name: value for name, value in applications.items() if name != "includeApplications"}
    return applications.get("includeApplications") == ["All"] and empty(others)


def _narrowed_by(conditions: Wire) -> tuple[str, ...]:
    """Return the names of the conditions that make the policy hold only sometimes; without its clients, it is one."""
    named = {name: value for name, value in conditions.items() if name not in {"users", "applications"}}
    narrowing = {name for name, value in named.items() if not empty(value) and not _always(name, value)}
    return tuple(sorted(narrowing | ({"clientAppTypes"} if empty(conditions.get("clientAppTypes")) else set())))


def _always(name: str, value: object) -> bool:
    """Whether a condition that is filled in holds all the same for everything."""
    if name == "clientAppTypes":
        clients = frozenset(texts(value) or ())
        return "all" in clients or clients >= _EVERY_CLIENT
    whole = {"platforms": ("includePlatforms", "all"), "locations": ("includeLocations", "All")}.get(name)
    if whole is None or not isinstance(value, dict):
        return False
    return value.get(whole[0]) == [whole[1]] and empty({key: each for key, each in value.items() if key != whole[0]})


def _circle(wire: object, side: Literal["include", "exclude"]) -> Circle:
    """Return one side of a policy's ``users``."""
    given = table(wire)
    lists = {name: texts(given.get(f"{side}{name}", UNSET)) for name in ("Users", "Groups", "Roles")}
    outside = given.get(f"{side}GuestsOrExternalUsers")
    kinds = table(outside).get("guestOrExternalUserTypes")
    readable = all(entries is not UNSET for entries in lists.values())
    people = frozenset(lists["Users"] or ())
    guests = frozenset(kinds.split(",")) if isinstance(kinds, str) else frozenset[str]()
    if "GuestsOrExternalUsers" in people:  # how the same was written before there were kinds of guests
        guests |= {"internalGuest", "b2bCollaborationGuest"}
    return Circle(
        everyone="All" in people,
        accounts=people - {"All", "None", "GuestsOrExternalUsers"},
        groups=frozenset(lists["Groups"] or ()),
        roles=frozenset(lists["Roles"] or ()),
        guests=guests,
        some_guests=table(table(outside).get("externalTenants")).get("membershipKind", "all") != "all",
        readable=readable and (outside is None or isinstance(kinds, str)),
    )
