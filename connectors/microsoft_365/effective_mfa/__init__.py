"""Effective MFA: for every single account, a proof of whether MFA is enforced, by what, and where the hole is.

Read in this order: ``model`` (what goes in, what comes out), ``evaluate`` (the proof), ``circumstances`` (the space
of sign-ins), ``rules`` (what stands in the way), then ``conditions``, ``places``, ``controls`` and ``people`` (what
Entra's policies mean), ``kleene`` (how not knowing is carried), ``words`` (the hole, told to a person), ``wire``
(Graph's JSON).

Pure: no network, no clock, nothing remembered but verdicts. docs/effective-mfa.md says what is decided and why.
"""

from __future__ import annotations

from connectors.microsoft_365.effective_mfa.evaluate import THIEF, Evaluator, evaluate
from connectors.microsoft_365.effective_mfa.model import (
    Answer,
    Inputs,
    Kind,
    Location,
    NearMiss,
    PerUserMfa,
    Policy,
    Result,
    Scenario,
    Strength,
    Subject,
    Verdict,
)
from connectors.microsoft_365.effective_mfa.wire import parse_location, parse_policy, parse_strength

__all__ = [
    "THIEF",
    "Answer",
    "Evaluator",
    "Inputs",
    "Kind",
    "Location",
    "NearMiss",
    "PerUserMfa",
    "Policy",
    "Result",
    "Scenario",
    "Strength",
    "Subject",
    "Verdict",
    "evaluate",
    "parse_location",
    "parse_policy",
    "parse_strength",
]
