"""Runs daemons with real children and kills either at random moments; then looks whether every slot was done once.

Run as a program with a folder and a number. A real second is five minutes: there are slots of twelve jobs every
three seconds, and whoever claimed one has a fifth of a second to begin.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor.errors import AuditRunningError
from auditor.logs import configure
from auditor.scheduling import Job
from auditor.scheduling.children import launcher
from auditor.scheduling.dispatch import Dispatch
from auditor.store import open_store
from auditor.times import times

SCALE = 300
BEGIN = datetime(2026, 11, 23, tzinfo=UTC)
STANDING_IN = Path(__file__).parent / "standing_in.py"
JOBS = tuple(Job(name=f"audit:t{number:02}", times=times("*/15 * * * *", UTC), command=()) for number in range(12))


def work(path: Path, first: float, *, alone: bool) -> None:
    """Look again and again, as the one daemon or as what cron starts, until somebody kills us."""
    launch = launcher([sys.executable, "-I", "-S", str(STANDING_IN), str(path)], os.environ)
    dispatch = Dispatch(
        launch=launch,
        clock=lambda: BEGIN + timedelta(seconds=(time.time() - first) * SCALE),
        monotonic=time.monotonic,
    )
    with open_store(path, make=False, sound=False) as store:
        while True:
            with suppress(AuditRunningError):
                if not alone:
                    dispatch.look(store, JOBS)
                else:
                    with store.leases.only_daemon():
                        dispatch.look(store, JOBS)
            time.sleep(0.02)


def spawn(path: Path, first: float, *, alone: bool = True) -> int:
    """Start a daemon, or with ``alone`` false what looks beside it; return its process."""
    child = os.fork()
    if child == 0:
        work(path, first, alone=alone)
    return child


def kill(process: int) -> None:
    """Kill one process for good, and take it away if it is ours."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(process, 0)


def children_of(process: int) -> list[int]:
    """Return the processes that one has started."""
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def some_child(processes: list[int]) -> int | None:
    """Return a child of one of the processes, as soon as one has any; None if that takes long."""
    for _ in range(100):
        for process in processes:
            if found := children_of(process):
                return found[0]
        time.sleep(0.01)
    return None


def main(folder: Path, times_: int) -> None:
    """Kill as often as asked, let the rest come to its end, and look."""
    configure(level="error")
    chance = random.Random(6)  # noqa: S311 - a seeded test
    path = folder / "history.db"
    first = time.time()
    with open_store(path) as store:
        store.leases.schedules({job.name: job.schedule for job in JOBS}, BEGIN)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE effects (job TEXT, due INTEGER)")
    processes = [spawn(path, first), spawn(path, first), spawn(path, first, alone=False)]
    killed = {"daemon": 0, "child": 0}
    while sum(killed.values()) < times_:
        time.sleep(chance.uniform(0.01, 0.15))
        if chance.random() < 0.5 and (child := some_child(processes)):
            time.sleep(chance.uniform(0, 0.08))
            kill(child)
            killed["child"] += 1
        else:
            victim = chance.randrange(len(processes))
            kill(processes[victim])
            processes[victim] = spawn(path, first, alone=victim != len(processes) - 1)
            killed["daemon"] += 1
    time.sleep(2.5)
    for process in processes:
        kill(process)
    time.sleep(0.5)
    look(path, killed)


def look(path: Path, killed: dict[str, int]) -> None:
    """Raise unless every moment up to the last has one slot, and every slot that is done was done once."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT job, due, state, note FROM slots ORDER BY due").fetchall()
        effects = connection.execute("SELECT job, due FROM effects").fetchall()
    quarter = int(timedelta(minutes=15).total_seconds()) * 1_000_000
    begin = int(BEGIN.timestamp()) * 1_000_000
    for job in JOBS:
        dues = [due for name, due, _, _ in rows if name == job.name]
        assert dues == list(range(begin + quarter, dues[-1] + 1, quarter)), f"a slot of {job.name} is lost"
    last = max(due for _, due, _, _ in rows)
    assert len(effects) == len(set(effects)), "a slot was done twice"
    states = {(job, due): state for job, due, state, _ in rows}
    done = {slot for slot, state in states.items() if state == "done"}
    assert done == set(effects), "what is done is not what is called so"
    assert {due for (_, due), state in states.items() if state in {"claimed", "again"}} <= {last}, "one was left lying"
    reasons = [note for _, _, state, note in rows if state == "failed"]
    assert all(note.startswith(("tried 3 times", "a newer slot", "ended by SIGKILL")) for note in reasons), reasons
    assert len(done) > len(rows) * 0.8, f"only {len(done)} of {len(rows)} slots were done"
    assert min(killed.values()) > 10, killed
    sys.stdout.write(f"{len(rows)} slots, {len(done)} done, {killed}, {Counter(reasons)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
