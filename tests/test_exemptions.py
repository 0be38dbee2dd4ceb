from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import ExemptionError
from auditor.exemption_file import load, with_one_more
from auditor.exemptions import apply, last_day
from auditor.exit_codes import ExitCode, exit_code
from auditor.models import (
    Exemption,
    FactReference,
    Finding,
    Notice,
    Outcome,
    OwnerReference,
    PolicyResult,
    Severity,
    Unknown,
    fingerprint,
)
from auditor.policy import load_packs

TODAY = date(2026, 3, 2)
RULE, MFA = "mail.rule.no-external-forwarding", "account.mfa-enforced"
ANA = "ana@rivera.example"
POLICIES = {policy.document.id: policy.document for policy in load_packs(["baseline"]).policies}
ENTRY = """\
  - policy: mail.rule.no-external-forwarding
    tenant: workspace
    account: ana@rivera.example
    key: rule-1
    reason: the archive needs it
    owner: Ben
    granted_by: Ana
    granted: 2026-02-01
    expires: 2026-06-01
"""


def exemption(**changes: object) -> Exemption:
    return Exemption.model_validate(
        {
            "policy": RULE,
            "tenant": "workspace",
            "account": ANA,
            "key": "rule-1",
            "reason": "the archive needs it",
            "owner": "Ben",
            "granted_by": "Ana",
            "granted": date(2026, 2, 1),
            "expires": date(2026, 6, 1),
            **changes,
        }
    )


def finding(key: str = "rule-1", *, evidence: dict[str, object] | None = None, address: str = ANA) -> Finding:
    owner = OwnerReference(key=f"key of {address}", address=address, name="Ana")
    return Finding.model_validate(
        {
            "policy": RULE,
            "tenant": "workspace",
            "fingerprint": fingerprint(RULE, "workspace", "mail_rule", key),
            "severity": Severity.HIGH,
            "fact": FactReference(kind="mail_rule", key=key, label=key, owner=owner),
            "message": "",
            "fix": "",
            "evidence": evidence or {},
        }
    )


def result(*findings: Finding, unknowns: int = 0) -> PolicyResult:
    about = FactReference(kind="mail_rule", key="k", label="k")
    missing = tuple(Unknown(policy=RULE, tenant="workspace", fact=about, reason=str(n)) for n in range(unknowns))
    outcome = Outcome.FAIL if findings else Outcome.UNKNOWN if unknowns else Outcome.PASS
    return PolicyResult(
        policy=RULE, title="", severity=Severity.HIGH, tenant="workspace", outcome=outcome, assessed=3,
        not_applicable=0, findings=findings, unknowns=missing,
    )  # fmt: skip


def applied(
    judged: PolicyResult, *exemptions: Exemption, tier: str = "staff", today: date = TODAY
) -> tuple[PolicyResult, list[str]]:
    tiers = {("workspace", f"key of {ANA}"): tier}
    (after,), notices = apply([judged], exemptions, tiers=tiers, today=today, days=180)
    return after, [notice.id.removeprefix("exemption.") for notice in notices]


def test_a_valid_exemption_takes_the_finding_out_of_the_open_ones_and_keeps_it() -> None:
    after, notices = applied(result(finding()), exemption())
    assert (after.findings, after.outcome, notices) == ((), Outcome.EXEMPT, [])
    (excused,) = after.exempted
    assert (excused.finding, excused.exemption, excused.until) == (finding(), exemption(), date(2026, 6, 1))


def test_what_is_exempt_does_not_count_for_the_exit_code() -> None:
    after, _ = applied(result(finding()), exemption())
    assert exit_code([after], [], fail_on=Severity.LOW, locked_out=False, stopped=False) is ExitCode.CLEAN


def test_what_else_is_open_stays_open() -> None:
    after, _ = applied(result(finding(), finding("rule-2")), exemption())
    assert ([each.fact.key for each in after.findings], after.outcome) == (["rule-2"], Outcome.FAIL)


def test_what_is_unknown_stays_unknown() -> None:
    after, _ = applied(result(finding(), unknowns=1), exemption())
    assert (after.outcome, after.unknown) == (Outcome.UNKNOWN, 1)


@pytest.mark.parametrize("other", [{"policy": MFA}, {"tenant": "microsoft"}, {"account": "ben@rivera.example"}])
def test_an_exemption_for_something_else_excuses_nothing(other: dict[str, object]) -> None:
    after, _ = applied(result(finding()), exemption(**other))
    assert after == result(finding())


def test_an_exemption_holds_on_its_last_day_and_not_on_the_next() -> None:
    assert applied(result(finding()), exemption(), today=date(2026, 6, 1))[0].exempted
    after, notices = applied(result(finding()), exemption(), today=date(2026, 6, 2))
    assert (after.outcome, notices) == (Outcome.FAIL, ["expired"])


def test_an_exemption_does_not_hold_before_it_is_granted() -> None:
    after, notices = applied(result(finding()), exemption(), today=date(2026, 1, 31))
    assert (after.outcome, notices) == (Outcome.FAIL, ["not-yet"])


def test_an_exemption_that_asks_for_too_long_holds_for_as_long_as_is_allowed() -> None:
    eternal = exemption(expires=date(2036, 1, 1))
    assert last_day(eternal, 180) == date(2026, 7, 31)
    after, notices = applied(result(finding()), eternal)
    assert (after.exempted[0].until, notices) == (date(2026, 7, 31), ["too-long"])
    assert applied(result(finding()), eternal, today=date(2026, 8, 1))[0].outcome is Outcome.FAIL


def test_the_end_of_an_exemption_is_called_to_mind_two_weeks_before() -> None:
    assert applied(result(finding()), exemption(), today=date(2026, 5, 17))[1] == []
    assert applied(result(finding()), exemption(), today=date(2026, 5, 18))[1] == ["ends-soon"]


def test_an_exemption_that_nothing_needs_is_said_to_be_unused() -> None:
    assert applied(result(), exemption())[1] == ["unused"]


def test_an_exemption_is_not_called_unused_where_not_everything_was_seen() -> None:
    assert applied(result(unknowns=1), exemption())[1] == []


def test_nothing_is_said_of_an_exemption_whose_policy_was_not_judged() -> None:
    assert applied(result(), exemption(tenant="microsoft"), exemption(policy=MFA))[1] == []


@pytest.mark.parametrize("tier", ["principal", "administrator"])
def test_a_principal_or_administrator_is_excused_only_by_name(tier: str) -> None:
    after, notices = applied(result(finding()), exemption(account=None), tier=tier)
    assert (after.outcome, notices) == (Outcome.FAIL, ["not-named"])
    assert applied(result(finding()), exemption(), tier=tier)[0].outcome is Outcome.EXEMPT
    assert applied(result(finding()), exemption(account=None), tier="staff")[0].outcome is Outcome.EXEMPT


def test_a_rule_that_was_changed_after_it_was_accepted_returns() -> None:
    accepted = exemption(evidence={"mail_rule.destinations": ["archive@partner.example"]})
    same = finding(evidence={"mail_rule.destinations": ["archive@partner.example"], "mail_rule.mechanism": "filter"})
    other = finding(evidence={"mail_rule.destinations": ["spy@elsewhere.example"], "mail_rule.mechanism": "filter"})
    assert applied(result(same), accepted)[0].outcome is Outcome.EXEMPT
    assert applied(result(other), accepted)[1] == ["changed"]
    assert applied(result(other), accepted)[0].outcome is Outcome.FAIL
    assert applied(result(finding()), accepted)[0].outcome is Outcome.FAIL


def test_true_is_not_one() -> None:
    assert applied(result(finding(evidence={"a": 1})), exemption(evidence={"a": True}))[0].outcome is Outcome.FAIL


def test_a_notice_says_what_to_do() -> None:
    _, (notice,) = apply([result()], [exemption()], tiers={}, today=TODAY, days=180)
    assert notice == Notice(
        id="exemption.unused",
        policy=RULE,
        tenant="workspace",
        account=ANA,
        key="rule-1",
        message=f"The exemption from {RULE} for {ANA} excuses nothing: there is no such finding.",
        remedy="Delete it, or correct what it names.",
    )


@given(st.data())
def test_no_finding_is_lost_or_excused_twice(data: st.DataObject) -> None:
    keys = st.sampled_from(["rule-1", "rule-2", "rule-3"])
    judged = result(*map(finding, data.draw(st.sets(keys))), unknowns=data.draw(st.integers(0, 1)))
    starts = st.integers(-300, 10).map(lambda days: TODAY + timedelta(days=days))
    exemptions = [
        exemption(key=key, granted=granted, expires=granted + timedelta(days=days))
        for key, granted, days in data.draw(st.lists(st.tuples(keys, starts, st.integers(0, 400)), max_size=6))
    ]
    after, _ = applied(judged, *exemptions)
    kept = [*after.findings, *(each.finding for each in after.exempted)]
    assert sorted(each.fingerprint for each in kept) == sorted(each.fingerprint for each in judged.findings)
    for each in after.exempted:
        assert each.exemption.granted <= TODAY <= each.until <= each.exemption.granted + timedelta(days=180)
    assert (after.outcome is Outcome.FAIL) == bool(after.findings)
    assert after.unknowns == judged.unknowns


def file_of(folder: Path, text: str) -> Path:
    path = folder / "exemptions.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(folder: Path, text: str, *, partial: bool = False) -> tuple[Exemption, ...]:
    return load(file_of(folder, text), policies=POLICIES, tenants=["workspace"], partial=partial)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ExemptionError) as caught:
        loaded(folder, text)
    return [str(each).removeprefix(f"{folder}/") for each in caught.value.problems]


def test_a_file_is_read(tmp_path: Path) -> None:
    assert loaded(tmp_path, "exemptions:\n" + ENTRY) == (exemption(),)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "no-external-forwarding",
            "no-externl-forwarding",
            (
                "exemptions.yaml:2:13: there is no policy 'mail.rule.no-externl-forwarding' "
                "(Did you mean 'mail.rule.no-external-forwarding'?)"
            ),
        ),
        ("workspace", "worksp", "exemptions.yaml:3:13: there is no tenant 'worksp' (Did you mean 'workspace'?)"),
        ("owner:", "owners:", "exemptions.yaml:7:5: unknown key 'owners' (Did you mean 'owner'?)"),
        (
            "ana@rivera.example",
            '"*@rivera.example"',
            (
                "exemptions.yaml:4:14: an exemption matches exactly and takes no patterns "
                "(Write out what it is, once for each.)"
            ),
        ),
        (
            "    key: rule-1\n",
            "",
            (
                "exemptions.yaml:2:5: 'key' is missing: mail.rule.no-external-forwarding is about mail_rule "
                "(Copy it from the JSON report (fact.key), or the next rule on the same account is excused too.)"
            ),
        ),
        (
            "2026-06-01",
            "2026-01-01",
            (
                "exemptions.yaml:10:14: this is before the day on which it was granted, 2026-02-01 "
                "(Correct one of the two.)"
            ),
        ),
        ("2026-06-01", "never", "exemptions.yaml:10:14: this must be a date such as 2026-01-31"),
        (
            "    reason",
            "    evidence: {mail_rule.destination: []}\n    reason",
            (
                "exemptions.yaml:6:16: mail.rule.no-external-forwarding has no evidence 'mail_rule.destination' "
                "(Did you mean 'mail_rule.destinations'?)"
            ),
        ),
    ],
)
def test_a_mistake_is_told_at_its_place(old: str, new: str, problem: str, tmp_path: Path) -> None:
    assert problem in mistakes(tmp_path, "exemptions:\n" + ENTRY.replace(old, new))


def test_an_exemption_that_does_not_end_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "exemptions:\n" + ENTRY.replace("    expires: 2026-06-01\n", "")) == [
        "exemptions.yaml:2:5: 'expires' is missing"
    ]


def test_an_exemption_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "exemptions:\n" + ENTRY + ENTRY) == [
        "exemptions.yaml:11:5: the same exemption stands in line 2 (Keep one of the two.)"
    ]


def test_an_exemption_that_names_nothing_is_refused(tmp_path: Path) -> None:
    text = ENTRY.replace("    key: rule-1\n", "").replace(f"    account: {ANA}\n", "")
    (problem,) = mistakes(tmp_path, "exemptions:\n" + text)
    assert problem.startswith("exemptions.yaml:2:5: this names neither an account nor anything else")


def test_an_account_can_be_exempted_by_its_address_alone(tmp_path: Path) -> None:
    text = ENTRY.replace("    key: rule-1\n", "").replace(RULE, MFA)
    assert loaded(tmp_path, "exemptions:\n" + text) == (exemption(policy=MFA, key=None),)


def test_with_other_packs_an_exemption_from_a_policy_that_is_not_there_is_no_mistake(tmp_path: Path) -> None:
    text = "exemptions:\n" + ENTRY.replace(RULE, "our.own-policy")
    assert loaded(tmp_path, text, partial=True) == (exemption(policy="our.own-policy"),)


def added(text: str | None, one: Exemption) -> str:
    return with_one_more(text, one, file="exemptions.yaml", policies=POLICIES, tenants=["workspace"])


def test_a_new_file_begins_with_what_it_is(tmp_path: Path) -> None:
    written = added(None, exemption())
    assert written.startswith("# Risks that somebody accepted until a day.")
    assert loaded(tmp_path, written) == (exemption(),)


@pytest.mark.parametrize("indent", ["  ", "", "    "])
def test_an_exemption_is_added_at_the_end_and_nothing_else_is_touched(indent: str, tmp_path: Path) -> None:
    entry = "".join(f"{indent}{line[2:]}\n" for line in ENTRY.splitlines())
    text = f"# ours\nexemptions: # all of them\n{indent}# the archive\n{entry}{indent}# the end\n"
    another = exemption(key="rule-2", evidence={"mail_rule.destinations": ["a@b.example"]}, reason="yes: # 'quoted'")
    written = added(text, another)
    assert written.startswith(text)
    assert loaded(tmp_path, written) == (exemption(), another)


def test_an_exemption_that_is_there_already_is_not_added() -> None:
    with pytest.raises(ExemptionError):
        added("exemptions:\n" + ENTRY, exemption())


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=50))
def test_whatever_the_reason_is_the_file_says_it_or_is_not_written(reason: str) -> None:
    one = exemption(reason=reason)
    try:
        written = added("exemptions:\n" + ENTRY.replace("rule-1", "rule-0"), one)
    except ExemptionError:
        assert not reason.isprintable()
        return
    assert "rule-1" in written
