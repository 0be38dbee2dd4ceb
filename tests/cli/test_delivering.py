"""From the configuration to what is sent."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hook import Hook, hooked
from practice_audit import TODAY
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent / "notifiers"))

from mail_server import certificate_for

from auditor import config
from auditor.cli import delivering, wiring
from auditor.cli.main import app
from auditor.cli.practice_setup import write_configuration
from auditor.config import load
from auditor.errors import ConfigurationError
from auditor.models import MessageKind
from auditor.notifiers import SmtpWay, UnusableWay
from connectors.practice.generator import generate
from connectors.practice.process import serving
from connectors.practice.server import PracticeServer

TENANT = """\
organisation: Rivera for Senate
tenants:
  - id: microsoft
    connector: microsoft_365
    tenant_id: 00000000-0000-0000-0000-000000000000
    client_id: 11111111-1111-1111-1111-111111111111
    credentials: {secret: {env: READER}}
"""
MAIL = """\
mail:
  sender: auditor@rivera-campaign.example
  it: {to: [it@rivera-campaign.example]}
  principal: {to: [ana@rivera-campaign.example, it@rivera-campaign.example]}
  ways:
    - smtp: {host: smtp.example.org, username: robot, password: {env: MAIL_PASSWORD}}
    - graph:
        tenant_id: 00000000-0000-0000-0000-000000000000
        client_id: CLIENT
        mailbox: auditor@rivera-campaign.example
        credentials: {secret: {env: SENDER}}
    - gmail: {mailbox: auditor@rivera-campaign.example, consent_file: consent.json}
"""
SENDER = "22222222-2222-2222-2222-222222222222"


def configured(folder: Path, mail: str = MAIL, client: str = SENDER) -> config.Config:
    path = folder / "config.yaml"
    path.write_text(TENANT + mail.replace("CLIENT", client), encoding="utf-8")
    return load(path)


def test_the_ways_are_tried_in_the_order_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAIL_PASSWORD", "SENDER"):
        monkeypatch.setenv(name, "secret")
    consent = tmp_path / "consent.json"
    consent.write_text(json.dumps({"client_id": "a", "client_secret": "b", "refresh_token": "c"}), encoding="utf-8")
    consent.chmod(0o600)
    ways = delivering.ways(configured(tmp_path), clock=lambda: TODAY)
    assert [way.name for way in ways(MessageKind.IT)] == ["smtp", "graph", "gmail"]
    assert [way.name for way in ways(MessageKind.ALERT)] == ["apprise"]


def trusting(folder: Path) -> config.Config:
    return configured(folder, MAIL.replace("{host:", "{authority_file: ca.pem, host:"))


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (None, 0, "does not exist. Correct the path"),
        (b"no certificate", 0o644, "There is no certificate in"),
        (b"", 0o644, "is empty"),
        ("Főtanúsítvány".encode(), 0o644, "There is no certificate in"),
        (b"x", 0o664, "may be changed by other accounts of this machine (mode 0664). chmod go-w"),
    ],
)
def test_a_way_whose_authorities_cannot_be_read_says_so_and_the_next_way_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, mode: int, said: str
) -> None:
    for name in ("MAIL_PASSWORD", "SENDER"):
        monkeypatch.setenv(name, "secret")
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)
        (tmp_path / "ca.pem").chmod(mode)
    given = trusting(tmp_path)
    first, second, _ = delivering.ways(given, clock=lambda: TODAY)(MessageKind.IT)
    assert isinstance(first, UnusableWay)
    assert said in first.reason
    assert not isinstance(second, UnusableWay)
    assert first.reason in delivering.troubles(given, clock=lambda: TODAY)


def test_certificates_that_everybody_may_read_are_trusted_whatever_is_written_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "secret")
    authority = certificate_for("m.x.example")[0]
    (tmp_path / "ca.pem").write_bytes("# Főtanúsítvány\n".encode() + authority)
    (tmp_path / "ca.pem").chmod(0o644)
    first = delivering.ways(trusting(tmp_path), clock=lambda: TODAY)(MessageKind.IT)[0]
    assert isinstance(first, SmtpWay)
    assert first.authority == authority.decode()


def test_an_audit_goes_on_when_alerts_cannot_be_sent_and_says_so(tmp_path: Path) -> None:
    with PracticeServer(generate(accounts=25, seed=1, today=datetime.now(UTC))) as server:
        path = write_configuration(tmp_path / "practice", serving(server), server.credentials)
        with path.open("a", encoding="utf-8") as file:
            file.write("alerts: {to: [{name: chat, url: {file: nowhere.secret}}]}\n")
            file.write("mail:\n  sender: a@x.example\n  it: {to: [b@x.example]}\n")
            file.write("  ways: [{smtp: {host: m.x.example, authority_file: ca.pem}}]\n")
        report = tmp_path / "report"
        done = CliRunner().invoke(app, ["--quiet", "audit", "--config", str(path), "--output", str(report)])
    assert (done.exit_code, report.exists()) == (5, True)
    assert done.stderr.count("Nothing can be sent as things are: ") == 2
    assert "nowhere.secret does not exist. Correct the path" in done.stderr
    told = CliRunner().invoke(app, ["status", "--config", str(path)])
    assert told.exit_code == 1
    assert "1 alert waits after an attempt that failed. Look at alerts.to in the configuration." in told.stdout


def test_the_app_that_reads_may_not_be_the_one_that_sends(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        configured(tmp_path, client="11111111-1111-1111-1111-111111111111")
    [problem] = raised.value.problems
    assert (problem.line, problem.message) == (16, "the app that reads must not be the one that sends")


def test_rules_that_hide_our_mail_are_judged_by_who_gets_it_and_how_it_looks(tmp_path: Path) -> None:
    given = configured(tmp_path)
    assert len(wiring.configured_policies(given).policies) > 1  # the policy takes what it is given
    [told] = wiring.about_our_mail(given).values()
    assert told["recipients"] == ["ana@rivera-campaign.example", "it@rivera-campaign.example"]
    assert "auditor <auditor@rivera-campaign.example> [rivera for senate]" in str(told["mail"])


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hooked() as server:
        yield server


def test_an_audit_tells_at_once_what_is_new_and_only_once(
    hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", f"json://127.0.0.1:{hook.server_port}/")
    anchor = datetime.now(UTC)
    with PracticeServer(generate(accounts=25, seed=1, today=anchor)) as server:
        path = write_configuration(tmp_path / "practice", serving(server), server.credentials)
        with path.open("a", encoding="utf-8") as file:
            file.write("alerts:\n  to:\n    - {name: chat, url: {env: HOOK}}\n")

        def audit() -> list[str]:
            before = len(hook.taken)
            CliRunner().invoke(app, ["--quiet", "audit", "--config", str(path), "--output", str(tmp_path / "r")])
            return [each["title"] for each in hook.taken[before:]]

        first = audit()
        assert len(first) == 1
        assert first[0].endswith("findings to look at first")
        assert audit() == []
        server.become(generate(accounts=25, seed=1, today=anchor, week=3))
        third = audit()
        assert [each for each in third if "hides" in each]
