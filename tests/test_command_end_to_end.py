"""The command as somebody runs it: a process of its own, its output, its exit code, and what it never says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from practice_audit import TODAY

from auditor.cli.practice_setup import write_configuration
from connectors.practice.generator import generate
from connectors.practice.process import serving
from connectors.practice.server import PracticeServer

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass
class Ended:
    code: int
    out: str
    err: str


def auditor(*arguments: str) -> Ended:
    command = [sys.executable, "-c", "from auditor.cli.entry import run; run()", *arguments]
    environment = {**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, timeout=120, check=False, env=environment)  # noqa: S603 - ours
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PracticeServer, Path]]:
    organisation = generate(accounts=25, seed=2, today=TODAY, hostile_names=True)
    with PracticeServer(organisation) as server:
        yield server, write_configuration(tmp_path_factory.mktemp("hostile"), serving(server), server.credentials)


@pytest.mark.parametrize("format_", ["terminal", "json", "html"])
def test_hostile_names_reach_no_output_unharmed(hostile: tuple[PracticeServer, Path], format_: str) -> None:
    ended = auditor("--quiet", "audit", "--config", str(hostile[1]), "--format", format_)
    assert ended.code == 1, ended.err
    assert len(ended.out) > 1000
    assert INVISIBLE.search(ended.out) is None
    assert "<img" not in ended.out or format_ != "html"


def test_hostile_names_are_there_all_the_same(hostile: tuple[PracticeServer, Path]) -> None:
    ended = auditor("--quiet", "audit", "--config", str(hostile[1]), "--format", "json")
    assert "<img src=x onerror=alert(1)>" in json.dumps(json.loads(ended.out), ensure_ascii=False)


def test_no_secret_is_said_at_debug(hostile: tuple[PracticeServer, Path]) -> None:
    server, path = hostile
    ended = auditor("--debug", "audit", "--config", str(path), "--format", "json")
    said = ended.out + ended.err
    credentials = server.credentials
    keys = [*credentials.google_key.splitlines(), *credentials.microsoft_key.splitlines()]
    secrets = [credentials.microsoft_secret, *(line for line in keys if not line.startswith("-----"))]
    assert ended.code == 1
    assert '"event": "call"' in ended.err
    assert [secret for secret in secrets if secret in said] == []
    assert re.search(r"Bearer |eyJ[A-Za-z0-9_-]{20}|ya29\.", said) is None


def test_a_report_is_written_for_its_owner_alone(hostile: tuple[PracticeServer, Path], tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    ended = auditor("--quiet", "audit", "--config", str(hostile[1]), "--format", "html", "--output", str(target))
    assert (ended.code, ended.out) == (1, "")
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.read_text().startswith("<!doctype html>")


def test_a_mistake_in_the_configuration_is_told_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("organisation: Rivera for Senate\ntenant:\n  - id: google\n")
    ended = auditor("audit", "--config", str(path))
    assert ended.code == 2
    assert f"{path}:2:1" in ended.err
    assert "tenants" in ended.err
    assert ended.out == ""


def test_the_demo_finds_what_is_planted_and_ends_with_1() -> None:
    ended = auditor("--quiet", "demo", "--format", "json")
    report = json.loads(ended.out)
    assert ended.code == report["audit"]["exit_code"] == 1
    assert {tenant["connector"] for tenant in report["tenants"]} == {"google_workspace", "microsoft_365"}
    assert sum(len(result["findings"]) for result in report["results"]) > 40
