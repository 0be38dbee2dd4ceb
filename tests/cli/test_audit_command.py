from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from auditor.cli.audit import now
from auditor.cli.main import app
from auditor.cli.practice_setup import write_configuration
from auditor.errors import SnapshotError, UsageError
from connectors.practice.generator import generate
from connectors.practice.process import serving
from connectors.practice.server import PracticeServer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("practice")
    with PracticeServer(generate(accounts=25, seed=1, today=now())) as server:
        path = write_configuration(folder, serving(server), server.credentials)
        # What changed since the last audit is in no snapshot, and so not in its report.
        path.write_text(path.read_text(encoding="utf-8") + "store: {keep: false}\n", encoding="utf-8")
        yield folder


def audit(folder: Path, *arguments: str) -> Result:
    configured = ("--config", str(folder / "config.yaml"), "--format", "json")
    result = CliRunner().invoke(app, ["--quiet", "audit", *configured, *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_what_was_kept_is_judged_again_without_credentials(folder: Path, tmp_path: Path) -> None:
    first = audit(folder, "--keep-snapshot", str(tmp_path))
    (snapshot,) = tmp_path.iterdir()
    assert re.fullmatch(rf"Snapshot: {snapshot}, SHA-256 [0-9a-f]{{64}}\n", first.stderr)
    for key in [*folder.glob("*.json"), *folder.glob("*.pem")]:
        key.rename(key.with_suffix(".away"))
    try:
        again = audit(folder, "--from-snapshot", str(snapshot))
    finally:
        for key in folder.glob("*.away"):
            key.rename(key.with_suffix(".json" if "google" in key.name else ".pem"))
    assert (again.exit_code, again.stdout, again.stderr) == (first.exit_code, first.stdout, "")
    assert json.loads(first.stdout)["audit"]["exit_code"] == first.exit_code == 1


def test_a_snapshot_is_judged_as_it_is(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        audit(folder, "--from-snapshot", str(tmp_path / "a"), "--tenant", "google")
    with pytest.raises(UsageError):
        audit(folder, "--from-snapshot", str(tmp_path / "a"), "--keep-snapshot", str(tmp_path))


def test_what_is_no_snapshot_gives_no_report(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello")
    with pytest.raises(SnapshotError):
        audit(folder, "--from-snapshot", str(tmp_path / "a"))


def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        audit(folder, "--keep-snapshot", str(tmp_path / "nowhere" / "a"))


def test_a_finding_is_exempted_and_the_report_keeps_it(folder: Path, tmp_path: Path) -> None:
    configuration = folder / "config.yaml"
    before = configuration.read_text(encoding="utf-8")
    report = tmp_path / "report.json"
    audit(folder, "--keep-snapshot", str(tmp_path / "a.gz"), "--output", str(report))
    result = next(each for each in json.loads(report.read_bytes())["results"] if len(each["findings"]) > 1)
    mark = result["findings"][0]["fingerprint"]
    configuration.write_text(before + f"exemptions: {tmp_path}/exemptions.yaml\n", encoding="utf-8")
    try:
        terms = ("--reason", "for now", "--owner", "Ben", "--granted-by", "Ana", "--config", str(configuration))
        added = CliRunner().invoke(app, ["exempt", "add", mark, "--report", str(report), *terms])
        again = json.loads(audit(folder, "--from-snapshot", str(tmp_path / "a.gz")).stdout)
    finally:
        configuration.write_text(before, encoding="utf-8")
    assert added.exit_code == 0
    (after,) = [
        each for each in again["results"] if (each["policy"], each["tenant"]) == (result["policy"], result["tenant"])
    ]
    assert [each["finding"]["fingerprint"] for each in after["exempted"]] == [mark]
    assert after["findings"] == result["findings"][1:]
    assert again["notices"] == []
    assert all(mark not in person["findings"] for person in again["people"])


@pytest.mark.parametrize(("option", "word", "meant"), [("--fail-on", "hihg", "high"), ("--format", "htlm", "html")])
def test_a_word_that_an_option_does_not_know_is_told_with_the_one_that_was_meant(
    folder: Path, option: str, word: str, meant: str
) -> None:
    result = audit(folder, option, word)
    said = " ".join(result.stderr.replace("│", " ").split())
    assert result.exit_code == 2
    assert f"'{word}' is not one of " in said
    assert f"Did you mean '{meant}'?" in said
    assert "Value error" not in said


def test_judged_again_it_is_the_same_report_but_for_what_changed(folder: Path, tmp_path: Path) -> None:
    text = (folder / "config.yaml").read_text(encoding="utf-8").replace("{keep: false}", f"{{path: {tmp_path}/h.db}}")
    (folder / "remembering.yaml").write_text(text, encoding="utf-8")
    kept = ("--config", str(folder / "remembering.yaml"))
    first = audit(folder, *kept)
    told = json.loads(audit(folder, *kept, "--keep-snapshot", str(tmp_path / "a.gz")).stdout)
    again = [audit(folder, *kept, "--from-snapshot", str(tmp_path / "a.gz")).stdout for _ in range(2)]
    assert json.loads(first.stdout)["changes"]["baseline"] == told["changes"]["still_open"] != []
    assert again[0] == again[1] == json.dumps(told | {"changes": None}, ensure_ascii=True, indent=2) + "\n"
