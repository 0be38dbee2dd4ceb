"""The story of sending: every message to each of its recipients, once, by the first way that can.

A way that says "later" is asked again, minutes and then hours apart; after three times the next way is tried as well.
One that refuses for good, or cannot be trusted, gives place to the next at once. What nobody took in three days is
given up, and told. What was handed over without an answer may have arrived: it is told too, and never sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from auditor.models import Message, MessageKind, Receipt, ReceiptState
from auditor.notifiers import DeliveryError, Trouble, UncertainDeliveryError, Way
from auditor.ports import Clock
from auditor.store import Store

_log = structlog.get_logger(__name__)

BACKOFF: Final = tuple(timedelta(minutes=each) for each in (5, 15, 60, 180, 360))
"""How long to wait after each attempt; after the last as long again. Greylisting lets in who returns within hours."""
PATIENCE: Final = 3
"""After so many attempts the ways behind one that says "later" are tried too."""
GIVING_UP: Final = timedelta(days=3)
"""After its slot a message is no news any more."""


Ways = Callable[[MessageKind], Sequence[Way]]
"""Gives the ways for a kind of message, the preferred one first."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of those whom one run tried, in their order."""

    receipts: tuple[Receipt, ...]

    @property
    def whole(self) -> bool:
        """Whether everybody got what was for them."""
        return all(receipt.state is ReceiptState.SENT for receipt in self.receipts)


class _AnotherError(Exception):
    """Somebody else is sending this very mail."""


def deliver(store: Store, ways: Ways, *, clock: Clock) -> Delivery:
    """Try all that waits and is due, each recipient by itself; return what became of them.

    Raises ``StoreError`` where that cannot be written down: then nothing more is sent.
    """
    tried = []
    for message, receipts in store.outbox.waiting(clock()):
        for receipt in receipts:
            settled = _send(store, ways(message.kind), message, receipt, clock)
            if settled is None:
                continue
            store.outbox.settle(settled)
            _log.info("mail", message=message.id, state=settled.state.value, way=settled.channel)
            tried.append(settled)
    return Delivery(tuple(tried))


def _send(store: Store, ways: Sequence[Way], message: Message, receipt: Receipt, clock: Clock) -> Receipt | None:
    """Try the ways in order; return the receipt as it stands then, or None if somebody else sent the mail."""
    attempts = receipt.attempts + 1
    said: list[str] = []
    later = channel = handed = ""
    for way in ways:

        def hand(way: Way = way) -> None:
            nonlocal handed
            if not store.outbox.hand(receipt, way.name, clock(), before=handed):
                raise _AnotherError
            handed = way.name

        channel = way.name
        try:
            answer = way.send(message, receipt.recipient, hand)
        except _AnotherError:
            return None
        except UncertainDeliveryError as error:
            note = "; ".join([*said, str(error)])
            return _receipt(receipt, ReceiptState.HANDING, channel, attempts, clock(), note)
        except DeliveryError as error:
            said.append(str(error))
            if error.trouble is not Trouble.REFUSED:
                later = channel
            if error.trouble is Trouble.LATER and attempts < PATIENCE:
                break
        else:
            return _receipt(receipt, ReceiptState.SENT, channel, attempts, clock(), "; ".join([*said, answer]))
    now, wait = clock(), BACKOFF[min(attempts, len(BACKOFF)) - 1]
    state = ReceiptState.WAITING if later and now + wait < message.due + GIVING_UP else ReceiptState.REFUSED
    next_attempt = now + wait if state is ReceiptState.WAITING else None
    return _receipt(receipt, state, later or channel, attempts, now, "; ".join(said), next_attempt)


def _receipt(
    receipt: Receipt,
    state: ReceiptState,
    channel: str,
    attempts: int,
    now: datetime,
    note: str,
    next_attempt: datetime | None = None,
) -> Receipt:
    changed = {"state": state, "channel": channel, "attempts": attempts, "changed": now, "note": note}
    return receipt.model_copy(update={**changed, "next_attempt": next_attempt})
