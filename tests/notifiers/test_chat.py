"""Alerts by apprise, to a real web server on loopback."""

# ruff: noqa: RUF001 - characters that look alike are the point

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hook import Hook, hooked

from auditor.errors import UsageError
from auditor.models import Message, MessageKind
from auditor.notifiers import DeliveryError, Trouble
from auditor.notifiers.chat import ChatWay, demand_channels
from auditor.secrets import Secret

MESSAGE = Message(
    id="alert-1", kind=MessageKind.ALERT, sequence=1, due=datetime(2026, 11, 23, tzinfo=UTC),
    subject="New: a rule", text="Ask @everyone <!channel> & co.", recipients=("hook",),
)  # fmt: skip


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hooked() as server:
        yield server


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
