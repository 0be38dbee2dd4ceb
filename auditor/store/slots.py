"""Slots: which are claimed, which are done. A slot is unique by job and moment: whoever writes its row first has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, update

from auditor.models import Slot, SlotState
from auditor.store.connecting import Transaction
from auditor.store.intervals import Row, next_number
from auditor.store.locks import Lock, Still, Wait, application, of_slot, refuse
from auditor.store.schema import slots

_OPEN = (SlotState.CLAIMED.value, SlotState.AGAIN.value)
_COLUMNS = [column for column in slots.c if column.name != "number"]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a job: its newest slot that is not in the future, and those that have not come to an end."""

    newest: datetime | None = None
    unfinished: tuple[Slot, ...] = ()


class Slots:
    """The slots of a store. Every method is one transaction, and may raise ``StoreError``."""

    def __init__(
        self,
        write: Transaction,
        read: Transaction,
        lock: Callable[[Lock, Wait], AbstractContextManager[Still]],
        holder: Callable[[Lock], str | None],
    ) -> None:
        self._write = write
        self._read = read
        self._lock = lock
        self._holder = holder

    def known(self, now: datetime) -> Mapping[str, Known]:
        """Return what is known of each job that ever had a slot.

        Slots in the future, which a clock that was wrong left behind, are not looked at.
        """
        newest = select(slots.c.job, func.max(slots.c.due)).where(slots.c.due <= now).group_by(slots.c.job)
        unfinished = _slots(slots.c.state.in_(_OPEN), slots.c.due <= now)
        with self._read() as connection:
            begun = [_slot(row._mapping) for row in connection.execute(unfinished)]  # noqa: SLF001 - public in SQLAlchemy
            return {
                job: Known(due, tuple(slot for slot in begun if slot.job == job))
                for job, due in connection.execute(newest)
            }

    def latest(self, count: int = 1) -> Mapping[str, tuple[Slot, ...]]:
        """Return the newest slots of each job, the newest first, ``count`` at the most."""
        rank = func.row_number().over(partition_by=slots.c.job, order_by=slots.c.due.desc())
        ranked = select(*_COLUMNS, rank.label("rank")).subquery()
        columns = [column for column in ranked.c if column.name != "rank"]
        query = select(*columns).where(ranked.c.rank <= count).order_by(ranked.c.job, ranked.c.due.desc())
        found: dict[str, list[Slot]] = {}
        with self._read() as connection:
            for row in connection.execute(query):
                slot = _slot(row._mapping)  # noqa: SLF001 - as above
                found.setdefault(slot.job, []).append(slot)
        return {job: tuple(each) for job, each in found.items()}

    def find(self, job: str, due: datetime) -> Slot | None:
        """Return the slot of a job at a moment, if anybody has claimed it."""
        with self._read() as connection:
            return _found(connection, job, due)

    def claim(self, job: str, due: datetime, now: datetime, note: str = "") -> Slot | None:
        """Claim a slot that nobody has claimed; None if somebody was first."""
        slot = Slot(job=job, due=due, state=SlotState.CLAIMED, attempts=1, holder=application(), claimed=now, note=note)
        with self._write() as connection:
            if _found(connection, job, due):
                return None
            _write(connection, [slot])
            return slot

    def take_up(self, slot: Slot, now: datetime, note: str = "") -> Slot | None:
        """Claim a slot again whose last attempt came to nothing; None if somebody else was first."""
        fresh = {"state": SlotState.CLAIMED, "holder": application(), "claimed": now, "finished": None}
        again = slot.model_copy(update=fresh | {"attempts": slot.attempts + 1, "exit_code": None, "note": note})
        return again if self._replace(slot, again) else None

    def end(
        self, slot: Slot, state: SlotState, now: datetime, *, exit_code: int | None = None, note: str = ""
    ) -> Slot | None:
        """Write how an attempt at a slot ended; None if the slot is no longer as it was given."""
        ended = slot.model_copy(update={"state": state, "finished": now, "exit_code": exit_code, "note": note})
        return ended if self._replace(slot, ended) else None

    def finish(self, slot: Slot, now: datetime, exit_code: int) -> None:
        """Write that a slot is done; for whoever holds it."""
        with self._write() as connection:
            finish(connection, slot, now, exit_code)

    def give_back(self, slot: Slot, now: datetime, note: str) -> Slot | None:
        """Write that an attempt was broken off through no fault of its own, so that it does not count."""
        ended = slot.model_copy(
            update={"state": SlotState.AGAIN, "attempts": slot.attempts - 1, "finished": now, "note": note}
        )
        return ended if self._replace(slot, ended) else None

    def miss(self, job: str, dues: Iterable[datetime], now: datetime, note: str) -> None:
        """Write that slots have passed at which nobody was there, unless somebody was."""
        with self._write() as connection:
            there = {"holder": application(), "claimed": now, "finished": now, "note": note}
            missed = [
                Slot.model_validate({"job": job, "due": due, "state": SlotState.MISSED, "attempts": 0, **there})
                for due in dues
                if not _found(connection, job, due)
            ]
            _write(connection, missed)

    def holder(self, job: str) -> str | None:
        """Return who is at a slot of a job at this moment; None if nobody is."""
        return self._holder(of_slot(job))

    def holding(self, job: str, wait: Wait = refuse) -> AbstractContextManager[Still]:
        """Be at a slot of a job, alone. Raises ``AuditRunningError`` from ``wait`` while somebody else is."""
        return self._lock(of_slot(job), wait)

    def _replace(self, before: Slot, after: Slot) -> bool:
        with self._write() as connection:
            return _replace(connection, before, after)


def finish(connection: Connection, slot: Slot, now: datetime, exit_code: int) -> None:
    """Write that a slot is done, by whoever holds its lock, in the transaction that keeps what was done."""
    done = {"state": SlotState.DONE.value, "holder": application(), "finished": now, "exit_code": exit_code}
    connection.execute(update(slots).where(slots.c.job == slot.job, slots.c.due == slot.due).values(done))


def _replace(connection: Connection, before: Slot, after: Slot) -> bool:
    """Write ``after`` in place of a slot, if it still is as ``before`` says; return whether it was."""
    same = (slots.c.state == before.state.value, slots.c.attempts == before.attempts, slots.c.holder == before.holder)
    values = after.model_dump() | {"state": after.state.value}
    query = update(slots).where(slots.c.job == before.job, slots.c.due == before.due, *same).values(values)
    return connection.execute(query).rowcount == 1


def _found(connection: Connection, job: str, due: datetime) -> Slot | None:
    row = connection.execute(_slots(slots.c.job == job, slots.c.due == due)).first()
    return None if row is None else _slot(row._mapping)  # noqa: SLF001 - as above


def _write(connection: Connection, fresh: list[Slot]) -> None:
    first = next_number(connection, slots)
    rows: list[Row] = [
        {"number": number, **slot.model_dump(), "state": slot.state.value} for number, slot in enumerate(fresh, first)
    ]
    if rows:
        connection.execute(insert(slots), rows)


def _slots(*conditions: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    return select(*_COLUMNS).where(*conditions).order_by(slots.c.due)


def _slot(row: RowMapping) -> Slot:
    return Slot.model_validate(dict(row))
