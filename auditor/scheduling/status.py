"""The status: what somebody sees who asks how the daemon is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditor.config import Config
from auditor.models import Document, Lease, ReceiptState, Slot
from auditor.scheduling.health import health, worries
from auditor.scheduling.jobs import jobs
from auditor.store import Store


class JobStatus(Document):
    """One job: when it is due next, how its last slot went, and who is at it at this moment."""

    name: str
    schedule: str
    """As it stands in the configuration."""
    next: datetime | None
    """With the jitter of this job; None if it is never due."""
    last: Slot | None
    holder: str | None


class Status(Document):
    """What the daemon of a history does, did and will do. In its JSON form, ``auditor/status/1``."""

    form: Literal["auditor/status/1"] = "auditor/status/1"
    organisation: str
    running: str | None
    """Process and machine of the daemon; None if none runs."""
    daemon: Lease | None
    """What was last written about one."""
    jobs: tuple[JobStatus, ...]
    audits: int
    last_audit: datetime | None
    """When the last whole audit ended."""
    waiting: int
    next_attempt: datetime | None
    refused: int
    worries: tuple[str, ...]
    """What somebody should look at, in sentences."""


def look(config: Config, store: Store, now: datetime) -> Status:
    """Return the status at a moment. Raises ``StoreError``."""
    latest = store.slots.latest()
    audits = store.audits()
    receipts = store.outbox.receipts((ReceiptState.WAITING, ReceiptState.REFUSED))
    waiting = sum(each.state is ReceiptState.WAITING for each in receipts)
    return Status(
        organisation=config.organisation,
        running=store.leases.living(),
        daemon=store.leases.daemon(),
        jobs=tuple(
            JobStatus(
                name=job.name,
                schedule=job.times.words,
                next=following + job.jitter if (following := job.times.next(now - job.jitter)) else None,
                last=latest[job.name][0] if job.name in latest else None,
                holder=store.slots.holder(job.name),
            )
            for job in jobs(config)
        ),
        audits=len(audits),
        last_audit=max((each.finished for each in audits if each.state == "whole" and each.finished), default=None),
        waiting=waiting,
        next_attempt=store.outbox.next_attempt(),
        refused=len(receipts) - waiting,
        worries=worries(health(config, store, now), now),
    )
