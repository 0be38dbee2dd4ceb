"""The one door to the network: everything that leaves goes through ``Door.send``, everything else is refused.

It checks each request against the allow list before a header is sent, refuses redirects, bounds the size and the time
of an answer, waits as the vendor asks, tries again what may pass, and renews a token once. It interprets no answer: a
403 belongs to the connector, which knows what it means.

``endpoints`` maps a vendor's host to a loopback address, so that the practice organisation can be audited with
everything else unchanged: rules, links and tokens are always judged by the vendor's own addresses.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import Random

import httpx2
import structlog

from auditor.errors import GapReason, ReadError, UsageError
from connectors.allow_list import AllowList, Rule, demand_same_host, forbidden
from connectors.patience import Patience, Waiting, retry_after
from connectors.transport_errors import TRANSIENT, read_error

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes; the largest real answers, pages of 1,000 files with their permissions, stay under 10 MB."""

Bearer = Callable[[bool], str]
"""Gives a token; called with True when the last one was refused and a new one must be fetched."""

_log = structlog.get_logger(__name__)
_AGAIN = frozenset({429, 500, 502, 503, 504})
_OVERRIDES = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
"""Headers by which some servers take a GET for a write."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers with names in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """Return the body as a JSON object; anything else is malformed (``ReadError``)."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise malformed("an answer that is not a JSON object")
        return value


def malformed(what: str) -> ReadError:
    """Return the error for an answer that is not what the vendor documents."""
    return ReadError(
        GapReason.MALFORMED,
        f"The vendor sent {what}.",
        "Run again. If it stays, something between you and the vendor (a proxy, a filter) changes the answers.",
    )


class Door:
    """Sends reads for one tenant. Safe to use from many threads."""

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        endpoints: Mapping[str, str] | None = None,
        patience: Patience | None = None,
        connections: int = 32,
        stop: threading.Event | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Random | None = None,
        throttled: Callable[[Answer], bool] = lambda answer: answer.status == 429,  # noqa: PLR2004 - RFC 6585
    ) -> None:
        """Open the door; ``throttled`` tells apart "later" from "no" where a vendor does so in the body.

        Raises ``UsageError`` when the environment names a proxy that cannot be used.
        """
        self.allow_list = AllowList(rules)
        self.waiting = Waiting(patience or Patience(), stop or threading.Event(), monotonic, random or Random())  # noqa: S311 - jitter
        self._endpoints = dict(endpoints or {})
        self._throttled = throttled
        self._wall = wall
        self._counting = threading.Lock()
        self.requests = 0
        try:
            self._client = httpx2.Client(
                follow_redirects=False,
                timeout=httpx2.Timeout(self.waiting.patience.timeout, pool=None),
                limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
                trust_env=not self._endpoints,  # a proxy of the environment must not see loopback practice
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # what one account is told, no other says
                headers={"user-agent": "NONISV|auditor|auditor/0.1", "accept-encoding": "gzip"},
            )
        except (ValueError, ImportError, httpx2.InvalidURL):  # their texts may hold the proxy's password
            raise UsageError("The environment names a proxy that cannot be used.", _PROXY_REMEDY) from None

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        bearer: Bearer | None = None,
    ) -> Answer:
        """Send one read and return its final answer, whatever the status.

        Raises ``ForbiddenRequestError`` for anything off the list (nothing was sent then), ``ReadError`` when no usable
        answer came within the patience, ``InterruptedAuditError`` when stopped.
        """
        host = self.allow_list.demand(method, url, body)
        if not _OVERRIDES.isdisjoint(map(str.lower, headers or {})):
            raise forbidden(method, url, "a header of it asks for another method")
        tries, renewed, refused = itertools.count(1), False, False
        while True:
            self.waiting.demand_going()
            fields = dict(headers or {})
            if bearer is not None:
                fields["authorization"] = f"Bearer {bearer(refused)}"
            failure: ReadError | None = None
            answer: Answer | None = None
            try:
                answer = self._once(method, url, host, fields, body)
            except TRANSIENT as error:
                failure = read_error(error, host)
            refused = answer is not None and answer.status == 401 and bearer is not None and not renewed  # noqa: PLR2004
            if refused:
                renewed = True
                continue
            if answer is not None and not self.later(answer):
                return answer
            self._wait(answer, failure, next(tries), host)

    def later(self, answer: Answer) -> bool:
        """Whether the same request may succeed later: throttled, or a passing failure of the vendor."""
        return answer.status in _AGAIN or self._throttled(answer)

    def give_up(self, answer: Answer | None, tries: int, host: str) -> ReadError | None:
        """Return the error with which to give up after that many tries, or None if another one is due."""
        patience = self.waiting.patience
        if answer is not None and self._throttled(answer):
            if tries < patience.throttled_tries:
                return None
            return ReadError(GapReason.THROTTLED, f"{host} asked {tries} times to come back later.", _THROTTLED_REMEDY)
        if answer is None or tries < patience.tries:
            return None
        return ReadError(GapReason.UNREACHABLE, f"{host} failed {tries} times (HTTP {answer.status}).", _FAILED_REMEDY)

    def delay(self, answer: Answer | None, tries: int) -> float:
        """Return the seconds until the next try: as the vendor says, else, or if it says none, our own backoff."""
        told = retry_after(answer.headers, self._wall()) if answer is not None else None
        return told or self.waiting.backoff(tries)

    def follow(self, link: str, host: str) -> str:
        """Return the vendor's address of a next-page link that ``host`` gave; ``ReadError`` if it leads astray."""
        base = self._endpoints.get(host)
        if base and link.startswith(base.rstrip("/") + "/"):
            link = f"https://{host}" + link[len(base.rstrip("/")) :]
        demand_same_host(link, host)
        return link

    def _wait(self, answer: Answer | None, failure: ReadError | None, tries: int, host: str) -> None:
        """Wait before the next try, or raise the error with which to give up."""
        error = failure if failure is not None and tries >= self.waiting.patience.tries else None
        error = error or self.give_up(answer, tries, host)
        if error:
            raise error
        throttled = answer is not None and self._throttled(answer)
        reason = GapReason.THROTTLED if throttled else GapReason.UNREACHABLE
        seconds = self.delay(answer, tries)
        _log.debug("waiting", host=host, seconds=round(seconds, 2), tries=tries, reason=reason.value)
        self.waiting.sleep(seconds, reason, f"{host} could not be read")

    def _once(self, method: str, url: str, host: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send once, read the answer within its bounds of size and time, refuse a redirect."""
        base = self._endpoints.get(host)
        address = httpx2.URL(base.rstrip("/") + url[len(f"https://{host}") :] if base else url)
        if not base and address.host != host:  # two parsers that disagree about an address are an attack
            raise ReadError(GapReason.REFUSED_LINK, f"A link of {host} is ambiguous.", _REDIRECT_REMEDY)
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise malformed("a token that no header can carry")
        with self._counting:
            self.requests += 1
        started = self.waiting.now()
        with self._client.stream(method, address, headers=headers, content=body or None) as response:
            chunks, size = [], 0
            for chunk in response.iter_bytes():
                size += len(chunk)
                if size > LARGEST_ANSWER:
                    raise malformed(f"an answer of more than {LARGEST_ANSWER} bytes")
                if self.waiting.now() - started > self.waiting.patience.timeout:
                    raise httpx2.ReadTimeout("the answer came too slowly")
                chunks.append(chunk)
        answer = Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, b"".join(chunks))
        seconds = round(self.waiting.now() - started, 3)
        _log.debug("call", host=host, method=method, status=answer.status, bytes=size, seconds=seconds)
        if 300 <= answer.status < 400:  # noqa: PLR2004 - the redirection class of RFC 9110
            raise ReadError(GapReason.REFUSED_LINK, f"{host} tried to redirect us elsewhere.", _REDIRECT_REMEDY)
        return answer


_THROTTLED_REMEDY = "Run again at another hour; other programs may be using up the vendor's quota."
_FAILED_REMEDY = "Run again later; see the vendor's status page if it lasts."
_PROXY_REMEDY = "Correct HTTPS_PROXY and ALL_PROXY: http://HOST:PORT, or http://NAME:PASSWORD@HOST:PORT."
_REDIRECT_REMEDY = "A vendor's interface never does that. Look for a captive portal or a proxy that intercepts TLS."
