"""Translates the HTTP library's exceptions into ours, in one place; a test holds the table complete."""

from __future__ import annotations

import httpx2

from auditor.errors import GapReason, ReadError

TRANSIENT: tuple[type[Exception], ...] = (
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    httpx2.CookieConflict,
    OverflowError,
    UnicodeError,
)
"""Everything that sending can raise, all worth another try; the last two come of a proxy's impossible port or name."""

_AGAIN = "Run again; check the network if it lasts."
_PROXY = "Check HTTPS_PROXY and the proxy's own sign-in."
_TEXTS: tuple[tuple[type[Exception], GapReason, str, str], ...] = (
    (httpx2.ProxyError, GapReason.UNREACHABLE, "the proxy refused the connection", _PROXY),
    (
        httpx2.ConnectError,
        GapReason.UNREACHABLE,
        "no connection could be made (network, DNS or TLS)",
        "Check the network and the DNS of this machine, and that its clock is right.",
    ),
    (httpx2.TimeoutException, GapReason.UNREACHABLE, "no complete answer came in time", _AGAIN),
    (
        httpx2.DecodingError,
        GapReason.MALFORMED,
        "the answer could not be decompressed",
        "Look for a proxy that changes answers.",
    ),
    (httpx2.HTTPError, GapReason.UNREACHABLE, "the connection broke off", _AGAIN),
    (httpx2.StreamError, GapReason.UNREACHABLE, "the connection broke off", _AGAIN),
    (httpx2.InvalidURL, GapReason.REFUSED_LINK, "an address could not be read", _AGAIN),
    (httpx2.CookieConflict, GapReason.MALFORMED, "the answer contradicts itself", _AGAIN),
    (OverflowError, GapReason.UNREACHABLE, "the proxy's address cannot be used", _PROXY),
    (UnicodeError, GapReason.UNREACHABLE, "the proxy's address cannot be used", _PROXY),
)
_QUOTING = (httpx2.ProtocolError, httpx2.InvalidURL, UnicodeError)
"""Those whose text quotes what was sent or received, so that not even the chain may hold them."""


def read_error(error: Exception, host: str) -> ReadError:
    """Return what a failure in transit means; its own text, which may hold addresses and headers, is left out."""
    for kind, reason, text, remedy in _TEXTS:
        if isinstance(error, kind):
            translated = ReadError(reason, f"{host}: {text}.", remedy)
            translated.__cause__ = None if isinstance(error, _QUOTING) else error
            return translated
    raise TypeError(type(error)) from error


def never_sent(error: ReadError) -> bool:
    """Whether a failure in transit came before anything was sent: no connection could be made."""
    return isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
