"""Locks: one at a time at a tenant, a job, a store. They end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from auditor.errors import AuditRunningError, StoreError
from auditor.store.failures import translated

_NOBODY: Final = "nobody says who"

Wait = Callable[[AuditRunningError], None]
"""Called when somebody else holds a lock: returns to try again, or raises."""
Still = Callable[[], bool]
"""Says whether locks that were taken are ours still: a connection may break, and a file be deleted."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock by name; ``taken`` is what to say before the name of its holder, and ``remedy`` what can be done."""

    name: str
    taken: str
    remedy: str = "Wait until it is done, or run with --wait."
    shared: bool = False


DAEMON: Final = Lock(
    "@daemon",
    "Another daemon runs for this history:",
    "Leave it to that one, or stop it: systemctl stop auditor, or kill and its number.",
)
"""The lock of the one daemon. No tenant's id holds an @."""


def of_slot(job: str) -> Lock:
    """Return the lock of whoever is at a slot of ``job``: one slot of a job at a time."""
    return Lock(f"@{job}", f"Somebody is at a slot of '{job}' already:", "Leave it to them: a slot runs once.")


def of_tenants(tenants: Sequence[str]) -> list[Lock]:
    """Return the locks of an audit of ``tenants``, which shares the store; of none: that of the store, alone."""
    store = "The history is in use:"
    if not tenants:
        return [Lock("", store)]
    # In the one order that keeps two processes from waiting for each other.
    each = [Lock(tenant, f"Another audit of '{tenant}' is running:") for tenant in sorted(set(tenants))]
    return [Lock("", store, shared=True), *each]


def refuse(error: AuditRunningError) -> None:
    """Raise what is told, rather than wait."""
    raise error


@contextmanager
def file_locks(path: Path, locks: Sequence[Lock], wait: Wait) -> Iterator[Still]:
    """Hold locks in files beside the database ``path``."""
    with ExitStack() as held:
        descriptors = {}
        for lock in locks:
            place = _place(path, lock)
            try:
                descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            except OSError as error:
                said = (error.strerror or str(error)).lower()
                raise StoreError(f"{place} cannot be opened: {said}.", "Make the folder writable for us.") from error
            held.callback(os.close, descriptor)
            while not _locked(descriptor, shared=lock.shared):
                wait(AuditRunningError(f"{lock.taken} {_signed(descriptor)}.", lock.remedy))
            if not lock.shared:
                _sign(descriptor)
            descriptors[place] = descriptor
        yield lambda: all(_same(place, descriptor) for place, descriptor in descriptors.items())


@contextmanager
def advisory_locks(engine: Engine, place: str, locks: Sequence[Lock], wait: Wait) -> Iterator[Still]:
    """Hold locks in PostgreSQL."""
    with translated(place), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for lock in locks:
            function = "pg_try_advisory_lock_shared" if lock.shared else "pg_try_advisory_lock"
            while not connection.scalar(text(f"SELECT {function}(:key)"), {"key": _key(lock)}):
                session = _session(connection, lock) or _NOBODY
                wait(AuditRunningError(f"{lock.taken} {session}.", lock.remedy))
        try:
            yield lambda: _answers(connection)
        finally:
            # The server notices the end of a connection a little later than the next audit may begin.
            connection.execute(text("SELECT pg_advisory_unlock_all()"))


def holder_of_file(path: Path, lock: Lock) -> str | None:
    """Return who holds a lock beside the database ``path``; None if nobody does."""
    try:
        descriptor = os.open(_place(path, lock), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        # Shared, and given back at once: whoever wants it in this moment tries again.
        return None if _locked(descriptor, shared=True) else _signed(descriptor)
    finally:
        os.close(descriptor)


def holder_of_advisory(connection: Connection, lock: Lock) -> str | None:
    """Return who holds a lock in PostgreSQL; None if nobody does."""
    return _session(connection, lock)


def application() -> str:
    """Return how this process is named where others look for the holder of a lock."""
    return f"auditor {os.getpid()} on {platform.node()}"


def _place(path: Path, lock: Lock) -> Path:
    return path.with_name(f"{path.name}.{lock.name}.lock" if lock.name else f"{path.name}.lock")


def _key(lock: Lock) -> int:
    return int.from_bytes(blake2b(f"auditor/{lock.name}".encode(), digest_size=8).digest(), signed=True)


def _locked(descriptor: int, *, shared: bool) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(descriptor: int) -> None:
    """Write into the lock who holds it. Only for people to read: the lock itself is the operating system's."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps({"holder": application(), "since": since}).encode(), 0)


def _signed(descriptor: int) -> str:
    try:
        told = json.loads(os.pread(descriptor, 1000, 0))
        return f"{told['holder']}, since {told['since']}"
    except (ValueError, KeyError, TypeError):
        return _NOBODY


def _same(place: Path, descriptor: int) -> bool:
    """Return whether a file that was opened is the one that others would open."""
    try:
        return os.path.samestat(place.stat(), os.fstat(descriptor))
    except OSError:
        return False


def _answers(connection: Connection) -> bool:
    try:
        return bool(connection.scalar(text("SELECT 1")))
    except SQLAlchemyError:
        return False


def _session(connection: Connection, lock: Lock) -> str | None:
    """Return who holds a lock, as PostgreSQL lists it: a key of 64 bits in two halves."""
    key = _key(lock)
    row = connection.execute(
        text(
            "SELECT application_name, backend_start FROM pg_stat_activity JOIN pg_locks USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND classid = :high AND objid = :low AND objsubid = 1"
            " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ),
        {"high": (key >> 32) & 0xFFFFFFFF, "low": key & 0xFFFFFFFF},
    ).first()
    if row is None:
        return None
    return f"{row.application_name}, since {row.backend_start.astimezone(UTC).isoformat(timespec='seconds')}"
