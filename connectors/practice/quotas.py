"""Quotas as the vendors keep them: so many units in so many seconds, and whoever goes on asking waits longer."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Quotas:
    """How the practice server keeps quotas; a server without it keeps none.

    ``tells_wait`` False leaves Retry-After out where a vendor does not promise it.
    """

    tells_wait: bool = True


@dataclass(slots=True)
class Window:
    """A sliding window of ``seconds`` in which ``limit`` units may be used. Safe to use from many threads.

    Refused requests count as well, as Microsoft says of its own, unless ``counts_refused`` is False.
    """

    limit: int
    seconds: float
    counts_refused: bool = True
    _taken: deque[tuple[datetime, int]] = field(default_factory=deque, init=False, repr=False)
    _used: int = field(default=0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def take(self, units: int, now: datetime) -> tuple[float, float]:
        """Take ``units`` at ``now``; return the seconds to wait, zero if they were there, and the share now in use.

        Whoever waits that long without asking will be answered. Raises ``ValueError`` for more than fit at all.
        """
        if units > self.limit:
            raise ValueError(f"{units} units never fit into {self.limit}")
        length = timedelta(seconds=self.seconds)
        with self._lock:
            while self._taken and self._taken[0][0] <= now - length:
                self._used -= self._taken.popleft()[1]
            self._taken.append((now, units))
            self._used += units
            share, left = self._used / self.limit, self._used
            if left <= self.limit:
                return 0.0, share
            if not self.counts_refused:
                self._taken.pop()
                self._used = left = left - units
            # This much of the oldest must leave before the same call fits; the refused one may be among it.
            leaving = iter(self._taken)
            moment = now
            while left + units > self.limit:
                moment, cost = next(leaving)
                left -= cost
            return (moment + length - now).total_seconds(), share
