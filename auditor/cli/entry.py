"""The entry point: Ctrl-C while Python is still loading the rest ends quietly, with the code of an interruption."""

from __future__ import annotations

import os
import signal
from types import FrameType

INTERRUPTED = 130
"""``ExitCode.INTERRUPTED``, which cannot be imported yet."""


def run() -> None:
    """Load the command line and run it."""
    signal.signal(signal.SIGINT, _leave)
    from auditor.cli.main import run as run_commands  # noqa: PLC0415 - what takes long is loaded under the guard

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_commands()


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)  # nothing has been opened yet that would have to be closed
