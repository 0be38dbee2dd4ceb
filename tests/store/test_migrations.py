"""From every schema that ever landed a history comes to the newest one, in both databases, with all that it held."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from keeping import keep
from remembering import TENANT, World
from sqlalchemy import Engine, LargeBinary, MetaData, insert

from auditor.models import Outcome, State
from auditor.store import open_store
from auditor.store.connecting import connect_postgresql, connect_sqlite, reading, writing
from auditor.store.migrating import VERSION_TABLE, migrate, newest, refusal, revision
from auditor.store.schema import metadata

LANDED = Path(__file__).parent / "landed"
"""For each schema that landed, the rows of a small history as it was written then. Add one with each migration."""

Place = Path | str


def steps() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "auditor.store:migrations")
    return sorted(step.revision for step in ScriptDirectory.from_config(config).walk_revisions())


def engine_of(place: Place) -> Engine:
    if isinstance(place, str):
        return connect_postgresql(place, "tests")
    place.parent.mkdir(exist_ok=True)
    place.touch(mode=0o600)
    return connect_sqlite(place)


def at_step(place: Place, step: str) -> Engine:
    """Make a history as it was at a step, and fill it with what was kept then."""
    engine = engine_of(place)
    with writing(engine, "test") as connection:
        migrate(connection, to=step)
        tables = MetaData()
        tables.reflect(connection)
        for name, rows in json.loads((LANDED / f"{step}.json").read_text(encoding="utf-8")).items():
            table = tables.tables[name]
            binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
            for row in rows:
                values = {key: bytes.fromhex(value) if key in binary and value else value for key, value in row.items()}
                connection.execute(insert(table).values(values))
    return engine


def test_a_history_of_every_schema_is_among_the_tests() -> None:
    assert steps() == sorted(path.stem for path in LANDED.glob("*.json"))
    assert newest() == steps()[-1]


@pytest.mark.parametrize("step", steps())
def test_every_schema_that_landed_becomes_the_newest_and_keeps_what_it_held(place: Place, step: str) -> None:
    at_step(place, step).dispose()
    with open_store(place, sound=False) as store:
        assert store.migrate() == (step, newest())
    with open_store(place) as store:
        assert store.check() == ()
        standing = store.standing(TENANT)
        assert standing
        assert {outcome.state for outcome in standing.outcomes.values()} == {
            State.FAIL,
            State.UNVERIFIED,
            State.UNKNOWN,
        }
        assert standing.verdicts == {"mail.rule.test": Outcome.FAIL}
        assert [audit.state for audit in store.audits()] == ["whole", "interrupted", "whole"]
        report, now = keep(store, 9, World({"ana": {"ana-bad": "bad"}, "ben": {}}))
        assert report.changes
        assert (report.changes.counts.still_open, report.changes.counts.resolved) == (1, 1)
        assert store.standing(TENANT) == now


def test_the_migrations_make_what_the_tables_say(place: Place) -> None:
    engine = engine_of(place)
    with writing(engine, "test") as connection:
        migrate(connection)
    with reading(engine, "test") as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        assert revision(connection) == newest()
    engine.dispose()


def test_a_migration_that_breaks_off_leaves_nothing_behind(place: Place) -> None:
    engine = engine_of(place)

    def break_off() -> None:
        with writing(engine, "test") as connection:
            migrate(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with reading(engine, "test") as connection:
        assert revision(connection) is None
        tables = MetaData()
        tables.reflect(connection)
        assert not tables.tables
    engine.dispose()


@pytest.mark.parametrize(
    ("at", "tables", "said"),
    [
        ("0001", ["audits"], "auditor store backup FILE && auditor store migrate"),
        ("0003", ["audits"], "Install that version, or a later one."),
        (None, ["donors"], "Name the right place"),
        (None, [], "Name the right place"),
    ],
)
def test_what_is_not_at_the_newest_step_is_refused_until_a_person_has_acted(
    at: str | None, tables: list[str], said: str
) -> None:
    error = refusal(at, ["0002", "0001"], tables, "history.db")
    assert error
    assert said in error.remedy
    assert refusal("0002", ["0002", "0001"], tables, "history.db") is None
