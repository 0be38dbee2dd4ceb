"""Pace: how fast a vendor may be asked. Windows that slide, because that is how the vendors count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MARGIN = 1.05
"""By how much a window is kept longer than the vendor's: requests do not travel equally fast."""


@dataclass(slots=True, eq=False)
class Window:
    """At most ``limit`` units in any ``seconds``, given out in the order in which they are asked for."""

    limit: int
    seconds: float
    _taken: list[tuple[float, int]] = field(default_factory=list, init=False, repr=False)
    _used: int = field(default=0, init=False, repr=False)

    def ready(self, units: int, now: float) -> float:
        """Return the moment, not before ``now``, from which on so many units are free."""
        moment = max(now, self._taken[-1][0]) if self._taken else now
        used = self._used
        for before, each in self._taken:
            if used + units <= self.limit:
                break
            used -= each
            moment = max(moment, before + self.seconds)
        return moment

    def take(self, units: int, moment: float) -> None:
        """Use units at a moment at which they are free."""
        self.forget(moment)
        self._taken.append((moment, units))
        self._used += units

    def forget(self, moment: float) -> bool:
        """Forget what was used so long ago that it does not count at ``moment``; return whether nothing is left."""
        gone = 0
        for before, each in self._taken:
            if before + self.seconds > moment:
                break
            self._used -= each
            gone += 1
        del self._taken[:gone]
        return not self._taken


def reserve(units: Mapping[Window, int], now: float) -> float:
    """Reserve units in each window for one moment, the first that suits all; return the seconds until then.

    More units than fit into a window count as many as do. Whoever shares windows among threads calls it under a lock.
    """
    wanted = [(window, min(each, window.limit)) for window, each in units.items()]
    moment = max((window.ready(each, now) for window, each in wanted), default=now)
    for window, each in wanted:
        window.take(each, moment)
    return moment - now
