"""Translates the HTTP library's exceptions into ours, in one place; a test holds the table complete."""

from __future__ import annotations

import httpx2

from auditor.errors import GapReason, ReadError

TRANSIENT: tuple[type[Exception], ...] = (httpx2.RequestError, httpx2.StreamError)
"""Failures in transit: worth another try."""

_TEXTS: tuple[tuple[type[Exception], GapReason, str, str], ...] = (
    (
        httpx2.ProxyError,
        GapReason.UNREACHABLE,
        "the proxy refused the connection",
        "Check HTTPS_PROXY and the proxy's own sign-in.",
    ),
    (
        httpx2.ConnectError,
        GapReason.UNREACHABLE,
        "no connection could be made (network, DNS or TLS)",
        "Check the network and the DNS of this machine, and that its clock is right.",
    ),
    (
        httpx2.TimeoutException,
        GapReason.UNREACHABLE,
        "no complete answer came in time",
        "Run again; check the network if it lasts.",
    ),
    (
        httpx2.DecodingError,
        GapReason.MALFORMED,
        "the answer could not be decompressed",
        "Look for a proxy that changes answers.",
    ),
    (
        httpx2.RequestError,
        GapReason.UNREACHABLE,
        "the connection broke off",
        "Run again; check the network if it lasts.",
    ),
    (
        httpx2.StreamError,
        GapReason.UNREACHABLE,
        "the connection broke off",
        "Run again; check the network if it lasts.",
    ),
)


def read_error(error: Exception, host: str) -> ReadError:
    """Return what a failure in transit means; its own text, which may hold addresses and headers, is left out."""
    for kind, reason, text, remedy in _TEXTS:
        if isinstance(error, kind):
            translated = ReadError(reason, f"{host}: {text}.", remedy)
            translated.__cause__ = error
            return translated
    raise TypeError(type(error)) from error
