"""The hole in words for a person who is no expert: a sign-in that gets through, and what nearly stopped it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa import circumstances as sign_in
from connectors.microsoft_365.effective_mfa.circumstances import Box
from connectors.microsoft_365.effective_mfa.conditions import (
    ADMIN_PORTALS,
    OFFICE_365,
    OTHER_APP,
    REGISTER_SECURITY_INFO,
    World,
)
from connectors.microsoft_365.effective_mfa.controls import CUSTOM_CONTROL, DEVICE_CONTROLS, TERMS_OF_USE, demand
from connectors.microsoft_365.effective_mfa.kleene import Values
from connectors.microsoft_365.effective_mfa.model import Demand, Inputs, NearMiss, Policy, Strength, Subject
from connectors.microsoft_365.effective_mfa.people import ways_in, within

Reached = tuple[Policy, Box, Box]
"""A policy, and the sign-ins for which its conditions surely and possibly hold."""

MOST_NAMED = 3
"""So many values are named; of the others only that there are more."""

_WORDS = {
    ADMIN_PORTALS: "Microsoft's administration portals",
    OFFICE_365: "Office 365",
    REGISTER_SECURITY_INFO: "the registration of a second factor",
    "browser": "browsers",
    "mobileAppsAndDesktopClients": "mobile and desktop apps",
    "exchangeActiveSync": "Exchange ActiveSync",
    "other": "old mail programs (IMAP, POP, SMTP)",
    sign_in.UNKNOWN_PLATFORM: "a platform that is not recognised",
    sign_in.UNMANAGED: "a device that the organisation does not manage",
    sign_in.MANAGED: "a managed device",
    sign_in.ORDINARY_FLOW: "an ordinary sign-in",
    sign_in.DEVICE_CODE_FLOW: "a sign-in by device code",
    "authenticationTransfer": "a sign-in passed on to another device",
    "none": "no",
    "compliantDevice": "a compliant device",
    "domainJoinedDevice": "a hybrid joined device",
    "approvedApplication": "an approved app",
    "compliantApplication": "an app protection policy",
    "passwordChange": "a changed password",
    TERMS_OF_USE: "accepting terms of use",
    CUSTOM_CONTROL: "another vendor's control",
}
_AXES = {
    "app": "{}",
    "client": "{}",
    "platform": "{}",
    "place": "{}",
    "device": "{}",
    "flow": "{}",
    "sign_in_risk": "{} sign-in risk",
    "user_risk": "{} user risk",
    "insider_risk": "{} insider risk",
}


def example(hole: Box, freedom: Box, names: Mapping[str, str]) -> str:
    """Return the hole in words, told by what sets it apart from the whole ``freedom``; empty if nothing does."""
    told = [
        _AXES[axis].format(_listed(left, names, "or"))
        for axis, left, all_of_it in zip(Box._fields, hole, freedom, strict=True)
        if left != all_of_it
    ]
    return "; ".join(told)


def near_misses(
    policies: Iterable[Reached], subject: Subject, inputs: Inputs, world: World, hole: Box
) -> Iterator[NearMiss]:
    """Yield the policies that would have stopped the sign-ins in ``hole``, but for the reasons given.

    A policy that only blocks counts if nothing but its state or an exclusion of people keeps it from holding: one that
    blocks one country or one protocol was never meant to protect everything.
    """
    strengths = {} if inputs.strengths is UNSET else {each.key: each for each in inputs.strengths}
    for policy, sure, possible in policies:
        if not policy.for_people or within(policy.include, subject, inputs) is False:
            continue
        if bool(policy.conditions.user_actions) is not (REGISTER_SECURITY_INFO in hole.app):
            continue  # registering is one thing, signing in to an application another
        about_mfa = policy.grant.strength is not None or "mfa" in policy.grant.controls
        if not about_mfa and {"block", *DEVICE_CONTROLS}.isdisjoint(policy.grant.controls):
            continue
        elsewhere = list(_elsewhere(policy, inputs.names, hole, sure, possible, world.everything))
        if not about_mfa and elsewhere:
            continue
        reasons = [*_state(policy), *_people(policy, subject, inputs), *elsewhere, *_weak(policy, strengths, hole)]
        if reasons:
            yield NearMiss(policy.name, tuple(reasons))


def _state(policy: Policy) -> Iterator[str]:
    told = {
        "report_only": "only reports and enforces nothing",
        "off": "is switched off",
        "unknown": "is in a state that is not known here",
    }
    if policy.state in told:
        yield told[policy.state]


def _people(policy: Policy, subject: Subject, inputs: Inputs) -> Iterator[str]:
    if within(policy.include, subject, inputs) is not True:
        yield "may not be about this account"
    for truth, who in ways_in(policy.exclude, subject, inputs):
        if truth is True:
            yield f"leaves out {who}"
        elif truth is not False:
            yield f"may leave out {who}"


def _elsewhere(
    policy: Policy, names: Mapping[str, str], hole: Box, sure: Box, possible: Box, everything: Box
) -> Iterator[str]:
    """Yield the conditions that keep the policy away from the hole, told by whichever list is the shorter."""
    for name in sorted(policy.conditions.not_understood):
        yield f"has a condition that is not known here ({name})"
        sure = possible
    for axis, left, held, perhaps, whole in zip(Box._fields, hole, sure, possible, everything, strict=True):
        outside = left - perhaps
        if outside and perhaps and len(perhaps) < len(whole - perhaps):
            yield f"holds only for {_AXES[axis].format(_listed(perhaps, names, 'and'))}"
        elif outside:
            yield f"does not hold for {_AXES[axis].format(_listed(outside, names, 'and'))}"
        elif doubtful := left - held:
            yield f"may not hold for {_AXES[axis].format(_listed(doubtful, names, 'and'))}"


def _weak(policy: Policy, strengths: dict[str, Strength], hole: Box) -> Iterator[str]:
    """Yield why what the policy demands is not MFA."""
    legacy, managed = hole.client <= sign_in.LEGACY_CLIENTS, sign_in.MANAGED in hole.device
    asked = demand(policy, strengths, legacy=legacy, managed=managed)
    if asked.least >= Demand.MFA:
        return
    strength = policy.grant.strength
    useless = {"mfa", "block"} if managed else {"mfa", "block", *DEVICE_CONTROLS}
    if others := frozenset(policy.grant.controls) - useless:
        is_satisfied = "is satisfied" if asked.most < Demand.MFA else "may be satisfied"
        yield f"{is_satisfied} without MFA by {_listed(others, {}, 'or')}"
    elif strength is not None and asked.most >= Demand.MFA:
        yield f"asks for “{strength.name}”, which may not be MFA"
    elif strength is not None:
        yield f"asks for “{strength.name}”, which one factor satisfies"


def _listed(values: Values, names: Mapping[str, str], conjunction: str) -> str:
    told = sorted(
        _WORDS.get(value) or (f"“{names[value]}”" if value in names else value) for value in values - {OTHER_APP}
    )
    if OTHER_APP in values:
        told = [*told[: MOST_NAMED - 1], OTHER_APP]
    if len(told) > MOST_NAMED:
        told = [*told[:MOST_NAMED], f"{len(told) - MOST_NAMED} more"]
    return f" {conjunction} ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)
