from __future__ import annotations

import pytest
from test_exemptions import ANA, finding, result

from auditor.models import Severity
from auditor.raising import raise_severities

KEY = ("workspace", f"key of {ANA}")


@pytest.mark.parametrize("tier", ["principal", "administrator"])
def test_what_concerns_a_principal_or_administrator_weighs_one_step_more(tier: str) -> None:
    (raised,) = raise_severities([result(finding())], {KEY: tier})
    (one,) = raised.findings
    assert (one.severity, one.raised_from, one.raised_for) == (Severity.CRITICAL, Severity.HIGH, tier)
    assert raised.severity is Severity.HIGH, "the policy's own"


@pytest.mark.parametrize("tier", ["finance", "communications", "staff", "volunteer", "outside"])
def test_what_concerns_anybody_else_weighs_what_its_policy_says(tier: str) -> None:
    assert raise_severities([result(finding())], {KEY: tier}) == (result(finding()),)


def test_what_concerns_nobody_in_particular_is_not_raised() -> None:
    common = finding().model_copy(update={"fact": finding().fact.model_copy(update={"owner": None})})
    assert raise_severities([result(common)], {KEY: "principal"}) == (result(common),)


def test_critical_stays_critical_and_is_not_called_raised() -> None:
    worst = finding().model_copy(update={"severity": Severity.CRITICAL})
    assert raise_severities([result(worst)], {KEY: "principal"}) == (result(worst),)


def test_severities_rise_by_one_step() -> None:
    assert [severity.raised for severity in Severity] == ["medium", "high", "critical", "critical"]
