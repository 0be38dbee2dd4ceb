"""Reports that are kept: the newest of every tenant, so that mails can be made of it when their day comes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import structlog
from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select

from auditor.models import Report
from auditor.store.schema import audits, reports

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as it was made, with the number of its audit."""

    number: int
    report: Report


def keep_report(connection: Connection, number: int, report: Report | None) -> None:
    """Keep the report of the audit ``number``, and forget those that tell of nothing that it does not tell.

    Without a report those are forgotten all the same: what nobody wants kept any more must not grow old here.
    """
    asked = dict(connection.execute(select(audits.c.number, audits.c.asked)).all())
    tenants = set(asked[number].split())
    kept = connection.scalars(select(reports.c.audit)).all()
    gone = [each for each in kept if set(asked[each].split()) <= tenants]
    connection.execute(delete(reports).where(reports.c.audit.in_(gone)))
    if report is not None:
        connection.execute(insert(reports).values(audit=number, document=written(report)))


def kept_reports(connection: Connection) -> tuple[KeptReport, ...]:
    """Return the kept reports, oldest first.

    One that another version of the auditor wrote, and that this one cannot read, is left out: its tenants count as
    never audited then, which no mail calls well.
    """
    found = []
    for number, document in connection.execute(select(reports).order_by(reports.c.audit)):
        try:
            found.append(KeptReport(number, read(document)))
        except ValidationError:
            _log.warning("report not readable", audit=number, remedy="auditor audit")
    return tuple(found)


def written(report: Report) -> str:
    """Return a report as JSON from which ``read`` makes an equal one, whatever strangers wrote into it."""
    # Not pydantic's own JSON, which has no room for lone surrogates: Python escapes them.
    return json.dumps(report.model_dump(), ensure_ascii=True, separators=(",", ":"), default=_iso)


def read(document: str) -> Report:
    """Return the report that was written. Raises ``ValidationError`` for what is no report of this version."""
    return Report.model_validate(json.loads(document))


def _iso(moment: date) -> str:
    return moment.isoformat()
