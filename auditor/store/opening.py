"""Opening: a history is made when there is none, and refused when it is damaged, foreign, old or new."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import structlog
from sqlalchemy import inspect

from auditor.store import files, migrating
from auditor.store.connecting import connect_postgresql, connect_sqlite, reading, writing
from auditor.store.locks import application
from auditor.store.store import Store

_log = structlog.get_logger(__name__)


def open_store(place: Path | str, *, make: bool = True, sound: bool = True) -> Store:
    """Return the history in the file ``place``, or at a URL of PostgreSQL's.

    With ``make``, one that is not there yet is made. With ``sound``, it has to be up to date and undamaged. Raises
    ``StoreError`` with the remedy. What is there and no history of ours is never written to.
    """
    store = _open_file(place, make=make) if isinstance(place, Path) else _open_url(place, make=make)
    if sound:
        try:
            store.require_sound()
            store.write_ahead()
        except BaseException:
            store.__exit__()
            raise
    return store


def _open_file(path: Path, *, make: bool) -> Store:
    path = path.resolve()
    files.require_local(path)
    if make and not os.path.lexists(path):
        files.create(path, _fill)
        _log.info("history made", path=str(path))
    files.require_private(path)
    return Store(connect_sqlite(path), str(path), path)


def _fill(path: Path) -> None:
    engine = connect_sqlite(path)
    with writing(engine, str(path)) as connection:
        migrating.migrate(connection)
    engine.dispose()
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def _open_url(address: str, *, make: bool) -> Store:
    engine = connect_postgresql(address, application())
    place = f"the database {engine.url.database or ''}".strip()
    if make:
        with reading(engine, place) as connection:
            empty = not inspect(connection).get_table_names()
        if empty:
            with writing(engine, place) as connection:
                migrating.migrate(connection)
            _log.info("history made", database=engine.url.database)
    return Store(engine, place, None)
