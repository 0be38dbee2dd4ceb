from __future__ import annotations

import inspect
import traceback

import httpx2
import pytest

from auditor.errors import GapReason, ReadError
from connectors.transport_errors import TRANSIENT, read_error

LIBRARY = [
    value for _, value in sorted(vars(httpx2).items()) if inspect.isclass(value) and issubclass(value, Exception)
]
OTHERS: list[type[Exception]] = [OverflowError, UnicodeError]


def made(kind: type[Exception]) -> Exception:
    """Return an exception of that kind whose text holds a secret."""
    error = kind.__new__(kind)
    error.args = ("PLANTED",)
    return error


def test_the_library_has_the_exceptions_that_we_think_it_has() -> None:
    assert {httpx2.ConnectTimeout, httpx2.InvalidURL, httpx2.CookieConflict, httpx2.StreamClosed} <= set(LIBRARY)
    assert len(LIBRARY) > 20


@pytest.mark.parametrize("kind", [*LIBRARY, *OTHERS], ids=lambda kind: kind.__name__)
def test_every_exception_of_the_library_is_tried_again_and_translated(kind: type[Exception]) -> None:
    assert issubclass(kind, TRANSIENT)
    error = read_error(made(kind), "host.example")
    assert isinstance(error, ReadError)
    assert error.message.startswith("host.example: ")
    assert "PLANTED" not in error.message + error.remedy


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (httpx2.ProxyError, "proxy"),
        (httpx2.ConnectError, "DNS"),
        (httpx2.ConnectTimeout, "in time"),
        (httpx2.ReadTimeout, "in time"),
        (httpx2.DecodingError, "decompressed"),
        (httpx2.RemoteProtocolError, "broke off"),
        (httpx2.StreamClosed, "broke off"),
    ],
)
def test_the_message_names_what_happened(kind: type[Exception], words: str) -> None:
    assert words in read_error(made(kind), "host.example").message


@pytest.mark.parametrize(
    "kind", [httpx2.LocalProtocolError, httpx2.RemoteProtocolError, httpx2.InvalidURL, UnicodeError]
)
def test_an_exception_that_quotes_what_was_sent_or_received_is_not_even_in_the_chain(kind: type[Exception]) -> None:
    error = read_error(made(kind), "host.example")
    assert "PLANTED" not in "".join(traceback.format_exception(error))


def test_an_exception_of_nobody_is_a_defect() -> None:
    with pytest.raises(TypeError):
        read_error(KeyError("x"), "host.example")


def test_a_broken_compression_is_malformed_and_not_a_matter_of_the_network() -> None:
    assert read_error(made(httpx2.DecodingError), "h").reason is GapReason.MALFORMED
