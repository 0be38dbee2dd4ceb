"""Locks: one audit of a tenant at a time, and no maintenance meanwhile. They end with the process, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from auditor.errors import AuditRunningError, StoreError
from auditor.store.failures import translated

Wait = Callable[[AuditRunningError], None]
"""Called when somebody else holds a lock: returns to try again, or raises."""

_STORE = ""
"""The lock of the whole store: audits share it, maintenance holds it alone."""
_REMEDY = "Wait until it is done, or run with --wait."


def refuse(error: AuditRunningError) -> None:
    """Raise what is told, rather than wait."""
    raise error


@contextmanager
def file_locks(path: Path, tenants: Sequence[str], wait: Wait) -> Iterator[None]:
    """Hold the locks of ``tenants`` (none: that of the whole store, alone) in files beside the database ``path``."""
    with ExitStack() as held:
        for name, shared in _wanted(tenants):
            place = path.with_name(f"{path.name}.{name}.lock" if name else f"{path.name}.lock")
            try:
                descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            except OSError as error:
                said = (error.strerror or str(error)).lower()
                raise StoreError(f"{place} cannot be opened: {said}.", "Make the folder writable for us.") from error
            held.callback(os.close, descriptor)
            while not _locked(descriptor, shared=shared):
                wait(AuditRunningError(f"{_subject(name)} {_holder(descriptor)}.", _REMEDY))
            if not shared:
                _sign(descriptor)
        yield


@contextmanager
def advisory_locks(engine: Engine, place: str, tenants: Sequence[str], wait: Wait) -> Iterator[None]:
    """Hold the locks of ``tenants`` (none: that of the whole store, alone) in PostgreSQL."""
    with translated(place), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name, shared in _wanted(tenants):
            key = int.from_bytes(blake2b(f"auditor/{name}".encode(), digest_size=8).digest(), signed=True)
            function = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
            while not connection.scalar(text(f"SELECT {function}(:key)"), {"key": key}):
                wait(AuditRunningError(f"{_subject(name)} {_session(connection, key)}.", _REMEDY))
        try:
            yield
        finally:
            # The server notices the end of a connection a little later than the next audit may begin.
            connection.execute(text("SELECT pg_advisory_unlock_all()"))


def application() -> str:
    """Return how this process is named where others look for the holder of a lock."""
    return f"auditor {os.getpid()} on {platform.node()}"


def _wanted(tenants: Sequence[str]) -> list[tuple[str, bool]]:
    """Return the locks to take, in the one order that keeps two processes from waiting for each other."""
    return [(_STORE, True), *((tenant, False) for tenant in sorted(set(tenants)))] if tenants else [(_STORE, False)]


def _subject(name: str) -> str:
    return f"Another audit of '{name}' is running:" if name else "The history is in use:"


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


def _holder(descriptor: int) -> str:
    try:
        told = json.loads(os.pread(descriptor, 1000, 0))
        return f"{told['holder']}, since {told['since']}"
    except (ValueError, KeyError, TypeError):
        return "nobody says who"


def _session(connection: Connection, key: int) -> str:
    """Return who holds a lock, as PostgreSQL lists it: a key of 64 bits in two halves."""
    row = connection.execute(
        text(
            "SELECT application_name, backend_start FROM pg_stat_activity JOIN pg_locks USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND classid = :high AND objid = :low AND objsubid = 1"
        ),
        {"high": (key >> 32) & 0xFFFFFFFF, "low": key & 0xFFFFFFFF},
    ).first()
    if row is None:
        return "nobody says who"
    return f"{row.application_name}, since {row.backend_start.astimezone(UTC).isoformat(timespec='seconds')}"
