from __future__ import annotations

from auditor.exit_codes import ExitCode
from auditor.reports.words import EXITS


def test_every_exit_code_has_its_words() -> None:
    assert EXITS.keys() == set(ExitCode)
