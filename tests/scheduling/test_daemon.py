from __future__ import annotations

import gc
import signal
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from simulation import FakeChild, Simulation, job
from structlog.testing import capture_logs

from auditor.errors import AuditRunningError, ConfigurationError, Problem, StoreError
from auditor.logs import configure
from auditor.models import Message, MessageKind, SlotState
from auditor.store import open_store

SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _logs() -> None:
    configure(level="warning")


def states(world: Simulation, name: str = "audit") -> dict[datetime, SlotState]:
    with world.store() as store:
        return {slot.due: slot.state for slot in store.slots.latest(10_000).get(name, ())}


def test_a_week_does_every_slot_once(tmp_path: Path) -> None:
    jobs = {"audit": "every day at 06:30", "mail": "mondays 07:00", "prune": "sundays 03:00", "self_check": "never"}
    world = Simulation(tmp_path, SUNDAY, jobs)
    world.run(until=SUNDAY + 7 * DAY)
    assert Counter(name.partition("@")[0] for name in world.begun) == {"audit": 7, "mail": 1, "prune": 1}
    assert len(set(world.begun)) == 9
    assert set(states(world).values()) == {SlotState.DONE}


@pytest.mark.parametrize(
    ("zone", "edge"),
    [
        ("America/New_York", datetime(2027, 3, 14, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 11, 7, 6, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 3, 28, 1, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 10, 31, 1, tzinfo=UTC)),
    ],
)
def test_over_the_edges_of_summer_time_each_day_has_its_slot(tmp_path: Path, zone: str, edge: datetime) -> None:
    jobs = {
        f"audit:t{minute}": f"every day at 0{hour}:{minute}" for hour in (1, 2) for minute in (10 + hour, 40 + hour)
    }
    world = Simulation(tmp_path, edge - 2 * DAY + 8 * HOUR, jobs, zone=zone)
    world.run(until=edge + 2 * DAY + 8 * HOUR)
    assert Counter(name.partition("@")[0] for name in world.begun) == dict.fromkeys(jobs, 4)
    assert len(set(world.begun)) == 16


def test_a_leap_day_has_its_slot(tmp_path: Path) -> None:
    world = Simulation(tmp_path, datetime(2028, 2, 28, tzinfo=UTC), {"audit": "every day at 06:30"})
    world.run(until=datetime(2028, 3, 2, tzinfo=UTC))
    assert [name[6:16] for name in world.begun] == ["2028-02-28", "2028-02-29", "2028-03-01"]


def test_asleep_for_three_days_the_newest_slot_is_made_up_for_and_the_others_are_missed(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "every day at 06:30", "mail": "mondays 07:00"})
    world.at(SUNDAY + 20 * HOUR, lambda: world.sleep_machine(3 * DAY))
    with capture_logs() as logs:
        world.run(until=SUNDAY + DAY)
    assert [each["seconds"] for each in logs if each["event"] == "clock jumped"] == [3 * 24 * 3600]
    first = SUNDAY + 6.5 * HOUR
    done, missed = SlotState.DONE, SlotState.MISSED
    assert states(world) == {first: done, first + DAY: missed, first + 2 * DAY: missed, first + 3 * DAY: done}
    with world.store() as store:
        (mail,) = store.slots.latest()["mail"]
    assert (mail.state, mail.note) == (done, "2 days late")


def test_a_clock_that_is_set_back_a_day_does_nothing_twice_and_the_hand_goes_on(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "every day at 06:30"})
    world.at(SUNDAY + 30.75 * HOUR, lambda: world.sleep_machine(-DAY))
    world.run(until=SUNDAY + 4 * DAY)
    assert [name[6:16] for name in world.begun] == ["2026-11-22", "2026-11-23", "2026-11-24"]


def test_a_clock_that_was_decades_ahead_for_an_hour_stops_nothing(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "every day at 06:30"})
    decades = timedelta(days=365 * 40)
    world.at(SUNDAY + 10 * HOUR, lambda: world.sleep_machine(decades))
    world.at(SUNDAY + 11 * HOUR, lambda: world.sleep_machine(-decades))
    world.run(until=SUNDAY + 3 * DAY)
    assert [name[6:16] for name in world.begun if name < "audit@2030"] == ["2026-11-22", "2026-11-23", "2026-11-24"]


def test_what_takes_too_long_is_asked_to_end_and_then_killed_and_tried_three_times(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY + 6 * HOUR, {"audit": "sundays 06:30"}, every=60)
    world.start = lambda command: FakeChild(world, tuple(command), ends=float("inf"), stubborn=True)
    world.run(until=SUNDAY + 15 * HOUR)
    assert [child.signals[:2] for child in world.children] == [[signal.SIGTERM, signal.SIGKILL]] * 3
    with world.store() as store:
        (slot,) = store.slots.latest()["audit"]
    assert (slot.state, slot.attempts, slot.note) == (SlotState.FAILED, 3, "it took longer than 120 minutes")


def test_what_fails_is_tried_again_after_a_pause(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY + 6 * HOUR, {"audit": "sundays 06:30"}, every=60)
    begun: list[datetime] = []

    def start(command: Sequence[str]) -> FakeChild:
        begun.append(world.now)
        return FakeChild(world, tuple(command), world.counted + 1, code=6 if len(begun) < 3 else 0)

    world.start = start
    world.run(until=SUNDAY + 8 * HOUR)
    assert [(later - begun[0]) // timedelta(minutes=1) for later in begun] == [0, 6, 37]
    assert list(states(world).values()) == [SlotState.DONE]


def test_a_daemon_that_is_stopped_lets_its_child_end_and_the_next_one_does_the_slot(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY + 6 * HOUR, {"audit": "sundays 06:30"}, every=60)
    world.start = lambda command: FakeChild(world, tuple(command), world.counted + 3600)
    for hour in (6.6, 6.7, 6.8, 6.9):
        world.run(until=SUNDAY + hour * HOUR)
        assert world.children[-1].signals == [signal.SIGTERM]
        assert list(states(world).values()) == [SlotState.AGAIN]
    world.run(until=SUNDAY + 9 * HOUR)
    assert list(states(world).values()) == [SlotState.DONE]
    assert len(world.children) == 5


def test_a_second_daemon_is_told_who_runs(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "sundays 06:30"})
    with world.store() as store, store.leases.only_daemon(), pytest.raises(AuditRunningError, match="Another daemon"):
        world.run(until=SUNDAY + DAY)


def test_a_daemon_without_a_history_says_so_at_the_start_and_waits_for_it_later(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "every day at 06:30"})
    away = tmp_path / "away.db"
    world.at(SUNDAY + HOUR, lambda: (world.reload(), world.path.rename(away)))
    world.at(SUNDAY + 5 * HOUR, lambda: away.rename(world.path))
    with capture_logs() as logs:
        world.run(until=SUNDAY + DAY)
    assert len([each for each in logs if each["event"] == "history out of reach"]) > 20
    assert list(states(world).values()) == [SlotState.DONE]
    world.path.write_bytes(b"")
    with pytest.raises(StoreError, match="is empty"):
        world.run(until=SUNDAY + 3 * DAY)


def test_a_valid_configuration_replaces_the_one_before_and_an_invalid_one_does_not(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "every day at 06:30"})

    def break_it() -> None:
        world.refusal = ConfigurationError([Problem("config.yaml", 3, 7, "a word here says no time")])
        world.reload()

    def mend_it() -> None:
        world.refusal = None
        world.jobs = (job("audit", "every day at 09:00"),)
        world.reload()

    world.at(SUNDAY + HOUR, break_it)
    world.at(SUNDAY + DAY, mend_it)
    with capture_logs() as logs:
        world.run(until=SUNDAY + 2 * DAY)
    assert world.begun == ["audit@2026-11-22T06:30:00Z", "audit@2026-11-23T09:00:00Z"]
    (told,) = [each["reason"] for each in logs if each["event"] == "configuration refused"]
    assert told == "config.yaml:3:7: a word here says no time"


def test_a_look_that_goes_wrong_is_logged_and_the_next_one_goes_on(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "sundays 06:30"})
    tries: list[datetime] = []

    def start(command: Sequence[str]) -> FakeChild:
        tries.append(world.now)
        if len(tries) == 1:
            raise OSError(12, "Cannot allocate memory")
        return FakeChild(world, tuple(command), world.counted + 1)

    world.start = start
    with capture_logs() as logs:
        world.run(until=SUNDAY + DAY)
    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["defect"]
    assert list(states(world).values()) == [SlotState.DONE]


def test_a_daemon_whose_lock_is_gone_takes_it_again(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "every day at 06:30"})
    world.at(SUNDAY + HOUR, (tmp_path / "history.db.@daemon.lock").unlink)
    world.run(until=SUNDAY + DAY)
    assert list(states(world).values()) == [SlotState.DONE]
    assert (tmp_path / "history.db.@daemon.lock").exists()


def test_two_children_at_the_most_run_at_once(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {f"audit:t{number}": "sundays 06:30" for number in range(7)})
    most: list[int] = []

    def start(command: Sequence[str]) -> FakeChild:
        most.append(sum(child.poll() is None for child in world.children) + 1)
        return FakeChild(world, tuple(command), world.counted + 600)

    world.start = start
    world.run(until=SUNDAY + DAY)
    assert len(world.begun) == 7
    assert max(most) == 2


def test_messages_that_wait_are_sent_on_their_way_and_not_again_at_once(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "never"}, every=60)
    message = Message(
        id="it-1", kind=MessageKind.IT, sequence=1, due=SUNDAY, subject="s", text="t", recipients=("it@x.example",)
    )
    with world.store() as store:
        store.outbox.put(message, audit=None, now=SUNDAY + HOUR)
    world.run(until=SUNDAY + 1.5 * HOUR)
    assert [child.command for child in world.children] == [("mail", "--deliver")] * 6


def test_what_a_daemon_claimed_before_it_was_killed_is_taken_up(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "sundays 06:30"})
    with world.store() as store:
        store.slots.claim("audit", SUNDAY + 6.5 * HOUR, SUNDAY + 6.5 * HOUR)
    world.at(SUNDAY + 6.6 * HOUR, lambda: None)
    world.run(until=SUNDAY + DAY)
    assert list(states(world).values()) == [SlotState.DONE]
    assert len(world.children) == 1


def test_a_slot_that_somebody_is_at_is_left_to_them(tmp_path: Path) -> None:
    world = Simulation(tmp_path, SUNDAY, {"audit": "sundays 06:30"})
    due = SUNDAY + 6.5 * HOUR
    with open_store(world.path) as other:
        claimed = other.slots.claim("audit", due, due)
        assert claimed
        with other.slots.holding("audit"):
            world.run(until=SUNDAY + 12 * HOUR)
            assert world.children == []
            other.slots.finish(claimed, due + HOUR, 0)
        world.run(until=SUNDAY + DAY)
    assert world.children == []
    assert list(states(world).values()) == [SlotState.DONE]


def test_a_week_at_sixty_audits_costs_no_memory(tmp_path: Path) -> None:
    jobs = {f"audit:t{number:02}": f"every day at 0{number % 6}:{number:02}" for number in range(60)}
    world = Simulation(tmp_path, SUNDAY, jobs, every=900)
    sizes: list[int] = []

    def measure() -> None:
        world.children.clear()
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])

    for day in (2, 4, 7):
        world.at(SUNDAY + day * DAY, measure)
    world.start = lambda command: FakeChild(world, tuple(command), world.counted + 400)
    tracemalloc.start()
    try:
        world.run(until=SUNDAY + 7 * DAY + HOUR)
    finally:
        tracemalloc.stop()
    assert len(world.begun) >= 420
    assert sizes[2] - sizes[1] < 100_000, "bytes in three days, of which the names of 180 slots are ours"
