"""What every test starts from: silent logs, as nobody has configured them yet."""

from __future__ import annotations

import pytest

from auditor.logs import configure


@pytest.fixture(autouse=True)
def _quiet_logs() -> None:
    configure(level="error")
