from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.times import Times, time_zone, times

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
ZONES = (
    *("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "America/Nuuk"),
    *("Asia/Tehran", "Africa/Casablanca", "Antarctica/Troll", "Pacific/Chatham", "America/Santiago", "Asia/Kathmandu"),
)
EXPRESSIONS = ("30 2 * * *", "*/15 * * * *", "0 */6 * * *", "30 1 * * 0", "15 0 * * *", "5 1,2,3 * * *", "0 3 1 * *")
WORDS = {
    "every day at 06:30": "30 6 * * *",
    "Daily 6.30": "30 6 * * *",
    "mondays 07:00": "0 7 * * 1",
    "every Monday at 07:00": "0 7 * * 1",
    "mondays, wednesdays and fri at 23:59": "59 23 * * 1,3,5",
    "weekdays at 08:05": "5 8 * * 1-5",
    "weekends at 00:00": "0 0 * * 0,6",
    "first monday of the month at 07:00": "0 7 * * 1#1",
    "last friday 17:00": "0 17 * * 5L",
    "every hour": "0 * * * *",
    "every 6 hours": "0 */6 * * *",
    " 30  6 * * 1-5 ": "30 6 * * 1-5",
    "never": None,
}
REFUSED = {
    "evry day at 06:30": "Did you mean 'every'?",
    "mondys 07:00": "Did you mean 'mondays'?",
    "@daily": "Did you mean 'daily'?",
    "every day": "every day at 06:30",
    "every day at 24:00": "like 06:30",
    "every day at 06:30 and 18:30": "every day at 06:30",
    "at 06:30": "every day at 06:30",
    "first 07:00": "every day at 06:30",
    "first mondays and sundays 07:00": "first monday of the month",
    "every 5 hours": "one of 1, 2, 3, 4, 6, 8, 12",
    "30 6 * *": "minute, hour, day, month, weekday",
    "0 30 6 * * *": "minute, hour, day, month, weekday",
    "61 6 * * *": "like 30 6 * * 1-5",
    "0 0 30 2 *": "like 30 6 * * 1-5",
    "0 0 31 2,4,6,9,11 *": "like 30 6 * * 1-5",
    "0 0 30 2 * *": "minute, hour, day, month, weekday",
    "* * * * *": "every hour",
    "*/10 6 * * *": "every hour",
    "": "every day at 06:30",
}
NAMED = {
    "every day at 25:30": ("'25:30' is no time of day", "Hours go from 00 to 23, minutes from 00 to 59, like 06:30."),
    "mondays at 7": ("'7' is an hour without minutes", "Write 07:00."),
    "mondays at 7pm": ("'7pm' is no time of 24 hours", "Write 19:00."),
    "mondays at 12:30a.m.": ("'12:30a.m.' is no time of 24 hours", "Write 00:30."),
    "every 5 minutes": (
        "'minutes' cannot be counted in words",
        "Write every hour, or a cron expression for up to four times an hour, like */15 * * * *",
    ),
    "mondys 07:00": ("'mondys' says no time", "Did you mean 'mondays'?"),
}
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware here


def local(words: str, zone: tzinfo, begin: datetime, count: int) -> list[str]:
    moments = islice(times(words, zone).after(begin), count)
    return [moment.astimezone(zone).strftime("%a %d %b %H:%M %z") for moment in moments]


def between(recurring: Times, begin: datetime, end: datetime) -> list[datetime]:
    """Return the moments after ``begin``, up to and with ``end``."""
    return list(takewhile(lambda moment: moment <= end, recurring.after(begin)))


@pytest.mark.parametrize(("words", "cron"), WORDS.items())
def test_words_mean_a_cron_expression(words: str, cron: str | None) -> None:
    assert times(words, UTC).cron == cron


@pytest.mark.parametrize(("words", "said"), NAMED.items())
def test_the_word_that_is_wrong_is_named_with_the_reason_and_what_to_write(words: str, said: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        times(words, UTC)
    assert caught.value.args == said


@pytest.mark.parametrize(("words", "remedy"), REFUSED.items())
def test_what_means_no_time_is_refused_with_what_to_write_instead(words: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        times(words, UTC)
    _, told = caught.value.args
    assert remedy in told


def test_a_moment_that_never_comes_is_refused() -> None:
    with pytest.raises(ValueError, match="never comes"):
        times("0 0 */31 * 1#5", UTC)  # the first of the month, and its fifth Monday


def test_never_is_never_due() -> None:
    assert times("never", NEW_YORK).next(datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("name", "remedy"),
    {
        "America/NewYork": "America/New_York",
        "Berlin": "Europe/Berlin",
        "new york": "America/New_York",
        "Europe/berlin": "Europe/Berlin",
        "../../etc/passwd": "UTC",
        "America": "America/",
        "": "UTC",
        "\0": "UTC",
    }.items(),
)
def test_what_is_no_time_zone_is_refused_with_the_name_that_was_meant(name: str, remedy: str) -> None:
    with pytest.raises(ValueError, match="no time zone") as caught:
        time_zone(name)
    assert remedy in caught.value.args[1]


def test_clocks_that_go_forward_over_a_time_make_it_due_at_once() -> None:
    assert local("every day at 02:30", NEW_YORK, datetime(2027, 3, 13, 12, tzinfo=UTC), 2) == [
        "Sun 14 Mar 03:00 -0400",
        "Mon 15 Mar 02:30 -0400",
    ]
    assert local("every day at 02:00", BERLIN, datetime(2027, 3, 27, 12, tzinfo=UTC), 2) == [
        "Sun 28 Mar 03:00 +0200",
        "Mon 29 Mar 02:00 +0200",
    ]


def test_a_time_that_comes_twice_is_due_the_first_time_only() -> None:
    assert local("every day at 01:30", NEW_YORK, datetime(2027, 11, 6, 12, tzinfo=UTC), 2) == [
        "Sun 07 Nov 01:30 -0400",
        "Mon 08 Nov 01:30 -0500",
    ]
    assert local("every day at 02:30", BERLIN, datetime(2027, 10, 30, 12, tzinfo=UTC), 2) == [
        "Sun 31 Oct 02:30 +0200",
        "Mon 01 Nov 02:30 +0100",
    ]


def test_whoever_looks_in_the_second_round_of_an_hour_does_not_find_the_first_again() -> None:
    second_round = datetime(2027, 11, 7, 6, 15, tzinfo=UTC)  # 01:15 for the second time
    assert local("every day at 01:30", NEW_YORK, second_round, 1) == ["Mon 08 Nov 01:30 -0500"]


def test_every_so_many_minutes_follows_real_time_over_both_edges() -> None:
    for begin in (datetime(2027, 3, 14, 5, tzinfo=UTC), datetime(2027, 11, 7, 4, tzinfo=UTC)):
        moments = list(islice(times("*/15 * * * *", NEW_YORK).after(begin), 20))
        assert {later - earlier for earlier, later in pairwise(moments)} == {timedelta(minutes=15)}


def test_midnight_that_does_not_exist_is_due_at_the_beginning_of_the_day() -> None:
    havana = ZoneInfo("America/Havana")
    assert local("sundays 00:00", havana, datetime(2027, 3, 13, 12, tzinfo=UTC), 1) == ["Sun 14 Mar 01:00 -0400"]


def test_a_leap_day_comes_every_four_years_and_is_a_day_like_others() -> None:
    begin = datetime(2027, 3, 1, tzinfo=UTC)
    assert [moment.year for moment in islice(times("0 6 29 2 *", UTC).after(begin), 2)] == [2028, 2032]
    assert local("every day at 06:30", UTC, datetime(2028, 2, 28, tzinfo=UTC), 3) == [
        "Mon 28 Feb 06:30 +0000",
        "Tue 29 Feb 06:30 +0000",
        "Wed 01 Mar 06:30 +0000",
    ]


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    at=st.times(datetime(2026, 1, 1).time(), datetime(2026, 1, 1, 23, 59).time()),  # noqa: DTZ001 - times of day
    first=st.dates(date(2024, 1, 1), date(2036, 1, 1)),
    days=st.integers(1, 40),
)
@example(zone="America/Nuuk", at=time(23, 30), first=date(2027, 3, 25), days=10)
@example(zone="America/Havana", at=time(0, 30), first=date(2027, 3, 10), days=10)
def test_every_day_has_exactly_one_moment_at_a_time_of_day(zone: str, at: time, first: date, days: int) -> None:
    """A day whose clocks skip the time has it where they go on: at midnight, if it was the last hour of the day."""
    place = time_zone(zone)
    clock = at.replace(second=0, microsecond=0)
    begin = datetime.combine(first, time(), place) - timedelta(seconds=1)
    end = datetime.combine(first + timedelta(days=days), time(), place)
    moments = between(times(f"{at.minute} {at.hour} * * *", place), begin, end - timedelta(seconds=1))
    exact = [moment.astimezone(place) for moment in moments if moment.astimezone(place).time() == clock]
    shifted = [moment for moment in moments if moment.astimezone(place).time() != clock]
    wanted = {first + timedelta(days=day) for day in range(days)}
    per_day = Counter(moment.date() for moment in exact)
    assert set(per_day.values()) <= {1}
    missing = wanted - per_day.keys()
    for day in missing:
        skipped = datetime.combine(day, clock, place)
        assert skipped.astimezone(UTC).astimezone(place).time() != clock, "only what does not exist is missing"
        edges = [m for m in shifted if timedelta(0) <= skipped.astimezone(UTC) - m <= timedelta(hours=2)]
        assert len(edges) == 1 or skipped.astimezone(UTC) >= end.astimezone(UTC)
    assert len(moments) in {days, days - 1}
    assert len(shifted) <= len(missing) + 1


@settings(max_examples=100, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    expression=st.sampled_from(EXPRESSIONS),
    begin=MOMENTS,
    steps=st.lists(st.integers(1, 300_000), max_size=6),
)
def test_moments_do_not_depend_on_when_one_looks(zone: str, expression: str, begin: datetime, steps: list[int]) -> None:
    """Looked at in pieces, however cut, the same moments come, each once and in order."""
    recurring = times(expression, time_zone(zone))
    cuts = [begin]
    for step in steps:
        cuts.append(cuts[-1] + timedelta(seconds=step))
    pieces = [moment for start, end in pairwise(cuts) for moment in between(recurring, start, end)]
    assert pieces == between(recurring, begin, cuts[-1])
    assert all(earlier < later for earlier, later in pairwise(pieces))
