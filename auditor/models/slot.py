"""Slots: the moments at which something was due, and what became of each. A slot runs once, whoever is about."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from auditor.models.base import Document

_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"


class SlotState(StrEnum):
    """What became of a slot."""

    CLAIMED = "claimed"
    """Somebody is at it, or was when the power went."""
    AGAIN = "again"
    """An attempt came to nothing; there will be another one."""
    DONE = "done"
    MISSED = "missed"
    """Nobody was there in time, and it was too late to make up for it."""
    FAILED = "failed"
    """It was tried as often as it may be, and failed."""


def parted(name: str) -> tuple[str, datetime] | None:
    """Return job and moment of what ``Slot.name`` gives; None for what is no such name."""
    job, _, moment = name.rpartition("@")
    try:
        due = datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return (job, due) if job else None


class Slot(Document):
    """One moment at which one job was due."""

    job: str
    """Such as ``audit``, ``audit:workspace``, ``mail``, ``prune``, ``self_check``."""
    due: datetime
    """In UTC, without jitter: with the job, what makes the slot."""
    state: SlotState
    attempts: int
    holder: str
    """Process and machine that claimed it last."""
    claimed: datetime
    finished: datetime | None = None
    exit_code: int | None = None
    note: str = ""
    """Why it failed or was missed; how late it ran."""

    @property
    def name(self) -> str:
        """Job and moment, such as ``mail@2026-11-23T12:00:00Z``: how it is called on a command line."""
        return f"{self.job}@{self.due.astimezone(UTC).strftime(_MOMENT)}"


class Lease(Document):
    """Who runs as the one daemon of a store, and when it was seen last; or which schedule holds, and since when."""

    name: str
    holder: str
    """Process and machine; or the words of a schedule."""
    since: datetime
    renewed: datetime
    note: str = ""
    """What it is at."""
