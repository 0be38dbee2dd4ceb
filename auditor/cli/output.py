"""Where reports go: standard output, or a file that appears whole or not at all and that only its owner can read."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from enum import StrEnum
from pathlib import Path

from auditor.errors import UsageError
from auditor.models import Report
from auditor.reports import FORMATS


class Format(StrEnum):
    """Formats of the report."""

    TERMINAL = "terminal"
    JSON = "json"
    HTML = "html"


def write_report(report: Report, format_: Format, output: Path | None) -> None:
    """Render ``report`` and write it to ``output``, or to standard output.

    Raises ``UsageError`` when the file cannot be written.
    """
    to_terminal = output is None and sys.stdout.isatty()
    width = min(shutil.get_terminal_size((100, 24)).columns, 120) if to_terminal else 100
    colour = to_terminal and "NO_COLOR" not in os.environ
    text = FORMATS[format_](report, width=width, colour=colour)
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_private(output, text)


def demand_writable(path: Path | None) -> None:
    """Raise ``UsageError`` if ``path`` cannot be written, before the work whose result it is to hold is done."""
    if path is not None and (path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK)):
        remedy = "Name a file in a folder that exists and that you may write to."
        raise UsageError(f"The report could not be written to {path}.", remedy)


def write_private(path: Path, text: str, *, what: str = "The report") -> None:
    """Write ``text`` to ``path`` in one stroke, mode 0600. Raises ``UsageError`` when that is not possible."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        remedy = "Name a file in a folder that exists and that you may write to."
        raise UsageError(f"{what} could not be written to {path}: {error.strerror}.", remedy) from error
