"""Drift: what could be read until lately, and cannot any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from auditor.errors import GapReason
from auditor.store.schema import audits, gaps, summaries, tenants

_TAKEN = (GapReason.DENIED.value, GapReason.NOT_LICENSED.value)


@dataclass(frozen=True, slots=True)
class Lost:
    """A kind of facts of one tenant of which something cannot be read any more, because somebody took that away."""

    tenant: str
    kind: str
    targets: int
    remedy: str


def lost_since(connection: Connection, moment: datetime) -> tuple[Lost, ...]:
    """Return what may not be read now, and could be read by an audit before those that began after ``moment``."""
    first = select(summaries.c.tenant, func.min(summaries.c.audit).label("audit")).group_by(summaries.c.tenant)
    oldest = first.subquery()
    columns = (tenants.c.id, gaps.c.kind, func.count(), func.min(gaps.c.remedy))
    query = (
        select(*columns)
        .join(tenants, tenants.c.number == gaps.c.tenant)
        .join(oldest, oldest.c.tenant == gaps.c.tenant)
        .join(audits, audits.c.number == gaps.c.first)
        .where(gaps.c.last.is_(None), gaps.c.reason.in_(_TAKEN))
        .where(audits.c.started > moment, gaps.c.first > oldest.c.audit)
        .group_by(tenants.c.id, gaps.c.kind)
        .order_by(tenants.c.id, gaps.c.kind)
    )
    return tuple(Lost(*row) for row in connection.execute(query))
