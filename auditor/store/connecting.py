"""Connections: SQLite by path, PostgreSQL by URL, and from there on one code path for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from auditor.errors import StoreError
from auditor.store.failures import translated

Transaction = Callable[[], AbstractContextManager[Connection]]
"""Gives a connection in one transaction."""

_PATIENCE = 10.0
"""Seconds to wait for another program that writes at the same moment."""
_WRITING = 0x61756469746F7201
"""Key of the advisory lock under which one process at a time writes to PostgreSQL."""
_WRITES = "auditor_writes"
_FOR_SQLITE = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA synchronous = FULL",
)


def connect_sqlite(path: Path, *, patience: float = _PATIENCE) -> Engine:
    """Return an engine for the file ``path``, which has to be there; ``patience`` in seconds."""
    # mode=rw, so that a file that is gone is an error and no new history.
    url = URL.create("sqlite", database=f"file:{_escaped(path)}", query={"mode": "rw", "uri": "true"})
    engine = create_engine(url, connect_args={"timeout": patience})

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say ourselves where a transaction begins
        cursor = connection.cursor()
        for pragma in _FOR_SQLITE:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Whoever is going to write says so at once: a reader that turns writer may be told that it is too late.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def connect_postgresql(address: str, application: str) -> Engine:
    """Return an engine for a URL of PostgreSQL's; ``application`` is how its server lists our connections.

    Raises ``StoreError`` for an address of anything else.
    """
    with translated("the address under 'store'"):
        url = make_url(address)
        if url.get_backend_name() not in {"postgresql", "postgres"}:
            raise StoreError(
                f"'{url.drivername}' is no database that the history can lie in.",
                "Write store: {path: FILE} for a file, or an address that begins with postgresql://",
            )
        url = url.set(drivername="postgresql+psycopg")
        arguments = {"application_name": application[:63], "connect_timeout": int(_PATIENCE)}
        return create_engine(url, connect_args=arguments, poolclass=NullPool, hide_parameters=True)


def write_ahead(engine: Engine, place: str) -> None:
    """Let readers and the writer of a file go on beside each other. It is written into the file, so it must be ours."""
    if engine.dialect.name == "sqlite":
        with translated(place), closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA journal_mode = WAL")


@contextmanager
def writing(engine: Engine, place: str) -> Iterator[Connection]:
    """Give a connection in one transaction, the only one that writes; it ends whole, or as if it had never begun."""
    with translated(place), engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITING})
        yield connection


@contextmanager
def reading(engine: Engine, place: str) -> Iterator[Connection]:
    """Give a connection that sees the store as it is now, whatever others write meanwhile."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with translated(place), engine.connect().execution_options(**level) as connection, connection.begin():
        yield connection


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
