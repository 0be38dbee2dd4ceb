"""From wire values to typed ones: what is missing or of another type becomes ``UNSET``, never a default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from auditor.facts import UNSET, Read

_Word = TypeVar("_Word", bound=str)


def boolean(value: object) -> Read[bool]:
    """Return a JSON boolean."""
    return value if isinstance(value, bool) else UNSET


def text(value: object) -> Read[str]:
    """Return a text that is not empty."""
    return value if isinstance(value, str) and value else UNSET


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list, in lower case; anything else in it is left out."""
    return tuple(entry.lower() for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()


def address(value: object) -> Read[str]:
    """Return a mail address in lower case."""
    return value.strip().lower() if isinstance(value, str) and value.strip() else UNSET


def moment(value: object) -> Read[datetime]:
    """Return an RFC 3339 time as an aware one in UTC."""
    if not isinstance(value, str):
        return UNSET
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return UNSET
    return read.astimezone(UTC) if read.tzinfo else UNSET


def word(value: object, meanings: Mapping[str, _Word]) -> Read[_Word]:
    """Return what a vendor's enumeration value means; one that we do not know is not collected."""
    return meanings.get(value, UNSET) if isinstance(value, str) else UNSET
