"""The sample report, beside what stood a week before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from msgspec import structs
from sample import hostile_sample, sample

from auditor.changes import compare
from auditor.errors import GapReason
from auditor.models import Change, ChangeKind, Gap, Report, Standing, State
from auditor.standing import TenantReading, stand


def changed() -> Report:
    """Return the report with a change of each kind in one tenant, and with the other audited for the first time."""
    report = sample()
    now = _standing(report, "workspace")
    found = sorted(mark for mark, outcome in now.outcomes.items() if outcome.state is State.FAIL)
    dark = {mark for mark, outcome in now.outcomes.items() if outcome.state is State.UNKNOWN}
    new, back, hidden, gone, excused = found[:5]
    earlier = {mark: outcome for mark, outcome in now.outcomes.items() if mark not in {new, back, *dark}}
    gap = "Gmail answered 403: Delegation denied."
    later = {mark: outcome for mark, outcome in now.outcomes.items() if mark != gone}
    later[hidden] = structs.replace(later[hidden], state=State.UNVERIFIED, text=gap)
    later[excused] = structs.replace(later[excused], state=State.EXEMPT)
    before = replace(
        now,
        audit="a-week-ago",
        finished=now.finished - timedelta(weeks=1),
        outcomes=earlier,
        past=frozenset({back}),
    )
    changes = compare([(before, replace(now, outcomes=later)), (None, _standing(report, "microsoft"))], report.people)
    return report.model_copy(update={"changes": changes})


def unchanged() -> Report:
    """Return the report of an audit that found what the one before had found."""
    report = sample()
    pairs = [(standing, standing) for standing in (_standing(report, each.id) for each in report.tenants)]
    return report.model_copy(update={"changes": compare(pairs, report.people)})


def suspicious() -> Report:
    """Return the report of an audit that found no accounts where there were some."""
    report = sample()
    gap = Gap(
        tenant="microsoft", kind="account", source="comparison", target="microsoft",
        label="compared with the last audit", reason=GapReason.SUSPICIOUS, detail="There were 14 facts, now 0.",
        remedy="Look in the vendor's console.",
    )  # fmt: skip
    rows = (row.model_copy(update={"gaps": (gap,)}) if row.kind == "account" else row for row in report.coverage)
    return report.model_copy(update={"coverage": tuple(rows)})


def hostile_changes(text: str) -> Report:
    """Return a report in which every text of the changes is written by an attacker."""
    report = hostile_sample(text)
    finding = report.findings[0]
    changes = tuple(
        Change(
            kind=kind, policy=text, tenant="t", fingerprint=finding.fingerprint, severity=finding.severity,
            fact=finding.fact, message=text, reason=text,
        )
        for kind in ChangeKind
    )  # fmt: skip
    told = unchanged().changes
    assert told
    return report.model_copy(update={"changes": told.model_copy(update={"changes": changes})})


def _standing(report: Report, tenant: str) -> Standing:
    reading = TenantReading(
        tenant=tenant,
        label=tenant,
        audit=report.audit.id,
        finished=report.audit.finished,
        vendor_id=tenant,
        results=[result for result in report.results if result.tenant == tenant],
        coverage=[row for row in report.coverage if row.tenant == tenant],
        accounts={a.key: a.address for person in report.people for a in person.accounts if a.tenant == tenant},
    )
    standing = stand(None, reading)
    assert standing
    return standing
