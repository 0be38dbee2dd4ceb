"""The status: what somebody sees who asks how the daemon is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditor.config import Config
from auditor.models import Document, Lease, ReceiptState, Slot
from auditor.scheduling.agenda import agenda
from auditor.scheduling.health import health, worries
from auditor.scheduling.jobs import Job, jobs
from auditor.store import Store
from auditor.store.slots import Known


class JobStatus(Document):
    """One job: when it is due next, how its last slot went, and who is at it at this moment."""

    name: str
    schedule: str
    """As it stands in the configuration."""
    next: datetime | None
    """With the jitter of this job; None if it is never due."""
    pending: datetime | None
    """A slot that has passed and is made up for as soon as a daemon looks; None if there is none."""
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
    latest, known = store.slots.latest(), store.slots.known(now)
    wanted = jobs(config)
    since = store.leases.unchanged({job.name: job.schedule for job in wanted}, now)
    audits = store.audits()
    receipts = store.outbox.receipts((ReceiptState.WAITING, ReceiptState.REFUSED))
    waiting = sum(each.state is ReceiptState.WAITING for each in receipts)
    return Status(
        organisation=config.organisation,
        # When the lock was taken is not told: that is so again whenever the configuration is read anew.
        running=living.partition(", since ")[0] if (living := store.leases.living()) else None,
        daemon=store.leases.daemon(),
        jobs=tuple(
            JobStatus(
                name=job.name,
                schedule=job.times.words,
                next=following + job.jitter if (following := job.times.next(now - job.jitter)) else None,
                pending=_pending(job, known.get(job.name, Known()), since.get(job.name), now),
                last=latest[job.name][0] if job.name in latest else None,
                holder=store.slots.holder(job.name),
            )
            for job in wanted
        ),
        audits=len(audits),
        last_audit=max((each.finished for each in audits if each.state == "whole" and each.finished), default=None),
        waiting=waiting,
        next_attempt=store.outbox.next_attempt(),
        refused=len(receipts) - waiting,
        worries=worries(health(config, store, now), now),
    )


def _pending(job: Job, known: Known, since: datetime | None, now: datetime) -> datetime | None:
    """Return the slot that a daemon would do if it looked now, or after a pause; ``since`` is None if none ever did."""
    if since is None:
        return None
    todo = agenda(job, known, since, now)
    hopeless = [slot for slot, _ in todo.given_up]
    return todo.fresh or max((slot.due for slot in known.unfinished if slot not in hopeless), default=None)
