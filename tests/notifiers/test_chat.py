"""Alerts by apprise, to a real web server on loopback."""

# ruff: noqa: RUF001 - characters that look alike are the point

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from auditor.errors import UsageError
from auditor.models import Message, MessageKind
from auditor.notifiers import DeliveryError, Trouble
from auditor.notifiers.chat import ChatWay, demand_channels
from auditor.secrets import Secret

MESSAGE = Message(
    id="alert-1", kind=MessageKind.ALERT, sequence=1, due=datetime(2026, 11, 23, tzinfo=UTC),
    subject="New: a rule", text="Ask @everyone <!channel> & co.", recipients=("hook",),
)  # fmt: skip


class Hook(HTTPServer):
    """Takes what is posted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[dict[str, str]] = []
        self.status = 200


class _Taking(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        self.server.taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def way(hook: Hook) -> ChatWay:
    return ChatWay({"hook": Secret(f"json://127.0.0.1:{hook.server_port}/secret-path")})


def test_an_alert_arrives_with_nothing_in_it_that_a_chat_would_obey(hook: Hook) -> None:
    handed: list[int] = []
    assert way(hook).send(MESSAGE, "hook", lambda: handed.append(1)) == "taken"
    assert [(each["title"], each["message"]) for each in hook.taken] == [
        ("New: a rule", "Ask ＠everyone ‹!channel› & co.")
    ]
    assert handed == [1]


def test_a_channel_that_fails_is_asked_again_later(hook: Hook) -> None:
    hook.status = 500
    with pytest.raises(DeliveryError) as raised:
        way(hook).send(MESSAGE, "hook", lambda: None)
    assert raised.value.trouble is Trouble.LATER


def test_a_channel_that_is_gone_from_the_configuration_is_refused(hook: Hook) -> None:
    with pytest.raises(DeliveryError) as raised:
        way(hook).send(MESSAGE, "another", lambda: None)
    assert raised.value.trouble is Trouble.REFUSED


def test_an_address_that_nobody_understands_is_told_without_showing_it() -> None:
    with pytest.raises(UsageError) as raised:
        demand_channels({"hook": Secret("nonsense://token-token")})
    assert "token-token" not in raised.value.message + raised.value.remedy
