"""Mail by a vendor's web interface: what its answers mean for a mail that must not be sent twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

from auditor.errors import GapReason, ReadError, SignInError
from auditor.models import Message
from auditor.notifiers.email import compose
from auditor.notifiers.way import DeliveryError, Trouble, UncertainDeliveryError
from auditor.ports import Clock

_LATER: Final = frozenset({0, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""Nothing was sent: no connection, too many requests, or a service that says so itself."""
_UNUSABLE: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
"""The identity may not send, or not from this mailbox."""


class Answer(Protocol):
    """What came of posting: the HTTP status, 0 without a connection, and what the vendor said."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def said(self) -> str:
        """The vendor's words."""
        ...


class Post(Protocol):
    """Posts mails from one mailbox."""

    @property
    def name(self) -> str:
        """Name for receipts, such as ``graph``."""
        ...

    def ready(self) -> None:
        """Sign in. Raises ``SignInError`` and ``ReadError``; nothing was sent then."""
        ...

    def post(self, mime: bytes) -> Answer:
        """Post one mail, once. Raises ``ReadError`` where nobody knows whether it arrived."""
        ...


@dataclass(frozen=True, slots=True)
class WebWay:
    """A vendor's web interface."""

    sender: str
    postal: Post
    clock: Clock

    @property
    def name(self) -> str:
        """How receipts call this way."""
        return self.postal.name

    def send(self, message: Message, recipient: str, hand: Callable[[], None]) -> str:
        """Send a message as a mail to one recipient (``Way.send``)."""
        mail = compose(message, sender=self.sender, recipient=recipient, now=self.clock()).as_bytes()
        try:
            self.postal.ready()
        except SignInError as error:
            raise DeliveryError(Trouble.UNUSABLE, error.message) from error
        except ReadError as error:
            denied = error.reason is GapReason.DENIED
            raise DeliveryError(Trouble.UNUSABLE if denied else Trouble.LATER, error.message) from error
        hand()
        try:
            answer = self.postal.post(mail)
        except ReadError as error:
            raise UncertainDeliveryError(error.message) from error
        return _judged(answer)


def _judged(answer: Answer) -> str:
    """Return what the vendor said to a mail that it took; raise what any other answer means."""
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return f"HTTP {answer.status}"
    if answer.status in _LATER:
        raise DeliveryError(Trouble.LATER, answer.said)
    if answer.status in _UNUSABLE:
        raise DeliveryError(Trouble.UNUSABLE, answer.said)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise UncertainDeliveryError(answer.said)
    raise DeliveryError(Trouble.REFUSED, answer.said)
