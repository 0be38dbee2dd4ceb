"""The row of an audit: it begins as running, and ends as whole or as interrupted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from auditor import __version__
from auditor.models import Report
from auditor.store.intervals import next_number
from auditor.store.schema import audits


def begin_audit(
    connection: Connection, *, audit_id: str, organisation: str, asked: Iterable[str], started: datetime
) -> int:
    """Write that an audit of the tenants ``asked`` has begun, and return its number.

    Audits of the same tenants that are still called running are dead, because their locks are ours: they become
    interrupted.
    """
    wanted = sorted(asked)
    running = select(audits.c.number, audits.c.asked).where(audits.c.state == "running")
    for number, others in connection.execute(running).all():
        if set(others.split()) & set(wanted):
            end_audit(connection, number, "interrupted")
    number = next_number(connection, audits)
    row = {"number": number, "id": audit_id, "organisation": organisation, "version": __version__}
    connection.execute(insert(audits), row | {"asked": " ".join(wanted), "state": "running", "started": started})
    return number


def end_audit(connection: Connection, number: int, state: str, report: Report | None = None) -> None:
    """Write how an audit ended: ``whole``, or ``interrupted``, which is compared with nothing."""
    ended = {"finished": report.audit.finished, "exit_code": report.audit.exit_code} if report else {}
    connection.execute(update(audits).where(audits.c.number == number).values(state=state, **ended))
