from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.practice.quotas import Window

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_what_fits_is_given_and_what_does_not_waits_until_the_oldest_has_left() -> None:
    window = Window(5, 10)
    assert [window.take(1, at(second))[0] for second in range(5)] == [0.0] * 5
    wait, share = window.take(1, at(5))
    assert (wait, share) == (6.0, 1.2)  # those of second 0 and 1 must leave, because the refused one counts


def test_whoever_goes_on_asking_goes_on_waiting() -> None:
    window = Window(1, 1)
    window.take(1, at(0))
    assert all(window.take(1, at(tenth / 10))[0] > 0 for tenth in range(1, 50))


def test_more_than_fits_at_all_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="never fit"):
        Window(5, 10).take(6, START)


@given(
    limit=st.integers(1, 20),
    calls=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 20)), min_size=1, max_size=30),
)
def test_whoever_waits_as_long_as_told_is_answered(limit: int, calls: list[tuple[float, int]]) -> None:
    window, now = Window(limit, 10), START
    for pause, units in calls:
        now += timedelta(seconds=pause)
        wait, _ = window.take(min(units, limit), now)
        if wait:
            now += timedelta(seconds=wait)
            assert window.take(min(units, limit), now)[0] == 0.0
