"""Whom a policy is about: included, and not left out. Excluding wins over including.

Source: Graph v1.0, ``conditionalAccessUsers``; Entra documentation, users and groups.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa.kleene import Truth, all_of, any_of, missing, negated
from connectors.microsoft_365.effective_mfa.model import Circle, Inputs, Policy, Subject


def concerns(policy: Policy, subject: Subject, inputs: Inputs) -> Truth:
    """Return whether the policy is about the account; policies for workload identities are about nobody."""
    if not policy.for_people:
        return False
    included = within(policy.include, subject, inputs)
    return included if included is False else all_of((included, negated(within(policy.exclude, subject, inputs))))


def within(circle: Circle, subject: Subject, inputs: Inputs) -> Truth:
    """Return whether the account lies in the circle."""
    if circle == _NOBODY:
        return False
    return any_of(truth for truth, _ in memberships(circle, subject, inputs))


def memberships(circle: Circle, subject: Subject, inputs: Inputs) -> Iterator[tuple[Truth, str]]:
    """Yield every way in which the account may lie in the circle, with words for it: ``this account, ...``."""
    names = inputs.names
    if circle.everyone:
        yield True, "everybody"
    if circle.accounts:
        yield subject.key in circle.accounts, "this account by name"
    for group in sorted(circle.groups):
        yield _in_group(group, subject, inputs), f"the group “{names.get(group, group)}”, in which this account is"
    for role in sorted(circle.roles):
        held = missing("the roles of the account") if subject.roles is UNSET else role in subject.roles
        yield held, f"the role “{names.get(role, role)}”, which this account has"
    if circle.kinds:
        yield all_of((_is_of_kind(circle, subject), _is_from(circle, subject))), "guests, of whom this account is one"
    for name in sorted(circle.not_understood):
        yield missing(f"whom {name} means"), f"{name}, which may mean this account"


def named(policies: tuple[Policy, ...]) -> dict[str, frozenset[str]]:
    """Return the accounts, groups and roles by which the policies tell people apart."""
    circles = [circle for policy in policies for circle in (policy.include, policy.exclude)]
    return {
        name: frozenset[str]().union(*(getattr(circle, name) for circle in circles))
        for name in ("accounts", "groups", "roles")
    }


_NOBODY = Circle()


def _in_group(group: str, subject: Subject, inputs: Inputs) -> Truth:
    if subject.groups is UNSET:
        return missing("the groups of the account")
    if group in subject.groups:
        return True
    return (
        missing(f"the members of the group “{inputs.names.get(group, group)}”")
        if group in inputs.unread_groups
        else False
    )


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
    return (
        missing("the home organisation of the guest")
        if subject.home_tenant is UNSET
        else (subject.home_tenant in circle.home_tenants)
    )
