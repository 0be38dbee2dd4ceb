"""Runs the tests that policies carry with them, through the same program that judges real facts."""

from __future__ import annotations

from auditor.facts import Account, Fact, UnsetType
from auditor.models.base import Outcome
from auditor.policy.cases import Case, TestResult, cases_of, with_parameters
from auditor.policy.compile import compile_policies
from auditor.policy.document import CheckedPolicy


def run_tests(policy: CheckedPolicy) -> list[TestResult]:
    """Return what came of each test of ``policy``."""
    cases, _ = cases_of(policy.document, policy.tree)
    return [_result(policy, case) for case in cases]


def judge_case(policy: CheckedPolicy, case: Case) -> Outcome:
    """Return the outcome of one fact under one policy."""
    accounts: dict[str, Account] = {case.owner.key: case.owner} if isinstance(case.owner, Account) else {}
    program = compile_policies([policy], policy.document.fact)
    bound = program.bind(tenant=case.tenant, accounts=accounts, domains=case.domains, today=case.today)
    noted: list[Outcome] = []

    def note(_: int, __: Fact, answer: bool | UnsetType) -> None:  # noqa: FBT001 - a callback of the program's shape
        noted.append(Outcome.FAIL if answer is False else Outcome.UNKNOWN)

    _, absent = bound.judge([case.fact], note)
    if absent[0]:
        return Outcome.NOT_APPLICABLE
    return noted[0] if noted else Outcome.PASS


def _result(policy: CheckedPolicy, case: Case) -> TestResult:
    outcome = judge_case(with_parameters(policy, case), case)
    line, column = policy.tree.mark(case.place)
    expected = Outcome(case.test.expect)
    return TestResult(policy.document.id, case.test.name, expected, outcome, policy.tree.file, line, column)
