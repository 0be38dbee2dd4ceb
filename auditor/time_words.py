"""Times in plain words, as people say them, turned into cron expressions."""

from __future__ import annotations

import re
from typing import Final

from auditor.validation import did_you_mean

NEVER: Final = "never"
_DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAY_NUMBERS: Final = {
    **{name: str(number) for number, name in enumerate(_DAYS)},
    **{f"{name}s": str(number) for number, name in enumerate(_DAYS)},
    **{name[:3]: str(number) for number, name in enumerate(_DAYS)},
    "weekday": "1-5",
    "weekdays": "1-5",
    "weekend": "0,6",
    "weekends": "0,6",
}
_WHICH: Final = {"first": "#1", "second": "#2", "third": "#3", "fourth": "#4", "last": "L"}
_HOURS: Final = (1, 2, 3, 4, 6, 8, 12)
_FILLING: Final = frozenset({"every", "each", "on", "at", "and", "the", "of", "month"})
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
_HALF_DAY: Final = re.compile(r"(?P<hour>0?[1-9]|1[0-2])(?:[:.](?P<minute>[0-5][0-9]))?(?P<half>[ap])\.?m\.?")
_LONGEST: Final = 30
_CRON: Final = re.compile(r"[0-9*][^ :]*(?: +\S+){2,}")
_EXAMPLES: Final = "Write it like every day at 06:30, mondays 07:00, or 30 6 * * 1-5."
_KNOWN: Final = {*_DAY_NUMBERS, *_WHICH, *_FILLING, "day", "daily", "hour", "hourly", "hours", NEVER}


def to_cron(text: str) -> str | None:
    """Return the cron expression, of five fields, for a time in words, or for one that is such an expression already.

    None for ``never``. Known are days (``every day``, ``mondays and thursdays``, ``weekdays``, ``first monday of the
    month``) with a time of 24 hours, and ``every hour``, ``every 6 hours``. Raises ``ValueError`` with a remedy.
    """
    if _CRON.fullmatch(text.strip()):
        return _five_fields(text.split())
    words = text.lower().replace(",", " ").split()
    if words == [NEVER]:
        return None
    if hours := _hours(words):
        return hours
    clocks = [match for word in words if (match := _TIME.fullmatch(word))]
    rest = [word for word in words if not _TIME.fullmatch(word)]
    for word in rest:
        if word not in _KNOWN:
            raise _strange(word)
    if len(clocks) != 1:
        raise ValueError("one time of day is needed, with hours and minutes", _EXAMPLES)
    hour, minute = map(int, clocks[0].groups())
    return f"{minute} {hour} * * {_weekdays([word for word in rest if word not in _FILLING])}"


def _strange(word: str) -> ValueError:
    """Return what is wrong with a word that we do not know, and what to write instead of it."""
    shown = f"'{word[:_LONGEST]}'"
    if half := _HALF_DAY.fullmatch(word):
        hour = int(half["hour"]) % 12 + (12 if half["half"] == "p" else 0)
        return ValueError(f"{shown} is no time of 24 hours", f"Write {hour:02}:{half['minute'] or '00'}.")
    if re.fullmatch(r"[01]?[0-9]|2[0-3]", word):
        return ValueError(f"{shown} is an hour without minutes", f"Write {int(word):02}:00.")
    if re.fullmatch(r"[0-9:.]+", word):
        return ValueError(f"{shown} is no time of day", "Hours go from 00 to 23, minutes from 00 to 59, like 06:30.")
    return ValueError(f"{shown} says no time", did_you_mean(word, _KNOWN) or _EXAMPLES)


def _five_fields(fields: list[str]) -> str:
    if len(fields) != 5:  # noqa: PLR2004 - minute, hour, day, month, weekday; see crontab(5)
        raise ValueError(
            f"a cron expression has five fields, not {len(fields)}", "Write minute, hour, day, month, weekday."
        )
    return " ".join(fields)


def _hours(words: list[str]) -> str | None:
    """Return the expression for every so many hours; None for words that say something else."""
    match words:
        case ["hourly"] | ["every", "hour"]:
            return "0 * * * *"
        case ["every", number, "hours"] if number in map(str, _HOURS):
            return f"0 */{number} * * *"
        case ["every", _, "hours"]:
            known = ", ".join(map(str, _HOURS))
            raise ValueError("a day does not divide into so many hours", f"Write one of {known}.")
        case ["every", *_, "minute" | "minutes"]:
            remedy = "Write every hour, or a cron expression for up to four times an hour, like */15 * * * *"
            raise ValueError(f"'{words[-1]}' cannot be counted in words", remedy)
    return None


def _weekdays(words: list[str]) -> str:
    """Return the last field of the expression for words such as ``mondays``, ``daily`` or ``first monday``."""
    if words in (["day"], ["daily"]):
        return "*"
    which = [_WHICH[word] for word in words if word in _WHICH]
    days = [_DAY_NUMBERS[word] for word in words if word in _DAY_NUMBERS]
    if not days or len(which) > 1 or len(which) + len(days) != len(words):
        raise ValueError("this does not say on which days", _EXAMPLES)
    if which:
        single = len(days) == 1 and days[0].isdigit() and words[0] in _WHICH
        if not single:
            raise ValueError("this does not say on which days", "Write it like first monday of the month at 07:00.")
        return days[0] + which[0]
    return ",".join(days)
