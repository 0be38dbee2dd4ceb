"""Times: the moments that a cron expression means in a time zone, each of them once, whatever the clocks there do.

A local time that does not exist, because clocks go forward over it, is due at the moment they do; one that exists twice
is due the first time. Expressions for every so many minutes or hours follow real time instead: they are due in both
hours. So does Debian's cron, and so does cronsim, which knows the expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from auditor.time_words import NEVER, to_cron
from auditor.validation import did_you_mean

_YEARS_AHEAD = datetime(2024, 1, 1, tzinfo=UTC)
"""From where cronsim looks fifty years ahead for the first moment of an expression: it says whether there is one."""
_MOST_MINUTES = 4
"""How often in an hour something may be due."""


@dataclass(frozen=True, slots=True)
class Times:
    """Moments that come again and again; equal if they were written alike. ``cron`` is None for those never due."""

    words: str
    cron: str | None
    zone: tzinfo

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the moments after ``moment``, in UTC and in order, without end or until nothing comes for 50 years."""
        if self.cron is None:
            return
        for due in CronSim(self.cron, moment.astimezone(self.zone)):
            # In the second round of an hour that comes twice, cronsim begins again with the first.
            if (utc := due.astimezone(UTC)) > moment:
                yield utc
                moment = utc

    def next(self, moment: datetime) -> datetime | None:
        """Return the first moment after ``moment``; None if there is none."""
        return next(self.after(moment), None)


def times(words: str, zone: tzinfo) -> Times:
    """Return what is meant by words (``mondays 07:00``) or by a cron expression.

    Raises ``ValueError`` with message and remedy for what cannot be understood, never comes, or comes too often.
    """
    cron = to_cron(words)
    if cron is not None:
        _require_some(cron)
    return Times(words, cron, zone)


def time_zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name. Raises ``ValueError`` with message and remedy."""
    if name == "UTC":
        return UTC  # known also where the machine has no database of time zones
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
    if not known:
        raise ValueError("this machine knows no time zones", "apt install tzdata, or write UTC.")
    cities = {zone.rsplit("/", 1)[-1]: zone for zone in sorted(known)}
    city = cities.get(name.strip().title().replace(" ", "_"))
    like = f"Did you mean '{city}'?" if city else did_you_mean(name, known)
    raise ValueError("this is no time zone", like or "Write a name like America/New_York, or UTC.")


def _require_some(cron: str) -> None:
    """Raise ``ValueError`` for an expression that cronsim refuses, that never comes, or that comes too often."""
    try:
        simulated = CronSim(cron, _YEARS_AHEAD)
        first = next(simulated, None)
    except CronSimError as error:
        message = str(error)[:1].lower() + str(error)[1:]
        remedy = "Write minute, hour, day, month, weekday, like 30 6 * * 1-5; or words, like every day at 06:30."
        raise ValueError(f"this is no cron expression: {message}", remedy) from None
    if first is None:
        raise ValueError("this moment never comes", f"Correct it, or write {NEVER}.")
    if len(simulated.minutes) > _MOST_MINUTES:
        raise ValueError(
            f"this is more often than {_MOST_MINUTES} times an hour",
            "Write every hour, or a cron expression: 0 * * * *",
        )
