"""What is shipped to run it by itself is what systemd takes, and is shut in well."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNITS = ROOT / "deploy" / "systemd"
ANALYZE = shutil.which("systemd-analyze")
SHUT_IN_WELL = 1.5
"""The exposure that systemd-analyze may see at the most, of 10."""

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="NO SYSTEMD HERE: its units are not looked at")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Give the units with a program that is there."""
    for unit in UNITS.glob("*.*"):
        text = unit.read_text(encoding="utf-8").replace("/opt/auditor/bin/auditor", sys.executable)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return tmp_path


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE
    return subprocess.run([ANALYZE, *words], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - systemd's own


@needs_systemd
@pytest.mark.parametrize("name", ["auditor.service", "auditor-once.service", "auditor-once.timer"])
def test_systemd_takes_every_unit_without_a_word(units: Path, name: str) -> None:
    looked = analyze("verify", "--man=no", str(units / name))
    assert (looked.returncode, looked.stdout + looked.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", ["auditor.service", "auditor-once.service"])
def test_the_services_are_shut_in(units: Path, name: str) -> None:
    looked = analyze("security", "--offline=true", "--no-pager", str(units / name))
    found = re.search(r"exposure level for \S+: ([0-9.]+)", looked.stdout)
    assert found, looked.stdout + looked.stderr
    assert float(found[1]) <= SHUT_IN_WELL


def test_the_page_says_how_well_the_services_are_shut_in() -> None:
    page = (ROOT / "docs" / "how-to" / "run-by-itself.md").read_text(encoding="utf-8")
    found = re.search(r"([0-9.]+) of 10", page)
    assert found
    assert float(found[1]) <= SHUT_IN_WELL


def test_both_services_are_shut_in_alike() -> None:
    one, other = (
        (UNITS / name).read_text(encoding="utf-8").partition("\nUser=")[2].partition("\n[Install]")[0].strip()
        for name in ("auditor.service", "auditor-once.service")
    )
    assert one == other


def test_the_container_has_no_root() -> None:
    lines = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8").splitlines()
    assert "USER 10001:10001" in lines
    assert not [line for line in lines if line.startswith(("ADD ", "ARG ")) or "curl" in line]
