"""Every message to each of its recipients, once, by the first way that can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.models import Message, MessageKind, ReceiptState
from auditor.notifiers import DeliveryError, Trouble, UncertainDeliveryError, Way
from auditor.outgoing import deliver
from auditor.store import Store, open_store

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
ANA, BEN = "ana@x.example", "ben@x.example"


class Moods:
    """A way that does what it is told: by recipient a trouble, or nothing."""

    def __init__(self, name: str, **troubles: Trouble | Exception) -> None:
        self.name = name
        self.troubles = troubles
        self.sent: list[str] = []
        self.asked = 0

    def send(self, message: Message, recipient: str, hand: Callable[[], None]) -> str:  # noqa: ARG002 - the shape of a way
        self.asked += 1
        trouble = self.troubles.get(recipient.partition("@")[0]) or self.troubles.get("everybody")
        if isinstance(trouble, Trouble):
            raise DeliveryError(trouble, f"{self.name}: {trouble}")
        hand()
        if trouble:
            raise trouble
        self.sent.append(recipient)
        return "250 Ok"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "state" / "history.db", make=True) as opened:
        message = Message(
            id="it-20261123", kind=MessageKind.IT, sequence=1, due=NOW, subject="S", text="T", recipients=(ANA, BEN)
        )
        opened.outbox.put(message, audit=None, now=NOW)
        yield opened


def run(store: Store, *ways: Way, at: datetime = NOW) -> dict[str, tuple[str, str]]:
    delivery = deliver(store, lambda _kind: ways, clock=lambda: at)
    return {receipt.recipient: (receipt.state.value, receipt.channel) for receipt in delivery.receipts}


def test_everybody_gets_the_mail_once(store: Store) -> None:
    smtp = Moods("smtp")
    assert run(store, smtp) == {ANA: ("sent", "smtp"), BEN: ("sent", "smtp")}
    assert run(store, smtp, at=NOW + timedelta(days=1)) == {}
    assert smtp.sent == [ANA, BEN]


def test_one_bad_recipient_does_not_stop_the_others(store: Store) -> None:
    assert run(store, Moods("smtp", ana=Trouble.REFUSED)) == {ANA: ("refused", "smtp"), BEN: ("sent", "smtp")}


def test_what_one_way_refuses_goes_by_the_next(store: Store) -> None:
    graph = Moods("graph")
    assert run(store, Moods("smtp", ana=Trouble.REFUSED), graph) == {ANA: ("sent", "graph"), BEN: ("sent", "smtp")}
    assert graph.sent == [ANA]


def test_a_way_that_cannot_be_trusted_gives_place_at_once(store: Store) -> None:
    assert set(run(store, Moods("smtp", everybody=Trouble.UNUSABLE), Moods("graph")).values()) == {("sent", "graph")}


def test_greylisting_is_waited_for_before_another_way_is_tried(store: Store) -> None:
    smtp, graph, now = Moods("smtp", everybody=Trouble.LATER), Moods("graph"), NOW
    for minutes in (5, 15):
        assert set(run(store, smtp, graph, at=now).values()) == {("waiting", "smtp")}
        assert run(store, smtp, graph, at=now) == {}
        assert store.outbox.next_attempt() == now + timedelta(minutes=minutes)
        now += timedelta(minutes=minutes)
    assert set(run(store, smtp, graph, at=now).values()) == {("sent", "graph")}


def test_a_server_that_stays_down_is_given_up_after_three_days(store: Store) -> None:
    smtp, now, attempts = Moods("smtp", everybody=Trouble.LATER), NOW, 0
    while (following := store.outbox.next_attempt()) is not None:
        now = following
        states = set(run(store, smtp, at=now).values())
        attempts += 1
    assert states == {("refused", "smtp")}
    assert timedelta(days=2) < now - NOW < timedelta(days=3)
    assert smtp.asked == 2 * attempts


def test_what_may_have_arrived_is_told_and_never_sent_again(store: Store) -> None:
    smtp = Moods("smtp", ana=UncertainDeliveryError("no answer"))
    assert run(store, smtp) == {ANA: ("handing", "smtp"), BEN: ("sent", "smtp")}
    assert run(store, smtp, Moods("graph"), at=NOW + timedelta(days=1)) == {}
    assert [each.note for each in store.outbox.receipts([ReceiptState.HANDING])] == ["no answer"]


def test_a_mail_that_was_refused_at_its_very_end_goes_by_the_next_way(store: Store) -> None:
    at_the_end = Moods("smtp", ana=DeliveryError(Trouble.REFUSED, "554 spam"))
    assert run(store, at_the_end, Moods("graph"))[ANA] == ("sent", "graph")


def test_a_mail_that_somebody_else_sends_meanwhile_is_left_to_them(store: Store) -> None:
    class Slow(Moods):
        def send(self, message: Message, recipient: str, hand: Callable[[], None]) -> str:
            run(store, quick)
            return super().send(message, recipient, hand)

    quick, slow = Moods("smtp"), Slow("smtp")
    assert run(store, slow) == {}
    assert (quick.sent, slow.sent) == ([ANA, BEN], [])
