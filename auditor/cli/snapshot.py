"""Snapshots on the command line: one that is written beside an audit, and what is said of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from auditor.exit_codes import ExitCode
from auditor.reports.neutral import neutral
from auditor.snapshot_writing import SnapshotFile

Identity = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The file with the secret key that opens an encrypted snapshot.")
]


@contextmanager
def keeping(place: Path | None, recipients: Sequence[str] = ()) -> Iterator[SnapshotFile | None]:
    """Give a snapshot to write to ``place``, or nothing without one; what does not come to its end is deleted.

    With ``recipients``, public keys of age's, nobody else can read it.
    """
    if place is None:
        yield None
        return
    file = SnapshotFile(place, recipients)
    try:
        yield file
    finally:
        file.close()


def told(kept: SnapshotFile | None) -> ExitCode | None:
    """Say what became of the snapshot; return an exit code if it could not be kept."""
    if kept is None:
        return None
    if kept.path is None:
        reason = kept.failure.strerror if kept.failure else "the audit did not come to its end"
        typer.echo(f"No snapshot was kept: {reason}. Make room, or name another place, and run again.", err=True)
        return ExitCode.DELIVERY
    typer.echo(f"Snapshot: {neutral(str(kept.path))}, SHA-256 {kept.digest}", err=True)
    return None
