"""The policy language: expressions parsed, checked against the facts, and compiled; packs found, loaded and tested."""

from __future__ import annotations

from auditor.policy.cases import TestResult
from auditor.policy.compile import KindProgram, compile_policies
from auditor.policy.document import CheckedPolicy
from auditor.policy.functions import FUNCTIONS, Domains
from auditor.policy.packs import PolicySet, load_packs, load_policy, shipped_packs
from auditor.policy.selftests import run_tests

__all__ = [
    "FUNCTIONS",
    "CheckedPolicy",
    "Domains",
    "KindProgram",
    "PolicySet",
    "TestResult",
    "compile_policies",
    "load_packs",
    "load_policy",
    "run_tests",
    "shipped_packs",
]
