"""What cannot wait for the weekly mail: told once, to each channel what it may know."""

# ruff: noqa: RUF001 - characters that look alike are the point

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "reports"))

from changed_sample import changed, hostile_changes, unchanged

from auditor.alerts import Channel, alerts
from auditor.config_delivery import Names
from auditor.models import Message, Report
from auditor.notifiers.chat import inert

OPENED, CAME_BACK = "settings.mfa.enforced", "account.mfa.registered"
LOST = "The auditor lost sight of something"
EVERYTHING = {OPENED, CAME_BACK, "mail.rule.no-external-forwarding", "item.not-public"}


def told(
    report: Report, *, names: Names = "role", room: int = 20, alarming: set[str] = EVERYTHING
) -> tuple[Message, ...]:
    return alerts(report, [Channel("chat", names, room)], alarming=alarming, sequence=1)


def without_first(report: Report) -> Report:
    assert report.changes
    return report.model_copy(update={"changes": report.changes.model_copy(update={"baseline": ()})})


def test_what_is_new_or_back_is_told_and_nothing_else() -> None:
    messages = told(without_first(changed()))
    assert [message.subject.split(": ")[1] for message in messages] == [LOST, "Back again", "New"]
    assert told(unchanged()) == ()


def test_what_went_dark_is_told_at_once_with_how_much_of_it() -> None:
    [lost] = [message for message in told(without_first(changed())) if LOST in message.subject]
    assert "2 judgements went dark, and 1 open finding is hidden." in lost.text


def test_policies_that_can_wait_do_wait() -> None:
    [message] = told(without_first(changed()), alarming={OPENED})
    assert "New, medium." in message.text


def test_the_backlog_of_a_first_audit_is_one_message_with_a_number() -> None:
    report = changed()
    first = {finding.policy for finding in report.findings if finding.fingerprint in report.changes.baseline}  # type: ignore[union-attr]  # there are changes
    [message] = told(report, alarming=first - {OPENED, CAME_BACK})
    assert "to look at first" in message.subject


def test_an_alert_of_the_same_audit_has_the_same_id_and_channels_have_their_own() -> None:
    report = changed()
    channels = [Channel("a", "role", 20), Channel("b", "full", 20)]
    once, twice = (alerts(report, channels, alarming=EVERYTHING, sequence=7) for _ in range(2))
    assert once == twice
    assert len({message.id for message in once}) == len(once)
    assert [message.sequence for message in once] == list(range(7, 7 + len(once)))


def test_more_than_a_channel_takes_in_an_hour_is_counted_in_one_message() -> None:
    report = without_first(changed())
    assert [message.subject.partition(": ")[2] for message in told(report, room=1)] == [LOST, "2 more alerts"]
    assert len(told(report, room=2)) == 3


@pytest.mark.parametrize("room", [0, 1, 2, 20])
def test_what_was_told_is_not_told_again_whatever_room_there_is_later(room: int) -> None:
    report, channels = changed(), [Channel("a", "role", 20), Channel("b", "role", 1)]
    once = alerts(report, channels, alarming=EVERYTHING, sequence=1)
    later = [Channel(each.name, each.names, room) for each in channels]
    ids = {message.id for message in once}
    assert alerts(report, later, alarming=EVERYTHING, sequence=99, told=ids) == ()
    # A crash after the first of them leaves the others to be told, numbered without a gap.
    rest = alerts(report, channels, alarming=EVERYTHING, sequence=2, told={once[0].id})
    assert rest == once[1:]


@pytest.mark.parametrize(("names", "shown"), [("full", True), ("initials", False), ("role", False)])
def test_a_channel_learns_names_only_if_it_may(names: Names, shown: bool) -> None:  # noqa: FBT001 - a case
    report = without_first(changed())
    assert report.changes
    [back] = [change for change in report.changes.changes if change.kind == "came_back"]
    person = next(person for person in report.people if back.fingerprint in person.findings)
    [text] = [message.text for message in told(report, names=names, alarming={CAME_BACK})]
    assert (person.name in text) is (person.address in text) is shown


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("<!channel> hear", "‹!channel› hear"),
        ("ask @everyone", "ask ＠everyone"),
        ("mail to ana@x.example", "mail to ana@x.example"),
        ("see https://evil.example/x", "see https ://evil.example/x"),
        ("[red](javascript:alert(1))", "⁅red⁆(javascript :alert(1))"),
        ("**bold** `code` ~gone~", "∗∗bold∗∗ ˋcodeˋ ∼gone∼"),
    ],
)
def test_nothing_that_a_chat_would_obey_is_left(text: str, harmless: str) -> None:
    assert inert(text) == harmless


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\r\nBcc: x", "\u202eevil", "x" * 10_000, "<img src=x onerror=y>"])
def test_names_of_strangers_neither_break_nor_lengthen_an_alert(text: str) -> None:
    report = hostile_changes(text)
    for message in told(report, names="full", alarming={text}):
        assert len(message.text) < 1200
        assert "\r" not in message.subject + message.text
        assert "\n" not in message.subject
        assert not {"\x1b", "\u202e"} & set(message.text + message.subject)
    assert told(report, names="full", alarming={text})
