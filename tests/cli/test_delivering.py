"""From the configuration to what is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hook import Hook, hooked
from practice_audit import TODAY
from typer.testing import CliRunner

from auditor import config
from auditor.cli import delivering, wiring
from auditor.cli.main import app
from auditor.cli.practice_setup import write_configuration
from auditor.config import load
from auditor.errors import ConfigurationError
from auditor.models import MessageKind
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
