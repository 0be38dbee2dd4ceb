"""The store itself: what one can ask of it. Every question and every change is one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine

from auditor.errors import StoreError
from auditor.models import Slot, Standing
from auditor.store import drift, integrity, migrating, passing, reading, reports, upkeep
from auditor.store.audit_rows import begin_audit, end_audit
from auditor.store.connecting import reading as reading_from
from auditor.store.connecting import write_ahead, writing
from auditor.store.leases import Leases
from auditor.store.locks import (
    Lock,
    Still,
    Wait,
    advisory_locks,
    file_locks,
    holder_of_advisory,
    holder_of_file,
    of_tenants,
    refuse,
)
from auditor.store.outbox import Outbox
from auditor.store.reading import KeptAudit
from auditor.store.record import Record
from auditor.store.reports import KeptReport
from auditor.store.slots import Slots


class Store:
    """An open history. Close it, or use it in a ``with`` statement. Every method may raise ``StoreError``."""

    def __init__(self, engine: Engine, place: str, path: Path | None) -> None:
        """Take an engine, how to call the database before people, and its file if it is one."""
        self._engine = engine
        self._path = path
        self.place = place

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    @contextmanager
    def auditing(
        self,
        *,
        audit_id: str,
        organisation: str,
        tenants: Sequence[str],
        started: datetime,
        wait: Wait = refuse,
        keep_report: bool = False,
        slot: Slot | None = None,
    ) -> Iterator[Record]:
        """Hold the locks of ``tenants`` for an audit, and give it a record to be kept in; its report too, if wanted.

        An audit that is kept ends the ``slot`` that it was made for, in the same transaction.

        Raises ``AuditRunningError`` from ``wait`` while another audit of one of them runs. An audit that ends without
        having been kept counts as interrupted.
        """
        with self._locked(of_tenants(tenants), wait):
            with self._write() as connection:
                number = begin_audit(
                    connection, audit_id=audit_id, organisation=organisation, asked=tenants, started=started
                )
            standings = {tenant: self.standing(tenant) for tenant in tenants}
            record = Record(self._write, number, audit_id, standings, keep_report=keep_report, slot=slot)
            try:
                yield record
            finally:
                if not record.kept:
                    # Where even that cannot be written, the next audit of these tenants will.
                    with suppress(StoreError), self._write() as connection:
                        end_audit(connection, number, "interrupted")

    @property
    def outbox(self) -> Outbox:
        """What is to be sent, and was."""
        return Outbox(self._write, self._read)

    @property
    def slots(self) -> Slots:
        """What was due when, and what became of it."""
        return Slots(self._write, self._read, self._one_lock, self._holder)

    @property
    def leases(self) -> Leases:
        """Who runs as the daemon, and which schedules hold."""
        return Leases(self._write, self._read, self._one_lock, self._holder)

    def audits(self) -> tuple[KeptAudit, ...]:
        """Return all audits, oldest first."""
        with self._read() as connection:
            return reading.kept_audits(connection)

    def standing(self, tenant: str, at: int | None = None) -> Standing | None:
        """Return what stood of a tenant after the audit of number ``at``, or after the last."""
        with self._read() as connection:
            return reading.standing(connection, tenant, at)

    def came_and_went(self, tenant: str, since: int) -> tuple[passing.Passed, ...]:
        """Return the findings of a tenant that began after the audit number ``since`` and were resolved before now."""
        with self._read() as connection:
            return passing.came_and_went(connection, tenant, since)

    def reports(self) -> tuple[KeptReport, ...]:
        """Return the newest reports that were kept, oldest first; together they tell of every tenant."""
        with self._read() as connection:
            return reports.kept_reports(connection)

    def lost_since(self, moment: datetime) -> tuple[drift.Lost, ...]:
        """Return what may not be read any more, and could be by an audit before those that began after ``moment``."""
        with self._read() as connection:
            return drift.lost_since(connection, moment)

    def check(self, *, thorough: bool = True) -> tuple[str, ...]:
        """Return what is wrong with the history, in sentences; nothing if it is whole."""
        with self._read() as connection:
            return integrity.problems(connection, thorough=thorough)

    def require_sound(self) -> None:
        """Raise ``StoreError`` unless the database is up to date and undamaged."""
        with self._read() as connection:
            migrating.require_current(connection, self.place)
        if wrong := self.check(thorough=False):
            raise StoreError(
                f"{self.place} is damaged: {wrong[0]}.",
                "Put the last good copy in its place (auditor store backup makes them). Nothing was written to it.",
            )

    def write_ahead(self) -> None:
        """Let readers go on while an audit is written."""
        write_ahead(self._engine, self.place)

    def migrate(self) -> tuple[str | None, str]:
        """Bring the database up to date; return the step before and after."""
        with self._locked(of_tenants(()), refuse), self._write() as connection:
            before = migrating.revision(connection)
            migrating.migrate(connection)
            return before, migrating.newest()

    def prune(
        self, *, before: datetime | None = None, evidence_before: datetime | None = None, wait: Wait = refuse
    ) -> upkeep.Pruned:
        """Forget audits, and evidence, older than the moments given; what still stands is never forgotten."""
        with self._locked(of_tenants(()), wait):
            with self._write() as connection:
                pruned = upkeep.prune(connection, before=before, evidence_before=evidence_before)
            if self._path is not None:
                upkeep.shrink(self._engine, self.place)
            return pruned

    def export(self) -> Iterator[dict[str, object]]:
        """Yield every row of every table, as plain values by column under the name of the table."""
        with self._read() as connection:
            yield from upkeep.rows(connection)

    def back_up(self, target: Path) -> None:
        """Write a whole copy of the database to ``target``, which must not exist, while audits may go on."""
        if self._path is None:
            raise StoreError(
                "PostgreSQL makes copies of itself better than we could.",
                "pg_dump --format=custom --file=history.dump DATABASE",
            )
        upkeep.copy(self._engine, target, self.place)

    def _locked(self, locks: Sequence[Lock], wait: Wait) -> AbstractContextManager[Still]:
        if self._path is not None:
            return file_locks(self._path, locks, wait)
        return advisory_locks(self._engine, self.place, locks, wait)

    def _one_lock(self, lock: Lock, wait: Wait) -> AbstractContextManager[Still]:
        return self._locked([lock], wait)

    def _holder(self, lock: Lock) -> str | None:
        if self._path is not None:
            return holder_of_file(self._path, lock)
        with self._read() as connection:
            return holder_of_advisory(connection, lock)

    def _write(self) -> AbstractContextManager[Connection]:
        return writing(self._engine, self.place)

    def _read(self) -> AbstractContextManager[Connection]:
        return reading_from(self._engine, self.place)
