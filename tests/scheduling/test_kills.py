from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(240)
def test_killed_a_hundred_times_no_slot_is_lost_and_none_is_done_twice(tmp_path: Path) -> None:
    """Two daemons that want to be the only one, and a third that looks beside them as cron does."""
    program = Path(__file__).parent / "killing_daemons.py"
    run = [sys.executable, str(program), str(tmp_path), "100"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    assert done.returncode == 0, done.stdout + done.stderr
