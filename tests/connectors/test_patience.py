from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_server import FakeTime

from auditor.errors import GapReason, InterruptedAuditError, ReadError
from connectors.patience import Patience, Waiting, retry_after

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


def waiting(time: FakeTime, seed: int = 1, **bounds: float) -> Waiting:
    return Waiting(Patience(**bounds), time, time.monotonic, Random(seed))  # type: ignore[arg-type]  # noqa: S311 - predictable on purpose


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("Mon, 02 Mar 2026 09:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 09:00:30 -0000", 30.0),
        ("Mon, 02 Mar 2026 10:00:30 +0100", 30.0),
        ("Monday, 02-Mar-26 09:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0663", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_a_date_is_taken_against_the_clock_of_the_vendor_that_gave_it() -> None:
    headers = {"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT", "date": "Mon, 02 Mar 2026 09:00:20 GMT"}
    assert retry_after(headers, NOW - timedelta(days=9)) == 10.0


def test_without_the_header_nothing_is_told() -> None:
    assert retry_after({}, NOW) is None


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{1,5} \d\d:\d\d:\d\d [+-]\d{1,9}"))
def test_no_retry_after_of_any_text_breaks_us(value: str) -> None:
    seconds = retry_after({"retry-after": value, "date": value}, NOW)
    assert seconds is None or seconds >= 0


def test_our_own_waits_double_up_to_a_ceiling_and_are_jittered_between_half_and_whole() -> None:
    backoff = waiting(FakeTime(), longest_wait=8.0, first_wait=0.5).backoff
    for tries, ceiling in enumerate([0.5, 1, 2, 4, 8, 8, 8], 1):
        waits = {backoff(tries) for _ in range(50)}
        assert ceiling / 2 <= min(waits) < max(waits) <= ceiling


def test_the_same_seed_waits_the_same() -> None:
    first, second, third = (waiting(FakeTime(), seed) for seed in (5, 5, 6))
    drawn = [[each.backoff(tries) for tries in range(1, 5)] for each in (first, second, third)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_wait_that_the_budget_does_not_allow_is_not_begun() -> None:
    time = FakeTime()
    patience = waiting(time, budget=10.0)
    patience.sleep(9.0, GapReason.THROTTLED, "x")
    with pytest.raises(ReadError) as caught:
        patience.sleep(2.0, GapReason.THROTTLED, "x")
    assert caught.value.reason is GapReason.THROTTLED
    assert time.waits == [9.0]


def test_stopping_ends_a_wait_at_once() -> None:
    stop = threading.Event()
    patience = Waiting(Patience(), stop, lambda: 0.0, Random(1))  # noqa: S311 - predictable on purpose
    timer = threading.Timer(0.05, stop.set)
    timer.start()
    with pytest.raises(InterruptedAuditError):
        patience.sleep(600.0, GapReason.THROTTLED, "x")
    timer.join()
