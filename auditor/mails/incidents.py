"""What is said only by telephone: whoever reads along in a mailbox must not learn from a mail what we know of him.

A report goes in, and one comes out in which every finding of a policy that looks for intruders says that somebody must
be called, and nothing else. Everything that is made of it afterwards can give nothing away.
"""

from __future__ import annotations

from typing import Final

from auditor.models import Change, ChangeKind, Exempted, FactReference, Finding, PolicyResult, Report

CALL: Final = "call"
SENTENCE: Final = "call, do not mail. What it is about is in no mail."
TITLE: Final = "A matter for the telephone"
FIX: Final = (
    "Call on a number that you know, and speak of it nowhere in writing.\n"
    "What was found, and what to click, is shown on the machine where the auditor runs: auditor history report"
)
_OVER: Final = "what there was to call about is settled."


def is_incident(finding: Finding) -> bool:
    """Whether a finding is one to call about."""
    return finding.urgent == CALL


def has_incidents(report: Report) -> bool:
    """Whether there is anything in a report that must not stand in a mail."""
    return any(is_incident(finding) for result in report.results for finding in result.findings)


def discreet(report: Report) -> Report:
    """Return the report without what must not stand in a mail."""
    results = tuple(_quiet(result) if _calls(result) else result for result in report.results)
    changes = report.changes
    if changes is not None:
        # Of a policy that is not judged any more nobody knows whether it looked for intruders.
        open_ones = {result.policy for result in report.results if not _calls(result)}
        told = (each if each.policy in open_ones else _quiet_change(each) for each in changes.changes)
        changes = changes.model_copy(update={"changes": tuple(told)})
    return report.model_copy(update={"results": results, "changes": changes})


def _calls(result: PolicyResult) -> bool:
    return result.urgent == CALL or any(is_incident(finding) for finding in result.findings)


def _quiet(result: PolicyResult) -> PolicyResult:
    return result.model_copy(
        update={
            "why": "",
            "findings": tuple(_quiet_finding(finding) for finding in result.findings),
            "exempted": tuple(_quiet_exempted(each, result.title) for each in result.exempted),
        }
    )


def _quiet_finding(finding: Finding) -> Finding:
    changed = {"fact": _quiet_fact(finding.fact), "message": f"{_whose(finding.fact)}: {SENTENCE}", "evidence": {}}
    return finding.model_copy(update={**changed, "fix": FIX, "urgent": CALL})


def _quiet_exempted(each: Exempted, title: str) -> Exempted:
    finding = _quiet_finding(each.finding).model_copy(update={"message": f"Accepted: {title}"})
    return each.model_copy(update={"finding": finding})


def _quiet_change(change: Change) -> Change:
    over = change.kind in {ChangeKind.RESOLVED, ChangeKind.EXEMPTED}
    message = "" if change.kind is ChangeKind.WENT_DARK else f"{_whose(change.fact)}: {_OVER if over else SENTENCE}"
    reason = change.reason if change.kind in {ChangeKind.WENT_DARK, ChangeKind.UNVERIFIED} else ""
    return change.model_copy(update={"fact": _quiet_fact(change.fact), "message": message, "reason": reason})


def _quiet_fact(fact: FactReference) -> FactReference:
    return fact.model_copy(update={"label": _whose(fact)})


def _whose(fact: FactReference) -> str:
    return (fact.owner.name or fact.owner.address) if fact.owner else "the organisation"
