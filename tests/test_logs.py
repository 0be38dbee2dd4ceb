from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from auditor.logs import configure

SECRET = "hunter2PLANTED"


def logged(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_whatever_a_name_contains() -> None:
    stream = io.StringIO()
    configure(level="info", stream=stream)
    structlog.get_logger("x").info("read", label="a\r\n\u202e\x1b[31m\u2028\ud800", count=3)
    assert len(stream.getvalue().splitlines()) == 1
    assert stream.getvalue().isascii()
    (event,) = logged(stream)
    assert (event["event"], event["level"], event["count"]) == ("read", "info", 3)


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_what_lies_below_the_level_is_not_logged(level: str) -> None:
    stream = io.StringIO()
    configure(level=level, stream=stream)
    levels = ["debug", "info", "warning", "error"]
    for each in levels:
        getattr(structlog.get_logger("x"), each)("said")
    assert [event["level"] for event in logged(stream)] == levels[levels.index(level) :]


def test_a_field_whose_name_speaks_of_a_secret_is_hidden_however_deep() -> None:
    stream = io.StringIO()
    configure(level="info", stream=stream)
    structlog.get_logger("x").info(
        "call", access_token=SECRET, headers={"Authorization": SECRET, "deep": {"client_secret": SECRET}}, host="h"
    )
    assert SECRET not in stream.getvalue()
    assert logged(stream)[0]["host"] == "h"


@pytest.mark.parametrize("name", ["httpx2", "httpcore2.http11", "msal", "googleapiclient.http", "google.auth"])
@pytest.mark.parametrize("level", ["debug", "error"])
def test_a_library_turned_up_to_debug_shows_nothing_below_warning_and_no_value_above(name: str, level: str) -> None:
    stream = io.StringIO()
    configure(level=level, stream=stream)
    library = logging.getLogger(name)
    library.setLevel(logging.DEBUG)
    try:
        library.debug("send_request_headers.started %r", {"authorization": SECRET})
        library.info("HTTP Request: %s", SECRET)
        library.warning("Invalid JSON content from response: %s", SECRET)
        library.error("put together: " + SECRET)
        library.error("failed: %s", SECRET, exc_info=ValueError(SECRET))
    finally:
        library.setLevel(logging.NOTSET)
    assert SECRET not in stream.getvalue()
    events = logged(stream)
    assert {event["library"] for event in events} == {name}
    assert [event["level"] for event in events] == [*(["warning"] if level == "debug" else []), "error", "error"]
    assert "failed: %s" in [event["message"] for event in events]


def test_configuring_twice_logs_once() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure(level="info", stream=first)
    configure(level="info", stream=second)
    logging.getLogger("msal").warning("once")
    assert (first.getvalue(), len(second.getvalue().splitlines())) == ("", 1)
