"""Batches: many reads in one request, where each part succeeds, fails and is tried again on its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from auditor.errors import GapReason, ReadError
from connectors.door import Answer, Door

_Request = TypeVar("_Request")


@dataclass(slots=True)
class Part(Generic[_Request]):
    """One read inside a batch, and what has become of it so far."""

    request: _Request
    token: str = field(default="", repr=False)
    """The token it was first sent with, where every part carries its own; the refused one once ``renewed``."""
    renewed: bool = False
    """Whether its token was refused, so that another one must be used when it is sent again."""
    tries: int = 0
    due: float = 0.0
    result: Answer | ReadError | None = None


def send_parts(
    door: Door,
    host: str,
    requests: Sequence[_Request],
    send: Callable[[Sequence[Part[_Request]]], Sequence[Answer | ReadError]],
    *,
    largest: int,
) -> list[Answer | ReadError]:
    """Send ``requests`` in batches of at most ``largest`` parts; return the final answer or error of each, in order.

    ``send`` sends one batch and returns an answer per part, in order, or the error that kept a part from being sent.
    Only the parts that the vendor put off are sent again, each not before its own ``Retry-After``. An error of a whole
    batch is the error of its parts and of nobody else.
    """
    parts = [Part(request) for request in requests]
    pending = list(parts)
    while pending:
        now = door.waiting.now()
        ready = [part for part in pending if part.due <= now][:largest]
        try:
            if not ready:
                seconds = min(part.due for part in pending) - now
                door.waiting.sleep(seconds, GapReason.THROTTLED, f"{host} could not be read")
                continue
            answers = send(ready)
        except ReadError as error:
            for part in ready or pending:
                part.result = error
        else:
            for part, answer in zip(ready, answers, strict=True):
                _settle(door, host, part, answer)
        pending = [part for part in pending if part.result is None]
    return [part.result for part in parts if part.result is not None]


def _settle(door: Door, host: str, part: Part[_Request], answer: Answer | ReadError) -> None:
    """Keep the answer if it is final, else say when the part is due again."""
    if isinstance(answer, ReadError):
        part.result = answer
        return
    if answer.status == 401 and not part.renewed:  # noqa: PLR2004 - RFC 9110
        part.renewed = True
        return
    if not door.later(answer):
        part.result = answer
        return
    part.tries += 1
    part.result = door.give_up(answer, part.tries, host)
    part.due = door.waiting.now() + door.delay(answer, part.tries)
