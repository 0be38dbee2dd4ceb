"""Intervals: rows that hold from one audit to another; an audit ends those that hold no more and begins new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

Row = dict[str, Any]
"""Values by column."""
Identity = TypeVar("Identity")

_AT_ONCE = 500
"""Values in one query; older SQLite takes 999."""
_ROWS_AT_ONCE = 5_000
"""Rows in one statement."""


def turn(
    connection: Connection,
    table: Table,
    holding: Iterable[tuple[int, Identity]],
    now: Mapping[Identity, Row],
    *,
    first: int,
    last: int,
) -> None:
    """End the rows of ``holding`` that are not in ``now``, and begin those that are missing."""
    left = dict(now)
    ended = [number for number, identity in holding if left.pop(identity, None) is None]
    end(connection, table, [{"row": number} for number in ended], last=last)
    begin(connection, table, left.values(), first=first)


def end(connection: Connection, table: Table, rows: Sequence[Row], *, last: int) -> None:
    """End rows, given with what else is to be written of each; ``last`` is the last audit in which they held."""
    update_rows(connection, table, [{**row, "last": last} for row in rows])


def begin(connection: Connection, table: Table, rows: Iterable[Row], *, first: int) -> int:
    """Write rows that hold from the audit ``first`` on; return the number of the first of them."""
    start = next_number(connection, table)
    numbered = enumerate(rows, start)
    insert_rows(connection, table, ({"number": at, **row, "first": first, "last": None} for at, row in numbered))
    return start


def next_number(connection: Connection, table: Table) -> int:
    """Return the number of the next row; nobody else writes while we do."""
    return (connection.scalar(select(func.max(table.c.number))) or 0) + 1


def insert_rows(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Write new rows."""
    left = iter(rows)
    # In portions, because SQLAlchemy prepares all rows of one call before it hands over the first.
    while some := list(islice(left, _ROWS_AT_ONCE)):
        connection.execute(insert(table), some)


def update_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write values into rows; ``row`` holds the number of each, and all hold the same columns."""
    if rows:
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "row"}
        connection.execute(update(table).where(table.c.number == bindparam("row")).values(columns), rows)


def portions(values: Sequence[str]) -> Iterable[Sequence[str]]:
    """Yield ``values`` in portions that one query takes."""
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
