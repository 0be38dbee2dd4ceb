"""Progress on a terminal: one line per thing that is read. Elsewhere the log says as much, a line a step."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from auditor.ports import Progress as Display


class Silent:
    """Shows nothing."""

    def advance(self, tenant: str, source: str, done: int, total: int) -> None:
        """Show nothing."""


class _Bars:
    """Draws a bar per collector."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[tuple[str, str], TaskID] = {}

    def advance(self, tenant: str, source: str, done: int, total: int) -> None:
        """Move the bar of a collector."""
        step = (tenant, source)
        if step not in self._bars:
            self._bars[step] = self._progress.add_task(f"{tenant}: {source.replace('_', ' ')}", total=total)
        self._progress.update(self._bars[step], completed=done, total=total)


@contextmanager
def display() -> Iterator[Display]:
    """Give somewhere to show progress: bars on standard error if that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield Silent()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bars(progress)
