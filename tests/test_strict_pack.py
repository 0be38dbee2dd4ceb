"""The strict pack: what goes further than the baseline, written with the same care."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_baseline_pack import CONTROL

from auditor.models import Policy
from auditor.policy import CheckedPolicy, load_packs, run_tests

PACK = Path(__file__).parent.parent / "policies" / "strict"
CHECKED = load_packs(["strict"]).policies
POLICIES = [policy.document for policy in CHECKED]

each_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)


@pytest.mark.parametrize("policy", CHECKED, ids=lambda policy: policy.document.id)
def test_the_tests_inside_a_strict_policy_pass(policy: CheckedPolicy) -> None:
    assert [result for result in run_tests(policy) if not result.passed] == []


@each_policy
def test_a_strict_policy_proves_each_outcome_and_each_parameter(policy: Policy) -> None:
    outcomes = {test.expect for test in policy.tests}
    assert outcomes >= {"pass", "fail", "unknown"}
    assert ("not_applicable" in outcomes) == (policy.when != "true")
    assert {name for test in policy.tests for name in test.given.get("params", {})} == set(policy.params)


@each_policy
def test_a_strict_policy_says_what_to_click_and_names_controls_as_their_publishers_do(policy: Policy) -> None:
    assert set(policy.fix) == set(policy.connectors)
    assert all(" > " in fix for fix in policy.fix.values())
    assert all(CONTROL[name].fullmatch(control) for name, controls in policy.maps.items() for control in controls)


@each_policy
def test_a_strict_policy_says_what_mending_it_costs_in_words_for_a_phone(policy: Policy) -> None:
    assert policy.effort
    assert 2 <= len(policy.effort.ask.split()) <= 9


def test_a_strict_policy_is_a_file_of_its_name_and_not_in_the_baseline_too() -> None:
    assert sorted(path.stem for path in PACK.glob("*.yaml")) == sorted(policy.id for policy in POLICIES)
    baseline = {policy.document.id for policy in load_packs(["baseline"]).policies}
    assert baseline.isdisjoint(policy.id for policy in POLICIES)
