"""The agenda: what is to be done about one job at a moment. Pure: of schedule, what is known, and the clock.

Of several slots that have passed only the newest is made up for, if it is not too late. What was due before the
schedule held, or before a slot that is known, is past. So a clock that goes back finds nothing to do that was done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from auditor.models import Slot, SlotState
from auditor.scheduling.jobs import Job
from auditor.store.slots import Known

MOST_ATTEMPTS: Final = 3
_SETTLING: Final = timedelta(minutes=1)
"""Time in which whoever claimed a slot has begun with it."""
_PAUSES: Final = (timedelta(0), timedelta(minutes=5), timedelta(minutes=30))
"""How long to wait after so many attempts that came to nothing."""
_HORIZON: Final = timedelta(days=31)
"""How far back slots that were missed are written down one by one."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is to be done about a job: at most one slot to begin with, and slots to be given up."""

    fresh: datetime | None = None
    """A slot that nobody has claimed yet."""
    again: Slot | None = None
    """A slot whose last attempt came to nothing."""
    missed: tuple[datetime, ...] = ()
    """Slots at which nobody was there, and which are past."""
    given_up: tuple[tuple[Slot, str], ...] = ()
    """Slots that were begun and will not come to an end, with the reason."""
    following: datetime | None = field(default=None, compare=False)
    """When to look next, if nothing is to be done until then; None for never."""

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.fresh or self.again or self.missed or self.given_up)


def agenda(job: Job, known: Known, since: datetime, now: datetime) -> Agenda:
    """Return what is to be done about a job whose schedule holds ``since`` then, when nobody is at a slot of it."""
    floor = max(since, known.newest or since, now - _HORIZON)
    passed: list[datetime] = []
    following = None
    for due in job.times.after(floor):
        if due + job.jitter > now:
            following = due + job.jitter
            break
        passed.append(due)
    fresh = passed.pop() if passed and now - passed[-1] <= job.grace else None
    again, given_up = None, []
    for slot in sorted(known.unfinished, key=lambda slot: slot.due, reverse=True):
        if reason := _hopeless(job, slot, now, newer=fresh or again):
            given_up.append((slot, reason))
        elif again is None:
            again = slot
    ready = again if again and _ready(again, now) else None
    return Agenda(fresh, ready, tuple(passed), tuple(given_up), following)


def late(due: datetime, now: datetime, *, most: timedelta) -> str:
    """Return how late a slot is, in words; nothing if it is not later than ``most``."""
    minutes = int((now - due) / timedelta(minutes=1))
    if now - due <= most:
        return ""
    hours, days = minutes // 60, minutes // (24 * 60)
    number, unit = (days, "day") if days > 1 else (hours, "hour") if hours > 1 else (minutes, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'} late"


def _hopeless(job: Job, slot: Slot, now: datetime, newer: datetime | Slot | None) -> str:
    """Return why a slot that was begun is not begun again; nothing if it is."""
    if newer is not None:
        return "a newer slot took its place"
    if slot.attempts >= MOST_ATTEMPTS and (slot.state is SlotState.AGAIN or _settled(slot, now)):
        return f"tried {slot.attempts} times. {slot.note}".strip()
    if now - slot.due > job.grace:
        return f"too late to try again. {slot.note}".strip()
    return ""


def _ready(slot: Slot, now: datetime) -> bool:
    """Return whether it is time for the next attempt; a moment in the future was written by a clock that was wrong."""
    if slot.state is SlotState.CLAIMED:
        return _settled(slot, now)
    ended = slot.finished or slot.claimed
    return not timedelta(0) <= now - ended < _PAUSES[min(max(slot.attempts, 0), len(_PAUSES) - 1)]


def _settled(slot: Slot, now: datetime) -> bool:
    return not timedelta(0) <= now - slot.claimed < _SETTLING
