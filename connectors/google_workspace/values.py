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


def whole_number(value: object) -> Read[int]:
    """Return a whole number; Google writes those of 64 bits as texts."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) else UNSET


def text(value: object) -> Read[str]:
    """Return a text that is not empty. Half a surrogate pair, which JSON can write and UTF-8 cannot, is replaced."""
    if not isinstance(value, str) or not value:
        return UNSET
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def texts(value: object) -> Read[tuple[str, ...]]:
    """Return a list of texts, in lower case."""
    if not isinstance(value, list):
        return UNSET
    read = [text(entry) for entry in value]
    known = tuple(entry.lower() for entry in read if entry is not UNSET)
    return known if len(known) == len(read) else UNSET


def address(value: object) -> Read[str]:
    """Return a mail address in lower case."""
    read = text(value)
    return read if read is UNSET else read.strip().lower() or UNSET


def moment(value: object) -> Read[datetime]:
    """Return an RFC 3339 time as an aware one in UTC."""
    if not isinstance(value, str):
        return UNSET
    try:
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo else UNSET
    except (ValueError, OverflowError):  # in UTC, the first and last hours of the calendar lie outside it
        return UNSET


def word(value: object, meanings: Mapping[str, _Word]) -> Read[_Word]:
    """Return what a vendor's enumeration value means; one that we do not know is not collected."""
    return meanings.get(value, UNSET) if isinstance(value, str) else UNSET
