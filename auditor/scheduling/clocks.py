"""Two clocks that watch each other: the one on the wall, which people and servers set, and the one that only counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from auditor.ports import Clock

Monotonic = Callable[[], float]
"""Gives seconds that only count up; on Linux not those that the machine slept."""

_TOLERATED: Final = timedelta(seconds=30)


class Clocks:
    """The wall clock and the monotonic clock, compared each time that one looks."""

    def __init__(self, clock: Clock, monotonic: Monotonic) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._wall, self._counted = clock(), monotonic()

    def jump(self) -> timedelta:
        """Return by how much the wall clock went further than time did since one last looked.

        Zero for less than half a minute. Negative: it was set back. Positive: it was set ahead, or the machine slept.
        """
        wall, counted = self._clock(), self._monotonic()
        jump = (wall - self._wall) - timedelta(seconds=counted - self._counted)
        self._wall, self._counted = wall, counted
        return jump if abs(jump) > _TOLERATED else timedelta(0)
