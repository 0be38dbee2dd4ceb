"""``auditor daemon``: do everything that the configuration schedules, when it is due."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from auditor import config
from auditor.cli import wiring
from auditor.cli.audit import now
from auditor.cli.history import CONFIG, Configuration
from auditor.cli.output import write_private
from auditor.config import Config
from auditor.scheduling.children import Launch, launcher
from auditor.scheduling.daemon import Daemon, Terms, Wishes
from auditor.scheduling.dispatch import Dispatch, Ended
from auditor.scheduling.jobs import jobs
from auditor.scheduling.notify import Notifier
from auditor.scheduling.once import once
from auditor.scheduling.pings import Pings, address, sending
from auditor.scheduling.vitals import Vitals, serving
from auditor.secrets import read_secret
from auditor.store import Store

_PROGRAM = (sys.executable, "-P", "-m", "auditor.cli")


def daemon(
    context: typer.Context,
    path: Configuration = CONFIG,
    *,
    only_once: Annotated[bool, typer.Option("--once", help="Do what is due, and end: for cron and timers.")] = False,
) -> None:
    """Do everything that the configuration schedules, when it is due. SIGHUP reads it again, SIGTERM ends."""
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder, wishing() as wishes:
        accepted = Path(folder) / "config.yaml"
        dispatch = Dispatch(
            launch=_launch(accepted, spoken(context.parent.params if context.parent else {})),
            clock=now,
            monotonic=time.monotonic,
        )
        run = Daemon(
            load=lambda: _terms(path, accepted, dispatch, served=not only_once),
            dispatch=dispatch,
            wishes=wishes,
            notifier=Notifier(os.environ),
            clock=now,
            monotonic=time.monotonic,
            sleep=wishes.wake.wait,
        )
        if not only_once:
            run.run()
            return
        terms = run.load()
        with terms.open_store(make=True) as store, terms.furnished(run.vitals):
            code = once(dispatch, store, terms.jobs, wishes, run.wait)
    raise typer.Exit(code)


@contextmanager
def wishing() -> Iterator[Wishes]:
    """Give what signals wish for: SIGTERM and Ctrl-C the end, SIGHUP that the configuration is read again."""
    wishes = Wishes()

    def stop(_number: int, _frame: FrameType | None) -> None:
        wishes.stop = True
        wishes.wake.set()

    def reload(_number: int, _frame: FrameType | None) -> None:
        wishes.reload = True
        wishes.wake.set()

    wanted = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: reload}
    earlier = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield wishes
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def spoken(given: Mapping[str, object]) -> tuple[str, ...]:
    """Return the options about the log that stood before our command: what we start is to talk as we do."""
    return tuple(f"--{word}" for word in ("debug", "quiet") if given.get(word))


def _launch(accepted: Path, options: tuple[str, ...]) -> Launch:
    """Return the starter of commands, which read the configuration that we accepted and no other."""
    launch = launcher((*_PROGRAM, *options), os.environ)
    return lambda command: launch((*command, "--config", str(accepted)))


def _terms(path: Path, accepted: Path, dispatch: Dispatch, *, served: bool) -> Terms:
    """Read the configuration, and write the one that is accepted where those who are started find it.

    So a mistake that somebody saves in the middle of the night costs no audit. ``served`` says whether the vital signs
    are: a single look leaves the port to the daemon that may run meanwhile. Raises ``AuditorError``.
    """
    configured = config.load(path)
    wiring.rules(configured)  # what audits judge by must be usable too
    ping = configured.daemon.ping
    to = None if ping is None else address(read_secret(ping))
    write_private(accepted, written(configured), what="The configuration")

    def open_store(*, make: bool) -> Store:
        return wiring.history(configured, make=make)

    @contextmanager
    def furnished(vitals: Vitals) -> Iterator[None]:
        with ExitStack() as stack:
            pings = Pings(stack.enter_context(sending(to))) if to else None

            def ended(how: Ended) -> None:
                vitals.note(how)
                if pings:
                    pings.ended(how)

            dispatch.begun, dispatch.ended = (pings.begun if pings else lambda _: None), ended
            if served and configured.daemon.port:
                stack.enter_context(serving(vitals, configured.daemon.port, time.monotonic))
            yield

    return Terms(jobs(configured), configured.daemon.minutes, open_store, furnished)


def written(configured: Config) -> str:
    """Return a configuration as a file that means the same wherever it lies: with whole paths, and without secrets."""
    document = configured.model_dump(mode="json")
    if configured.store.url is not None:
        del document["store"]["path"]
    return json.dumps(document)
