"""Moments and durations in words, the same in every locale of the machine."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Final

from auditor.reports.words import how_many

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
_MONTHS_OF_YEAR: Final = (*_MONTHS, "November", "December")
_HOUR: Final = 60
_TWO_DAYS: Final = timedelta(hours=48)


def day_words(moment: datetime, zone: tzinfo) -> str:
    """Return the day: ``Monday 23 November``."""
    local = moment.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS_OF_YEAR[local.month - 1]}"


def moment_words(moment: datetime, zone: tzinfo) -> str:
    """Return day and time: ``Monday 23 November, 07:00``."""
    return f"{day_words(moment, zone)}, {moment.astimezone(zone):%H:%M}"


def age_words(age: timedelta) -> str:
    """Return how old something is, in whole hours or days: ``less than an hour``, ``30 hours``, ``6 days``."""
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    if age < _TWO_DAYS:
        return how_many(hours, "hour")
    return how_many(age.days, "day")


def minutes_words(minutes: int) -> str:
    """Return how long something takes: ``10 minutes``, ``1.5 hours``."""
    if minutes <= _HOUR:
        return how_many(minutes, "minute")
    halves = round(minutes * 2 / _HOUR) / 2
    return f"{halves:,g} hours"


def week_of(moment: datetime, zone: tzinfo) -> int:
    """Return the number of the ISO week."""
    return moment.astimezone(zone).isocalendar().week
