"""Slots: the moments at which something was due, and what became of each. A slot runs once, whoever is about."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from auditor.models.base import Document


class SlotState(StrEnum):
    """What became of a slot."""

    CLAIMED = "claimed"
    """Somebody is at it, or was when the power went."""
    DONE = "done"
    MISSED = "missed"
    """Nobody was there in time, and it was too late to make up for it."""
    FAILED = "failed"
    """It was tried as often as it may be, and failed."""


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


class Lease(Document):
    """Who runs as the one daemon of a store, and when it was seen alive last."""

    name: str
    holder: str
    since: datetime
    renewed: datetime
    note: str = ""
    """What it is at."""
