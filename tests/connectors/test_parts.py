from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from raw_server import FakeTime

from auditor.errors import GapReason, InterruptedAuditError, ReadError
from connectors.door import Answer, Door
from connectors.parts import Part, send_parts
from connectors.patience import Patience

GOOD = Answer(200, {}, b"{}")
DENIED = ReadError(GapReason.DENIED, "no", "grant it")


def later(seconds: int, status: int = 429) -> Answer:
    return Answer(status, {"retry-after": str(seconds)}, b"")


class Vendor:
    """Answers each part with the next of its own answers, the last one for ever, and keeps what was sent and when."""

    def __init__(self, **answers: Sequence[Answer | ReadError]) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.time = FakeTime()
        self.sent: list[tuple[float, str]] = []
        self.renewals: list[str] = []

    def __call__(self, parts: Sequence[Part[str]]) -> list[Answer | ReadError]:
        self.sent.append((self.time.now - 1000, "".join(part.request for part in parts)))
        self.renewals += [part.request for part in parts if part.renewed]
        return [self._next(part.request) for part in parts]

    def _next(self, name: str) -> Answer | ReadError:
        left = self.answers[name]
        return left.pop(0) if len(left) > 1 else left[0]

    def read(
        self,
        *,
        largest: int = 10,
        patience: Patience | None = None,
        send: Callable[[Sequence[Part[str]]], list[Answer | ReadError]] | None = None,
    ) -> list[int | GapReason]:
        """Return the final status, or the reason why there is none, of each part."""
        door = Door([], patience=patience, stop=self.time, monotonic=self.time.monotonic)
        results = send_parts(door, "host", "".join(self.answers), send or self, largest=largest)
        door.close()
        return [each.reason if isinstance(each, ReadError) else each.status for each in results]


def test_nothing_to_send_sends_nothing() -> None:
    vendor = Vendor()
    assert (vendor.read(), vendor.sent) == ([], [])


def test_parts_travel_in_batches_of_the_largest_size_and_come_back_in_order() -> None:
    vendor = Vendor(a=[GOOD], b=[Answer(404, {}, b"")], c=[GOOD], d=[Answer(400, {}, b"")], e=[GOOD])
    assert vendor.read(largest=2) == [200, 404, 200, 400, 200]
    assert vendor.sent == [(0, "ab"), (0, "cd"), (0, "e")]


def test_only_the_parts_that_were_put_off_are_sent_again_each_after_its_own_time() -> None:
    vendor = Vendor(a=[GOOD], b=[later(10), GOOD], c=[later(3), later(3), GOOD], d=[later(10, 503), GOOD])
    assert vendor.read() == [200, 200, 200, 200]
    assert vendor.sent == [(0, "abcd"), (3, "c"), (6, "c"), (10, "bd")]


def test_the_error_of_one_part_is_nobody_elses() -> None:
    vendor = Vendor(a=[GOOD], b=[DENIED], c=[GOOD])
    assert vendor.read() == [200, GapReason.DENIED, 200]
    assert len(vendor.sent) == 1


def test_the_error_of_a_whole_batch_is_that_of_its_parts_and_of_no_other_batch() -> None:
    vendor = Vendor(a=[GOOD], b=[GOOD], c=[GOOD])

    def send(parts: Sequence[Part[str]]) -> list[Answer | ReadError]:
        if parts[0].request == "a":
            raise DENIED
        return vendor(parts)

    assert vendor.read(largest=2, send=send) == [GapReason.DENIED, GapReason.DENIED, 200]


def test_a_refused_token_is_renewed_once_for_its_part_alone() -> None:
    refused = Answer(401, {}, b"")
    vendor = Vendor(a=[GOOD], b=[refused, GOOD], c=[refused, refused], d=[refused, later(5), GOOD])
    assert vendor.read() == [200, 200, 401, 200]
    assert vendor.sent == [(0, "abcd"), (0, "bcd"), (5, "d")]


@pytest.mark.parametrize(("status", "reason"), [(429, GapReason.THROTTLED), (503, GapReason.UNREACHABLE)])
def test_a_part_that_is_always_put_off_is_given_up_after_so_many_tries(status: int, reason: GapReason) -> None:
    vendor = Vendor(a=[later(1, status)], b=[GOOD])
    assert vendor.read(patience=Patience(tries=3, throttled_tries=3)) == [reason, 200]
    assert vendor.sent == [(0, "ab"), (1, "a"), (2, "a")]


def test_a_part_put_off_beyond_the_budget_is_throttled_and_the_others_are_kept() -> None:
    vendor = Vendor(a=[later(5000)], b=[GOOD], c=[later(10), GOOD])
    assert vendor.read(patience=Patience(budget=100)) == [GapReason.THROTTLED, 200, 200]


def test_stopping_ends_the_wait_for_parts() -> None:
    vendor = Vendor(a=[later(5)])
    vendor.time.stop_after = 1
    with pytest.raises(InterruptedAuditError):
        vendor.read()


def test_a_part_does_not_show_its_token() -> None:
    assert "PLANTED" not in repr(Part("x", token="PLANTED"))
