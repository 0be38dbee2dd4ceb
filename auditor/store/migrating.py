"""Migrations: to which step a database has come, and the steps that are left."""

from __future__ import annotations

from collections.abc import Sequence

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from auditor.errors import StoreError

VERSION_TABLE = "auditor_version"
_PACKAGE = "auditor.store:migrations"


def newest() -> str:
    """Return the step to which this version of the auditor brings a database."""
    return str(_steps().get_current_head())


def revision(connection: Connection) -> str | None:
    """Return the step to which a database has come; None for one that holds nothing of ours."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def require_current(connection: Connection, place: str) -> None:
    """Raise ``StoreError`` unless a database is at the newest step: an older one has to be migrated by a person."""
    known = [step.revision for step in _steps().walk_revisions()]
    error = refusal(revision(connection), known, inspect(connection).get_table_names(), place)
    if error is not None:
        raise error


def refusal(at: str | None, known: Sequence[str], tables: Sequence[str], place: str) -> StoreError | None:
    """Return why a database at the step ``at`` cannot be used; ``known`` are the steps there are, the newest first."""
    if at == known[0]:
        return None
    if at is None:
        what = f"it holds other tables ({', '.join(sorted(tables)[:3])})" if tables else "it is empty"
        return StoreError(
            f"{place} is no history of the auditor: {what}.",
            "Name the right place under 'store' in the configuration, or move this one away to begin anew.",
        )
    if at in known:
        return StoreError(
            f"{place} was written by an older version of the auditor.",
            "Keep a copy and bring it up to date: auditor store backup FILE && auditor store migrate",
        )
    return StoreError(
        f"{place} was written by a newer version of the auditor (step {at}).", "Install that version, or a later one."
    )


def migrate(connection: Connection, to: str = "head") -> None:
    """Bring a database up to date, in the transaction of ``connection``."""
    config = Config()
    config.set_main_option("script_location", _PACKAGE)
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _steps() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", _PACKAGE)
    return ScriptDirectory.from_config(config)
