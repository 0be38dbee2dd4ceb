from __future__ import annotations

import pytest
from sample import empty, fact, finding, result, sample, seen, without_findings

from auditor.models import Coverage, Outcome, Report, Severity
from auditor.reports.verdict import verdict


def clean() -> Report:
    """Return a report in which everything was seen and nothing found."""
    return without_findings(seen(sample()))


def test_the_verdict_is_that_of_the_worst_principal_or_administrator() -> None:
    said = verdict(sample())
    assert (said.level, said.call) == ("critical", "Act today")
    assert said.sentence.startswith("Ana Rivera (principal) has 1 critical finding")
    assert said.caveats[-1] == "Other people have 10 open findings."


def test_everything_seen_and_nothing_open_is_clear() -> None:
    assert verdict(clean()).level == "clear"
    assert verdict(clean()).caveats == ()


def test_findings_of_volunteers_do_not_make_the_verdict_but_are_said() -> None:
    report = seen(sample())
    deciding = {f for p in report.people if p.tier in {"principal", "administrator"} for f in p.findings}
    kept = [f for f in report.findings if f.fingerprint not in deciding and f.policy == "account.mfa.registered"]
    said = verdict(report.model_copy(update={"results": (result("p", "P", Severity.HIGH, "workspace", kept),)}))
    assert (said.level, said.caveats) == ("clear", ("Other people have 5 open findings.",))


def test_what_cannot_wait_is_said_of_other_people_too() -> None:
    grave = [
        finding("p", "workspace", severity, fact("account", f"{who}@x", who, None), "Lost", {}, "Mend it", urgent)
        for who, severity, urgent in (
            ("a", Severity.CRITICAL, "call"), ("b", Severity.HIGH, "call"), ("c", Severity.LOW, None)
        )
    ]  # fmt: skip
    report = clean()
    volunteer = report.people[-2].model_copy(update={"findings": tuple(each.fingerprint for each in grave)})
    found = (result("p", "P", Severity.HIGH, "workspace", grave),)
    said = verdict(report.model_copy(update={"people": (*report.people, volunteer), "results": found}))
    assert said.caveats == ("Other people have 3 open findings, 1 of them critical and 1 more to call about.",)


def test_a_finding_of_the_organisation_counts_for_everybody() -> None:
    bad = finding("p", "workspace", Severity.HIGH, fact("settings", "/", "/", None), "Open to all", {}, "Close it")
    said = verdict(clean().model_copy(update={"results": (result("p", "P", Severity.HIGH, "workspace", [bad]),)}))
    assert (said.level, said.sentence) == ("high", "the organisation has 1 high finding.")


def unseen(what: str) -> Report:
    """Return a report that would be clear, but for one thing that was not seen."""
    report = clean()
    if what == "nothing read":
        return empty()
    if what == "nobody important":
        return report.model_copy(update={"people": report.people[4:]})
    if what == "judgement missing":
        first = report.people[0].model_copy(update={"unknowns": 1})
        return report.model_copy(update={"people": (first, *report.people[1:])})
    if what == "interrupted":
        return report.model_copy(update={"audit": report.audit.model_copy(update={"exit_code": 130})})
    if what == "policy unknown":
        dark = report.results[0].model_copy(update={"outcome": Outcome.UNKNOWN})
        return report.model_copy(update={"results": (dark, *report.results[1:])})
    gaps = [gap for row in sample().coverage for gap in row.gaps]
    rows = {
        "no accounts": [row for row in report.coverage if (row.kind, row.tenant) != ("account", "microsoft")],
        "no listing of accounts": [
            *report.coverage[:4],
            Coverage(tenant="microsoft", kind="account", targets=0, read=0),
        ],
        "accounts broken off": [report.coverage[0].model_copy(update={"read": 0}), *report.coverage[1:]],
        "vanished without a gap": [*report.coverage[:5], report.coverage[5].model_copy(update={"read": 13})],
        "a principal's mailbox": [
            *report.coverage,
            Coverage(tenant="workspace", kind="x", targets=1, read=0, gaps=(gaps[0],)),
        ],
        "a field of all accounts": [
            *report.coverage,
            Coverage(tenant="microsoft", kind="x", targets=1, read=1, gaps=(gaps[2],)),
        ],
    }[what]
    return report.model_copy(update={"coverage": tuple(rows)})


@pytest.mark.parametrize(
    "what",
    [
        "nothing read", "nobody important", "judgement missing", "interrupted", "policy unknown", "no accounts",
        "no listing of accounts", "accounts broken off", "vanished without a gap", "a principal's mailbox",
        "a field of all accounts",
    ],
)  # fmt: skip
def test_what_could_not_be_seen_is_grey_and_never_green(what: str) -> None:
    said = verdict(unseen(what))
    assert (said.level, said.call) == ("unseen", "Could not be seen")
    assert len(said.sentence) > 10


def test_a_volunteers_unread_mailbox_leaves_the_verdict_clear() -> None:
    gaps = [gap for row in sample().coverage for gap in row.gaps if gap.label.startswith("Erik Berg")]
    row = Coverage(tenant="workspace", kind="mail_rule", targets=1, read=0, gaps=tuple(gaps))
    assert len(gaps) == 1
    assert verdict(clean().model_copy(update={"coverage": (*clean().coverage, row)})).level == "clear"


def test_a_lesser_finding_does_not_cover_what_was_not_seen() -> None:
    dark = without_findings(sample(), below=Severity.HIGH)
    assert verdict(dark).level == "unseen"
    assert verdict(dark).caveats[-1] == "Among what was seen: 1 medium."
    assert verdict(seen(dark)).level == "medium"


def test_a_grave_finding_is_said_although_not_everything_was_seen() -> None:
    assert any("Marcus Webb could not be assessed fully" in caveat for caveat in verdict(sample()).caveats)
