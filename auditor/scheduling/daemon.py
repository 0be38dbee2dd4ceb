"""The daemon: a minute hand that makes it look at what is due, again and again, until it is told to stop.

It is alone with its history, which a lock makes sure of. What goes wrong in one look is logged, and looked at again in
the next: it never ends the daemon.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog
from schedule import Scheduler

from auditor.errors import AuditorError, StoreError, UsageError
from auditor.ports import Clock
from auditor.scheduling.clocks import Clocks, Monotonic
from auditor.scheduling.dispatch import GRACE, Dispatch
from auditor.scheduling.jobs import Job
from auditor.scheduling.notify import Notifier
from auditor.scheduling.vitals import Vitals
from auditor.store import Store
from auditor.store.locks import Still

_MARGIN: Final = 15.0
"""Seconds between the killing of a child and our leaving it alone."""

_log = structlog.get_logger(__name__)


@dataclass
class Wishes:
    """What signals asked for; ``wake`` is set with each, so that whoever waits looks at once."""

    stop: bool = False
    reload: bool = False
    wake: threading.Event = field(default_factory=threading.Event)


class Opening(Protocol):
    """Opens the history; ``make`` makes it where there is none: right at the start, later it is a loss."""

    def __call__(self, *, make: bool) -> Store:
        """Return it. Raises ``AuditorError``."""
        ...


@dataclass(frozen=True)
class Terms:
    """What a configuration makes of the daemon: its jobs, its history, and what shows that it lives."""

    jobs: tuple[Job, ...]
    minutes: int
    open_store: Opening
    furnished: Callable[[Vitals], AbstractContextManager[object]]
    """Serves the vital signs while it is entered."""


@dataclass
class Daemon:
    """What a daemon needs; all clocks, and what waits, are given."""

    load: Callable[[], Terms]
    """Reads the configuration. Raises ``AuditorError`` for one that cannot be used."""
    dispatch: Dispatch
    wishes: Wishes
    notifier: Notifier
    clock: Clock
    monotonic: Monotonic
    sleep: Callable[[float], object]
    vitals: Vitals = field(default_factory=Vitals)
    every: int = 15
    """Seconds between two looks."""
    renewal: float = 300.0
    """Seconds between two times that we write that we live."""

    def run(self) -> None:
        """Run until told to stop. Raises ``AuditRunningError`` if another daemon runs, and what is wrong at the start.

        A history that cannot be reached later on is tried again; what runs goes on meanwhile.
        """
        terms, since, begun = self.load(), self.clock(), False
        while not self.wishes.stop:
            try:
                with (
                    terms.open_store(make=not begun) as store,
                    store.leases.only_daemon() as still,
                    terms.furnished(self.vitals),
                ):
                    self.notifier.ready("idle")
                    _log.info("daemon ready", jobs=len(terms.jobs), history=store.place, again=begun)
                    begun = True
                    _Term(self, terms, store, still, since).serve()
            except (StoreError, UsageError) as error:
                if not begun:
                    raise
                _log.error("history out of reach", reason=error.message)
                self.dispatch.limit()
                self.notifier.alive("the history is out of reach")
                self.wait(self.every)
            if self.wishes.reload:
                terms = self._reloaded(terms)
        self._leave()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until a signal comes."""
        self.sleep(seconds)
        self.wishes.wake.clear()

    def _reloaded(self, terms: Terms) -> Terms:
        """Return the terms of the configuration as it is now; those that hold, if it cannot be used."""
        self.wishes.reload = False
        self.notifier.reloading(self.monotonic())
        try:
            fresh = self.load()
        except AuditorError as error:
            _log.error("configuration refused", reason=error.message, remedy="The one before it holds.")
            return terms
        _log.info("configuration accepted", jobs=len(fresh.jobs))
        return fresh

    def _leave(self) -> None:
        """Let nothing outlive us, where the history was out of reach and nothing could be written down any more."""
        until = self.monotonic() + GRACE + _MARGIN
        self.dispatch.stop("the daemon was stopped")
        while self.dispatch.alive() and self.monotonic() < until:
            self.dispatch.limit()
            self.wait(0.2)


class _Term:
    """The time between two readings of the configuration, with one open history."""

    def __init__(self, daemon: Daemon, terms: Terms, store: Store, still: Still, since: datetime) -> None:
        self._daemon, self._terms, self._store, self._still, self._since = daemon, terms, store, still, since
        self._clocks = Clocks(daemon.clock, daemon.monotonic)
        self._hand = Scheduler()
        self._renewed: float | None = None
        daemon.dispatch.minutes = terms.minutes
        daemon.dispatch.anew()

    def serve(self) -> None:
        """Look at everything every few seconds, until told to stop or to reload, or until no longer alone."""
        wishes = self._daemon.wishes
        while not (wishes.stop or wishes.reload) and self._still():
            self._turn()
            self._daemon.wait(min(max(self._hand.idle_seconds or 0.0, 0.0), self._daemon.every))
        if wishes.stop:
            self._drain()

    def _turn(self) -> None:
        """Move the minute hand; set it anew where the clock on the wall, by which it goes, was moved under it."""
        jump = self._clocks.jump()
        if jump:
            what = "set back" if jump < timedelta(0) else "set ahead, or the machine slept"
            _log.warning("clock jumped", seconds=round(jump.total_seconds()), what=what)
            self._daemon.dispatch.anew()
        if jump or not self._hand.jobs or (self._hand.idle_seconds or 0) > self._daemon.every:
            self._hand.clear()
            self._hand.every(self._daemon.every).seconds.do(self.tick)
            self._hand.run_all()
        self._hand.run_pending()

    def tick(self) -> None:
        """Look at everything once. Never raises."""
        daemon, now = self._daemon, self._daemon.monotonic()
        try:
            daemon.dispatch.look(self._store, self._terms.jobs)
            self._renew(now)
            daemon.vitals.beat(now, running=len(daemon.dispatch.running))
        except StoreError as error:
            daemon.vitals.stumble()
            _log.error("history out of reach", reason=error.message, remedy=error.remedy)
        except Exception:  # noqa: BLE001 - a defect in one look must not end all looking
            daemon.vitals.stumble()
            _log.exception("defect")
        daemon.notifier.alive(daemon.dispatch.status())

    def _renew(self, now: float) -> None:
        if self._renewed is None or now - self._renewed >= self._daemon.renewal:
            daemon = self._daemon
            self._store.leases.renew(daemon.clock(), since=self._since, note=daemon.dispatch.status())
            self._renewed = now

    def _drain(self) -> None:
        """Ask what runs to end, and wait for it; an audit is saved as interrupted meanwhile."""
        daemon = self._daemon
        daemon.notifier.stopping()
        daemon.dispatch.stop("the daemon was stopped")
        _log.info("daemon stopping", running=len(daemon.dispatch.running))
        until = daemon.monotonic() + GRACE + _MARGIN
        while daemon.dispatch.running and daemon.monotonic() < until:
            self.tick()
            if daemon.dispatch.running:
                daemon.wait(0.2)
        self._store.leases.renew(daemon.clock(), since=self._since, note="stopped")
