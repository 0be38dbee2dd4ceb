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
    """What cannot be read any more of one tenant, because somebody took one thing away, which ``remedy`` gives back."""

    tenant: str
    remedy: str
    kinds: tuple[str, ...]
    targets: int
    """How many accounts or other things it is about, each once, of however many kinds of facts."""


def lost_since(connection: Connection, moment: datetime) -> tuple[Lost, ...]:
    """Return what may not be read now, and could be read by an audit before those that began after ``moment``."""
    first = select(summaries.c.tenant, func.min(summaries.c.audit).label("audit")).group_by(summaries.c.tenant)
    oldest = first.subquery()
    columns = (tenants.c.id, gaps.c.remedy, gaps.c.kind, gaps.c.target)
    query = (
        select(*columns)
        .distinct()
        .join(tenants, tenants.c.number == gaps.c.tenant)
        .join(oldest, oldest.c.tenant == gaps.c.tenant)
        .join(audits, audits.c.number == gaps.c.first)
        .where(gaps.c.last.is_(None), gaps.c.reason.in_(_TAKEN))
        .where(audits.c.started > moment, gaps.c.first > oldest.c.audit)
    )
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for tenant, remedy, kind, target in connection.execute(query):
        kinds, targets = found.setdefault((tenant, remedy), (set(), set()))
        kinds.add(kind)
        targets.add(target)
    return tuple(
        Lost(tenant, remedy, tuple(sorted(kinds)), len(targets))
        for (tenant, remedy), (kinds, targets) in sorted(found.items())
    )
