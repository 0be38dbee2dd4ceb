"""From wire values to typed ones: what is missing or of another type becomes ``UNSET``, never a default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from auditor.facts import UNSET, Read

Wire = dict[str, Any]
"""A JSON object as Microsoft sent it; parsed into facts at once."""

_Word = TypeVar("_Word", bound=str)


def boolean(value: object) -> Read[bool]:
    """Return a boolean; Exchange writes some as the texts ``"True"`` and ``"False"``."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower(), UNSET) if isinstance(value, str) else UNSET


def text(value: object) -> Read[str]:
    """Return a text that is not empty. Half a surrogate pair, which JSON can write and UTF-8 cannot, is replaced."""
    if not isinstance(value, str) or not value:
        return UNSET
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def texts(value: object) -> Read[tuple[str, ...]]:
    """Return a list of texts; ``null`` is an empty one, anything else but texts makes it unreadable."""
    if value is None:
        return ()
    readable = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    return tuple(value) if readable and isinstance(value, list) else UNSET


def address(value: object) -> Read[str]:
    """Return a mail address in lower case, without the prefix ``smtp:`` that Exchange puts before some."""
    if not isinstance(value, str):
        return UNSET
    bare = value.strip().lower().removeprefix("smtp:")
    return bare if "@" in bare else UNSET


def moment(value: object) -> Read[datetime | None]:
    """Return an RFC 3339 time in UTC; ``null`` and the year 1, which Microsoft writes for "never", are None."""
    if value is None:
        return None
    if not isinstance(value, str):
        return UNSET
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return UNSET
    if read.tzinfo is None:
        return UNSET
    return None if read.year == 1 else read.astimezone(UTC)


def word(value: object, meanings: Mapping[str, _Word]) -> Read[_Word]:
    """Return what a vendor's enumeration value means; one that we do not know is not collected."""
    return meanings.get(value, UNSET) if isinstance(value, str) else UNSET


def table(value: object) -> Wire:
    """Return a JSON object; anything else counts as an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: object) -> Iterable[Wire]:
    """Return the JSON objects of a list; anything else in it is left out."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def objects(value: object) -> Read[list[Wire]]:
    """Return a list of JSON objects; anything else, and anything else in it, makes it unreadable."""
    found = list(tables(value))
    return found if isinstance(value, list) and len(found) == len(value) else UNSET


def empty(value: object) -> bool:
    """Whether a wire value says nothing: null, empty, or made of such values only, annotations aside."""
    if isinstance(value, dict):
        return all(empty(entry) for name, entry in value.items() if not name.startswith("@odata."))
    return value is None or value in ("", [])
