"""Jobs: what the configuration wants done again and again, and by which command of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from auditor.config import Config
from auditor.times import Times

_DAY: Final = timedelta(days=1)
_GRACE: Final = {"mail": 3 * _DAY}
"""How late a slot is still made up for, by kind of job; a day if nothing stands here."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again.

    ``name`` is ``audit``, ``audit:TENANT``, ``mail``, ``prune`` or ``self_check``. ``command`` does one slot of it,
    given the option ``--slot``. It begins ``jitter`` after it is due, and not later than ``grace`` after.
    """

    name: str
    times: Times
    command: tuple[str, ...]
    jitter: timedelta = timedelta(0)
    grace: timedelta = _DAY

    @property
    def kind(self) -> str:
        """The name without a tenant."""
        return self.name.partition(":")[0]

    @property
    def schedule(self) -> str:
        """What is kept of its schedule, so that another one can be told from it."""
        return f"{self.times.cron} in {self.times.zone}"


def jobs(config: Config) -> tuple[Job, ...]:
    """Return the jobs of a configuration, in the order in which they are started when due at the same moment."""
    return tuple(
        Job(
            name=name,
            times=times,
            command=command,
            jitter=_jitter(config, name),
            grace=_GRACE.get(name, _DAY),
        )
        for name, times, command in _wanted(config)
    )


def next_due(config: Config, name: str, after: datetime) -> datetime | None:
    """Return the next moment, in UTC, at which the job of that name is due; None if never, or for no such job."""
    return next((job.times.next(after) for job in jobs(config) if job.name == name), None)


def _wanted(config: Config) -> Iterator[tuple[str, Times, tuple[str, ...]]]:
    for name, times in config.schedule.times.items():
        kind, _, tenant = name.partition(":")
        match kind:
            case "audit":
                yield name, times, ("audit", *(("--tenant", tenant) if tenant else ()))
            case "mail" if config.mail is not None:
                yield name, times, ("mail", "--send")
            case "prune" if config.store.retention.audits or config.store.retention.evidence:
                yield name, times, ("history", "prune")
            case "self_check":
                yield name, times, ("self-check",)


def _jitter(config: Config, name: str) -> timedelta:
    """Return by how much a job begins later: different for each organisation and job, and always the same for one."""
    digest = blake2b(f"{config.organisation}\0{name}".encode(), digest_size=8).digest()
    return timedelta(seconds=int.from_bytes(digest) % (config.schedule.jitter * 60 + 1))
