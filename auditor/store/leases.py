"""Leases: who holds something since when, to be read by people. What makes it sure is a lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from auditor.models import Lease
from auditor.store.connecting import Transaction
from auditor.store.locks import DAEMON, Lock, Still, Wait, application, refuse
from auditor.store.schema import leases

DAEMON_LEASE = "daemon"
_SCHEDULE = "schedule of "


class Leases:
    """The leases of a store: its one daemon, and the schedules that hold. Every method may raise ``StoreError``."""

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

    def daemon(self) -> Lease | None:
        """Return what was last written about the daemon of this store, whether it lives or not."""
        return self._all().get(DAEMON_LEASE)

    def living(self) -> str | None:
        """Return who runs as the daemon of this store at this moment; None if nobody does."""
        return self._holder(DAEMON)

    def only_daemon(self) -> AbstractContextManager[Still]:
        """Be the one daemon of this store. Raises ``AuditRunningError``, which says who is, while another one runs."""
        return self._lock(DAEMON, refuse)

    def renew(self, now: datetime, *, since: datetime, note: str = "") -> None:
        """Write that the daemon, which runs ``since`` then, is alive, and what it is at."""
        with self._write() as connection:
            _put(connection, Lease(name=DAEMON_LEASE, holder=application(), since=since, renewed=now, note=note))

    def since(self) -> Mapping[str, datetime]:
        """Return since when the schedule of each job holds that ever had one."""
        kept = self._all().items()
        return {name.removeprefix(_SCHEDULE): lease.since for name, lease in kept if name.startswith(_SCHEDULE)}

    def schedules(self, wanted: Mapping[str, str], now: datetime) -> Mapping[str, datetime]:
        """Return since when the schedule of each job holds, given in words by job; new ones hold from ``now`` on.

        What was due before is not made up for. A moment in the future, left by a clock that was wrong, becomes ``now``.
        """
        unchanged = self.unchanged(wanted, now)
        since = {job: unchanged.get(job, now) for job in wanted}
        changed = {job for job, moment in since.items() if moment == now}
        if changed:
            with self._write() as connection:
                for job in changed:
                    _put(connection, Lease(name=_SCHEDULE + job, holder=wanted[job], since=now, renewed=now))
        return since

    def unchanged(self, wanted: Mapping[str, str], now: datetime) -> Mapping[str, datetime]:
        """Return since when those schedules hold that are as they were when the daemon looked last, by job."""
        kept = self._all()
        found = ((job, kept.get(_SCHEDULE + job)) for job in wanted)
        return {
            job: lease.since for job, lease in found if lease and lease.holder == wanted[job] and lease.since <= now
        }

    def _all(self) -> dict[str, Lease]:
        with self._read() as connection:
            rows = connection.execute(select(leases))
            return {row.name: Lease.model_validate(dict(row._mapping)) for row in rows}  # noqa: SLF001 - public in SQLAlchemy


def _put(connection: Connection, lease: Lease) -> None:
    connection.execute(delete(leases).where(leases.c.name == lease.name))
    connection.execute(insert(leases), lease.model_dump())
