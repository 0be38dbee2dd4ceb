"""How long a million facts take to be kept and to be read again, plain and encrypted, and how much memory that needs.

Run it as ``python benchmarks/snapshots.py``.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyrage

from auditor.facts import SharedItem, Tenant
from auditor.models import TenantReference
from auditor.snapshot_writing import SnapshotFile
from auditor.snapshots import Snapshot

FACTS, AT_ONCE = 1_000_000, 100
NOW = datetime(2026, 3, 2, tzinfo=UTC)
TENANT = Tenant(tenant="t", key="C1", label="T", connector="google_workspace", vendor_id="C1")
REFERENCE = TenantReference(id="t", label="T", connector="google_workspace")


def items(start: int) -> Iterator[SharedItem]:
    """Yield shared files with ids as long as real ones."""
    for number in range(start, start + AT_ONCE):
        yield SharedItem(
            tenant="t",
            key=f"1Bx{hash(str(number)) & (1 << 128) - 1:032x}",
            label=f"Donors {number} (final).xlsx",
            owner=f"{number % 500:021d}",
            item="file",
            exposure="anyone",
            discoverable=False,
            role="reader",
            outsiders=(),
            expires=None,
        )


def keep(path: Path, recipients: Sequence[str]) -> None:
    """Write the snapshot."""
    file = SnapshotFile(path, recipients)
    file.begin("X", "a", NOW, [REFERENCE], {"t": TENANT})
    file.listed([])
    for start in range(0, FACTS, AT_ONCE):
        file.keep(items(start))
    file.end(NOW, [], stopped=False)
    file.close()


def count(path: Path, identity: Path) -> int:
    """Return how many facts a snapshot holds, having read all of them."""
    with Snapshot(path, identity) as snapshot:
        snapshot.begin()
        first = sum(1 for _ in snapshot.facts())
        snapshot.coverage()
        rest = sum(1 for _ in snapshot.facts())
        snapshot.coverage()
        snapshot.end()
    return first + rest


def main() -> None:
    """Measure and print."""
    key = pyrage.x25519.Identity.generate()
    for recipients in ((), (str(key.to_public()),)):
        with tempfile.TemporaryDirectory() as folder:
            path, identity = Path(folder) / "a", Path(folder) / "key"
            identity.touch(mode=0o600)
            identity.write_text(f"{key}\n", encoding="utf-8")
            began = time.perf_counter()
            keep(path, recipients)
            kept = time.perf_counter()
            number = count(path, identity)
            read = time.perf_counter()
            size = path.stat().st_size / 1e6
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print("encrypted" if recipients else "plain")
        print(f"    {number:,} facts: kept in {kept - began:.1f} s, read in {read - kept:.1f} s")
        print(f"    {size:.1f} MB on disk, {most:.0f} MB of memory at the most")


if __name__ == "__main__":
    main()
