"""The space of all sign-ins, and the one question that is asked about it: which of them no policy covers.

A box is a set of sign-ins, one set of values for each axis. What is left of a box when covers are cut from it is boxes
again, so a hole is found, or its absence proven, without ever listing single sign-ins.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    def common(self, other: Box) -> Box | None:
        """Return the sign-ins that lie in both boxes; None if there are none."""
        parts = [mine & theirs for mine, theirs in zip(self, other, strict=True)]
        return Box(*parts) if all(parts) else None


class TooManyBoxesError(Exception):
    """The policies' conditions are so entangled that the question was given up."""


def uncovered(box: Box, covers: Sequence[Box]) -> Box | None:
    """Return a part of ``box`` in which no sign-in is covered; None if ``covers`` cover everything.

    Raises ``TooManyBoxesError`` if that would take too long. Which part it is depends on the order of ``covers``;
    whether there is one does not.
    """
    stack = [(box, 0)]
    for _ in range(PATIENCE):
        if not stack:
            return None
        rest, done = stack.pop()
        while done < len(covers) and rest.common(covers[done]) is None:
            done += 1
        if done == len(covers):
            return rest
        stack += [(piece, done + 1) for piece in _outside(rest, covers[done])]
    raise TooManyBoxesError


def _outside(box: Box, cover: Box) -> list[Box]:
    """Return disjoint boxes that make up what of ``box`` lies outside ``cover``; the two have sign-ins in common."""
    pieces, rest = [], list(box)
    for axis, (mine, covered) in enumerate(zip(box, cover, strict=True)):
        if outside := mine - covered:
            pieces.append(Box._make([*rest[:axis], outside, *rest[axis + 1 :]]))
            rest[axis] = mine & covered
    return pieces
