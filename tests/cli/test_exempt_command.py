from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from auditor.cli.exempt import app
from auditor.errors import AuditorError, UsageError

CONFIGURATION = """\
organisation: Rivera for Senate
tenants:
  - id: workspace
    connector: google_workspace
    admin: it@rivera.example
    credentials: {key_file: google.json}
exemptions: exemptions.yaml
"""
REPORT = {
    "results": [
        {
            "policy": "mail.rule.no-external-forwarding",
            "tenant": "workspace",
            "findings": [
                {
                    "fingerprint": "2d08939c51576f2e9e87ce4c",
                    "fact": {"key": "rule-1", "owner": {"key": "1", "address": "Ana@rivera.example", "name": "Ana"}},
                    "evidence": {"mail_rule.destinations": ["archive@partner.example"]},
                }
            ],
        }
    ]
}
TERMS = ("--reason", "the archive", "--owner", "Ben", "--granted-by", "Ana")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "report.json").write_text(json.dumps(REPORT), encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(app, [*arguments, "--config", str(folder / "config.yaml")])
    if isinstance(result.exception, AuditorError):
        raise result.exception
    return result


def add(folder: Path, *more: str, fingerprint: str = "2d08939c51576f2e9e87ce4c") -> Result:
    return run(folder, "add", fingerprint, "--report", str(folder / "report.json"), *TERMS, *more)


def test_a_finding_of_a_report_is_exempted(folder: Path) -> None:
    result = add(folder, "--days", "30")
    until = datetime.now(UTC).date() + timedelta(days=30)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{folder / 'exemptions.yaml'} was made.",
        f"Exempted until {until}: mail.rule.no-external-forwarding in workspace.",
    ]
    file = folder / "exemptions.yaml"
    assert file.stat().st_mode & 0o777 == 0o600
    written = file.read_text(encoding="utf-8")
    assert "account: ana@rivera.example" in written
    assert "archive@partner.example" in written
    listed = run(folder, "list").stdout
    assert listed.startswith(f"{until}  holds      mail.rule.no-external-forwarding in workspace: ana@rivera.example, ")


def test_evidence_that_changes_by_itself_is_not_pinned(folder: Path) -> None:
    add(folder, "--no-pin")
    assert "archive@partner.example" not in (folder / "exemptions.yaml").read_text(encoding="utf-8")


def test_the_comments_of_the_file_stay(folder: Path) -> None:
    (folder / "exemptions.yaml").write_text("# ours\nexemptions: []\n# the end\n", encoding="utf-8")
    add(folder)
    written = (folder / "exemptions.yaml").read_text(encoding="utf-8")
    assert written.startswith("# ours\n")
    assert "# the end\n" in written


def test_check_counts_and_finds_nothing_wrong(folder: Path) -> None:
    add(folder, "--days", "3")
    result = run(folder, "check")
    assert (result.exit_code, result.stdout) == (0, "Exemptions: 1. No mistakes.\nEnded: 0. Ending soon: 1.\n")


def test_check_lists_every_mistake_and_ends_with_2(folder: Path) -> None:
    add(folder)
    file = folder / "exemptions.yaml"
    text = file.read_text(encoding="utf-8").replace("workspace", "worksp").replace("no-external", "no-externl")
    file.write_text(text, encoding="utf-8")
    result = run(folder, "check")
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 2
    assert all(":" in line and "Did you mean" in line for line in result.stdout.splitlines())


def refused(folder: Path, *more: str, fingerprint: str = "2d08939c51576f2e9e87ce4c") -> str:
    with pytest.raises(UsageError) as caught:
        add(folder, *more, fingerprint=fingerprint)
    assert not (folder / "exemptions.yaml").exists()
    return caught.value.message


def test_more_days_than_are_allowed_are_refused(folder: Path) -> None:
    assert refused(folder, "--days", "181") == "At most 180 days are allowed."


def test_a_finding_that_is_not_in_the_report_is_refused(folder: Path) -> None:
    assert refused(folder, fingerprint="x").startswith("There is no finding x in ")


def test_what_is_no_report_is_refused(folder: Path) -> None:
    (folder / "report.json").write_text("[]", encoding="utf-8")
    assert refused(folder).endswith("is no JSON report of the auditor.")


def test_without_a_file_in_the_configuration_nothing_can_be_exempted(folder: Path) -> None:
    text = CONFIGURATION.replace("exemptions: exemptions.yaml\n", "")
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    assert refused(folder) == "The configuration names no file of exemptions."


def test_where_the_file_is_missing_the_remedy_makes_it(folder: Path) -> None:
    result = run(folder, "check")
    assert result.exit_code == 2
    assert "the file of exemptions is not there" in result.output
    command = result.output.partition("Make it: ")[2].partition(";")[0]
    subprocess.run(["/bin/sh", "-c", command], check=True)  # noqa: S603 - what we told people to type
    assert run(folder, "check").stdout.startswith("Exemptions: 0. No mistakes.")
