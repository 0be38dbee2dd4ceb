"""Pages of listings, and the tokens that lead from one to the next."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import TypeVar

from connectors.practice.google.refusals import invalid
from connectors.practice.organisation import Json

Item = TypeVar("Item")


def page(
    items: Sequence[Item], query: Mapping[str, str], *, size: str, usual: int, largest: int, capped: bool = False
) -> tuple[list[Item], Json]:
    """Return the page of ``items`` that ``query`` asks for, and ``{"nextPageToken": ...}`` if it is not the last.

    ``size`` names the parameter. A size beyond ``largest`` is refused, or cut down where the API is ``capped``.
    """
    count = page_size(query.get(size), size=size, usual=usual, largest=largest, capped=capped)
    start = _start(query.get("pageToken", ""))
    end = start + count
    following: Json = {"nextPageToken": token(end)} if end < len(items) else {}
    return list(items[start:end]), following


def page_size(given: str | None, *, size: str, usual: int, largest: int, capped: bool) -> int:
    """Return how many entries a page has; raise ``Refused`` for a number that the API does not take."""
    try:
        count = usual if given is None else int(given)
    except ValueError as error:
        raise invalid(f"Invalid value at '{size}': {given!r}") from error
    if capped:
        return min(count, largest) if count > 0 else usual
    if not 1 <= count <= largest:
        raise invalid(f"Invalid value '{count}'. Values must be within the range: [1, {largest}]")
    return count


def token(start: int) -> str:
    """Return the opaque token of the page that begins at ``start``."""
    return base64.urlsafe_b64encode(f"0:{start}".encode()).decode().rstrip("=")


def _start(given: str) -> int:
    if not given:
        return 0
    try:
        kind, _, start = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).partition(b":")
        if kind == b"0":
            return int(start)
    except (ValueError, binascii.Error):
        pass
    raise invalid("Invalid Value: pageToken")
