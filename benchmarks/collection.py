"""How close collection comes to a bare loop that makes the very same requests.

A practice organisation runs in a process of its own and takes 50 ms for every request. Each cloud is collected once
through the connector, with every request recorded, then the recorded requests are sent again by a bare thread pool of
the same size that does nothing else. Prints requests, wall, CPU and peak memory of both, and the ratio of the walls.

    python benchmarks/collection.py [--accounts 1000] [--latency 0.05] [--threads 16]

Measured on two cores that others used too, Python 3.11, with Google's quotas kept: 1,000 accounts take 4,570 requests
and 1.20 to 1.25 times the bare loop for Google Workspace, 4,090 requests and 1.11 to 1.24 times for Microsoft 365; the
bound is 1.3. With eleven processes waiting for the two cores it was once 1.46 for Google.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from auditor import config, engine
from auditor.cli import wiring
from auditor.cli.practice_setup import write_configuration
from auditor.cli.progress import Silent
from auditor.logs import configure
from connectors.practice.faults import Fault
from connectors.practice.process import PracticeProcess

Recorded = tuple[str, str, list[tuple[bytes, bytes]], bytes]


def main() -> None:
    """Measure both clouds, one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--threads", type=int, default=16)
    given = parser.parse_args()
    configure(level="warning")
    slow = (Fault("latency", seconds=given.latency),)
    with (
        tempfile.TemporaryDirectory() as folder,
        PracticeProcess(accounts=given.accounts, today=now(), faults=slow) as practice,
    ):
        path = write_configuration(Path(folder), practice.served, practice.credentials)
        loaded = config.load(path).model_copy(update={"reading": config.Reading(threads=given.threads)})
        print(f"{given.accounts} accounts per cloud, {given.latency * 1000:.0f} ms a request, {given.threads} threads")
        print(f"{'':<26}{'requests':>9}{'wall s':>9}{'CPU s':>9}{'req/s':>9}{'peak MB':>9}")
        for tenant in ("google", "microsoft"):
            requests, ours = collect(loaded, tenant)
            bare = replay(requests, given.threads)
            print(f"{tenant:<12}ratio of the walls {ours / bare:9.2f}")


def collect(loaded: config.Config, tenant: str) -> tuple[list[Recorded], float]:
    """Audit one tenant; return the requests that were sent and the seconds it took."""
    stop = threading.Event()
    plan = wiring.plan(loaded, clock=now, stop=stop, tenant=tenant)
    sent: list[Recorded] = []

    def record(request: httpx2.Request) -> None:
        sent.append((request.method, str(request.url), request.headers.raw, request.read()))

    plan.connectors[tenant].door._client.event_hooks = {"request": [record]}  # type: ignore[attr-defined]  # noqa: SLF001 - the only place that sees what leaves
    started, used = time.perf_counter(), time.process_time()
    engine.audit(plan, audit_id="benchmark", clock=now, stop=stop, progress=Silent())
    return sent, show(f"{tenant}, auditor", len(sent), started, used)


def replay(requests: list[Recorded], threads: int) -> float:
    """Send the same requests with the same concurrency and nothing else; return the seconds it took."""
    limits = httpx2.Limits(max_connections=threads, max_keepalive_connections=threads)
    with httpx2.Client(limits=limits, timeout=60, trust_env=False) as client, ThreadPoolExecutor(threads) as pool:
        started, used = time.perf_counter(), time.process_time()

        def send(recorded: Recorded) -> int:
            method, url, headers, body = recorded
            return client.request(method, url, headers=headers, content=body).status_code

        statuses = list(pool.map(send, requests))
        seconds = show("bare loop", len(requests), started, used)
    if any(status >= 500 for status in statuses):  # noqa: PLR2004 - a server that breaks measures nothing
        raise SystemExit("the practice server failed")
    return seconds


def show(name: str, requests: int, started: float, used: float) -> float:
    """Print one line and return the wall."""
    wall, cpu = time.perf_counter() - started, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<26}{requests:>9}{wall:>9.2f}{cpu:>9.2f}{requests / wall:>9.0f}{peak:>9.0f}")
    return wall


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
