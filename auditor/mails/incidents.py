"""What is said only by telephone: whoever reads along in a mailbox must not learn from a mail what we know of him.

A report goes in, and one comes out in which every finding of a policy that looks for intruders, and everything else
about whoever has such a finding, says that somebody must be called, and nothing more. What is made of it afterwards can
give nothing away.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from auditor.models import Change, ChangeKind, Exempted, FactReference, Finding, PolicyResult, Report

CALL: Final = "call"
SENTENCE: Final = "call, do not mail."
TITLE: Final = "A matter for the telephone"
STEPS: Final = (
    "Call on a number that you know, and speak of it nowhere in writing.",
    "What was found, and what to click, is in no mail. On the machine of the auditor: auditor history report",
)
"""What to do about it, one step a line."""
_OVER: Final = "what there was to call about is settled."
_WELL: Final = frozenset({ChangeKind.RESOLVED, ChangeKind.EXEMPTED})

_Account = tuple[str, str]
"""Tenant and key."""


def has_incidents(report: Report, passed: Sequence[Change] = ()) -> bool:
    """Whether there is anything in a report that must not stand in a mail: open, over, or accepted.

    Nor may it be there where something to call about came and went: it would tell other traces of it.
    """
    return discreet(report, passed) != report


def discreet(report: Report, passed: Sequence[Change] = ()) -> Report:
    """Return the report without what must not stand in a mail; ``passed`` is what came and went beside it.

    An intruder leaves more than one trace: the address that he forwards to is in the finding about forwarding addresses
    too. So nothing is told of a person who must be called, but that.
    """
    called = _called(report, passed)
    results = tuple(_quiet(result, called) for result in report.results)
    changes = report.changes
    if changes is not None:
        changes = changes.model_copy(update={"changes": _quiet_changes(changes.changes, report, called)})
    return report.model_copy(update={"results": results, "changes": changes})


def quiet(report: Report, passed: Sequence[Change]) -> tuple[Change, ...]:
    """Return what came and went beside ``report``, in the same order, without what must not stand in a mail."""
    return _quiet_changes(passed, report, _called(report, passed))


def _quiet_changes(changes: Sequence[Change], report: Report, called: AbstractSet[_Account]) -> tuple[Change, ...]:
    harmless = _harmless(report)
    return tuple(
        each if each.policy in harmless and not _concerns(each.tenant, each.fact, called) else _quiet_change(each)
        for each in changes
    )


def _harmless(report: Report) -> frozenset[str]:
    """Return the policies that look for no intruders; of one that is not judged any more nobody knows."""
    return frozenset({result.policy for result in report.results} - {r.policy for r in report.results if _calls(r)})


def _called(report: Report, passed: Sequence[Change]) -> frozenset[_Account]:
    """Return the accounts of everybody about whom there is, or was in between, something to call about."""
    harmless = _harmless(report)
    incidents = [finding for result in report.results for finding in result.findings if finding.urgent == CALL]
    marks = {finding.fingerprint for finding in incidents}
    owners = {(finding.tenant, finding.fact.owner.key) for finding in incidents if finding.fact.owner}
    owners |= {
        (each.tenant, each.fact.owner.key if each.fact.owner else each.fact.key)
        for each in passed
        if each.policy not in harmless and (each.fact.owner or each.fact.kind == "account")
    }
    people = (
        person
        for person in report.people
        if marks.intersection(person.findings) or owners.intersection((a.tenant, a.key) for a in person.accounts)
    )
    return frozenset(owners | {(account.tenant, account.key) for person in people for account in person.accounts})


def _concerns(tenant: str, fact: FactReference, called: AbstractSet[_Account]) -> bool:
    return (tenant, fact.owner.key if fact.owner else fact.key) in called


def _calls(result: PolicyResult) -> bool:
    return result.urgent == CALL or any(finding.urgent == CALL for finding in result.findings)


def _quiet(result: PolicyResult, called: AbstractSet[_Account]) -> PolicyResult:
    def secret(finding: Finding) -> bool:
        return _calls(result) or _concerns(result.tenant, finding.fact, called)

    exempted = (_quiet_exempted(e, result.title) if secret(e.finding) else e for e in result.exempted)
    return result.model_copy(
        update={
            "findings": tuple(_quiet_finding(each) if secret(each) else each for each in result.findings),
            "exempted": tuple(exempted),
        }
    )


def _quiet_finding(finding: Finding) -> Finding:
    changed = {"fact": _quiet_fact(finding.fact), "message": f"{_whose(finding.fact)}: {SENTENCE}", "evidence": {}}
    return finding.model_copy(update={**changed, "fix": "\n".join(STEPS), "urgent": CALL})


def _quiet_exempted(each: Exempted, title: str) -> Exempted:
    finding = _quiet_finding(each.finding).model_copy(update={"message": f"Accepted: {title}"})
    return each.model_copy(update={"finding": finding})


def _quiet_change(change: Change) -> Change:
    message = f"{_whose(change.fact)}: {_OVER if change.kind in _WELL else SENTENCE}"
    if change.kind is ChangeKind.WENT_DARK:
        message = ""
    reason = change.reason if change.kind in {ChangeKind.WENT_DARK, ChangeKind.UNVERIFIED} else ""
    return change.model_copy(update={"fact": _quiet_fact(change.fact), "message": message, "reason": reason})


def _quiet_fact(fact: FactReference) -> FactReference:
    return fact.model_copy(update={"label": _whose(fact)})


def _whose(fact: FactReference) -> str:
    return (fact.owner.name or fact.owner.address) if fact.owner else "the organisation"
