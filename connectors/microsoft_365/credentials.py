"""Passwords and certificates of applications: which still work, how old the oldest is, when the last one ends. Pure.

Source: Graph v1.0, ``passwordCredential`` and ``keyCredential``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from auditor.facts import UNSET, Read
from connectors.microsoft_365.values import Wire, moment


class Credential(NamedTuple):
    """One password or certificate; an end of None never comes."""

    made: Read[datetime | None]
    ends: Read[datetime | None]


def working(wires: Iterable[Wire], now: datetime) -> list[Credential]:
    """Return those that have not ended; one whose end cannot be read is taken to work."""
    found = [
        Credential(moment(each.get("startDateTime", UNSET)), moment(each.get("endDateTime", UNSET))) for each in wires
    ]
    return [each for each in found if not isinstance(each.ends, datetime) or each.ends > now]


def oldest(credentials: Iterable[Credential]) -> Read[datetime | None]:
    """Return when the oldest was made; None if there is none, not collected if one does not say."""
    made = [each.made for each in credentials]
    known = [each for each in made if isinstance(each, datetime)]
    if len(known) < len(made):
        return UNSET
    return min(known, default=None)


def latest_end(credentials: Iterable[Credential]) -> Read[datetime | None]:
    """Return when the last one ends; None if there is none, not collected if one does not say or never ends."""
    ends = [each.ends for each in credentials]
    known = [each for each in ends if isinstance(each, datetime)]
    if len(known) < len(ends):
        return UNSET
    return max(known, default=None)
