"""The outbox: messages that are to be sent, and what became of each on its way to each recipient.

A message is written down whole before anybody hears of it, so that a restart sends the very same one; its text is
forgotten once nobody waits for it any more. A receipt goes from ``waiting`` to ``handing`` just before the server takes
responsibility. What is found in ``handing`` after a crash may have arrived, and is not sent twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from auditor.models import FINAL, Message, MessageKind, Receipt, ReceiptState
from auditor.store.connecting import Transaction
from auditor.store.intervals import next_number
from auditor.store.schema import messages, receipts


@dataclass(frozen=True, slots=True)
class Told:
    """A message of which the outbox remembers that it was made."""

    id: str
    kind: MessageKind
    sequence: int
    due: datetime
    audit: int | None
    """Number of the last audit that it tells of; None where that has been forgotten, or there was none."""


class Outbox:
    """What is sent, kept in the store. Every method is one transaction, and may raise ``StoreError``."""

    def __init__(self, write: Transaction, read: Transaction) -> None:
        self._write = write
        self._read = read

    def put(self, message: Message, *, audit: int | None, now: datetime) -> bool:
        """Keep a message for its recipients; False, and nothing done, if one of that id is there already."""
        with self._write() as connection:
            if connection.scalar(select(messages.c.number).where(messages.c.id == message.id)) is not None:
                return False
            number = next_number(connection, messages)
            document = message.model_dump_json()
            row = {"number": number, "audit": audit, "document": document, "kind": message.kind.value}
            connection.execute(insert(messages), row | message.model_dump(include={"id", "sequence", "due"}))
            blank = {"message": number, "channel": "", "state": "waiting", "attempts": 0, "changed": now, "note": ""}
            connection.execute(
                insert(receipts),
                [{**blank, "recipient": each, "next_attempt": now} for each in dict.fromkeys(message.recipients)],
            )
            return True

    def told(self, kind: MessageKind) -> tuple[Told, ...]:
        """Return all messages of a kind, oldest first."""
        columns = (messages.c.id, messages.c.kind, messages.c.sequence, messages.c.due, messages.c.audit)
        query = select(*columns).where(messages.c.kind == kind.value).order_by(messages.c.number)
        with self._read() as connection:
            return tuple(
                Told(id_, kind, number, due, audit) for id_, _, number, due, audit in connection.execute(query)
            )

    def next_sequence(self, kind: MessageKind) -> int:
        """Return the number that the next message of a kind bears; the first is 1."""
        with self._read() as connection:
            last = connection.scalar(select(func.max(messages.c.sequence)).where(messages.c.kind == kind.value))
        return (last or 0) + 1

    def waiting(self, now: datetime) -> tuple[tuple[Message, tuple[Receipt, ...]], ...]:
        """Return the messages that are to be tried now, each with the receipts of those who wait for it."""
        due = (receipts.c.state == ReceiptState.WAITING.value) & (receipts.c.next_attempt <= now)
        found: dict[str, list[Receipt]] = {}
        with self._read() as connection:
            for row in connection.execute(_receipts().where(due)):
                found.setdefault(row.id, []).append(_receipt(row))
            query = select(messages.c.id, messages.c.document).order_by(messages.c.number)
            documents = [(id_, text) for id_, text in connection.execute(query) if id_ in found and text]
        return tuple((Message.model_validate_json(text), tuple(found[id_])) for id_, text in documents)

    def next_attempt(self) -> datetime | None:
        """Return when the first of those who wait is to be tried; None if nobody waits."""
        query = select(func.min(receipts.c.next_attempt)).where(receipts.c.state == ReceiptState.WAITING.value)
        with self._read() as connection:
            moment: datetime | None = connection.scalar(query)
        return moment

    def receipts(self, states: Sequence[ReceiptState] = tuple(ReceiptState)) -> tuple[Receipt, ...]:
        """Return the receipts in some states, oldest message first."""
        wanted = [state.value for state in states]
        with self._read() as connection:
            return tuple(map(_receipt, connection.execute(_receipts().where(receipts.c.state.in_(wanted)))))

    def hand(self, receipt: Receipt, channel: str, now: datetime, *, before: str = "") -> bool:
        """Note that a message is about to be handed over; False if somebody else did so first, or it is over.

        ``before`` is the channel by which we tried the same a moment ago, and which said no.
        """
        was = ReceiptState.HANDING if before else ReceiptState.WAITING
        values = {"state": ReceiptState.HANDING.value, "channel": channel, "changed": now, "next_attempt": None}
        with self._write() as connection:
            query = update(receipts).where(*_place(connection, receipt), receipts.c.state == was.value)
            query = query.where(receipts.c.channel == before) if before else query
            return bool(connection.execute(query.values(**values)).rowcount)

    def settle(self, receipt: Receipt) -> None:
        """Write what became of a message on its way to one recipient; its text is forgotten if nobody waits for it."""
        values = receipt.model_dump(include={"channel", "attempts", "changed", "next_attempt", "note"})
        with self._write() as connection:
            place = _place(connection, receipt)
            connection.execute(update(receipts).where(*place).values(**values, state=receipt.state.value))
            number = select(messages.c.number).where(messages.c.id == receipt.message).scalar_subquery()
            open_ = select(func.count()).where(
                receipts.c.message == number, receipts.c.state.not_in([state.value for state in _DONE])
            )
            if not connection.scalar(open_):
                connection.execute(update(messages).where(messages.c.id == receipt.message).values(document=None))

    def again(self, message: str, now: datetime) -> int:
        """Let those wait anew who may not have got a message; return how many. A person decides that, never we."""
        lost = [ReceiptState.HANDING.value, ReceiptState.REFUSED.value]
        number = select(messages.c.number).where(messages.c.id == message, messages.c.document.is_not(None))
        query = update(receipts).where(receipts.c.message.in_(number), receipts.c.state.in_(lost))
        with self._write() as connection:
            state = ReceiptState.WAITING.value
            return connection.execute(query.values(state=state, attempts=0, changed=now, next_attempt=now)).rowcount


_DONE = FINAL - {ReceiptState.HANDING, ReceiptState.REFUSED}
"""States in which nobody can want the text again."""


def _place(connection: Connection, receipt: Receipt) -> tuple[ColumnElement[bool], ...]:
    number = connection.scalar(select(messages.c.number).where(messages.c.id == receipt.message))
    return (receipts.c.message == number, receipts.c.recipient == receipt.recipient)


def _receipts() -> Select[tuple[object, ...]]:
    columns = [column for column in receipts.c if column.name != "message"]
    joined = select(messages.c.id, *columns).join(messages, messages.c.number == receipts.c.message)
    return joined.order_by(messages.c.number, receipts.c.recipient)


def _receipt(row: Row[tuple[object, ...]]) -> Receipt:
    told = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to the columns by name
    return Receipt(message=told.pop("id"), **told)
