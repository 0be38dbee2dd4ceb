"""The lines of a snapshot: a JSON array of tag and value each; and which fields facts had when it was written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, inspect

from auditor.facts import KINDS, Fact, Tenant, kind_of
from auditor.models import Coverage, TenantReference

FORMAT: Final = 1
"""Version of the snapshots that this auditor writes and reads."""
LONGEST: Final = 16 * 1024 * 1024
"""Bytes of one line at the most."""

_LINE = msgspec.json.Decoder(tuple[str, Raw])
_FACTS: Final[Mapping[str, msgspec.json.Decoder[Fact]]] = {
    kind: msgspec.json.Decoder(fact_class) for kind, fact_class in KINDS.items()
}


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a snapshot is of: the audit, all its tenants in order, and those that let us in."""

    organisation: str
    audit: str
    started: datetime
    tenants: tuple[TenantReference, ...]
    identified: Mapping[str, Tenant]


@dataclass(frozen=True, slots=True)
class End:
    """How the reading ended, and of how many facts."""

    finished: datetime
    interrupted: bool
    facts: int


def line(tag: str, value: object) -> bytes:
    """Return one line; text that Unicode cannot encode is kept as escapes."""
    return json.dumps([tag, value], ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def fact_line(fact: Fact) -> bytes:
    """Return the line of a fact; what was not collected is left out."""
    kind = kind_of(fact)
    try:
        return b'["%b",%b]\n' % (kind.encode(), msgspec.json.encode(fact))
    except UnicodeEncodeError:
        return line(kind, msgspec.to_builtins(fact))


def coverage_lines(rows: Iterable[Coverage]) -> Iterator[bytes]:
    """Yield a line for each row and each of its gaps, so that no line grows with the organisation."""
    for row in rows:
        yield line("coverage", row.model_dump(mode="json", exclude={"gaps"}))
        for gap in row.gaps:
            yield line("gap", gap.model_dump())


def parse(text: bytes) -> tuple[str, Raw]:
    """Return tag and value of a line. Raises ``ValueError`` for anything else."""
    try:
        return _LINE.decode(text)
    except msgspec.DecodeError:
        tag, value = msgspec.convert(json.loads(text), tuple[str, Any])  # text that Unicode cannot encode
        return tag, Raw(json.dumps(value).encode())


def fact_of(kind: str, value: Raw) -> Fact:
    """Return the fact of a line. Raises ``ValueError`` if it is none of its kind."""
    try:
        return _FACTS[kind].decode(value)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return msgspec.convert(json.loads(bytes(value)), KINDS[kind])  # text that Unicode cannot encode


@cache
def fields() -> Mapping[str, Mapping[str, bool]]:
    """Return the fields of every kind of fact, those of records in it with a dot, and whether each may be left out.

    A field may be left out if it is then not collected, rather than empty or false.
    """
    return {kind: dict(sorted(_fields(inspect.type_info(fact_class)))) for kind, fact_class in KINDS.items()}


def is_newer(written: Mapping[str, Iterable[str]]) -> bool:
    """Whether a snapshot has fields that do not exist here: to leave them out could make something look good."""
    return any(set(names) - fields().get(kind, {}).keys() for kind, names in written.items())


def lacking(written: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the fields without which a fact would look as if it had been read, and which a snapshot does not have."""
    return [
        f"{kind}.{name}"
        for kind, names in written.items()
        for name, optional in fields()[kind].items()
        if not optional and name not in set(names)
    ]


def _fields(type_: Any, before: str = "") -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - whatever msgspec tells of a type
    if isinstance(type_, inspect.UnionType):
        for each in type_.types:
            yield from _fields(each, before)
    elif isinstance(type_, inspect.StructType):
        optional = {field.name: field.default is UNSET for field in msgspec.structs.fields(type_.cls)}
        for field in type_.fields:
            yield before + field.name, optional[field.name]
            yield from _fields(field.type, f"{before}{field.name}.")
