"""What a policy demands of whoever it holds for, and what that is worth against a stolen password.

A managed device is nothing that a thief has, so demanding one blocks him; on a managed device the password passes.
Legacy clients can neither ask for a second factor nor prove a device, so Entra refuses them where either is demanded.
Accepting terms of use, an approved app or a changed password stop no thief. Controls of other vendors may or may not.
Source: Entra documentation, grant controls and client apps; Graph v1.0, ``authenticationStrengthPolicy``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa.kleene import NOTHING_MISSING, Missing, missing
from connectors.microsoft_365.effective_mfa.model import Demand, Policy, Strength

CUSTOM_CONTROL = "custom control"
TERMS_OF_USE = "terms of use"
DEVICE_CONTROLS = frozenset({"compliantDevice", "domainJoinedDevice"})
POWERLESS_CONTROLS = frozenset({TERMS_OF_USE, "approvedApplication", "compliantApplication", "passwordChange"})

_RESISTANT = frozenset({"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"})
_TWO_FACTORS_IN_ONE = _RESISTANT | {
    "deviceBasedPush",
    "federatedMultiFactor",
    "temporaryAccessPassMultiUse",
    "temporaryAccessPassOneTime",
}
_FIRST_FACTORS = frozenset({"password", "federatedSingleFactor", "x509CertificateSingleFactor"})
_SECOND_FACTORS = frozenset(
    {"microsoftAuthenticatorPush", "softwareOath", "hardwareOath", "sms", "voice", "x509CertificateSingleFactor"}
)
_SINGLE_FACTORS = _FIRST_FACTORS | _SECOND_FACTORS | {"email", "qrCodePin"}


class Range(NamedTuple):
    """A demand that is known to lie between two; ``missing`` would tell where."""

    least: Demand
    most: Demand
    missing: Missing = NOTHING_MISSING


def demand(policy: Policy, strengths: dict[str, Strength], *, legacy: bool, managed: bool) -> Range:
    """Return what the policy demands of a legacy or modern client on a managed or unmanaged device.

    With the operator OR the weakest control counts, with AND the strongest; an operator that we do not know may be
    either. Without controls (a policy about sessions) nothing is demanded.
    """
    grant = policy.grant
    ranges = [_control(name, policy, managed=managed and not legacy) for name in grant.controls]
    if grant.strength is not None:
        ranges.append(worth(strengths.get(grant.strength.key, grant.strength), grant.strength))
    if not ranges:
        return Range(Demand.NOTHING, Demand.NOTHING)
    if legacy:
        ranges = [Range(_for_legacy(each.least), _for_legacy(each.most), each.missing) for each in ranges]
    needed = NOTHING_MISSING.union(*(each.missing for each in ranges))
    weakest = Range(min(each.least for each in ranges), min(each.most for each in ranges), needed)
    strongest = Range(max(each.least for each in ranges), max(each.most for each in ranges), needed)
    if grant.operator == "AND" or len(ranges) == 1:
        return strongest
    if grant.operator == "OR":
        return weakest
    return Range(weakest.least, strongest.most, needed | {f"the operator of “{policy.name}”"})


def worth(*told: Strength) -> Range:
    """Return what an authentication strength demands, by the combinations that satisfy it; the first list given counts.

    MFA if every combination has two factors, phishing-resistant if every one is. ``requirementsSatisfied`` is not
    believed: it says what the strength claims, not what it allows.
    """
    combinations = next((each.combinations for each in told if each.combinations is not UNSET), ())
    if not combinations:
        name = f"what the authentication strength “{told[0].name}” allows"
        return Range(Demand.NOTHING, Demand.PHISHING_RESISTANT, missing(name))
    ranges = [_combination(text) for text in combinations]
    needed = NOTHING_MISSING.union(*(each.missing for each in ranges))
    return Range(min(each.least for each in ranges), min(each.most for each in ranges), needed)


def _combination(text: str) -> Range:
    if text in _RESISTANT:
        return Range(Demand.PHISHING_RESISTANT, Demand.PHISHING_RESISTANT)
    methods = frozenset(method.strip() for method in text.split(","))
    if unknown := methods - _SINGLE_FACTORS - _TWO_FACTORS_IN_ONE:
        named = (f"what the sign-in method {name} is worth" for name in unknown)
        return Range(Demand.NOTHING, Demand.PHISHING_RESISTANT, frozenset(named))
    two = _has_two_factors(methods)
    return Range(Demand.MFA, Demand.MFA) if two else Range(Demand.NOTHING, Demand.NOTHING)


def _has_two_factors(methods: Iterable[str]) -> bool:
    given = frozenset(methods)
    if given & _TWO_FACTORS_IN_ONE:
        return True
    return any(given - {first} & given & _SECOND_FACTORS for first in given & _FIRST_FACTORS)


def _control(name: str, policy: Policy, *, managed: bool) -> Range:
    if name == "block":
        return Range(Demand.BLOCK, Demand.BLOCK)
    if name == "mfa":
        return Range(Demand.MFA, Demand.MFA)
    if name in DEVICE_CONTROLS:
        asked = Demand.NOTHING if managed else Demand.BLOCK
        return Range(asked, asked)
    if name in POWERLESS_CONTROLS:
        return Range(Demand.NOTHING, Demand.NOTHING)
    if name == CUSTOM_CONTROL:
        return Range(Demand.NOTHING, Demand.MFA, missing(f"what the custom control of “{policy.name}” asks for"))
    return Range(Demand.NOTHING, Demand.BLOCK, missing(f"what the control {name} of “{policy.name}” asks for"))


def _for_legacy(asked: Demand) -> Demand:
    return Demand.BLOCK if asked >= Demand.MFA else asked
