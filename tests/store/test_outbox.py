"""What is to be sent, in both databases: kept once, handed over once, forgotten when everybody has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.models import Attachment, Message, MessageKind, Receipt, ReceiptState
from auditor.store import Store, open_store

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
ANA, BEN = "ana@x.example", "ben@x.example"


def message(id_: str = "it-20261123", **changed: object) -> Message:
    told: dict[str, object] = {"id": id_, "kind": MessageKind.IT, "sequence": 1, "due": NOW, "subject": "Week 47"}
    told |= {"text": "Hello.", "recipients": (ANA, BEN)}
    return Message.model_validate(told | changed)


def waiting(store: Store, now: datetime = NOW) -> list[Receipt]:
    return [receipt for _, receipts in store.outbox.waiting(now) for receipt in receipts]


def settled(receipt: Receipt, state: ReceiptState, **changed: object) -> Receipt:
    return receipt.model_copy(update={"state": state, "next_attempt": None, "attempts": 1, **changed})


def test_a_message_is_kept_whole_and_once(place: Path | str) -> None:
    picture = Attachment(name="trend.png", media_type="image/png", content=b"\x89PNG\x00\xff", inline=True)
    sent = message(attachments=(picture,))
    with open_store(place, make=True) as store:
        assert store.outbox.put(sent, audit=None, now=NOW)
        assert not store.outbox.put(message(text="another"), audit=None, now=NOW)
        [(kept, receipts)] = store.outbox.waiting(NOW)
        assert kept == sent
        assert [(each.recipient, each.state) for each in receipts] == [(ANA, "waiting"), (BEN, "waiting")]
        assert [told.id for told in store.outbox.told(MessageKind.IT)] == ["it-20261123"]
        assert (store.outbox.next_sequence(MessageKind.IT), store.outbox.next_sequence(MessageKind.ALERT)) == (2, 1)


def test_only_one_of_two_hands_a_mail_over(place: Path | str) -> None:
    with open_store(place, make=True) as store:
        store.outbox.put(message(), audit=None, now=NOW)
        first, _ = waiting(store)
        assert store.outbox.hand(first, "smtp", NOW)
        assert not store.outbox.hand(first, "smtp", NOW)
        assert not store.outbox.hand(first, "graph", NOW, before="gmail")
        assert store.outbox.hand(first, "graph", NOW, before="smtp")  # whose refusal came at the very end
        assert [each.recipient for each in waiting(store)] == [BEN]
        [lost] = store.outbox.receipts([ReceiptState.HANDING])
        assert (lost.recipient, lost.channel) == (ANA, "graph")


def test_the_text_is_forgotten_once_everybody_has_it(place: Path | str) -> None:
    with open_store(place, make=True) as store:
        store.outbox.put(message(), audit=None, now=NOW)
        for receipt in waiting(store):
            store.outbox.settle(settled(receipt, ReceiptState.SENT))
        assert store.outbox.next_attempt() is None
        assert store.outbox.again("it-20261123", NOW) == 0
        assert not any(row["document"] for row in store.export() if row["table"] == "messages")


def test_who_was_refused_gets_it_again_only_when_a_person_says_so(place: Path | str) -> None:
    with open_store(place, make=True) as store:
        store.outbox.put(message(), audit=None, now=NOW)
        first, second = waiting(store)
        store.outbox.settle(settled(first, ReceiptState.SENT))
        store.outbox.settle(settled(second, ReceiptState.REFUSED, note="550 no such person"))
        assert waiting(store) == []
        assert store.outbox.again("it-20261123", NOW) == 1
        assert [(each.recipient, each.attempts) for each in waiting(store)] == [(BEN, 0)]


def test_nobody_is_tried_before_time(place: Path | str) -> None:
    later = NOW + timedelta(minutes=5)
    with open_store(place, make=True) as store:
        store.outbox.put(message(recipients=(ANA,)), audit=None, now=NOW)
        [receipt] = waiting(store)
        store.outbox.settle(settled(receipt, ReceiptState.WAITING, next_attempt=later))
        assert waiting(store) == []
        assert store.outbox.next_attempt() == later
        assert [each.attempts for each in waiting(store, later)] == [1]


@pytest.mark.parametrize(("text", "comes_back"), [("\ud800", "?"), ("a\x00b", "a\x00b"), ("\\u0000", "\\u0000")])
def test_texts_of_strangers_come_back_as_they_can_be_sent(place: Path | str, text: str, comes_back: str) -> None:
    with open_store(place, make=True) as store:
        store.outbox.put(message(text=text), audit=None, now=NOW)
        [(kept, _)] = store.outbox.waiting(NOW)
        assert kept.text == comes_back


def test_a_text_that_nobody_asked_for_again_is_forgotten_with_the_evidence(place: Path | str) -> None:
    with open_store(place, make=True) as store:
        store.outbox.put(message(), audit=None, now=NOW)
        for receipt in waiting(store):
            store.outbox.settle(settled(receipt, ReceiptState.REFUSED))
        store.prune(evidence_before=NOW)
        assert any(row["document"] for row in store.export() if row["table"] == "messages")
        store.prune(evidence_before=NOW + timedelta(seconds=1))
        assert not any(row["document"] for row in store.export() if row["table"] == "messages")
        assert store.outbox.again("it-20261123", NOW) == 0
        assert len(store.outbox.receipts()) == 2
