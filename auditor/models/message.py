"""What is sent to people, and the proof that it was: messages, and a receipt for each who gets one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from auditor.models.base import Document

Text = Annotated[str, AfterValidator(lambda text: text.encode("utf-8", "replace").decode())]
"""A text that can be sent: half surrogates, of which names that strangers wrote may hold some, are replaced."""


class MessageKind(StrEnum):
    """For whom a message is."""

    PRINCIPAL = "principal"
    """The weekly mail for whoever is responsible, to be read in twenty seconds."""
    IT = "it"
    """The weekly mail for whoever mends what was found."""
    PERSON = "person"
    """One thing to do, for the person whom it concerns."""
    ALERT = "alert"
    """One finding that cannot wait for the weekly mail."""


class Attachment(Document, ser_json_bytes="base64", val_json_bytes="base64"):
    """A file that goes with a message."""

    name: str
    media_type: str
    """Such as ``image/png``."""
    content: bytes
    inline: bool = False
    """Whether the HTML shows it, as ``cid:`` and its name."""


class Message(Document):
    """One message to one or several recipients, each of whom gets it alone."""

    id: str
    """Stable over restarts, and the left part of the ``Message-ID``: kind, slot, organisation."""
    kind: MessageKind
    sequence: int
    """Counts the messages of this kind, so that whoever misses one can tell."""
    due: datetime
    """The moment of the slot for which it was made."""
    subject: Text
    text: Text
    html: Text | None = None
    attachments: tuple[Attachment, ...] = ()
    recipients: tuple[str, ...]
    """Addresses; names of channels for an alert."""


class ReceiptState(StrEnum):
    """How far a message came on its way to one recipient."""

    WAITING = "waiting"
    """It is still to be sent, for the first time or again."""
    HANDING = "handing"
    """It was being handed over. After a crash nobody knows whether it arrived, and it is not sent twice."""
    SENT = "sent"
    """The server took responsibility for it."""
    REFUSED = "refused"
    """It was refused for good, on every way there is."""


FINAL = frozenset({ReceiptState.SENT, ReceiptState.REFUSED, ReceiptState.HANDING})
"""States after which nothing is sent any more."""


class Receipt(Document):
    """What became of one message on its way to one recipient."""

    message: str
    recipient: str
    channel: str
    """The way that was tried last, such as ``smtp``; empty before the first attempt."""
    state: ReceiptState
    attempts: int
    changed: datetime
    next_attempt: datetime | None = None
    note: str = ""
    """What the server said, without secrets."""
