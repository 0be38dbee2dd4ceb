"""``auditor mail`` as somebody runs it: an audit of the practice organisation, and mails to a real server."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent / "notifiers"))

from mail_server import Served, serving

from auditor.cli.mail import grouped
from auditor.cli.main import app
from auditor.cli.practice_setup import write_configuration
from auditor.errors import UsageError
from auditor.models import Receipt, ReceiptState
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
    assert re.search(r"chair@rivera-campaign.example  waits by smtp, tried at 20\d\d-.* UTC, again at 20\d\d-", said)
    assert (
        "Nothing was due to be sent. What waits is tried again at 20" in run(audited, "--send")[1]
    )  # nobody else lacks it, and it is not yet time
    assert len(served.postbox.mails) == 2
    code, listed = run(audited, "receipts")
    assert (
        code,
        len(re.findall(r"  sent by smtp at 20\d\d-\d\d-\d\d \d\d:\d\d UTC \(250", listed)),
        listed.count("  waits"),
    ) == (0, 2, 1)
    subjects = {str(mail["Subject"]) for _, mail in served.postbox.mails}
    assert all(subject.startswith("[Rivera for Senate] ") for subject in subjects)


def test_what_is_said_of_several_mails_is_said_once() -> None:
    moment = datetime(2026, 11, 23, 7, tzinfo=UTC)

    def receipt(recipient: str, state: ReceiptState, note: str) -> Receipt:
        following = moment + timedelta(minutes=5) if state is ReceiptState.WAITING else None
        told = {"message": "it-1", "recipient": recipient, "channel": "smtp", "state": state, "note": note}
        return Receipt(**told, attempts=1, changed=moment, next_attempt=following)

    waiting = [receipt(f"{name}@x.example", ReceiptState.WAITING, "m.x.example TLS failed") for name in "abc"]
    assert list(grouped([*waiting, receipt("d@x.example", ReceiptState.SENT, "250 Ok")])) == [
        "3 mails wait by smtp (m.x.example TLS failed); again at 2026-11-23 07:05 UTC",
        "  it-1  a@x.example",
        "  it-1  b@x.example",
        "  it-1  c@x.example",
        "it-1  d@x.example  sent by smtp at 2026-11-23 07:00 UTC (250 Ok)",
    ]


@pytest.mark.parametrize("given", [(), ("--send", "--deliver"), ("--preview", "it", "--send"), ("--again", "it-1999")])
def test_what_cannot_be_meant_is_told(audited: Path, given: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["mail", *given, "--config", str(audited)])
    assert isinstance(result.exception, UsageError)
