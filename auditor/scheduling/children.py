"""Children: commands of ours in processes of their own, each the head of a group, so that nothing of it outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol


class Child(Protocol):
    """A command that runs."""

    def poll(self) -> int | None:
        """Return its exit code, or minus the number of the signal that ended it; None while it runs."""
        ...

    def send(self, number: int) -> None:
        """Send a signal to it and to all that it started."""
        ...


Launch = Callable[[Sequence[str]], Child]
"""Starts a command of ours, given what stands after ``auditor``."""


class _Process:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def poll(self) -> int | None:
        if self._process.returncode is None:
            # Looked at first and taken away later: as long as it lies there, no other group can have its number.
            if os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return None
            self.send(signal.SIGKILL)
            self._process.wait()
        return self._process.returncode

    def send(self, number: int) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def launcher(program: Sequence[str], environment: Mapping[str, str]) -> Launch:
    """Return a starter of commands: ``program`` is what stands before them.

    Their standard output, which is a report, goes nowhere; what they log goes where our own log does. What systemd told
    us about ourselves is not passed on.
    """
    passed = {name: value for name, value in environment.items() if name not in _OURS}

    def launch(command: Sequence[str]) -> Child:
        process = subprocess.Popen(  # noqa: S603 - the program is ourselves, and the command comes from `jobs`
            [*program, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            env=passed,
        )
        return _Process(process)

    return launch


_OURS = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"})
