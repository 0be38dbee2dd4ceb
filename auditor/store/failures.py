"""Failures: what databases and their drivers say, turned into errors of ours with a remedy. The one place for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from auditor.errors import StoreError

_DAMAGED = (
    "{place} is damaged: {said}.",
    "Put the last good copy in its place (auditor store backup makes them). Nothing was written to it.",
)
_SQLITE = {
    5: (
        "{place} is locked by another program.",
        "Close what has it open (fuser {place} names it), and run again.",
    ),
    8: (
        "{place} may only be read.",
        "Make file and folder writable for the account that runs the auditor.",
    ),
    10: (
        "{place} could not be read or written: {said}.",
        "Look at the disk: dmesg, df, and the limits of the account.",
    ),
    11: _DAMAGED,
    13: ("The disk of {place} is full. Nothing was lost of what it held.", "Make room (df -h), and run again."),
    14: ("{place} cannot be opened.", "Look whether the file and its folder are there and may be written to."),
    26: _DAMAGED,
}
"""By SQLite's primary result code (https://sqlite.org/rescode.html)."""
_POSTGRESQL = {
    "08": ("The database does not answer: {said}.", "Look whether it runs and whether this machine may reach it."),
    "25": ("The database may only be read: {said}.", "Name the primary server under 'store', not a standby."),
    "28": ("The database refused the sign-in: {said}.", "Correct role and password in what 'store' names."),
    "3D": ("There is no such database: {said}.", "Make it: createdb NAME"),
    "42": ("The database refused it: {said}.", "Grant the role the right to create tables and to write to them."),
    "53": ("The database has no room left: {said}.", "Make room on the disk of the server, and run again."),
}
"""By class of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
_UNUSABLE = ("{place} cannot be used: {said}.", "Look whether it is whole: auditor store check")
_SILENT = ("The database does not answer: {said}.", "Look whether it runs and whether this machine may reach it.")


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Raise ``StoreError`` in place of whatever SQLAlchemy and the drivers raise; ``place`` names the database."""
    try:
        yield
    except DBAPIError as error:
        raise _told(error.orig or error, place) from error
    except sqlite3.Error as error:  # past SQLAlchemy, where it would begin a transaction
        raise _told(error, place) from error
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            "PostgreSQL needs a library that is not installed.",
            "In your clone of the auditor: pip install '.[postgresql]'",
        ) from error
    except SQLAlchemyError as error:
        raise StoreError(f"{place} cannot be used: {error}", "Correct 'store' in the configuration.") from error


def _told(error: BaseException, place: str) -> StoreError:
    """Return what to say of an error of a driver."""
    message, remedy = _words(error)
    said = " ".join(str(error).split()).rstrip(".")
    return StoreError(message.format(place=place, said=said), remedy.format(place=place))


def _words(error: BaseException) -> tuple[str, str]:
    """Return message and remedy for an error of a driver."""
    if isinstance(error, sqlite3.Error):
        # SQLite's extended codes carry the primary one in the low byte; none comes of Python's own checks.
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, _UNUSABLE)
    state = getattr(error, "sqlstate", None)
    return _POSTGRESQL.get(str(state)[:2], _SILENT) if state else _SILENT
