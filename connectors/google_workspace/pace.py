"""How fast Google may be asked: units a minute by person and by project, the parts of batches included.

A person is whoever a call is made in the name of. What a project may use is counted here as if this customer were its
only one. Sources: "Usage limits" of the Directory, Reports, Gmail, Drive and Calendar APIs, for new projects. For the
Policy API nothing is published: a second request within a second is refused. For the Groups Settings API and the Alert
Center API no limit by the minute is published either.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connectors.pace import MARGIN, Window, reserve


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on the methods whose ids begin with ``methods``: so many units in so many seconds."""

    methods: str
    units: int
    seconds: float = 60.0
    by_person: bool = False
    """Whether each person has so many units, or all of them together."""


LIMITS = (
    Limit("directory.", 2_400, by_person=True),
    Limit("reports.", 2_400, by_person=True),
    Limit("reports.activities.", 250),  # with a filter, which all our questions to the log have
    Limit("cloudidentity.policies.", 1, seconds=1.0),
    Limit("gmail.", 6_000, by_person=True),
    Limit("gmail.", 1_200_000),
    Limit("drive.", 325_000, by_person=True),
    Limit("drive.", 1_000_000),
    Limit("calendar.", 600, by_person=True),
    Limit("calendar.", 10_000),
)
_DRIVE_LIST, _DRIVE_GET = 100, 5
_FEW = 1_000
"""Windows that are kept whatever is in them."""


class GooglePace:
    """The windows of one customer. Safe to use from many threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Take a clock that never jumps."""
        self._now = now
        self._lock = threading.Lock()
        self._windows: dict[tuple[Limit, str], Window] = {}
        self._many = _FEW

    def delay(self, calls: Iterable[tuple[str, str]]) -> float:
        """Reserve a place for calls (method id, person) sent together; return the seconds after which they may be."""
        units: defaultdict[Window, int] = defaultdict(int)
        with self._lock:
            now = self._now()
            for method, person in calls:
                for limit in LIMITS:
                    if method.startswith(limit.methods):
                        units[self._window(limit, person if limit.by_person else "")] += cost(method)
            seconds = reserve(units, now)
            if len(self._windows) > self._many:
                self._windows = {key: window for key, window in self._windows.items() if not window.forget(now)}
                self._many = _FEW + 2 * len(self._windows)
            return seconds

    def _window(self, limit: Limit, person: str) -> Window:
        key = (limit, person)
        if key not in self._windows:
            self._windows[key] = Window(limit.units, limit.seconds * MARGIN)
        return self._windows[key]


def cost(method: str) -> int:
    """Return what a call of a method costs in the units of its interface."""
    if method.startswith("drive."):
        return _DRIVE_LIST if method.endswith(".list") else _DRIVE_GET
    return 1
