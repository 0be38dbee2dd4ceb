"""Pings: a service outside hears when jobs start, succeed and fail, and raises alarm when it hears nothing.

The protocol is that of Healthchecks (https://healthchecks.io/docs/http_api/): an address, and below it ``/start`` and
``/fail``. What goes out is written here in full: POST, over https, to the one host of the configured address, a line of
counts. Nothing that comes back is followed or believed.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from queue import Full, Queue
from typing import Final
from urllib.parse import urlsplit

import structlog

from auditor.errors import UsageError
from auditor.models import SlotState
from auditor.scheduling.dispatch import Ended
from auditor.secrets import Secret

Send = Callable[[str, str], None]
"""Sends a text to what hangs below the address: nothing, ``/start`` or ``/fail``."""

_PATIENCE: Final = 10.0
_MOST_WAITING: Final = 100
_LONGEST_LEAVING: Final = 15.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    """A host, and the path that is the secret."""

    host: str
    port: int
    path: str


class Pings:
    """Says what began and how it ended. The service hears of a success only while no job is in a bad way."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._bad: set[str] = set()
        self._good = self._failed = 0

    def begun(self, _kind: str) -> None:
        """Say that a job began."""
        self._send("/start", "")

    def ended(self, ended: Ended) -> None:
        """Say how a job ended; one that is tried again has not ended."""
        if ended.state is SlotState.DONE:
            self._bad.discard(ended.kind)
            self._good += 1
        elif ended.state is SlotState.FAILED:
            self._bad.add(ended.kind)
            self._failed += 1
        counts = f"done={self._good} failed={self._failed} bad={len(self._bad)} exit_code={ended.exit_code}"
        self._send("/fail" if self._bad else "", counts)


def address(secret: Secret) -> Address:
    """Return the address that a secret holds. Raises ``UsageError``, without it, unless it is of https."""
    parts = urlsplit(secret.reveal())
    try:
        port = parts.port or 443
    except ValueError:
        port = 0
    plain = parts.username is None and not parts.query and not parts.fragment
    if parts.scheme != "https" or not parts.hostname or not port or not plain:
        raise UsageError(
            "The address to ping is none that we would call.",
            "Put https://HOST/PATH there, as the service shows it, without user, query and fragment.",
        )
    return Address(parts.hostname, port, parts.path.rstrip("/"))


def call(address: Address, below: str, text: str, context: ssl.SSLContext) -> None:
    """Send one ping, whatever becomes of it. Redirects and proxies are not followed."""
    connection = HTTPSConnection(address.host, address.port, timeout=_PATIENCE, context=context)
    try:
        connection.request("POST", address.path + below, body=text.encode(), headers={"User-Agent": "auditor"})
        status = connection.getresponse().status
        if status >= 300:  # noqa: PLR2004 - RFC 9110: everything from here on is no success
            _log.warning("ping refused", status=status)
    except (OSError, HTTPException) as error:
        _log.warning("ping failed", reason=type(error).__name__)
    finally:
        connection.close()


@contextmanager
def sending(to: Address, context: ssl.SSLContext | None = None) -> Iterator[Send]:
    """Give what sends pings, in a thread of its own: a service that is slow must not make us late."""
    waiting: Queue[tuple[str, str] | None] = Queue(_MOST_WAITING)
    trusted = context or ssl.create_default_context()

    def work() -> None:
        while (ping := waiting.get()) is not None:
            call(to, *ping, trusted)

    def send(below: str, text: str) -> None:
        try:
            waiting.put_nowait((below, text))
        except Full:
            _log.warning("ping left out", waiting=_MOST_WAITING)

    thread = threading.Thread(target=work, name="pings", daemon=True)
    thread.start()
    try:
        yield send
    finally:
        try:
            waiting.put_nowait(None)
            thread.join(_LONGEST_LEAVING)
        except Full:  # as it is a daemon's thread, it ends with us
            pass
