"""Integrity: whether a history is whole, by the database's own check and by what intervals must obey."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Table, func, select, text

from auditor.store.schema import INTERVALS, audits, gaps, outcomes, presences, summaries, verdicts

_SAME = {
    outcomes: (outcomes.c.tenant, outcomes.c.fingerprint),
    verdicts: (verdicts.c.tenant, verdicts.c.policy),
    gaps: (gaps.c.tenant, gaps.c.identity),
    presences: (presences.c.fact,),
}
"""Columns by which two rows of an interval table speak of the same thing, so that they must not overlap."""


def problems(connection: Connection, *, thorough: bool) -> tuple[str, ...]:
    """Return what is wrong, in sentences; ``thorough`` also looks into every index and every interval."""
    found = list(_of_the_file(connection, thorough=thorough))
    if not found and thorough:
        found += [problem for table in INTERVALS for problem in _of_intervals(connection, table)]
    return tuple(found)


def _of_the_file(connection: Connection, *, thorough: bool) -> Iterator[str]:
    """Yield what SQLite finds wrong with its file. PostgreSQL looks after its own."""
    if connection.dialect.name != "sqlite":
        return
    check = "integrity_check" if thorough else "quick_check"
    yield from (row for row in connection.scalars(text(f"PRAGMA {check}(5)")) if row != "ok")
    if thorough:
        for table, row, *_ in connection.execute(text("PRAGMA foreign_key_check")):
            yield f"row {row} of {table} refers to nothing"


def _of_intervals(connection: Connection, table: Table) -> Iterator[str]:
    """Yield what intervals break: begun and ended by whole audits, in order, and never two at once of the same."""
    whole = select(audits.c.number).join(summaries, summaries.c.audit == audits.c.number)
    whole = whole.where(audits.c.state == "whole")
    for column in (table.c.first, table.c.last):
        query = select(func.count()).select_from(table).where(column.is_not(None), column.not_in(whole))
        if count := connection.scalar(query):
            yield f"{count} rows of {table.name} hold from or to an audit that was not whole"
    if count := connection.scalar(select(func.count()).select_from(table).where(table.c.last < table.c.first)):
        yield f"{count} rows of {table.name} end before they begin"
    same, order = _SAME[table], (table.c.first, table.c.number)
    earlier = select(
        table.c.first,
        func.lag(table.c.number).over(partition_by=same, order_by=order).label("number"),
        func.lag(table.c.last).over(partition_by=same, order_by=order).label("last"),
    ).subquery()
    unended = earlier.c.last.is_(None) | (earlier.c.last >= earlier.c.first)
    if count := connection.scalar(select(func.count()).where(earlier.c.number.is_not(None), unended)):
        yield f"{count} rows of {table.name} overlap"
