"""A daemon whose clocks, waiting and children are ours: weeks pass in seconds, and nothing waits."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from auditor.errors import AuditorError
from auditor.models.slot import parted
from auditor.scheduling import Job
from auditor.scheduling.daemon import Daemon, Terms, Wishes
from auditor.scheduling.dispatch import Dispatch
from auditor.scheduling.notify import Notifier
from auditor.store import Store, open_store
from auditor.times import time_zone, times


@dataclass
class FakeChild:
    """Runs as long as it is told, and then does what the real command does: it writes that the slot is done."""

    world: Simulation
    command: tuple[str, ...]
    ends: float
    code: int = 0
    stubborn: bool = False
    signals: list[int] = field(default_factory=list)
    ended: int | None = None

    def poll(self) -> int | None:
        if self.ended is None and self.world.counted >= self.ends:
            self.ended = self.code
            if self.slot and not self.code:
                self.world.finish(self.slot)
        return self.ended

    def send(self, number: int) -> None:
        self.signals.append(number)
        if self.ended is None and (number == signal.SIGKILL or not self.stubborn):
            self.ended = -9 if number == signal.SIGKILL else 130

    @property
    def slot(self) -> str | None:
        return self.command[-1] if "--slot" in self.command else None


Start = Callable[[Sequence[str]], FakeChild]


class Simulation:
    """Time, a history and a daemon. ``start`` says how a command goes; at once and well, if nothing else is said."""

    def __init__(
        self, folder: Path, begin: datetime, jobs: Mapping[str, str], *, zone: str = "UTC", every: int = 600
    ) -> None:
        self.path = folder / "history.db"
        self.counted = 0.0
        self.moves: list[tuple[datetime, Callable[[], object]]] = []
        self.children: list[FakeChild] = []
        self.begun: list[str] = []
        """Names of the slots that children did, in order."""
        self.refusal: AuditorError | None = None
        """Why the configuration cannot be used."""
        self.jobs = tuple(job(name, words, zone) for name, words in jobs.items())
        self.start: Start = lambda command: FakeChild(self, tuple(command), self.counted + 1)
        self.every = every
        self._first = self._begin = begin
        self._wishes = Wishes()
        with open_store(self.path) as store:
            store.leases.schedules({each.name: each.schedule for each in self.jobs}, begin)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def finish(self, name: str) -> None:
        parts = parted(name)
        assert parts
        with open_store(self.path, sound=False) as store:
            slot = store.slots.find(*parts)
            assert slot
            store.slots.finish(slot, self.now, 0)

    def at(self, moment: datetime, move: Callable[[], object]) -> None:
        """Do something at a moment, by a clock that nobody sets."""
        self.moves.append((moment, move))

    def sleep_machine(self, span: timedelta) -> None:
        """Let the wall clock go on while the monotonic one stands: the machine sleeps, or its clock is set."""
        self._traveller.shift(span)

    def reload(self) -> None:
        self._wishes.reload = True

    def run(self, until: datetime) -> None:
        """Run a daemon from where time stands until a moment, by a clock that nobody sets."""
        self.at(until, self._stop)
        self._wishes.stop = False
        with self._time():
            self.daemon().run()
            self._begin = self.now

    def daemon(self) -> Daemon:
        dispatch = Dispatch(launch=self._launch, clock=lambda: self.now, monotonic=lambda: self.counted)
        return Daemon(
            load=self._load,
            dispatch=dispatch,
            wishes=self._wishes,
            notifier=Notifier({}),
            clock=lambda: self.now,
            monotonic=lambda: self.counted,
            sleep=self._pass,
            every=self.every,
            renewal=24 * 3600,
        )

    def store(self, *, make: bool = False) -> Store:
        return open_store(self.path, make=make, sound=False)

    def _stop(self) -> None:
        self._wishes.stop = True

    @contextmanager
    def _time(self) -> Iterator[None]:
        with time_machine.travel(self._begin, tick=False) as self._traveller:
            yield

    def _load(self) -> Terms:
        if self.refusal:
            raise self.refusal
        return Terms(self.jobs, 120, self.store, lambda _: nullcontext())

    def _launch(self, command: Sequence[str]) -> FakeChild:
        child = self.start(command)
        self.children.append(child)
        if child.slot:
            self.begun.append(child.slot)
        return child

    def _pass(self, seconds: float) -> None:
        self.counted += seconds
        self._traveller.shift(timedelta(seconds=seconds))
        for moment, move in tuple(self.moves):
            if self._first + timedelta(seconds=self.counted) >= moment:
                self.moves.remove((moment, move))
                move()


def job(name: str, words: str, zone: str = "UTC") -> Job:
    """Return a job without jitter."""
    kind = name.partition(":")[0]
    grace = timedelta(days=3 if kind == "mail" else 1)
    return Job(name=name, times=times(words, time_zone(zone)), command=(kind,), grace=grace)
