from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.models import Slot, SlotState
from auditor.scheduling import Job
from auditor.scheduling.agenda import Agenda, agenda, late
from auditor.store.slots import Known
from auditor.times import time_zone, times

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
LONG_AGO = MONDAY - 60 * DAY


def job(words: str = "every day at 06:30", *, jitter: timedelta = timedelta(0), grace: timedelta = DAY) -> Job:
    return Job(name="audit", times=times(words, UTC), command=("audit",), jitter=jitter, grace=grace)


def slot(due: datetime, state: SlotState = SlotState.CLAIMED, *, attempts: int = 1, ago: timedelta = HOUR) -> Slot:
    then = MONDAY + 2 * HOUR - ago
    ended = None if state is SlotState.CLAIMED else then
    return Slot(
        job="audit", due=due, state=state, attempts=attempts, holder="h", claimed=then, finished=ended, note="n"
    )


def test_nothing_is_due_before_its_time() -> None:
    assert agenda(job(), Known(MONDAY - DAY), LONG_AGO, MONDAY - timedelta(seconds=1)) == Agenda()


def test_a_slot_is_due_at_its_time_and_its_jitter() -> None:
    assert agenda(job(), Known(MONDAY - DAY), LONG_AGO, MONDAY).fresh == MONDAY
    late_riser = job(jitter=timedelta(minutes=7))
    assert agenda(late_riser, Known(MONDAY - DAY), LONG_AGO, MONDAY + timedelta(minutes=6)).fresh is None
    assert agenda(late_riser, Known(MONDAY - DAY), LONG_AGO, MONDAY + timedelta(minutes=7)).fresh == MONDAY


def test_what_was_due_before_the_schedule_held_is_not_made_up_for() -> None:
    assert agenda(job(), Known(), MONDAY + HOUR, MONDAY + 2 * HOUR) == Agenda()


def test_asleep_for_three_days_only_the_newest_slot_is_made_up_for() -> None:
    todo = agenda(job(), Known(MONDAY - 4 * DAY), LONG_AGO, MONDAY + HOUR)
    assert todo == Agenda(fresh=MONDAY, missed=(MONDAY - 3 * DAY, MONDAY - 2 * DAY, MONDAY - DAY))


def test_a_slot_that_is_more_than_a_day_late_is_missed_and_a_mail_up_to_three() -> None:
    known, now = Known(MONDAY - 7 * DAY), MONDAY + 2 * DAY
    assert agenda(job("mondays 06:30"), known, LONG_AGO, now) == Agenda(missed=(MONDAY,))
    assert agenda(job("mondays 06:30", grace=3 * DAY), known, LONG_AGO, now) == Agenda(fresh=MONDAY)
    assert agenda(job("mondays 06:30", grace=3 * DAY), known, LONG_AGO, now + 2 * DAY) == Agenda(missed=(MONDAY,))


def test_a_clock_set_back_a_day_finds_nothing_to_do_again() -> None:
    """The slot of today, which is ahead again, is not known then; the store lets nobody claim it a second time."""
    assert agenda(job(), Known(MONDAY - DAY), LONG_AGO, MONDAY + HOUR - DAY) == Agenda()


def test_after_years_with_a_wrong_clock_only_a_month_of_slots_is_written_down() -> None:
    todo = agenda(job(), Known(MONDAY), LONG_AGO, MONDAY.replace(year=2099))
    assert len(todo.missed) == 31 - 1


def test_an_attempt_that_came_to_nothing_is_made_again_after_a_pause() -> None:
    now = MONDAY + 2 * HOUR
    for attempts, minutes in ((0, 0), (1, 5), (2, 30)):
        for ago, ready in ((timedelta(minutes=minutes), True), (timedelta(minutes=minutes, seconds=-1), False)):
            if ago >= timedelta(0):
                begun = slot(MONDAY, SlotState.AGAIN, attempts=attempts, ago=ago)
                todo = agenda(job(), Known(MONDAY, (begun,)), LONG_AGO, now)
                assert todo.again == (begun if ready else None)


def test_a_slot_whose_holder_is_gone_is_taken_up_again_once_it_had_time_to_begin() -> None:
    now = MONDAY + 2 * HOUR
    young, old = slot(MONDAY, ago=timedelta(seconds=59)), slot(MONDAY, ago=timedelta(seconds=60))
    assert agenda(job(), Known(MONDAY, (young,)), LONG_AGO, now) == Agenda()
    assert agenda(job(), Known(MONDAY, (old,)), LONG_AGO, now) == Agenda(again=old)


def test_a_claim_from_the_future_was_made_by_a_wrong_clock_and_is_taken_up() -> None:
    ahead = slot(MONDAY, ago=-DAY)
    assert agenda(job(), Known(MONDAY, (ahead,)), LONG_AGO, MONDAY + 2 * HOUR).again == ahead


@pytest.mark.parametrize(
    ("begun", "reason"),
    [
        (slot(MONDAY, attempts=3), "tried 3 times. n"),
        (slot(MONDAY, SlotState.AGAIN, attempts=3, ago=timedelta(0)), "tried 3 times. n"),
        (slot(MONDAY - 2 * DAY), "too late to try again. n"),
    ],
)
def test_a_slot_is_given_up_with_the_reason(begun: Slot, reason: str) -> None:
    todo = agenda(job(), Known(MONDAY, (begun,)), LONG_AGO, MONDAY + 2 * HOUR)
    assert (todo.again, todo.given_up) == (None, ((begun, reason),))


def test_a_newer_slot_takes_the_place_of_one_that_did_not_come_to_an_end() -> None:
    older, begun = slot(MONDAY - 2 * DAY), slot(MONDAY - DAY)
    todo = agenda(job(), Known(MONDAY - DAY, (older, begun)), LONG_AGO, MONDAY)
    assert todo == Agenda(
        fresh=MONDAY,
        given_up=((begun, "a newer slot took its place"), (older, "a newer slot took its place")),
    )


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (timedelta(minutes=5), ""),
        (timedelta(minutes=6), "6 minutes late"),
        (timedelta(minutes=119), "119 minutes late"),
        (timedelta(hours=47), "47 hours late"),
        (timedelta(hours=50), "2 days late"),
    ],
)
def test_a_late_slot_is_labelled(by: timedelta, words: str) -> None:
    assert late(MONDAY, MONDAY + by, most=timedelta(minutes=5)) == words


@settings(max_examples=80, deadline=None)
@given(
    zone=st.sampled_from(["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]),
    words=st.sampled_from(["every day at 02:30", "mondays 07:00", "every hour", "0 6 29 2 *", "30 1 * * *"]),
    steps=st.lists(st.timedeltas(timedelta(days=-2), timedelta(days=5)), min_size=1, max_size=15),
)
def test_however_the_clock_goes_no_slot_is_lost_and_none_comes_twice(
    zone: str, words: str, steps: list[timedelta]
) -> None:
    """Every moment up to the farthest that was ever looked at is done or missed, once."""
    watched = Job(name="x", times=times(words, time_zone(zone)), command=())
    begin = now = datetime(2027, 10, 25, tzinfo=UTC)
    done: list[datetime] = []
    for step in steps:
        now = max(begin, now + step)
        known = Known(max((due for due in done if due <= now), default=None))
        todo = agenda(watched, known, begin, now)
        done += [due for due in (*todo.missed, *((todo.fresh,) if todo.fresh else ())) if due not in done]
        upto = [due for due in done if due <= now]
        assert sorted(upto)[-1:] == [todo.fresh] if todo.fresh else True
        assert todo.fresh is None or now - todo.fresh <= DAY
    farthest = max(done, default=begin)
    wanted = []
    for due in watched.times.after(begin):
        if due > farthest:
            break
        wanted.append(due)
    assert sorted(done) == wanted
    assert all(earlier < later for earlier, later in pairwise(sorted(done)))
