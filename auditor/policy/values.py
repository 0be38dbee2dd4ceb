"""Values of fields, read straight from facts, and put into words for messages and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from pydantic import JsonValue

from auditor.facts import UNSET
from auditor.policy.tree import Constant, Path

LONGEST = 300
"""Characters of one value in a message or in evidence."""
_MOST = 50
"""Entries of a list in evidence."""

Roots: TypeAlias = "Mapping[str, object]"
"""``fact``, ``owner``, ``tenant`` and ``today``."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message: plain text, with fields and parameters between."""

    parts: tuple[str | Path | Constant, ...]

    def render(self, roots: Roots) -> str:
        """Return the message about one fact. Names in it are raw: neutralise before showing."""
        return "".join(sound(part) if isinstance(part, str) else words(read(part, roots)) for part in self.parts)


def read(node: Path | Constant, roots: Roots) -> object:
    """Return the value of a field: ``UNSET`` if it, or what it belongs to, was not collected."""
    if isinstance(node, Constant):
        return node.value
    if node.parent is None:
        return roots[node.root]
    record = read(node.parent, roots)
    if record is None:
        return UNSET if node.parent.assumed else None
    if record is UNSET:
        return UNSET
    return getattr(record, node.steps[-1])


def words(value: object) -> str:
    """Return ``value`` for a sentence, at most 300 characters long."""
    if value is UNSET or value is None:
        return "unknown" if value is UNSET else "none"
    if isinstance(value, tuple | list):
        return _short(", ".join(words(item) for item in value[:_MOST])) if value else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"  # the time of day stands in the evidence
    if isinstance(value, timedelta):
        hours = int(value.total_seconds()) // 3600
        return f"{hours // 24} days" if hours % 24 == 0 else f"{hours} hours"
    return _short(str(_plain(value)))


def evidence(fields: Iterable[tuple[str, Path | Constant]], roots: Roots) -> dict[str, JsonValue]:
    """Return the values of ``fields`` by name, plain and bounded; without those that were not collected."""
    values = {name: read(node, roots) for name, node in fields}
    return {name: _entry(value) for name, value in values.items() if value is not UNSET}


def missing(paths: Iterable[Path], roots: Roots) -> tuple[str, ...]:
    """Return which of ``paths`` were not collected; of a record that was not, the record and not its fields."""
    return tuple(dict.fromkeys(_first_missing(path, roots).spelling for path in paths if read(path, roots) is UNSET))


def sound(text: str) -> str:
    """Return ``text`` without lone surrogates, which no encoding of Unicode can carry."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _first_missing(path: Path, roots: Roots) -> Path:
    return _first_missing(path.parent, roots) if path.parent and read(path.parent, roots) is UNSET else path


def _entry(value: object) -> JsonValue:
    return [_plain(item) for item in value[:_MOST]] if isinstance(value, tuple | list) else _plain(value)


def _plain(value: object) -> str | int | None:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(timespec="seconds")
    return _short(str(value))


def _short(text: str) -> str:
    return sound(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
