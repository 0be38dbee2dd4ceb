"""Where in a YAML file the characters of a scalar stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ruamel.yaml.events import ScalarEvent

Run: TypeAlias = "tuple[int, int, int]"
"""An unbroken stretch of a scalar: the offset in its value where it begins (from 0), line and column (from 1)."""


def runs_of(text: str, event: ScalarEvent, lines: Sequence[str]) -> list[Run]:
    """Return where the stretches of ``text`` stand in the file; nothing if escapes or folding moved characters."""
    line, column = event.start_mark.line, event.start_mark.column
    if event.style in {"'", '"'}:
        written = lines[line][column + 1 : column + 1 + len(text)]
        closed = (event.end_mark.line, event.end_mark.column) == (line, column + len(text) + 2)
        return [(0, line + 1, column + 2)] if closed and written == text else []
    if event.style == ">":
        return []
    return _block_runs(text, line + 1, lines) if event.style == "|" else _plain_runs(text, line, column, lines)


def _block_runs(text: str, line: int, lines: Sequence[str]) -> list[Run]:
    runs, offset = [], 0
    for number, part in enumerate(text.split("\n"), start=line):
        written = lines[number] if number < len(lines) else ""
        runs.append((offset, number + 1, len(written) - len(part) + 1 if written.endswith(part) else 1))
        offset += len(part) + 1
    return runs


def _plain_runs(text: str, line: int, column: int, lines: Sequence[str]) -> list[Run]:
    runs, offset, blank = [], 0, 0
    for number, written in enumerate(lines[line:], start=line):
        start = column if number == line else len(written) - len(written.lstrip())
        part = written[start:].rstrip()
        if not part:
            blank += 1
            continue
        offset += max(blank - 1, 0)  # one line break is a space, two are one line break, and so on
        blank = 0
        runs.append((offset, number + 1, start + 1))
        if part.startswith(text[offset:]) or not text.startswith(part, offset):
            break
        offset += len(part) + 1
    return runs
