"""Histories in both databases: SQLite in a file, and PostgreSQL in a cluster that the tests start for themselves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

Place = Path | str
_DATABASES = ("sqlite", "postgresql")
_NUMBERS = count()


def _binary(name: str) -> Path | None:
    """Return a program of PostgreSQL's server, which Debian keeps out of the search path; the newest of several."""
    # Not pyenv's and the like: those are scripts around the real one.
    packaged = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: -float(path.parts[4]))
    found = shutil.which(name)
    return next(iter(packaged), None) or (Path(found) if found else None)


def _as_postgres(folder: Path) -> list[str]:
    """Return what stands before a command, because the server does not run for root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Give the address of a fresh PostgreSQL that listens on a socket in a private folder."""
    initdb, server = _binary("initdb"), _binary("postgres")
    if initdb is None or server is None:
        reason = "NO POSTGRESQL HERE: the store is tested on SQLite alone (apt-get install postgresql)"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    # Not in pytest's folder: the path of a socket may have a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="auditor-pg-"))
    before = _as_postgres(folder)
    cluster = folder / "cluster"
    try:
        run = [*before, str(initdb), "-D", str(cluster), "-U", "auditor", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(run, check=True, capture_output=True, cwd=folder)  # noqa: S603 - PostgreSQL's own
        run = [*before, str(server), "-D", str(cluster), "-k", str(folder), "-c", "listen_addresses=", "-F"]
        with (folder.parent / f"{folder.name}.log").open("wb") as log:
            process = subprocess.Popen(run, cwd=folder, stdout=log, stderr=log)  # noqa: S603 - as above
        try:
            yield _await(f"postgresql+psycopg://auditor@/postgres?host={folder}", process)
        finally:
            process.send_signal(signal.SIGINT)  # SIGTERM would wait for whoever is connected
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)


def _await(address: str, process: subprocess.Popen[bytes]) -> str:
    engine = create_engine(address, poolclass=NullPool)
    for _ in range(300):
        with suppress(OperationalError), engine.connect():
            return address
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            break
    raise RuntimeError("PostgreSQL did not start")


@pytest.fixture
def new_database(postgresql: str) -> Callable[[], str]:
    """Give a maker of empty databases."""

    def make() -> str:
        name = f"history_{next(_NUMBERS)}"
        engine = create_engine(postgresql, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return postgresql.replace("/postgres?", f"/{name}?").replace("+psycopg", "")

    return make


@pytest.fixture(params=_DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Give a place for a history that is not there yet, in each database."""
    if request.param == "sqlite":
        return tmp_path / "state" / "history.db"
    make: Callable[[], str] = request.getfixturevalue("new_database")
    return make()
