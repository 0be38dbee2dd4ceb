"""``auditor mail`` as somebody runs it: an audit of the practice organisation, and mails to a real server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent / "notifiers"))

from mail_server import Served, serving

from auditor.cli.main import app
from auditor.cli.practice_setup import write_configuration
from auditor.errors import UsageError
from connectors.practice.generator import generate
from connectors.practice.process import serving as practising
from connectors.practice.server import PracticeServer

MAIL = """\
mail:
  sender: auditor@elsewhere.example
  it: {to: [it@rivera-campaign.example]}
  principal: {to: [manager@rivera-campaign.example, chair@rivera-campaign.example]}
  ways:
    - smtp: {host: localhost, port: PORT, security: starttls, authority_file: ca.pem}
"""


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the configuration of an organisation that was audited once."""
    folder = tmp_path_factory.mktemp("audited") / "practice"
    with PracticeServer(generate(accounts=25, seed=1, today=datetime.now(UTC))) as server:
        path = write_configuration(folder, practising(server), server.credentials)
        path.write_text(path.read_text(encoding="utf-8") + MAIL.replace("PORT", "1"), encoding="utf-8")
        (folder / "ca.pem").touch(mode=0o600)
        CliRunner().invoke(app, ["--quiet", "audit", "--config", str(path), "--output", str(folder / "report")])
    return path


@pytest.fixture
def served(audited: Path, tmp_path: Path) -> Iterator[Served]:
    """Give a mail server of which the configuration knows."""
    before = audited.read_text(encoding="utf-8")
    with serving(tmp_path) as server:
        audited.write_text(before.replace("port: 1,", f"port: {server.port},"), encoding="utf-8")
        (audited.parent / "ca.pem").write_text(server.authority, encoding="ascii")
        yield server
    audited.write_text(before, encoding="utf-8")


def run(path: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["mail", *arguments, "--config", str(path)])
    return result.exit_code, result.output


def test_the_mails_are_sent_once_a_day_to_everybody_and_tried_again_where_they_failed(
    audited: Path, served: Served
) -> None:
    served.postbox.to["chair@rivera-campaign.example"] = "450 4.2.0 Greylisted"
    code, said = run(audited, "--send")
    assert code == 5, said
    assert {to for to, _ in served.postbox.mails} == {"it@rivera-campaign.example", "manager@rivera-campaign.example"}
    assert "chair@rivera-campaign.example  waits by smtp, again at" in said
    assert "Nothing was due to be sent." in run(audited, "--send")[1]  # nobody else lacks it, and it is not yet time
    assert len(served.postbox.mails) == 2
    code, listed = run(audited, "receipts")
    assert (code, listed.count("  sent by smtp (250"), listed.count("  waits")) == (0, 2, 1)
    subjects = {str(mail["Subject"]) for _, mail in served.postbox.mails}
    assert all(subject.startswith("[Rivera for Senate] ") for subject in subjects)


@pytest.mark.parametrize("given", [(), ("--send", "--deliver"), ("--preview", "it", "--send"), ("--again", "it-1999")])
def test_what_cannot_be_meant_is_told(audited: Path, given: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["mail", *given, "--config", str(audited)])
    assert isinstance(result.exception, UsageError)
