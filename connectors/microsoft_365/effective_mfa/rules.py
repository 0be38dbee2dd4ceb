"""Everything that may stand in the way of a sign-in, in one form: where it holds, and what it demands there.

Conditional Access policies, security defaults, the older per-user MFA, and whatever could not be read become rules, so
that one question can be put to all of them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa import circumstances as sign_in
from connectors.microsoft_365.effective_mfa.circumstances import Box
from connectors.microsoft_365.effective_mfa.conditions import (
    ADMIN_PORTALS,
    REGISTER_SECURITY_INFO,
    Reach,
    World,
)
from connectors.microsoft_365.effective_mfa.controls import demand
from connectors.microsoft_365.effective_mfa.kleene import (
    NOTHING_MISSING,
    Missing,
    Truth,
    all_of,
    any_of,
    missing,
    negated,
)
from connectors.microsoft_365.effective_mfa.model import Demand, Inputs, Policy, Scenario, Strength, Subject

SECURITY_DEFAULTS, PER_USER_MFA = "Security defaults", "Per-user MFA"
DEFAULTS_ADMINISTRATORS = frozenset(
    {
        "62e90394-69f5-4237-9190-012177145e10",  # Global Administrator
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",  # Application Administrator
        "c4e39bd9-1100-46d3-8c65-fb160da0071f",  # Authentication Administrator
        "0526716b-113d-4c15-b2c8-68e3c22b9f80",  # Authentication Policy Administrator
        "b0f54661-2d74-4c50-afa3-1ec803f12efe",  # Billing Administrator
        "158c047a-c907-4556-b7ef-446551a6b5f7",  # Cloud Application Administrator
        "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",  # Conditional Access Administrator
        "29232cdf-9323-42fd-ade2-1d097af3e4de",  # Exchange Administrator
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",  # Helpdesk Administrator
        "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",  # Identity Governance Administrator
        "966707d0-3269-4727-9be2-8c3a10f19b9d",  # Password Administrator
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",  # Privileged Authentication Administrator
        "e8611ab8-c189-46e8-94e1-60213ab1f814",  # Privileged Role Administrator
        "194ae4cb-b126-40b2-bd5b-6091b380977d",  # Security Administrator
        "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",  # SharePoint Administrator
        "fe930be7-5e62-47db-91af-98c3a49a38b1",  # User Administrator
    }
)
"""Whom security defaults ask for MFA at every sign-in (Entra documentation, security defaults, July 2025)."""

DIRECTORY_SYNCHRONISATION = "d29b2b05-8046-44ba-8758-1e26182fcf32"
"""The role that security defaults leave out."""

Parts = Mapping[Scenario, Box]


class Rule(Struct, frozen=True, eq=False):
    """Demands at least ``least`` in ``sure`` and at most ``most`` in ``possible``; ``missing`` would tell more.

    Both are the parts of the scenarios in which the rule holds; a scenario that it does not touch is absent.
    """

    name: str
    sure: Parts
    possible: Parts
    least: Demand
    most: Demand
    missing: Missing = NOTHING_MISSING
    strength: str | None = None


def scenarios(world: World) -> Parts:
    """Return the freedom that each scenario leaves to whoever signs in."""
    everything = world.everything
    anybody = everything._replace(app=world.apps)
    thief = anybody._replace(
        client=sign_in.MODERN_CLIENTS,
        place=world.places.trusted(yes=False),
        device=frozenset({sign_in.UNMANAGED}),
        flow=frozenset({sign_in.ORDINARY_FLOW}),
    )
    return {
        Scenario.ANY_APP: thief,
        Scenario.ADMIN_PORTALS: thief._replace(app=frozenset({ADMIN_PORTALS})),
        Scenario.LEGACY_CLIENT: thief._replace(client=sign_in.LEGACY_CLIENTS),
        Scenario.DEVICE_CODE: thief._replace(flow=frozenset({sign_in.DEVICE_CODE_FLOW})),
        Scenario.TRUSTED_PLACE: thief._replace(place=world.places.trusted()),
        Scenario.MANAGED_DEVICE: thief._replace(device=frozenset({sign_in.MANAGED})),
        Scenario.WHATEVER: anybody,
        Scenario.REGISTRATION: thief._replace(app=frozenset({REGISTER_SECURITY_INFO})),
    }


def of_policy(
    policy: Policy, reached: Reach, world: World, freedom: Parts, strengths: dict[str, Strength]
) -> Iterator[Rule]:
    """Yield what a policy that is on demands of an account that it is about, where it demands anything."""
    sure, possible, uncertain = reached
    unmanaged, managed = frozenset({sign_in.UNMANAGED}), frozenset({sign_in.MANAGED})
    for clients, devices in (
        (sign_in.MODERN_CLIENTS, unmanaged),
        (sign_in.MODERN_CLIENTS, managed),
        (sign_in.LEGACY_CLIENTS, sign_in.DEVICES),
    ):
        asked = demand(policy, strengths, legacy=clients is sign_in.LEGACY_CLIENTS, managed=devices is managed)
        if asked.most > Demand.NOTHING:
            part = world.everything._replace(client=clients, device=devices)
            yield Rule(
                policy.name,
                _parts(sure.common(part), freedom),
                _parts(possible.common(part), freedom),
                asked.least,
                asked.most,
                uncertain | asked.missing,
                policy.grant.strength.name if policy.grant.strength else None,
            )


def if_so(rule: Rule, truth: Literal[True] | Missing) -> Rule:
    """Return what is left of ``rule`` if it holds for the account only as far as ``truth`` does."""
    return rule if truth is True else replace(rule, sure={}, missing=rule.missing | truth)


def beside_policies(subject: Subject, inputs: Inputs, world: World, freedom: Parts) -> Iterator[Rule]:
    """Yield what else may stand in the way: security defaults, per-user MFA, policies that were not read."""
    given = (_security_defaults(subject, inputs, world), _per_user_mfa(subject, world), _unread(inputs, world))
    for rules in given:
        for name, sure, possible, least, most, truth in rules:
            if truth is not False:
                yield if_so(Rule(name, _parts(sure, freedom), _parts(possible, freedom), least, most), truth)


_Draft = tuple[str, Box, Box, Demand, Demand, Truth]


def _security_defaults(subject: Subject, inputs: Inputs, world: World) -> Iterator[_Draft]:
    """Legacy clients are blocked, administrators asked every time; everybody else when Microsoft thinks it necessary.

    That device code is blocked as well is documented for tenants made since July 2026 and otherwise not certain.
    """
    on: Truth = missing("security defaults") if inputs.security_defaults is UNSET else inputs.security_defaults
    holds = all_of((on, negated(_has_role(subject, frozenset({DIRECTORY_SYNCHRONISATION})))))
    modern = world.everything._replace(app=world.apps, client=sign_in.MODERN_CLIENTS)
    legacy = modern._replace(client=sign_in.LEGACY_CLIENTS)
    code = modern._replace(flow=frozenset({sign_in.DEVICE_CODE_FLOW}))
    administrator = all_of((holds, _has_role(subject, DEFAULTS_ADMINISTRATORS)))
    deemed = all_of((holds, missing("when Microsoft finds MFA necessary under security defaults")))
    refused = all_of((holds, missing("whether security defaults block device code in this tenant")))
    yield SECURITY_DEFAULTS, legacy, legacy, Demand.BLOCK, Demand.BLOCK, holds
    yield SECURITY_DEFAULTS, modern, modern, Demand.MFA, Demand.MFA, administrator
    yield SECURITY_DEFAULTS, modern, modern, Demand.MFA, Demand.MFA, deemed
    yield SECURITY_DEFAULTS, code, code, Demand.BLOCK, Demand.BLOCK, refused


def _per_user_mfa(subject: Subject, world: World) -> Iterator[_Draft]:
    """``enforced``: asked everywhere, legacy clients need an app password; ``enabled``: not yet of legacy clients.

    Trusted addresses in the MFA service settings are let off; no interface shows them, so trusted places are uncertain.
    """
    state = subject.per_user_mfa
    asked: Truth = missing("the per-user MFA state") if state is UNSET else state != "disabled"
    refused: Truth = asked if state is UNSET else state == "enforced"
    modern = world.everything._replace(app=world.apps, client=sign_in.MODERN_CLIENTS)
    legacy = modern._replace(client=sign_in.LEGACY_CLIENTS)
    let_off = missing("the trusted addresses in the MFA service settings")
    for everywhere, most, truth in ((modern, Demand.MFA, asked), (legacy, Demand.BLOCK, refused)):
        outside = everywhere._replace(place=world.places.trusted(yes=False))
        inside = everywhere._replace(place=world.places.trusted())
        yield PER_USER_MFA, outside, outside, most, most, truth
        yield PER_USER_MFA, inside, inside, most, most, all_of((truth, let_off))


def _unread(inputs: Inputs, world: World) -> Iterator[_Draft]:
    whole = world.everything
    if inputs.policies is UNSET or not inputs.complete:
        unread = missing("the Conditional Access policies" if inputs.policies is UNSET else "the other policies")
        yield "a policy that was not read", whole, whole, Demand.BLOCK, Demand.BLOCK, unread


def _has_role(subject: Subject, roles: frozenset[str]) -> Truth:
    if subject.roles is UNSET:
        return missing("the roles of the account")
    return any_of(role in roles for role in subject.roles)


def _parts(box: Box | None, freedom: Parts) -> Parts:
    if box is None:
        return {}
    return {scenario: part for scenario, whole in freedom.items() if (part := box.common(whole)) is not None}
