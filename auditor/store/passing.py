"""What came and went: findings that began after one audit and were resolved before the last; neither has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from auditor.models import OPEN, Severity, StandingOutcome, State
from auditor.store.reading import holds, references
from auditor.store.schema import audits, evidence, outcomes, policies, summaries, tenants

_OPEN = tuple(state.value for state in OPEN)


@dataclass(frozen=True, slots=True)
class Passed:
    """A finding that came and went."""

    tenant: str
    outcome: StandingOutcome
    """As it stood; its text is empty where evidence was forgotten."""
    first: datetime
    """When the first audit that found it ended."""
    last: datetime
    """When the last audit that found it ended."""


def came_and_went(connection: Connection, tenant: str, since: int) -> tuple[Passed, ...]:
    """Return the findings of a tenant that began after the audit number ``since`` and were resolved before now.

    What was open then, is open now or was accepted is none of them; nor is anything where the tenant had not been read
    by then, because of that nobody knows when it began. The first to begin comes first.
    """
    place = connection.scalar(select(tenants.c.number).where(tenants.c.id == tenant))
    last = select(func.max(summaries.c.audit)).where(summaries.c.tenant == place, summaries.c.audit <= since)
    number = connection.scalar(last) if place is not None else None
    if number is None:
        return ()
    marks = select(outcomes.c.fingerprint).where(outcomes.c.tenant == place)
    stood = marks.where(holds(outcomes, number), outcomes.c.state.in_(_OPEN))
    stands = marks.where(outcomes.c.last.is_(None), outcomes.c.state.in_((*_OPEN, State.EXEMPT.value)))
    resolved = marks.where(outcomes.c.first > number, outcomes.c.resolved)
    wanted = (
        outcomes.c.tenant == place,
        outcomes.c.first > number,
        outcomes.c.last.is_not(None),
        outcomes.c.state == State.FAIL.value,
        outcomes.c.fingerprint.in_(resolved),
        outcomes.c.fingerprint.not_in(stood),
        outcomes.c.fingerprint.not_in(stands),
    )
    known = references(connection, select(outcomes.c.fact).where(*wanted))
    began, ended = audits.alias(), audits.alias()
    columns = (
        *(outcomes.c.fingerprint, policies.c.id, outcomes.c.severity, outcomes.c.fact),
        *(evidence.c.text, began.c.finished, ended.c.finished),
    )
    query = (
        select(*columns)
        .join(policies, policies.c.number == outcomes.c.policy)
        .join(began, began.c.number == outcomes.c.first)
        .join(ended, ended.c.number == outcomes.c.last)
        .join(evidence, evidence.c.outcome == outcomes.c.number, isouter=True)
        .where(*wanted)
        .order_by(outcomes.c.first, outcomes.c.number)
    )
    found: dict[str, Passed] = {}
    for mark, policy, severity, fact, words, first, end in connection.execute(query):
        outcome = StandingOutcome(mark, policy, State.FAIL, Severity(severity), known[fact], words or "")
        # What came twice is told once, from the first time to the last.
        found[mark] = Passed(tenant, outcome, found[mark].first if mark in found else first, end)
    return tuple(found.values())
