from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from expectations import CONSEQUENCES, POLICY_FOR, STRICT_POLICY_FOR

from auditor.cli.policies import markdown
from auditor.models import Policy
from auditor.policy import CheckedPolicy, load_packs, run_tests
from connectors.practice.generator import generate

ROOT = Path(__file__).parent.parent
PACK = ROOT / "policies" / "baseline"
CHECKED = load_packs(["baseline"]).policies
POLICIES = [policy.document for policy in CHECKED]
BY_ID = {policy.id: policy for policy in POLICIES}

CONTROL = {
    "cisa_scuba": re.compile(r"MS\.[A-Z]+\.\d+\.\d+v\d+|GWS\.[A-Z]+\.\d+\.\d+"),
    "cis_m365_7.0": re.compile(r"\d+(\.\d+){1,3}"),
    "cis_gws_1.3": re.compile(r"\d+(\.\d+){2,5}"),
    "attack_17": re.compile(r"T\d{4}(\.\d{3})?"),
}

each_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)


@pytest.mark.parametrize("policy", CHECKED, ids=lambda policy: policy.document.id)
def test_the_tests_inside_a_policy_pass(policy: CheckedPolicy) -> None:
    results = run_tests(policy)
    assert len(results) == len(policy.document.tests) > 0
    assert [result for result in results if not result.passed] == []


@each_policy
def test_a_policy_proves_each_outcome_that_it_can_have(policy: Policy) -> None:
    outcomes = {test.expect for test in policy.tests}
    assert outcomes >= {"pass", "fail", "unknown"}
    assert ("not_applicable" in outcomes) == (policy.when != "true")


@each_policy
def test_a_policy_changes_its_mind_over_each_of_its_parameters(policy: Policy) -> None:
    set_by_tests = {name for test in policy.tests for name in test.given.get("params", {})}
    assert set_by_tests == set(policy.params)


@each_policy
def test_a_policy_says_why_and_what_to_click_for_each_of_its_vendors(policy: Policy) -> None:
    assert set(policy.fix) == set(policy.connectors)
    assert all(" > " in fix for fix in policy.fix.values())
    assert len(policy.why.split()) >= 8


@each_policy
def test_a_policy_says_what_mending_it_costs_in_words_for_a_phone(policy: Policy) -> None:
    assert policy.effort
    assert 2 <= len(policy.effort.ask.split()) <= 9
    assert policy.effort.ask[0].isupper()
    assert not policy.effort.ask.endswith(".")


@each_policy
def test_controls_are_written_as_their_publishers_write_them(policy: Policy) -> None:
    for benchmark, controls in policy.maps.items():
        assert all(CONTROL[benchmark].fullmatch(control) for control in controls), benchmark
    of_google = [control for control in policy.maps.get("cisa_scuba", ()) if control.startswith("GWS.")]
    of_microsoft = [control for control in policy.maps.get("cisa_scuba", ()) if control.startswith("MS.")]
    assert "google_workspace" in policy.connectors or not [*of_google, *policy.maps.get("cis_gws_1.3", ())]
    assert "microsoft_365" in policy.connectors or not [*of_microsoft, *policy.maps.get("cis_m365_7.0", ())]


@pytest.mark.parametrize(
    "policy", [policy.document for policy in CHECKED if policy.needs_domains], ids=lambda policy: policy.id
)
def test_whoever_asks_what_is_outside_knows_the_tricks(policy: Policy) -> None:
    cases = [str(test.given) for test in policy.tests]
    assert any("org.example.evil.test" in case for case in cases), "a domain that begins like ours"
    assert any("domains" in test.given for test in policy.tests), "a second domain of our own"
    assert any(re.search(r"@[\w.]*[A-Z]", case) for case in cases), "capital letters"


def test_a_file_is_called_as_its_policy() -> None:
    assert sorted(path.stem for path in PACK.glob("*.yaml")) == sorted(BY_ID)


def test_the_pack_is_worth_its_name() -> None:
    assert len(POLICIES) >= 24
    assert len({policy.title for policy in POLICIES}) == len(POLICIES)


def test_critical_is_kept_for_intruders_and_for_what_opens_everything() -> None:
    assert {policy.id for policy in POLICIES if policy.severity == "critical"} == {
        "administrator.mfa-registered",
        "mail.grant.no-outside-delegate",
        "mail.rule.no-external-forwarding",
        "mail.rule.no-hiding",
        "mail.rule.no-hiding-of-our-mail",
        "mail.transport-rule.no-external-copies",
        "share.not-editable-by-anyone",
    }


def test_people_are_called_where_an_intruder_may_read_their_mail() -> None:
    assert {policy.id for policy in POLICIES if policy.urgent == "call"} == {
        "mail.grant.no-outside-delegate",
        "mail.rule.no-external-forwarding",
        "mail.rule.no-hiding",
        "mail.rule.no-hiding-of-our-mail",
        "mail.transport-rule.no-external-copies",
    }


def test_what_an_intruder_does_first_is_told_at_once() -> None:
    assert {policy.id for policy in POLICIES if policy.alert} == {
        "account.no-app-passwords",
        "administrator.mfa-registered",
        "app.no-risky-consent-of-people",
        "event.administrator-made",
        "event.delegation-granted",
        "event.forwarding-outside",
        "event.second-factor-removed",
        "mail.grant.no-delegate-of-administrators",
    }


RARE = 250
"""Accounts from which on even the rarest kind of problem is planted."""


@pytest.mark.parametrize(("accounts", "seed"), [(25, 1), (25, 2), (600, 3)])
def test_every_kind_of_planted_problem_has_its_policy(accounts: int, seed: int) -> None:
    organisation = generate(accounts=accounts, seed=seed, today=datetime(2026, 1, 15, tzinfo=UTC))
    planted = {problem.kind for problem in organisation.problems} - STRICT_POLICY_FOR.keys()
    assert planted <= POLICY_FOR.keys()
    assert accounts < RARE or planted == POLICY_FOR.keys()
    for problem in organisation.problems:
        if problem.kind in planted:
            assert problem.cloud in BY_ID[POLICY_FOR[problem.kind]].connectors, problem.kind


def test_expectations_name_policies_that_exist() -> None:
    assert {*POLICY_FOR.values(), *CONSEQUENCES} <= BY_ID.keys()
    assert not {*POLICY_FOR.values()} & {*CONSEQUENCES}


def test_the_page_about_policies_is_up_to_date() -> None:
    page = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    generated = page.partition("<!-- generated -->\n\n")[2].partition("\n\n<!-- end -->")[0]
    assert generated == markdown(POLICIES), "run: auditor policies list --format markdown"
