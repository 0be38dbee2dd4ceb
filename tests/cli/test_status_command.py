"""``auditor status`` in the words that people read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor import config
from auditor.cli import wiring
from auditor.cli.main import app
from auditor.models import SlotState
from auditor.scheduling import jobs
from auditor.store.locks import application

CONFIG = """\
organisation: Rivera for Senate
tenants:
  - {id: workspace, connector: google_workspace, admin: it@rivera.example, credentials: {key_file: google.json}}
schedule: {time_zone: America/New_York, audit: never, prune: every 6 hours, self_check: never, jitter: 0}
"""
HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a configuration whose schedule has held for half a day, in which nobody did anything."""
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    configured = config.load(file)
    with wiring.history(configured, make=True) as store:
        store.leases.schedules({job.name: job.schedule for job in jobs(configured)}, datetime.now(UTC) - HALF_A_DAY)
    return file


def line(path: Path, word: str) -> str:
    said = CliRunner().invoke(app, ["status", "--config", str(path)]).stdout
    return next(each.strip() for each in said.splitlines() if each.strip().startswith(word))


def due(path: Path) -> datetime:
    (prune,) = (job for job in jobs(config.load(path)) if job.name == "prune")
    now = datetime.now(UTC)
    return [each for each, _ in zip(prune.times.after(now - HALF_A_DAY), range(3), strict=False) if each <= now][-1]


def test_a_slot_that_is_made_up_for_is_told_before_the_next_one(path: Path) -> None:
    assert " due since " in (said := line(path, "prune"))
    assert ", done as soon as the daemon is back; then next " in said
    assert "due since" not in line(path, "self_check")


def test_a_slot_that_was_broken_off_is_told_in_plain_words(path: Path) -> None:
    with wiring.history(config.load(path)) as store:
        slot = store.slots.claim("prune", due(path), datetime.now(UTC))
        assert slot
        store.slots.give_back(slot, datetime.now(UTC), "the daemon was stopped")
    assert ", done as soon as the daemon is back; then next " in (said := line(path, "prune"))
    assert said.endswith(": not finished, tried again (the daemon was stopped)")
    with wiring.history(config.load(path)) as store:
        given_back = store.slots.find("prune", slot.due)
        assert given_back
        again = store.slots.take_up(given_back, datetime.now(UTC), "")
        assert again
        store.slots.end(again, SlotState.DONE, datetime.now(UTC), exit_code=0, note="")
    assert "due since" not in line(path, "prune")


def test_a_daemon_runs_since_it_began_and_not_since_its_lock_was_taken(path: Path) -> None:
    began = datetime(2026, 1, 5, 12, tzinfo=UTC)
    with wiring.history(config.load(path)) as store, store.leases.only_daemon():
        assert line(path, "Daemon") == f"Daemon    runs: {application()}"
        store.leases.renew(datetime.now(UTC), since=began, note="idle")
        assert line(path, "Daemon").startswith(f"Daemon    runs: {application()}, since Mon 05 Jan 07:00 EST; idle, ")
        assert ", done soon; then next " in line(path, "prune")


def test_whoever_is_at_a_slot_is_named_with_the_moment_as_all_others_are(path: Path) -> None:
    with wiring.history(config.load(path)) as store, store.slots.holding("prune", lambda _: None):
        said = line(path, "prune")
    assert f"; at it now: {application()}, since " in said
    assert said.endswith((" EST", " EDT"))
