"""Windows: what is let through at once, what waits, and for how long."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.pace import Window, reserve


def delays(limit: int, seconds: float, asked: list[tuple[float, int]]) -> list[float]:
    """Return how long each of the units that are asked for at a moment has to wait."""
    window = Window(limit, seconds)
    return [reserve({window: units}, moment) for moment, units in asked]


def test_one_a_second_lets_the_first_through_and_spreads_the_others() -> None:
    assert delays(1, 1.0, [(100.0, 1)] * 4) == [0.0, 1.0, 2.0, 3.0]


def test_what_fits_goes_at_once_and_is_free_again_when_the_window_has_passed() -> None:
    assert delays(5, 60.0, [(0.0, 2), (10.0, 3), (20.0, 1), (20.0, 2), (140.0, 5)]) == [0.0, 0.0, 40.0, 50.0, 0.0]


def test_nobody_overtakes_whoever_waits_for_more() -> None:
    assert delays(5, 60.0, [(0.0, 3), (0.0, 4), (0.0, 1)]) == [0.0, 60.0, 60.0]


def test_more_than_ever_fits_waits_for_an_empty_window() -> None:
    assert delays(5, 60.0, [(0.0, 1), (0.0, 9), (0.0, 1)]) == [0.0, 60.0, 120.0]


def test_what_goes_together_goes_when_it_suits_all_and_counts_from_then_on() -> None:
    narrow, wide = Window(1, 10.0), Window(3, 60.0)
    assert [reserve({narrow: 1, wide: 1}, 0.0) for _ in range(3)] == [0.0, 10.0, 20.0]
    assert reserve({wide: 2}, 0.0) == 70.0  # the second of the three left at 10, not at 0
    assert reserve({narrow: 1}, 0.0) == 30.0


def test_a_window_in_which_nothing_counts_any_more_is_known_for_empty() -> None:
    window = Window(5, 60.0)
    reserve({window: 5}, 0.0)
    assert [window.forget(moment) for moment in (59.9, 60.0)] == [False, True]


@settings(deadline=None)
@given(
    st.integers(1, 20),
    st.integers(1, 20),
    st.floats(0.5, 60),
    st.floats(0.5, 60),
    st.lists(st.tuples(st.floats(0, 5), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=60),
)
def test_no_window_ever_holds_more_than_its_limit(
    first: int, second: int, short: float, long: float, asked: list[tuple[float, int, int]]
) -> None:
    windows = Window(first, short), Window(second, long)
    now, used = 0.0, list[tuple[float, tuple[int, int]]]()
    for pause, *units in asked:
        now += pause
        used.append((now + reserve(dict(zip(windows, units, strict=True)), now), (units[0], units[1])))
    for at, window in enumerate(windows):
        for end, _ in used:
            inside = [units[at] for moment, units in used if end - window.seconds + 1e-6 < moment <= end]
            assert sum(min(units, window.limit) for units in inside) <= window.limit
