"""The space of all sign-ins, and the one question that is asked about it: which of them no policy covers.

A box is a set of sign-ins, one set of values for each axis. What is left of a box when covers are cut from it is boxes
again, so a hole is found, or its absence proven, without ever listing single sign-ins.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from connectors.microsoft_365.effective_mfa.kleene import Values

MODERN_CLIENTS = frozenset({"browser", "mobileAppsAndDesktopClients"})
LEGACY_CLIENTS = frozenset({"exchangeActiveSync", "other"})
CLIENTS = MODERN_CLIENTS | LEGACY_CLIENTS
UNKNOWN_PLATFORM = "unknown"
PLATFORMS = frozenset({"android", "iOS", "windows", "windowsPhone", "macOS", "linux", UNKNOWN_PLATFORM})
"""Platforms are read from the user agent, which the client may choose; one that is not recognised is unknown."""

UNMANAGED, MANAGED = "unmanaged", "managed"
DEVICES = frozenset({UNMANAGED, MANAGED})
ORDINARY_FLOW, DEVICE_CODE_FLOW = "ordinary", "deviceCodeFlow"
FLOWS = frozenset({ORDINARY_FLOW, DEVICE_CODE_FLOW, "authenticationTransfer"})
RISKS = frozenset({"none", "low", "medium", "high"})
INSIDER_RISKS = frozenset({"none", "minor", "moderate", "elevated"})

PATIENCE = 20_000
"""Boxes looked at before a question is given up; ordinary tenants need fewer than a hundred."""


class Box(NamedTuple):
    """A set of sign-ins: all combinations of the values of each axis."""

    app: Values
    client: Values
    platform: Values
    place: Values
    device: Values
    flow: Values
    sign_in_risk: Values
    user_risk: Values
    insider_risk: Values

    @property
    def width(self) -> int:
        """How many sign-ins are told apart in it."""
        return prod(map(len, self))

    def misses(self, other: Box) -> bool:
        """Return whether no sign-in lies in both boxes."""
        return any(mine is not theirs and mine.isdisjoint(theirs) for mine, theirs in zip(self, other, strict=True))

    def common(self, other: Box) -> Box | None:
        """Return the sign-ins that lie in both boxes; None if there are none."""
        parts = [mine & theirs for mine, theirs in zip(self, other, strict=True)]
        return Box(*parts) if all(parts) else None


class TooManyBoxesError(Exception):
    """The policies' conditions are so entangled that the question was given up."""


class Cover(NamedTuple):
    """What came of covering a box: the part left over, None if nothing is, and which covers were needed for it."""

    hole: Box | None
    used: frozenset[int]


def cover(box: Box, covers: Sequence[Box], patience: int = PATIENCE) -> Cover:
    """Cut ``covers`` from ``box`` until something is left over for good, or nothing at all.

    Raises ``TooManyBoxesError`` after ``patience`` pieces. Which part is left over depends on the order of
    ``covers``, the wider first being the faster; whether there is one does not.
    """
    stack, used = [(box, 0)], set[int]()
    for _ in range(patience):
        if not stack:
            return Cover(None, frozenset(used))
        rest, done = stack.pop()
        while done < len(covers) and rest.misses(covers[done]):
            done += 1
        if done == len(covers):
            return Cover(rest, frozenset(used))
        used.add(done)
        stack += [(piece, done + 1) for piece in _outside(rest, covers[done])]
    raise TooManyBoxesError


def _outside(box: Box, other: Box) -> list[Box]:
    """Return disjoint boxes that make up what of ``box`` lies outside ``other``; the two have sign-ins in common."""
    pieces, rest = [], list(box)
    for axis, (mine, covered) in enumerate(zip(box, other, strict=True)):
        if mine is not covered and (outside := mine - covered):
            pieces.append(Box._make([*rest[:axis], outside, *rest[axis + 1 :]]))
            rest[axis] = mine & covered
    return pieces
