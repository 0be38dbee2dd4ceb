"""The report for programs: ``auditor/report/1``, frozen, written field by field and never dumped from our own types.

Documented in ``docs/report-format.md``; its JSON Schema is ``report-1.schema.json`` beside this module. Within
version 1 keys are only ever added; anything else is called version 2.
"""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from auditor.models import (
    Change,
    Changes,
    Counts,
    Coverage,
    Exempted,
    FactReference,
    Finding,
    Gap,
    Notice,
    OwnerReference,
    Person,
    PolicyResult,
    Report,
    Unknown,
)
from auditor.reports.words import in_utc

SCHEMA: Final = "auditor/report/1"
"""First value of every document of this format."""

_Object = dict[str, JsonValue]


def render(report: Report, *, width: int = 100, colour: bool = False) -> str:  # noqa: ARG001 - every format's signature
    """Return the report as one JSON document in ASCII, two spaces deep; equal reports give equal bytes.

    Text is kept as the vendor gave it, lone surrogates included, and escaped, so that showing it in a terminal is safe.
    """
    return json.dumps(document(report), ensure_ascii=True, indent=2, allow_nan=False) + "\n"


def document(report: Report) -> _Object:
    """Return the report as plain JSON values, with keys and lists in the documented order."""
    audit = report.audit
    return {
        "schema": SCHEMA,
        "organisation": report.organisation,
        "audit": {
            "id": audit.id,
            "started": _moment(audit.started),
            "finished": _moment(audit.finished),
            "exit_code": audit.exit_code,
        },
        "tenants": [
            {"id": tenant.id, "label": tenant.label, "connector": tenant.connector}
            for tenant in sorted(report.tenants, key=lambda t: t.id)
        ],
        "coverage": [_coverage(row) for row in sorted(report.coverage, key=lambda c: (c.tenant, c.kind))],
        "results": [_result(result) for result in sorted(report.results, key=lambda r: (r.policy, r.tenant))],
        "people": [_person(person) for person in sorted(report.people, key=lambda p: (p.address, p.name))],
        "changes": None if report.changes is None else changes_document(report.changes),
        "notices": [_notice(notice) for notice in sorted(report.notices, key=_place)],
    }


def _moment(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, to the second."""
    return in_utc(moment).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _coverage(row: Coverage) -> _Object:
    gaps = sorted(row.gaps, key=lambda g: (g.target, g.source, g.reason, g.fields, g.detail, g.label))
    return {
        "tenant": row.tenant,
        "kind": row.kind,
        "targets": row.targets,
        "read": row.read,
        "not_applicable": row.not_applicable,
        "facts": row.facts,
        "gaps": [_gap(gap) for gap in gaps],
    }


def _gap(gap: Gap) -> _Object:
    return {
        "target": gap.target,
        "label": gap.label,
        "owner": gap.owner,
        "source": gap.source,
        "fields": list(gap.fields),
        "reason": gap.reason.value,
        "detail": gap.detail,
        "remedy": gap.remedy,
    }


def _result(result: PolicyResult) -> _Object:
    findings = sorted(result.findings, key=lambda f: (-f.severity.rank, f.fact.key, f.fingerprint))
    unknowns = sorted(result.unknowns, key=lambda u: (u.fact.kind, u.fact.key, u.reason))
    exempted = sorted(result.exempted, key=lambda e: (e.finding.fact.key, e.finding.fingerprint))
    return {
        "policy": result.policy,
        "title": result.title,
        "severity": result.severity.value,
        "tenant": result.tenant,
        "outcome": result.outcome.value,
        "assessed": result.assessed,
        "unknown": result.unknown,
        "not_applicable": result.not_applicable,
        "findings": [_finding(finding) for finding in findings],
        "unknowns": [_unknown(unknown) for unknown in unknowns],
        "exempted": [_exempted(each) for each in exempted],
    }


def _finding(finding: Finding) -> _Object:
    return {
        "fingerprint": finding.fingerprint,
        "severity": finding.severity.value,
        "policy_severity": (finding.raised_from or finding.severity).value,
        "raised_for": finding.raised_for,
        "fact": _fact(finding.fact),
        "message": finding.message,
        "evidence": {key: _evidence(value) for key, value in sorted(finding.evidence.items())},
        "fix": finding.fix,
        "urgent": finding.urgent,
    }


def _unknown(unknown: Unknown) -> _Object:
    return {"fact": _fact(unknown.fact), "reason": unknown.reason}


def _exempted(each: Exempted) -> _Object:
    exemption = each.exemption
    return {
        "finding": _finding(each.finding),
        "reason": exemption.reason,
        "answers_for": exemption.owner,
        "granted_by": exemption.granted_by,
        "granted": exemption.granted.isoformat(),
        "until": each.until.isoformat(),
    }


def changes_document(changes: Changes) -> _Object:
    """Return changes as plain JSON values, in the form that they have in a report."""
    return {
        "counts": _counts(changes.counts),
        "tenants": [
            {
                "tenant": each.since.tenant,
                "audit": each.since.audit,
                "finished": None if each.since.finished is None else _moment(each.since.finished),
                "counts": _counts(each.counts),
            }
            for each in sorted(changes.tenants, key=lambda t: t.since.tenant)
        ],
        "people": [
            {"address": each.address, "counts": _counts(each.counts)}
            for each in sorted(changes.people, key=lambda p: p.address)
        ],
        "items": [_change(change) for change in changes.changes],
        "still_open": [*sorted(changes.still_open)],
        "still_unverified": [*sorted(changes.still_unverified)],
        "baseline": [*sorted(changes.baseline)],
    }


def _change(change: Change) -> _Object:
    return {
        "kind": change.kind.value,
        "policy": change.policy,
        "tenant": change.tenant,
        "fingerprint": change.fingerprint,
        "severity": change.severity.value,
        "fact": _fact(change.fact),
        "message": change.message,
        "reason": change.reason,
    }


def _counts(counts: Counts) -> _Object:
    return {
        "opened": counts.opened,
        "came_back": counts.came_back,
        "went_dark": counts.went_dark,
        "unverified": counts.unverified,
        "resolved": counts.resolved,
        "exempted": counts.exempted,
        "still_open": counts.still_open,
        "still_unverified": counts.still_unverified,
        "baseline": counts.baseline,
    }


def _notice(notice: Notice) -> _Object:
    return {
        "id": notice.id,
        "policy": notice.policy,
        "tenant": notice.tenant,
        "account": notice.account,
        "key": notice.key,
        "message": notice.message,
        "remedy": notice.remedy,
    }


def _place(notice: Notice) -> tuple[str, ...]:
    return notice.policy, notice.tenant, notice.account or "", notice.key or "", notice.id


def _fact(fact: FactReference) -> _Object:
    return {"kind": fact.kind, "key": fact.key, "label": fact.label, "owner": _owner(fact.owner)}


def _owner(owner: OwnerReference | None) -> _Object | None:
    return None if owner is None else {"key": owner.key, "address": owner.address, "name": owner.name}


def _person(person: Person) -> _Object:
    accounts = sorted(person.accounts, key=lambda a: (a.tenant, a.key))
    return {
        "address": person.address,
        "name": person.name,
        "tier": person.tier,
        "accounts": [{"tenant": a.tenant, "key": a.key, "address": a.address} for a in accounts],
        "findings": list(person.findings),
        "unknowns": person.unknowns,
    }


def _evidence(value: JsonValue) -> JsonValue:
    """Return an evidence value with sorted keys; a number that JSON cannot hold becomes its name, such as ``nan``."""
    if isinstance(value, dict):
        return {key: _evidence(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [_evidence(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
