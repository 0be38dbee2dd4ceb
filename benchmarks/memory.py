"""How much memory an audit takes: the whole command, history and report included, in a process of its own.

A practice organisation runs in another process. Each cloud is audited once by ``auditor audit --tenant``; prints wall
and peak memory (the largest resident set, as the kernel counts it) of that process.

    python benchmarks/memory.py [--accounts 10000]

Measured on two busy cores, Python 3.11: 10,000 accounts take 220 MB for Google Workspace and 226 MB for Microsoft 365,
1,000 accounts 146 and 138 MB; the bound is 300 MB. Google's ten minutes are its quota: 2,400 questions a minute to the
directory, two of them for each account because the practice organisation is read with ``security: true``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from auditor.cli.practice_setup import write_configuration
from connectors.practice.process import PracticeProcess


def main() -> None:
    """Measure both clouds, one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=10_000)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        PracticeProcess(accounts=given.accounts, today=datetime.now(UTC)) as practice,
    ):
        path = write_configuration(Path(folder), practice.served, practice.credentials)
        print(f"{given.accounts} accounts per cloud")
        for tenant in ("google", "microsoft"):
            seconds, megabytes, code = audit(path, tenant)
            print(f"{tenant:<12}{seconds:8.1f} s {megabytes:6.0f} MB   exit code {code}")


def audit(path: Path, tenant: str) -> tuple[float, float, int]:
    """Audit one tenant of the configuration at ``path``; return seconds, megabytes at the peak, and the exit code."""
    command = [sys.executable, "-c", "from auditor.cli.entry import run; run()"]
    command += ["--quiet", "audit", "--config", str(path), "--tenant", tenant]
    command += ["--format", "json", "--output", str(path.with_name(f"{tenant}.json"))]
    started = time.monotonic()
    with subprocess.Popen(command) as process:  # noqa: S603 - our own command
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - started, used.ru_maxrss / 1024, process.returncode


if __name__ == "__main__":
    main()
