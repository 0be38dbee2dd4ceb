from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from auditor.cli.audit import now
from auditor.cli.main import app
from auditor.cli.practice_setup import write_configuration
from connectors.practice.faults import Fault, Faults
from connectors.practice.generator import generate
from connectors.practice.permissions import Permissions
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


GROUPS = """\
people:
  groups:
    administrator: [field-leads@rivera-campaign.example]
    communications: [press-team@rivera-campaign.example]
    volunteer: [help-desk@rivera-campaign.example]
"""


def with_groups(configuration: Path, groups: str = GROUPS) -> None:
    text = configuration.read_text(encoding="utf-8")
    configuration.write_text(text.replace("people:\n", groups, 1), encoding="utf-8")


def test_a_group_of_either_cloud_gives_its_members_a_tier_and_the_list_says_which(
    configuration: Path, server: PracticeServer, tmp_path: Path
) -> None:
    with_groups(configuration)
    result = run("people", "list", "--config", str(configuration))
    assert result.stderr == ""
    lines = {line.split()[1]: line for line in result.stdout.splitlines()}
    (leads,) = [each for each in server.organisation.microsoft.groups if each.name == "Field leads"]
    addresses = {each.id: each.address.lower() for each in server.organisation.microsoft.accounts}
    for member in leads.members:
        assert lines[addresses[member]].startswith("administrator ")
    assert any(line.endswith(": belongs to field-leads@rivera-campaign.example") for line in lines.values())
    run("audit", "--config", str(configuration), "--keep-snapshot", str(tmp_path / "a.gz"))
    kept = run("people", "list", "--config", str(configuration), "--from-snapshot", str(tmp_path / "a.gz"))
    assert kept.stdout == result.stdout


def test_where_groups_may_not_be_read_it_is_a_gap_and_nobody_becomes_less_important(tmp_path: Path) -> None:
    names = ("admin.directory.group.readonly", "GroupMember.Read.All", "Directory.Read.All")
    permissions = Permissions().without(*names)
    with PracticeServer(generate(accounts=25, seed=1, today=now()), permissions=permissions) as server:
        configuration = write_configuration(tmp_path, serving(server), server.credentials)
        with_groups(configuration)
        listed = run("people", "list", "--config", str(configuration))
        report = run("audit", "--config", str(configuration), "--format", "json")
    tiers = {line.split()[0] for line in listed.stdout.splitlines()}
    assert tiers <= {"principal", "administrator", "finance", "communications", "volunteer"}
    assert "may belong to field-leads@rivera-campaign.example, whose members could not be read" in listed.stdout
    assert "Who belongs to field-leads@rivera-campaign.example is not known" in listed.stderr
    coverage = json.loads(report.stdout)["coverage"]
    gaps = [gap for row in coverage if row["kind"] == "membership" for gap in row["gaps"]]
    assert {gap["reason"] for gap in gaps} == {"denied"}
    assert len(gaps) == 6


def test_titles_and_groups_of_either_cloud_are_proposed_until_they_are_configured(configuration: Path) -> None:
    text = configuration.read_text(encoding="utf-8")
    configuration.write_text(text.partition("people:\n")[0], encoding="utf-8")
    before = run("people", "suggest", "--config", str(configuration)).stdout
    assert "# the job title is Treasurer\n" in before
    assert "  groups:\n" in before
    assert "- press-team@rivera-campaign.example  # a group of that name" in before
    proposal = before.partition("people:\n")[2]
    configuration.write_text(f"{text.partition('people:')[0]}people:\n{proposal}", encoding="utf-8")
    after = run("people", "suggest", "--config", str(configuration))
    assert "groups:" not in after.stdout
    assert "job title" not in after.stdout
