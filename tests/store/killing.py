"""Audits the small world again and again in a process that is killed at random moments, and prints what was kept.

Run as a program with a path and a number, so that nothing of the test's own process is forked.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from keeping import keep
from remembering import TENANT, World

from auditor.logs import configure
from auditor.models import Standing
from auditor.standing import stand
from auditor.store import Store, open_store

IDLE = 0.1
"""Seconds to make a history with an audit in it on a machine that does nothing else."""


def world(number: int) -> World:
    """Return the world at the time of an audit: always the same for the same number."""
    chance = random.Random(number)  # noqa: S311 - a seeded test
    states = ["bad", "good", "unclear", "off"]
    people = {who: {f"{who}-{n}": chance.choice(states) for n in range(chance.randrange(20))} for who in "abc"}
    return World(people, dark=frozenset(chance.sample("abc", chance.randrange(2))))


def work(path: Path) -> None:
    """Audit until somebody kills us."""
    with open_store(path) as store:
        while True:
            number = len(store.audits())
            keep(store, number, world(number))


def replayed(store: Store) -> Standing | None:
    """Return what must stand now, worked out anew from the worlds of all whole audits."""
    standing = None
    for audit in store.audits():
        if audit.state == "whole":
            number = int(audit.id.removeprefix("audit-"))
            standing = stand(standing, world(number).reading(number, standing))
    return standing


def slowness(folder: Path) -> float:
    """Return how many times longer than on an idle machine it takes to make a history with an audit in it."""
    started = time.perf_counter()
    with open_store(folder / "trial.db") as store:
        keep(store, 0, world(0))
    return max(1.0, (time.perf_counter() - started) / IDLE)


def main(path: Path, times: int) -> None:
    """Kill as many times as asked, and look each time."""
    chance = random.Random(0)  # noqa: S311 - a seeded test
    killed = 0
    configure(level="error")
    slow = slowness(path.parent)
    for turn in range(times):
        child = os.fork()
        if child == 0:
            work(path)
        time.sleep(chance.uniform(0.01, 0.12) * slow)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        if path.exists():
            with open_store(path) as store:
                assert store.check() == (), turn
                if turn % 20 == 0:
                    assert store.standing(TENANT) == replayed(store), turn
    with open_store(path) as store:
        number = len(store.audits())
        keep(store, number, world(number))
        assert store.standing(TENANT) == replayed(store)
        states = [audit.state for audit in store.audits()]
    rest = [each.name for each in path.parent.iterdir() if each.name.startswith(f".{path.name}")]
    assert len(rest) <= times
    sys.stdout.write(f"{killed} {states.count('whole')} {states.count('interrupted')}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
