"""Pace: how fast a vendor may be asked, where it says so and refuses whoever asks faster. Token buckets.

A bucket holds some requests at once and fills at a steady rate; whoever finds it empty waits for the next one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on requests to the paths of a host that begin with ``path``: so many a second, and so many at once."""

    host: str
    path: str
    rate: float
    burst: int = 1


class Pace:
    """Says how long to wait before a request. Safe to use from many threads."""

    def __init__(self, limits: Sequence[Limit], now: Callable[[], float]) -> None:
        """Take the limits, of which the first that fits counts, and a clock that never jumps."""
        self._limits = limits
        self._now = now
        self._lock = threading.Lock()
        self._free: dict[Limit, float] = {}

    def delay(self, host: str, path: str) -> float:
        """Return the seconds after which a request may be sent, and reserve its place; 0 where nothing limits it."""
        limit = next((each for each in self._limits if each.host == host and path.startswith(each.path)), None)
        if limit is None:
            return 0.0
        with self._lock:
            now = self._now()
            # When the bucket would be full again: each request puts that off by its share (generic cell rate).
            full = max(self._free.get(limit, now), now) + 1 / limit.rate
            self._free[limit] = full
            return max(0.0, full - now - limit.burst / limit.rate)
