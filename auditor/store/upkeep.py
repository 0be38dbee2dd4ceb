"""Upkeep: forgetting what is old, copies, and everything in plain values."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, exists, func, insert, or_, select, update

from auditor.errors import StoreError
from auditor.models import SlotState
from auditor.store.failures import translated
from auditor.store.files import create
from auditor.store.schema import (
    INTERVALS,
    audits,
    coverage,
    evidence,
    facts,
    messages,
    metadata,
    outcomes,
    presences,
    reports,
    resolutions,
    slots,
    summaries,
)


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much was forgotten."""

    audits: int
    intervals: int
    evidence: int


def prune(connection: Connection, *, before: datetime | None, evidence_before: datetime | None) -> Pruned:
    """Forget audits that began before a moment, and what ended with them; and evidence of what ended before another.

    What still stands stays, with its evidence, and so does the last audit of each tenant, with which the next one is
    compared. Of a finding that was resolved the fingerprint stays, so that it is known to come back when it returns.
    """
    gone_evidence = _prune_evidence(connection, evidence_before) if evidence_before else 0
    if evidence_before:  # texts that were kept because somebody might want them again; they name people
        connection.execute(update(messages).where(messages.c.due < evidence_before).values(document=None))
    if before is None:
        return Pruned(0, 0, gone_evidence)
    over = slots.c.state.not_in([SlotState.CLAIMED.value, SlotState.AGAIN.value])
    connection.execute(delete(slots).where(slots.c.due < before, over))
    needed = select(func.max(summaries.c.audit)).group_by(summaries.c.tenant)
    kept = select(func.min(audits.c.number)).where(
        audits.c.state == "whole", or_(audits.c.started >= before, audits.c.number.in_(needed))
    )
    oldest = connection.scalar(kept)
    if oldest is None:
        return Pruned(0, 0, gone_evidence)
    _keep_resolutions(connection, oldest)
    ended = select(outcomes.c.number).where(outcomes.c.last < oldest)
    gone_evidence += connection.execute(delete(evidence).where(evidence.c.outcome.in_(ended))).rowcount
    intervals = 0
    for table in INTERVALS:
        intervals += connection.execute(delete(table).where(table.c.last < oldest)).rowcount
        connection.execute(update(table).where(table.c.first < oldest).values(first=oldest))
    connection.execute(delete(coverage).where(coverage.c.audit < oldest))
    connection.execute(delete(summaries).where(summaries.c.audit < oldest))
    connection.execute(delete(reports).where(reports.c.audit < oldest))
    connection.execute(update(messages).where(messages.c.audit < oldest).values(audit=None))
    gone = connection.execute(delete(audits).where(audits.c.number < oldest)).rowcount
    used = select(outcomes.c.fact).union(select(presences.c.fact))
    connection.execute(delete(facts).where(facts.c.number.not_in(used)))
    return Pruned(gone, intervals, gone_evidence)


def _keep_resolutions(connection: Connection, oldest: int) -> None:
    """Keep the fingerprints of what was resolved before the audit ``oldest``."""
    known = exists().where(
        resolutions.c.tenant == outcomes.c.tenant, resolutions.c.fingerprint == outcomes.c.fingerprint
    )
    found = select(outcomes.c.tenant, outcomes.c.fingerprint).distinct()
    found = found.where(outcomes.c.resolved, outcomes.c.last < oldest, ~known)
    connection.execute(insert(resolutions).from_select(["tenant", "fingerprint"], found))


def _prune_evidence(connection: Connection, before: datetime) -> int:
    ended = select(outcomes.c.number).join(audits, audits.c.number == outcomes.c.last).where(audits.c.started < before)
    return connection.execute(delete(evidence).where(evidence.c.outcome.in_(ended))).rowcount


def shrink(engine: Engine, place: str) -> None:
    """Give back the room of what was forgotten; what was there is overwritten."""
    # Outside every transaction, where SQLAlchemy would begin one.
    with translated(place), closing(engine.raw_connection()) as connection:
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            connection.cursor().execute(statement)


def rows(connection: Connection) -> Iterator[dict[str, object]]:
    """Yield every row of every table in the order of the tables and their keys."""
    for table in metadata.sorted_tables:
        for row in connection.execute(select(table).order_by(*table.primary_key)):
            yield {"table": table.name, **{name: _plain(value) for name, value in row._mapping.items()}}  # noqa: SLF001 - public in SQLAlchemy


def copy(engine: Engine, target: Path, place: str) -> None:
    """Write a copy of an SQLite database, as it is in one moment, to ``target``, which must not exist."""
    if os.path.lexists(target):
        raise StoreError(f"{target} exists already.", "Name a file that does not exist.")

    def fill(path: Path) -> None:
        with translated(place), engine.connect() as connection, closing(sqlite3.connect(path)) as copied:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)  # noqa: S101 - nothing else is copied
            source.backup(copied)
            # A copy is one file: what lies beside it in write-ahead mode would be left behind.
            copied.execute("PRAGMA journal_mode = DELETE")

    create(target.absolute(), fill)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
