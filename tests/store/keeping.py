"""Audits of the small world, kept in a history."""

from __future__ import annotations

from remembering import TENANT, World

from auditor.changes import compare
from auditor.models import Changes, Report, Standing
from auditor.standing import stand
from auditor.store import Store


def keep(store: Store, number: int, world: World) -> tuple[Report, Standing | None]:
    """Audit a world and keep it; return the report, and what stood then by what was in memory."""
    reading = world.reading(number, store.standing(TENANT))
    started = reading.finished
    with store.auditing(audit_id=reading.audit, organisation="X", tenants=[TENANT], started=started) as record:
        before = record.before(TENANT)
        now = stand(before, reading)
        changes: Changes | None = compare([(before, now)]) if now else None
        report = world.report(reading).model_copy(update={"changes": changes})
        record.keep(report, {TENANT: now} if now else {})
        assert record.failure is None, record.failure
    return report, now
