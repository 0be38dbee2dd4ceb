"""``auditor status``: what the daemon does, did and will do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Annotated

import typer

from auditor import config
from auditor.cli import wiring
from auditor.cli.audit import now
from auditor.cli.history import CONFIG, Configuration
from auditor.exit_codes import ExitCode
from auditor.models import SlotState
from auditor.reports.neutral import neutral
from auditor.reports.words import how_many
from auditor.scheduling.status import JobStatus, Status, look
from auditor.times import time_zone

Words = Callable[[datetime], str]
"""Says a moment in the time zone of the configuration."""


def status(
    path: Configuration = CONFIG,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write it as JSON.")] = False,
) -> None:
    """Show whether the daemon runs, what is due when, how it went last, what waits to be sent, and what is wrong."""
    configured = config.load(path)
    moment = now()
    with wiring.history(configured) as store:
        seen = look(configured, store, moment)
    if as_json:
        typer.echo(json.dumps(seen.model_dump(mode="json"), indent=2, ensure_ascii=True))
    else:
        zone = time_zone(configured.schedule.time_zone)
        for line in _lines(seen, moment, lambda at: f"{at.astimezone(zone):%a %d %b %H:%M %Z}"):
            typer.echo(line)
    raise typer.Exit(ExitCode.FINDINGS if seen.worries else ExitCode.CLEAN)


def _lines(seen: Status, moment: datetime, words: Words) -> Iterator[str]:
    running = f"runs: {neutral(seen.running)}{_since(seen, words)}" if seen.running else "does not run"
    yield f"Daemon    {running}{_seen(seen, moment, words)}"
    yield f"History   {how_many(seen.audits, 'audit')}, the last whole one {_when(seen.last_audit, words)}"
    yield "Jobs"
    width = max(len(job.name) for job in seen.jobs)
    for job in seen.jobs:
        yield f"  {job.name:<{width}}  {_job(job, moment, words, running=bool(seen.running))}"
    if seen.waiting or seen.refused:
        following = _when(seen.next_attempt, words)
        yield f"Outbox    {seen.waiting:,} waiting, next attempt {following}; {seen.refused:,} refused"
    yield "Worries" if seen.worries else "All is well with the auditor itself."
    yield from (f"  {neutral(sentence, 1000)}" for sentence in seen.worries)


def _since(seen: Status, words: Words) -> str:
    known = seen.daemon is not None and seen.daemon.holder == seen.running
    return f", since {words(seen.daemon.since)}" if seen.daemon and known else ""


def _seen(seen: Status, moment: datetime, words: Words) -> str:
    if seen.daemon is None:
        return ""
    ago = moment - seen.daemon.renewed
    return (
        f"; {seen.daemon.note}, seen {_span(ago)} ago" if seen.running else f"; seen last {words(seen.daemon.renewed)}"
    )


def _when(at: datetime | None, words: Words) -> str:
    return words(at) if at else "never"


def _job(job: JobStatus, moment: datetime, words: Words, *, running: bool) -> str:
    following = f"next {words(job.next)} (in {_span(job.next - moment)})" if job.next else "never due"
    if job.holder:
        holder, _, since = job.holder.partition(", since ")
        return f"{following}; at it now: {neutral(holder)}{f', since {_moment(since, words)}' if since else ''}"
    if job.pending:
        soon = "soon" if running else "as soon as the daemon is back"
        following = f"due since {words(job.pending)}, done {soon}; then {following}"
    if job.last is None:
        return f"{following}; not done yet"
    code = f", exit {job.last.exit_code}" if job.last.exit_code is not None else ""
    note = f" ({neutral(job.last.note, 200)})" if job.last.note else ""
    return f"{following}; last {words(job.last.due)}: {_STATES[job.last.state]}{code}{note}"


_STATES = {
    SlotState.CLAIMED: "begun and not finished",
    SlotState.AGAIN: "not finished, tried again",
    SlotState.DONE: "done",
    SlotState.MISSED: "missed",
    SlotState.FAILED: "failed",
}


def _moment(text: str, words: Words) -> str:
    """Return a moment that a lock tells, as we say moments; as it is told, if it is none."""
    try:
        return words(datetime.fromisoformat(text))
    except ValueError:
        return neutral(text)


def _span(span: timedelta) -> str:
    """Return a span of time in its two largest units: ``3 d 4 h``, ``2 h 5 min``, ``12 s``."""
    seconds = max(int(span.total_seconds()), 0)
    parts = [(seconds // 86400, "d"), (seconds % 86400 // 3600, "h"), (seconds % 3600 // 60, "min")]
    told = [f"{number} {unit}" for number, unit in parts if number][:2]
    return " ".join(told) or f"{seconds} s"
