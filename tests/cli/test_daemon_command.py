"""The daemon as it is run: with real commands in processes of their own, signals, and a second one."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from auditor import config
from auditor.cli import wiring
from auditor.cli.daemon import spoken, written
from auditor.models import SlotState
from auditor.scheduling import jobs
from auditor.store.schema import leases

ROOT = Path(__file__).parents[2]
CONFIG = """\
organisation: Rivera for Senate
tenants:
  - {id: workspace, connector: google_workspace, admin: it@rivera.example, credentials: {key_file: google.json}}
schedule: {audit: never, prune: every hour, self_check: every hour, jitter: 0}
store: {retention: {audits: 2 years, evidence: forever}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a configuration whose jobs have been due for half a day, and need no vendor."""
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    configured = config.load(file)
    since = datetime.now(UTC) - timedelta(hours=12)
    with wiring.history(configured, make=True) as store:
        store.leases.schedules({job.name: job.schedule for job in jobs(configured)}, since)
    return file


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "auditor.cli", *words]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command(*words), capture_output=True, text=True, env=environment, timeout=120, check=False)  # noqa: S603 - ourselves


def newest(path: Path) -> dict[str, tuple[SlotState, int | None]]:
    with wiring.history(config.load(path)) as store:
        return {job: (slots[0].state, slots[0].exit_code) for job, slots in store.slots.latest().items()}


def test_one_look_does_what_is_due_by_real_commands_and_the_next_finds_nothing(path: Path) -> None:
    with socket.create_server(
        ("127.0.0.1", 0)
    ) as daemons:  # a single look serves nothing, so it does not want the port
        written_down = path.read_text(encoding="utf-8")
        path.write_text(f"{written_down}daemon: {{port: {daemons.getsockname()[1]}}}\n", encoding="utf-8")
        done = run("daemon", "--once", "--config", str(path))
    assert done.returncode == 0, done.stderr
    assert newest(path) == {"prune": (SlotState.DONE, 0), "self_check": (SlotState.DONE, 0)}
    assert done.stderr.count('"event": "slot begun"') == 2
    told = run("status", "--json", "--config", str(path))
    seen = json.loads(told.stdout)
    assert (told.returncode, seen["form"], seen["running"], seen["worries"]) == (0, "auditor/status/1", None, [])
    assert {job["name"]: job["last"]["state"] for job in seen["jobs"] if job["last"]} == {
        "prune": "done",
        "self_check": "done",
    }


def test_what_a_daemon_starts_is_as_quiet_as_it_is_told_to_be() -> None:
    assert spoken({"version": False, "debug": False, "quiet": True}) == ("--quiet",)
    assert spoken({"version": False, "debug": True, "quiet": False}) == ("--debug",)
    assert spoken({}) == ()


def test_a_daemon_is_alone_reloads_and_ends_when_it_is_told(path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    daemon = subprocess.Popen(  # noqa: S603 - ourselves
        command("daemon", "--config", str(path)), stderr=subprocess.PIPE, text=True, env=environment
    )

    def heard(event: str) -> dict[str, object]:
        assert daemon.stderr
        for line in daemon.stderr:
            told: dict[str, object] = json.loads(line)
            if told["event"] == event:
                return told
        raise AssertionError(event)

    try:
        heard("daemon ready")
        second = run("daemon", "--config", str(path))
        assert second.returncode == 75
        assert f"Another daemon runs for this history: auditor {daemon.pid} on" in second.stderr
        assert f"runs: auditor {daemon.pid} on" in run("status", "--config", str(path)).stdout

        path.write_text(CONFIG.replace("audit: never", "audit: nver"), encoding="utf-8")
        daemon.send_signal(signal.SIGHUP)
        assert "5:" not in str(heard("configuration refused")["reason"])
        heard("daemon ready")
        path.write_text(CONFIG.replace("audit: never, ", ""), encoding="utf-8")
        daemon.send_signal(signal.SIGHUP)
        assert heard("configuration accepted")["jobs"] == 3
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
    finally:
        daemon.kill()
        daemon.communicate()


def test_a_command_for_a_slot_that_is_over_or_that_nobody_claimed_does_nothing(path: Path) -> None:
    due = datetime(2026, 11, 23, 3, tzinfo=UTC)
    with wiring.history(config.load(path)) as store:
        claimed = store.slots.claim("prune", due, due)
        assert claimed
        store.slots.finish(claimed, due, 0)
    over = run("history", "prune", "--config", str(path), "--slot", claimed.name)
    assert (over.returncode, over.stdout) == (0, "")
    for name, said in (("prune@2026-11-24T03:00:00Z", "Nobody has claimed this slot."), ("prune", "This is no slot.")):
        strange = run("history", "prune", "--config", str(path), "--slot", name)
        assert (strange.returncode, strange.stdout) == (2, "")
        assert said in strange.stderr


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: (
            text + "mail: {sender: a@x.example, it: {to: [b@x.example]}, ways: [{smtp: {host: m.x.example}}]}\n"
        ),
        lambda text: text + "policies: {packs: [baseline, ./ours]}\nexemptions: exemptions.yaml\n",
        lambda text: (
            text + "daemon: {port: 9109, ping: {file: ping.txt}}\nalerts: {to: [{name: a, url: {env: URL}}]}\n"
        ),
        lambda text: text.replace("store: {", "store: {url: {env: DATABASE_URL}, "),
        lambda text: text.replace("key_file: google.json", "key_file: ../google.json"),
    ],
)
def test_the_configuration_that_commands_get_is_the_one_that_was_accepted(
    path: Path, change: Callable[[str], str]
) -> None:
    path.write_text(change(CONFIG), encoding="utf-8")
    accepted = config.load(path)
    copy = path.parent / "elsewhere" / "config.yaml"
    copy.parent.mkdir()
    copy.write_text(written(accepted), encoding="utf-8")
    unused = {"store": {"path"}} if accepted.store.url else None
    assert config.load(copy).model_dump(exclude=unused) == accepted.model_dump(exclude=unused)


def test_a_job_that_nobody_did_for_days_is_worth_a_word(path: Path) -> None:
    configured = config.load(path)
    days = datetime.now(UTC) - timedelta(days=4)
    with wiring.history(configured) as store, store._write() as connection:  # noqa: SLF001 - time cannot be turned back otherwise
        connection.execute(update(leases).values(since=days))
    done = run("self-check", "--config", str(path))
    assert done.returncode == 1
    assert "The job prune was due 3 days ago, and nobody did it. Is the daemon running?" in done.stdout
