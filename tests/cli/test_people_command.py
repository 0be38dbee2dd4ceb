from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from auditor.cli.audit import now
from auditor.cli.main import app
from auditor.cli.practice_setup import write_configuration
from connectors.practice.faults import Fault, Faults
from connectors.practice.generator import generate
from connectors.practice.process import serving
from connectors.practice.server import PracticeServer


@pytest.fixture(scope="module")
def server() -> Iterator[PracticeServer]:
    with PracticeServer(generate(accounts=25, seed=1, today=now())) as running:
        yield running


@pytest.fixture
def configuration(server: PracticeServer, tmp_path: Path) -> Path:
    return write_configuration(tmp_path, serving(server), server.credentials)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["--quiet", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_everybody_is_listed_once_with_tier_and_reason(configuration: Path) -> None:
    result = run("people", "list", "--config", str(configuration))
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[0].startswith("principal ")
    assert "configured by " in lines[0]
    assert any(line.startswith("administrator ") and ": holds " in line for line in lines)
    assert any(line.startswith("outside ") and line.endswith(": a guest") for line in lines)
    assert len({line.split()[1] for line in lines}) == len(lines)


def test_a_snapshot_gives_the_same_list_and_proposals(configuration: Path, tmp_path: Path) -> None:
    run("audit", "--config", str(configuration), "--keep-snapshot", str(tmp_path / "a.gz"))
    for command in ("list", "suggest"):
        read = run("people", command, "--config", str(configuration))
        kept = run("people", command, "--config", str(configuration), "--from-snapshot", str(tmp_path / "a.gz"))
        assert kept.stdout == read.stdout


def test_a_list_that_is_not_whole_says_so(configuration: Path, server: PracticeServer) -> None:
    server.faults = Faults((Fault("denied", 1.0),))
    try:
        result = run("people", "list", "--config", str(configuration))
    finally:
        server.faults = Faults()
    assert "Not all accounts could be read" in result.stderr
