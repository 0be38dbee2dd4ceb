"""Whom a policy is about: included, and not left out. Excluding wins over including.

Source: Graph v1.0, ``conditionalAccessUsers``; Entra documentation, users and groups.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa.kleene import Truth, all_of, any_of, missing, negated
from connectors.microsoft_365.effective_mfa.model import Circle, Inputs, Policy, Subject

_AT_HOME_ELSEWHERE = frozenset({"b2bCollaborationGuest", "b2bCollaborationMember", "b2bDirectConnectUser"})


def concerns(policy: Policy, subject: Subject, inputs: Inputs) -> Truth:
    """Return whether the policy is about the account; policies for workload identities are about nobody."""
    if not policy.for_people:
        return False
    included = within(policy.include, subject, inputs)
    if included is False:
        return False
    excluded = within(policy.exclude, subject, inputs)
    return included if excluded is False else all_of((included, negated(excluded)))


def within(circle: Circle, subject: Subject, inputs: Inputs) -> Truth:
    """Return whether the account lies in the circle."""
    if circle.everyone or subject.key in circle.accounts:
        return True
    ways: list[Truth] = []
    if circle.groups:
        ways.append(_in_groups(circle.groups, subject, inputs))
    if circle.roles:
        ways.append(_has_role(circle.roles, subject))
    if circle.kinds:
        ways.append(_is_guest(circle, subject))
    if circle.not_understood:
        ways.append(frozenset(f"whom {name} means" for name in circle.not_understood))
    return any_of(ways)


def ways_in(circle: Circle, subject: Subject, inputs: Inputs) -> Iterator[tuple[Truth, str]]:
    """Yield every way in which the account may lie in the circle, with words for whom that way means."""
    names = inputs.names
    if circle.everyone:
        yield True, "everybody"
    if circle.accounts:
        yield subject.key in circle.accounts, "this account by name"
    for group in sorted(circle.groups):
        told = f"the group “{names.get(group, group)}”, in which this account is"
        yield _in_groups(frozenset({group}), subject, inputs), told
    for role in sorted(circle.roles):
        yield _has_role(frozenset({role}), subject), f"the role “{names.get(role, role)}”, which this account has"
    if circle.kinds:
        yield _is_guest(circle, subject), "guests, of whom this account is one"
    for name in sorted(circle.not_understood):
        yield missing(f"whom {name} means"), f"{name}, which may mean this account"


def brings_mfa(subject: Subject, inputs: Inputs) -> Truth:
    """Return whether the account shows a second factor of its own organisation, and so never registers one here.

    Source: Entra documentation, authentication and Conditional Access for B2B collaboration: where the home
    organisation's MFA is trusted, whoever has none yet is sent there to set it up.
    """
    if subject.kinds is UNSET or not (
        subject.kinds <= _AT_HOME_ELSEWHERE or subject.kinds.isdisjoint(_AT_HOME_ELSEWHERE)
    ):
        return missing("which kind of guest the account is")
    if subject.kinds.isdisjoint(_AT_HOME_ELSEWHERE):
        return False
    if inputs.foreign_mfa is UNSET:
        return missing("whether the second factor of the guest's own organisation counts")
    return inputs.foreign_mfa


def named(policies: tuple[Policy, ...]) -> dict[str, frozenset[str]]:
    """Return the accounts, groups and roles by which the policies tell people apart."""
    circles = [circle for policy in policies for circle in (policy.include, policy.exclude)]
    return {
        name: frozenset[str]().union(*(getattr(circle, name) for circle in circles))
        for name in ("accounts", "groups", "roles")
    }


def _in_groups(groups: frozenset[str], subject: Subject, inputs: Inputs) -> Truth:
    if subject.groups is UNSET:
        return missing("the groups of the account")
    if not groups.isdisjoint(subject.groups):
        return True
    unread = groups & inputs.unread_groups
    return frozenset(f"the members of the group “{inputs.names.get(group, group)}”" for group in unread) or False


def _has_role(roles: frozenset[str], subject: Subject) -> Truth:
    return missing("the roles of the account") if subject.roles is UNSET else not roles.isdisjoint(subject.roles)


def _is_guest(circle: Circle, subject: Subject) -> Truth:
    return all_of((_is_of_kind(circle, subject), _is_from(circle, subject)))


def _is_of_kind(circle: Circle, subject: Subject) -> Truth:
    if subject.kinds is not UNSET and subject.kinds:
        if subject.kinds <= circle.kinds:
            return True
        if subject.kinds.isdisjoint(circle.kinds):
            return False
    return missing("which kind of guest the account is")


def _is_from(circle: Circle, subject: Subject) -> Truth:
    if circle.home_tenants is None:
        return True
    if subject.home_tenant is UNSET:
        return missing("the home organisation of the guest")
    return subject.home_tenant in circle.home_tenants
