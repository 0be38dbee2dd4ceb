"""The auditor's own health: its last runs, what ends soon, what it may not read any more, what is wrong around it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from auditor.config import Config
from auditor.models import Expiry, Health, Receipt, ReceiptState, Slot, SlotState
from auditor.reports.words import how_many, kind_words, listed, moment_words
from auditor.scheduling.expiry import ends
from auditor.scheduling.jobs import jobs
from auditor.store import Store

SOON: Final = timedelta(days=30)
"""Before this much time is left nobody needs to hear that something ends."""
_LATELY: Final = timedelta(days=8)
"""A week, and a day for whoever reads late."""
_LEAST_ROOM: Final = 256 * 1024 * 1024
"""Bytes on the disk of the history: twice what a large one grows in a year."""
_SILENCE: Final = timedelta(days=2)
"""How long after a slot was due it may be unknown; then nobody does what is scheduled."""


def health(config: Config, store: Store, now: datetime, *, thorough: bool = False) -> Health:
    """Look after the auditor itself. ``thorough`` looks into every row of the history.

    No names of people are in what it says. Raises ``StoreError``.
    """
    credentials = ends(config, now)
    latest = {job: slots[0] for job, slots in store.slots.latest().items()}
    wanted = {job.name for job in jobs(config)}
    problems = (
        *credentials.problems,
        *(f"The history is damaged: {each}." for each in store.check(thorough=thorough)),
        *_room(config.store.path if config.store.url is None else None),
        *_silence(config, store, latest, now),
    )
    return Health(
        checked=now,
        runs=tuple(slot for job, slot in sorted(latest.items()) if job in wanted),
        expiring=credentials.expiring,
        drift=tuple(_drift(store, now)),
        undelivered=(*_delayed(store.outbox.receipts([ReceiptState.WAITING])), *_undelivered(store, now)),
        problems=problems,
    )


def worries(health: Health, now: datetime) -> tuple[str, ...]:
    """Return what somebody should look at, in sentences; nothing if all is well."""
    return (
        *health.problems,
        *health.drift,
        *health.undelivered,
        *(sentence for each in health.expiring if (sentence := _ending(each, now))),
        *(sentence for slot in health.runs if (sentence := _run(slot))),
    )


_MOST_KINDS: Final = 6
_NOT_SENT: Final = (ReceiptState.REFUSED, ReceiptState.HANDING)


def _drift(store: Store, now: datetime) -> Iterator[str]:
    for lost in store.lost_since(now - _LATELY):
        where = f" ({how_many(lost.targets, 'place')})" if lost.targets > 1 else ""
        kinds = listed([kind_words(kind) for kind in lost.kinds], _MOST_KINDS)
        yield f"{lost.tenant}: {kinds} may not be read any more{where}. {lost.remedy}"


def _room(path: Path | None) -> Iterator[str]:
    """Yield a sentence if the disk of the history is nearly full."""
    if path is None:
        return
    free = shutil.disk_usage(path.parent if path.parent.exists() else Path("/")).free
    if free < _LEAST_ROOM:
        yield f"The disk of {path} has {free // 1024**2:,} MB left. Make room: df -h"


def _silence(config: Config, store: Store, latest: Mapping[str, Slot], now: datetime) -> Iterator[str]:
    """Yield a sentence for every job of which nothing was heard although it was due, as of a daemon that is gone."""
    since = store.leases.since()
    for job in jobs(config):
        begun = max(
            filter(None, (since.get(job.name), latest[job.name].due if job.name in latest else None)), default=None
        )
        due = job.times.next(begun) if begun else None
        if due and now - due > _SILENCE:
            yield f"The job {job.name} was due {(now - due).days} days ago, and nobody did it. Is the daemon running?"


def _due(slot: Slot | None) -> datetime | None:
    return None if slot is None else slot.due


def _delayed(receipts: tuple[Receipt, ...]) -> Iterator[str]:
    """Yield a sentence for everything that servers said to what still waits after an attempt; it names nobody."""
    found: dict[tuple[str, str], list[Receipt]] = {}
    for each in receipts:
        if each.attempts:
            key = "alerts.to" if each.channel == "apprise" else "mail.ways"
            found.setdefault((key, _nameless(each)), []).append(each)
    for (key, said), waiting in found.items():
        number = how_many(len(waiting), "alert" if key == "alerts.to" else "mail")
        verb = "waits" if len(waiting) == 1 else "wait"
        following = min((each.next_attempt for each in waiting if each.next_attempt), default=None)
        when = f" Next attempt: {moment_words(following)}, or then by auditor mail --deliver." if following else ""
        yield f"{number} {verb} after an attempt that failed. Look at {key} in the configuration.{when} Reason: {said}"


def _nameless(receipt: Receipt) -> str:
    """Return what a server said, without the addresses in it, and without the name of whom it was about."""
    name = receipt.recipient.partition("@")[0]
    said = _ADDRESS.sub("[address]", receipt.note)
    if len(name) >= _SHORTEST_NAME and "@" in receipt.recipient:
        said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", said, flags=re.IGNORECASE)
    return said


_ADDRESS: Final = re.compile(r"[^\s<>()\"']*@[^\s<>()\"']*")
_SHORTEST_NAME: Final = 3
"""Characters; what is shorter is hardly a name, and part of every other sentence."""


def _undelivered(store: Store, now: datetime) -> Iterator[str]:
    lately = [each for each in store.outbox.receipts(_NOT_SENT) if now - each.changed <= _LATELY]
    for state, words in (
        (ReceiptState.REFUSED, "could not be delivered on any way"),
        (ReceiptState.HANDING, "may or may not have arrived: we were broken off while we handed it over"),
    ):
        found = sorted({each.message for each in lately if each.state is state})
        for message in found:
            number = sum(each.message == message and each.state is state for each in lately)
            to = how_many(number, "recipient")
            yield f"{message} to {to} {words}. Send it again, if you want to: auditor mail --again {message}"


def _ending(each: Expiry, now: datetime) -> str:
    if each.ends is None or each.ends - now > SOON:
        return ""
    when = f"{each.ends:%d %B %Y}".lstrip("0")
    what = each.what[:1].upper() + each.what[1:]
    return f"{what} has ended on {when}." if each.ends <= now else f"{what} ends on {when}. Make a new one before."


def _run(slot: Slot) -> str:
    if slot.state not in {SlotState.FAILED, SlotState.MISSED}:
        return ""
    word = "failed" if slot.state is SlotState.FAILED else "was missed"
    return f"The job {slot.job} that was due on {slot.due:%Y-%m-%d %H:%M} UTC {word}: {slot.note}"
