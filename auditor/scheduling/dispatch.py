"""Dispatch: one look at everything that is due, and at everything that runs. It waits for nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from auditor.models import Slot, SlotState
from auditor.ports import Clock
from auditor.scheduling.agenda import MOST_ATTEMPTS, agenda, late
from auditor.scheduling.children import Child, Launch
from auditor.scheduling.clocks import Monotonic
from auditor.scheduling.jobs import Job
from auditor.store import Store
from auditor.store.slots import Known

GRACE: Final = 60.0
"""Seconds that a child has to end in good order before it is killed."""
MOST_AT_ONCE: Final = 2
"""Children at the same time: an audit takes some 150 MB."""
DELIVERY: Final = "delivery"
"""The name of what carries waiting messages on their way. It has no slots: each message has receipts of its own."""
_LATE: Final = timedelta(minutes=5)
_BETWEEN_DELIVERIES: Final = 300.0

_log = structlog.get_logger(__name__)


@dataclass
class Running:
    """A child that runs. Seconds are those of the monotonic clock."""

    name: str
    child: Child
    begun: float
    slot: Slot | None = None
    asked_to_end: float | None = None
    reason: str = ""
    """Why it was asked to end."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended: well, or not, and whether there will be another one."""

    kind: str
    state: SlotState | None
    exit_code: int
    seconds: float


@dataclass
class Dispatch:
    """Begins what is due and looks after what runs. ``minutes`` is the time that a child has."""

    launch: Launch
    clock: Clock
    monotonic: Monotonic
    minutes: int = 120
    begun: Callable[[str], None] = lambda _: None
    """Told the kind of what begins."""
    ended: Callable[[Ended], None] = lambda _: None
    running: dict[str, Running] = field(default_factory=dict)
    stopping: bool = False
    _delivered: float | None = None
    _since: Mapping[str, datetime] | None = None
    _quiet: dict[str, tuple[datetime | None, datetime | None]] = field(default_factory=dict)
    """By job that has nothing to do: its newest slot that is known, and when to look again."""

    def look(self, store: Store, jobs: Sequence[Job]) -> None:
        """Look at everything once. Raises ``StoreError``; what was not done then is done the next time."""
        self.limit()
        self._reap(store)
        if self.stopping:
            return
        now = self.clock()
        known = store.slots.known(now)
        if self._since is None:
            self._since = store.leases.schedules({job.name: job.schedule for job in jobs}, now)
        for job in jobs:
            if job.name not in self.running and not (job.kind == "mail" and self._auditing()):
                self._attend(store, job, known.get(job.name, Known()), self._since[job.name], now)
        self._deliver(store, now)

    def anew(self) -> None:
        """Forget since when schedules hold, because they or the clock changed: the next look asks the history."""
        self._since = None
        self._quiet.clear()

    def stop(self, reason: str) -> None:
        """Ask everything that runs to end, and begin nothing any more."""
        self.stopping = True
        for each in self.running.values():
            if each.asked_to_end is None:
                self._ask(each, reason)

    def limit(self) -> None:
        """End what takes too long: first politely, then for good."""
        now = self.monotonic()
        for each in self.running.values():
            if each.asked_to_end is None and now - each.begun > self.minutes * 60:
                self._ask(each, f"it took longer than {self.minutes} minutes")
            elif each.asked_to_end is not None and now - each.asked_to_end > GRACE:
                each.child.send(signal.SIGKILL)

    def alive(self) -> bool:
        """Return whether anything still runs."""
        return any(each.child.poll() is None for each in self.running.values())

    def status(self) -> str:
        """Return what runs, in words."""
        return f"at {', '.join(sorted(self.running))}" if self.running else "idle"

    def _auditing(self) -> bool:
        """Return whether an audit runs, of which the weekly mail had better tell."""
        return any(name.partition(":")[0] == "audit" for name in self.running)

    def _attend(self, store: Store, job: Job, known: Known, since: datetime, now: datetime) -> None:
        newest, following = self._quiet.get(job.name, (None, now))
        if not known.unfinished and newest == known.newest and (following is None or now < following):
            return
        todo = agenda(job, known, since, now)
        if todo.idle:
            self._quiet[job.name] = known.newest, todo.following
        if todo.idle or (known.unfinished and store.slots.holder(job.name)):
            return
        for slot, reason in todo.given_up:
            store.slots.end(slot, SlotState.FAILED, now, exit_code=slot.exit_code, note=reason)
            _log.error("slot given up", slot=slot.name, reason=reason)
        if todo.missed:
            store.slots.miss(job.name, todo.missed, now, "nobody was there")
            _log.warning("slots missed", job=job.name, slots=len(todo.missed), newest=todo.missed[-1].isoformat())
        if len(self.running) >= MOST_AT_ONCE:
            return
        due = todo.fresh or (todo.again.due if todo.again else now)
        note = late(due, now, most=job.jitter + _LATE)
        if todo.fresh:
            self._begin(job, store.slots.claim(job.name, due, now, note))
        elif todo.again:
            self._begin(job, store.slots.take_up(todo.again, now, note))

    def _begin(self, job: Job, slot: Slot | None) -> None:
        if slot is None:  # somebody else was first
            return
        _log.info("slot begun", slot=slot.name, attempt=slot.attempts, note=slot.note)
        self._start(job.name, (*job.command, "--slot", slot.name), slot)

    def _deliver(self, store: Store, now: datetime) -> None:
        """Send messages on their way for which it is time, but not again at once if that came to nothing."""
        recently = self._delivered is not None and self.monotonic() - self._delivered < _BETWEEN_DELIVERIES
        if recently or DELIVERY in self.running or "mail" in self.running:
            return
        waiting = store.outbox.next_attempt()
        if waiting is not None and waiting <= now:
            self._delivered = self.monotonic()
            self._start(DELIVERY, ("mail", "--deliver"))

    def _start(self, name: str, command: Sequence[str], slot: Slot | None = None) -> None:
        self.running[name] = Running(name, self.launch(command), self.monotonic(), slot)
        self.begun(name.partition(":")[0])

    def _reap(self, store: Store) -> None:
        for each in tuple(self.running.values()):
            code = each.child.poll()
            if code is None:
                continue
            state = self._settle(store, each, each.slot, code) if each.slot else None
            del self.running[each.name]
            seconds = round(self.monotonic() - each.begun, 3)
            _log.info("child ended", job=each.name, exit_code=code, state=state, seconds=seconds)
            self.ended(Ended(each.name.partition(":")[0], state, code, seconds))

    def _settle(self, store: Store, each: Running, slot: Slot, code: int) -> SlotState:
        """Write how an attempt ended, unless the child did: what is done, it says itself, in the store."""
        now = self.clock()
        found = store.slots.find(slot.job, slot.due)
        if found is None or found.state is SlotState.DONE:
            return SlotState.DONE if found else SlotState.FAILED
        note = each.reason or _reason(code)
        if self.stopping or code == _SOMEBODY_ELSE:
            store.slots.give_back(slot, now, note)
            return SlotState.AGAIN
        state = SlotState.AGAIN if slot.attempts < MOST_ATTEMPTS else SlotState.FAILED
        store.slots.end(slot, state, now, exit_code=code, note=note)
        _log.error("slot failed", slot=slot.name, attempt=slot.attempts, exit_code=code, reason=note, state=state)
        return state

    def _ask(self, each: Running, reason: str) -> None:
        each.asked_to_end, each.reason = self.monotonic(), reason
        each.child.send(signal.SIGTERM)


_SOMEBODY_ELSE: Final = 75


def _reason(code: int) -> str:
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
