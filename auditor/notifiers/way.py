"""What every way of sending has in common, and the three kinds of trouble that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from auditor.models import Message


class Trouble(StrEnum):
    """Why a message did not leave, by what follows from it."""

    LATER = "later"
    """It may work later, as it is: a server that is down, or that does not know us yet (greylisting)."""
    REFUSED = "refused"
    """This recipient, or this message, is refused for good by this way. Others may still get theirs."""
    UNUSABLE = "unusable"
    """Nobody can use the way, or nobody should: no TLS, a wrong certificate, a wrong password."""


class DeliveryError(Exception):
    """A message did not leave; ``str()`` says why, without secrets and as the server put it."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


class UncertainDeliveryError(Exception):
    """The message was handed over, and the answer never came: it may have arrived, so that it is not sent again."""


class Way(Protocol):
    """A way to send messages."""

    @property
    def name(self) -> str:
        """Name for receipts, such as ``smtp``."""
        ...

    def send(self, message: Message, recipient: str, hand: Callable[[], None]) -> str:
        """Send a message to one recipient and return what the server said.

        ``hand`` is called at the last moment at which nothing has happened yet; if it raises, nothing is sent. Raises
        ``DeliveryError``, or ``UncertainDeliveryError`` where nobody knows.
        """
        ...


@dataclass(frozen=True, slots=True)
class UnusableWay:
    """A way that cannot even be tried, because what it needs cannot be read; ``reason`` says what, and what mends it.

    It stands where the way would, so that what is to be sent waits, and the ways behind it are tried.
    """

    name: str
    reason: str

    def send(self, _message: Message, _recipient: str, _hand: Callable[[], None]) -> str:
        """Raise ``DeliveryError`` (``Way.send``)."""
        raise DeliveryError(Trouble.UNUSABLE, self.reason)
