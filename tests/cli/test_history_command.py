"""The history on the command line: an audit is kept, and the next one says what changed."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from remembering import TENANT, World
from test_config import SMALLEST
from typer.testing import CliRunner

from auditor.cli.history import app
from auditor.cli.practice_setup import write_configuration
from auditor.standing import stand
from auditor.store import open_store
from connectors.practice.generator import generate
from connectors.practice.permissions import Permissions
from connectors.practice.process import serving
from connectors.practice.server import PracticeServer

TODAY = datetime.now(UTC)


def auditor(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as people do."""
    command = [sys.executable, "-W", "error", "-c", "from auditor.cli.main import run; run()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def served(folder: Path, permissions: Permissions | None = None) -> Iterator[Path]:
    organisation = generate(accounts=25, seed=1, today=TODAY)
    with PracticeServer(organisation, permissions=permissions or Permissions()) as server:
        yield write_configuration(folder, serving(server), server.credentials)


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    yield from served(tmp_path / "practice")


def changes(config: Path, *more: str) -> dict[str, object]:
    ran = auditor("--quiet", "audit", "--config", config, "--format", "json", *more)
    assert ran.returncode == 1, ran.stderr
    told: dict[str, object] = json.loads(ran.stdout)["changes"]
    return told


def test_an_audit_is_kept_beside_the_configuration_and_the_next_one_says_what_changed(config: Path) -> None:
    first = changes(config)
    assert first["items"] == []
    second = changes(config)
    assert second["items"] == []
    assert second["still_open"] == first["baseline"] != []
    listed = auditor("history", "list", "--config", config).stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["1", "2"]
    assert all(" whole " in line and " critical, " in line for line in listed)
    difference = auditor("diff", "--config", config).stdout
    assert "Nothing changed" in difference
    told = json.loads(auditor("diff", "1", "2", "--format", "json", "--config", config).stdout)
    assert told["counts"] == second["counts"]
    shown = auditor("history", "show", "--config", config).stdout
    assert "critical" in shown
    assert auditor("store", "check", "--config", config).stdout.endswith("history.db: whole.\n")
    exported = auditor("history", "export", "--config", config).stdout.splitlines()
    assert {json.loads(line)["table"] for line in exported} >= {"audits", "outcomes", "facts", "evidence", "summaries"}


def test_what_other_policies_say_is_no_part_of_the_history(config: Path) -> None:
    ran = auditor("--quiet", "audit", "--config", config, "--format", "json", "--policies", "baseline")
    assert json.loads(ran.stdout)["changes"] is None
    assert not (config.parent / "state").exists()


def test_who_keeps_no_history_has_none(config: Path) -> None:
    config.write_text(config.read_text(encoding="utf-8") + "store: {keep: false}\n", encoding="utf-8")
    ran = auditor("--quiet", "audit", "--config", config, "--format", "json")
    assert json.loads(ran.stdout)["changes"] is None
    assert not (config.parent / "state").exists()
    asked = auditor("history", "list", "--config", config)
    assert (asked.returncode, asked.stdout) == (2, "")
    assert "keep: false" in asked.stderr


def test_a_scope_that_is_taken_away_goes_dark_and_resolves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    for config in served(folder):
        changes(config)
    state = folder / "state"
    state.rename(tmp_path / "state")
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    for config in served(folder, Permissions().without("gmail.settings.basic")):
        (tmp_path / "state").rename(folder / "state")
        told = changes(config)
    kinds = {item["kind"] for item in told["items"]}  # type: ignore[attr-defined]  # a JSON document
    assert kinds == {"went_dark", "unverified"}


def test_a_second_audit_is_told_who_runs_and_ends_with_75(config: Path) -> None:
    changes(config)
    with (
        open_store(config.parent / "state" / "history.db") as store,
        store.auditing(audit_id="x", organisation="X", tenants=["google"], started=TODAY),
    ):
        ran = auditor("--quiet", "audit", "--config", config)
    assert (ran.returncode, ran.stdout) == (75, "")
    assert "Another audit of 'google' is running: auditor " in ran.stderr


def test_an_audit_that_cannot_be_kept_is_reported_all_the_same(config: Path) -> None:
    changes(config)
    # A trigger stands for whatever may go wrong at the last moment.
    with closing(sqlite3.connect(config.parent / "state" / "history.db", isolation_level=None)) as database:
        database.execute("CREATE TRIGGER t BEFORE INSERT ON summaries BEGIN SELECT RAISE(ABORT, 'no'); END")
    ran = auditor("--quiet", "audit", "--config", config, "--format", "json")
    assert ran.returncode == 6
    assert json.loads(ran.stdout)["results"]
    assert "no" in ran.stderr


def test_commands_that_ask_for_what_is_not_there_say_so(config: Path) -> None:
    missing = auditor("history", "list", "--config", config)
    assert missing.returncode == 2
    assert "No audit has been kept" in missing.stderr
    changes(config)
    for words in (["history", "show", "99"], ["diff", "2", "1"], ["diff", "1", "1"]):
        ran = auditor(*words, "--config", config)
        assert (ran.returncode, ran.stdout) == (2, ""), words
    copy = config.parent / "copy.db"
    assert auditor("store", "backup", copy, "--config", config).returncode == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    assert auditor("store", "backup", copy, "--config", config).returncode == 6
    migrated = auditor("store", "migrate", "--config", config).stdout
    assert re.search(r"history\.db: up to date \(step [0-9]{4}\)\.\n$", migrated)


def test_how_long_is_remembered_says_the_configuration_unless_an_option_does(tmp_path: Path) -> None:
    before, state = None, tmp_path / "state"
    state.mkdir()
    with open_store(state / "history.db") as store:
        for number, (days, rules) in enumerate(((10, {"r1": "bad"}), (5, {}), (3, {}), (0, {}))):
            world, started = World({"ana": rules}), TODAY - timedelta(days=days)
            reading = world.reading(number, before)
            with store.auditing(audit_id=reading.audit, organisation="X", tenants=[TENANT], started=started) as record:
                before = stand(before, reading)
                record.keep(world.report(reading), {TENANT: before} if before else {})

    def prune(retention: str, *more: str) -> str:
        path = tmp_path / "config.yaml"
        path.write_text(f"{SMALLEST}store: {{retention: {retention}}}\n", encoding="utf-8")
        result = CliRunner().invoke(app, ["prune", *more, "--config", str(path)])
        return str(result.exception or result.stdout)

    assert prune("{audits: forever, evidence: forever}") == "The configuration says to keep everything forever."
    assert "this is no span of time" in prune("{audits: '90'}")
    assert prune("{}") == "Forgotten: 0 audits, 0 rows of what was over, 0 pieces of evidence.\n"
    assert prune("{audits: 5 weeks, evidence: forever}").startswith("Forgotten: 0 audits,")
    assert prune("{}", "--evidence-days", "1").endswith(" 1 piece of evidence.\n")
    assert prune("{audits: 4 days}").startswith("Forgotten: 2 audits,")
