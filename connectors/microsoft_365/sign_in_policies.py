"""Everything that decides what a sign-in is asked for: read, and each policy told as a fact.

Source: Graph v1.0, ``conditionalAccessPolicy``, ``namedLocation``, ``authenticationStrengthPolicy`` and
``identitySecurityDefaultsEnforcementPolicy``. What it means for each account, ``effective_mfa`` proves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from auditor.errors import ReadError
from auditor.facts import UNSET, Account, Read, SignInPolicy
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.cross_tenant import CrossTenant
from connectors.microsoft_365.effective_mfa import (
    Inputs,
    Subject,
    parse_location,
    parse_policy,
    parse_strength,
)
from connectors.microsoft_365.effective_mfa.model import Circle, Policy
from connectors.microsoft_365.effective_mfa.people import within
from connectors.microsoft_365.groups import Groups
from connectors.microsoft_365.policy_terms import every_app, grant, narrowed_by
from connectors.microsoft_365.refusals import POLICIES, Permission
from connectors.microsoft_365.values import Wire, boolean, table

_POLICIES = "/identity/conditionalAccess/policies"
_LOCATIONS = "/identity/conditionalAccess/namedLocations"
_STRENGTHS = "/policies/authenticationStrengthPolicies"
_DEFAULTS = "/policies/identitySecurityDefaultsEnforcementPolicy"

_Parsed = TypeVar("_Parsed")


@dataclass(slots=True)
class SignInRules:
    """What was read: the inputs of the proof, the policies as Graph wrote them, and what could not be read.

    ``members`` are the accounts of each group that a policy names. ``errors`` are about inputs other than the policies,
    ``policy_errors`` about policies.
    """

    inputs: Inputs
    wires: Mapping[str, Wire] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    policy_errors: list[ReadError] = field(default_factory=list)
    group_errors: list[ReadError] = field(default_factory=list)
    errors: list[ReadError] = field(default_factory=list)

    def groups_of(self, account: str) -> frozenset[str]:
        """Return those of the groups named by policies in which the account is, directly or not."""
        return frozenset(group for group, members in self.members.items() if account in members)


def read_sign_in_rules(
    graph: Graph, groups: Groups, names: Mapping[str, str], cross_tenant: CrossTenant
) -> SignInRules:
    """Return everything that may demand MFA; what failed is in its errors. ``names`` are those of the roles, by id."""
    errors: list[ReadError] = []
    policy_errors: list[ReadError] = []
    group_errors: list[ReadError] = []
    parsed: Read[tuple[tuple[Policy, Wire], ...]] = UNSET
    try:
        rows, broken = graph.listing(_POLICIES, POLICIES)
        policy_errors += [broken] if broken else []
        parsed = tuple(_kept(rows, lambda row: (parse_policy(row), row), policy_errors))
    except ReadError as error:
        policy_errors.append(error)
    policies = parsed if parsed is not UNSET else ()
    unread: set[str] = set()
    members: dict[str, frozenset[str]] = {}
    for group in sorted({group for policy, _ in policies for group in policy.include.groups | policy.exclude.groups}):
        try:
            members[group] = groups.members(group)
        except ReadError as error:
            unread.add(group)
            group_errors.append(error)
    inputs = Inputs(
        policies=UNSET if parsed is UNSET else tuple(policy for policy, _ in parsed),
        complete=not policy_errors,
        locations=_listed(graph, _LOCATIONS, parse_location, errors),
        strengths=_listed(graph, _STRENGTHS, parse_strength, errors),
        security_defaults=_defaults(graph, errors),
        foreign_mfa=_foreign_mfa(cross_tenant, errors),
        unread_groups=frozenset(unread),
        names={**names, **{group: groups.name(group) for group in members}},
    )
    wires = {policy.key: row for policy, row in policies}
    return SignInRules(inputs, wires, members, policy_errors, group_errors, errors)


def facts(
    tenant: str, found: SignInRules, subjects: Iterable[Subject], accounts: Mapping[str, Account], *, whole: bool
) -> Iterable[SignInPolicy]:
    """Yield a fact for each policy that is about people; ``accounts`` tell how those whom it leaves out are called.

    Unless ``accounts`` are the ``whole`` directory, a policy that leaves out anybody may leave out more.
    """
    everyone = tuple(subjects)
    policies = found.inputs.policies
    for policy in () if policies is UNSET else policies:
        if not policy.for_people:
            continue
        wire = found.wires[policy.key]
        conditions = table(wire.get("conditions"))
        left_out = _left_out(policy, everyone, found.inputs) if whole or policy.exclude == Circle() else UNSET
        yield SignInPolicy(
            tenant=tenant,
            key=policy.key,
            label=policy.name,
            state=UNSET if policy.state == "unknown" else policy.state,
            grant=grant(wire.get("grantControls", UNSET)),
            everyone=policy.include.everyone or (UNSET if policy.include.not_understood else False),
            every_app=every_app(conditions.get("applications")),
            narrowed_by=narrowed_by(conditions) if conditions else UNSET,
            excluded_accounts=left_out,
            excluded_people=_called(left_out, accounts),
        )


def _left_out(policy: Policy, subjects: Iterable[Subject], inputs: Inputs) -> Read[tuple[str, ...]]:
    """Return the keys of the accounts that the policy excludes; not collected if one of them cannot be told."""
    keys = []
    for subject in subjects:
        excluded = within(policy.exclude, subject, inputs)
        if isinstance(excluded, frozenset):
            return UNSET
        if excluded:
            keys.append(subject.key)
    return tuple(sorted(keys))


def _called(keys: Read[tuple[str, ...]], accounts: Mapping[str, Account]) -> Read[tuple[str, ...]]:
    """Return the addresses of accounts."""
    return UNSET if keys is UNSET else tuple(sorted(accounts[key].address for key in keys))


def _listed(
    graph: Graph, path: str, parse: Callable[[object], _Parsed], errors: list[ReadError], needs: Permission = POLICIES
) -> Read[tuple[_Parsed, ...]]:
    """Return the entries of a listing that could be read; none at all is not the same as a listing that is empty."""
    try:
        rows, broken = graph.listing(path, needs)
    except ReadError as error:
        errors.append(error)
        return UNSET
    errors += [broken] if broken else []
    return tuple(_kept(rows, parse, errors))


def _kept(rows: Iterable[Wire], parse: Callable[[Wire], _Parsed], errors: list[ReadError]) -> Iterable[_Parsed]:
    for row in rows:
        try:
            yield parse(row)
        except ReadError as error:
            errors.append(error)


def _defaults(graph: Graph, errors: list[ReadError]) -> Read[bool]:
    try:
        return boolean(graph.get(_DEFAULTS, POLICIES).get("isEnabled"))
    except ReadError as error:
        errors.append(error)
        return UNSET


def _foreign_mfa(cross_tenant: CrossTenant, errors: list[ReadError]) -> Read[bool]:
    try:
        return cross_tenant.foreign_mfa()
    except ReadError as error:
        errors.append(error)
        return UNSET
