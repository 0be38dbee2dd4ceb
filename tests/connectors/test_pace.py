"""Token buckets: what is let through at once, what waits, and for how long."""

from __future__ import annotations

from connectors.pace import Limit, Pace


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_one_a_second_lets_the_first_through_and_spreads_the_others() -> None:
    pace = Pace([Limit("a.example", "/v1/", rate=1.0)], Clock())
    assert [pace.delay("a.example", "/v1/policies?x") for _ in range(4)] == [0.0, 1.0, 2.0, 3.0]


def test_a_burst_goes_at_once_and_comes_back_with_time() -> None:
    clock = Clock()
    pace = Pace([Limit("a.example", "/", rate=2.0, burst=3)], clock)
    assert [pace.delay("a.example", "/") for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 1.0]
    clock.now += 60
    assert [pace.delay("a.example", "/") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_other_hosts_and_paths_do_not_wait_and_do_not_count() -> None:
    pace = Pace([Limit("a.example", "/v1/", rate=1.0)], Clock())
    assert {
        pace.delay(host, path) for host, path in (("b.example", "/v1/"), ("a.example", "/v2/")) for _ in range(5)
    } == {0.0}
    assert pace.delay("a.example", "/v1/") == 0.0
