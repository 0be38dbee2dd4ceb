"""How fast Graph may be asked: each service behind it counts units in a window of its own, parts of batches included.

Source: Microsoft Graph "service-specific throttling limits" and, for SharePoint, "Avoid getting throttled or blocked".
What was refused counts as well, so that it pays not to be refused.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable

_MARGIN = 1.05
"""By how much a window is kept longer than Microsoft's: requests do not travel equally fast."""
_REPORTS, _POLICIES, _SHAREPOINT, _DIRECTORY = "reports", "policies", "sharepoint", "directory"
_SERVICES = (
    ("/reports/authenticationMethods/", _REPORTS),
    ("/identity/conditionalAccess/", _POLICIES),
    ("/sites/", _SHAREPOINT),
    ("/drives/", _SHAREPOINT),
    ("/admin/sharepoint/", _SHAREPOINT),
)
_DIRECTORY_SIZES = ((50, 3_500), (501, 5_000))
_DIRECTORY_LARGEST = 8_000
_SHAREPOINT_SIZES = ((1_000, 1_200), (5_000, 2_400), (15_000, 3_600), (50_000, 4_800))
_SHAREPOINT_LARGEST = 6_000
_COSTS = {"/users": 2, "/applications": 2, "/oauth2PermissionGrants": 2, "/subscribedSkus": 3}
_TRANSITIVE_COST = 5
_PERMISSIONS_COST = 5


class Window:
    """At most ``limit`` units in any ``seconds``. Safe to use from many threads."""

    def __init__(self, limit: int, seconds: float, now: Callable[[], float]) -> None:
        """Take the limit and a clock that never jumps."""
        self.limit = limit
        self._seconds = seconds
        self._now = now
        self._lock = threading.Lock()
        self._taken: deque[tuple[float, int]] = deque()
        self._used = 0

    def delay(self, units: int) -> float:
        """Reserve units, in the order in which they are asked for; return the seconds until they may be used."""
        units = min(units, self.limit)
        with self._lock:
            now = self._now()
            moment = max(now, self._taken[-1][0]) if self._taken else now
            while self._taken and (self._used + units > self.limit or self._taken[0][0] <= moment - self._seconds):
                before, freed = self._taken.popleft()
                self._used -= freed
                moment = max(moment, before + self._seconds)
            self._taken.append((moment, units))
            self._used += units
            return moment - now


class GraphPace:
    """The windows of one tenant, of the smallest size until ``fit`` says how large it is."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Take a clock that never jumps."""
        self._windows = {
            _REPORTS: Window(5, 10 * _MARGIN, now),
            _POLICIES: Window(1, 1 * _MARGIN, now),
            _SHAREPOINT: Window(_SHAREPOINT_SIZES[0][1], 60 * _MARGIN, now),
            _DIRECTORY: Window(_DIRECTORY_SIZES[0][1], 10 * _MARGIN, now),
        }

    def fit(self, accounts: int, licences: int) -> None:
        """Take the limits of a tenant with so many accounts and licences."""
        directory = (units for below, units in _DIRECTORY_SIZES if accounts < below)
        sharepoint = (units for most, units in _SHAREPOINT_SIZES if licences <= most)
        self._windows[_DIRECTORY].limit = next(directory, _DIRECTORY_LARGEST)
        self._windows[_SHAREPOINT].limit = next(sharepoint, _SHAREPOINT_LARGEST)

    def delay(self, paths: Iterable[str]) -> float:
        """Reserve a place for requests that are sent together; return the seconds after which they may be."""
        units: defaultdict[str, int] = defaultdict(int)
        for path in paths:
            service = service_of(path)
            units[service] += cost(service, path)
        delays = [self._windows[service].delay(each) for service, each in units.items() if service in self._windows]
        return max(delays, default=0.0)


def service_of(path: str) -> str:
    """Return the service that answers a path, which begins after the version; mail's limits are never met."""
    if path.startswith("/users/"):
        if "/mailFolders/" in path:
            return "outlook"
        return _SHAREPOINT if path.partition("?")[0].endswith("/drive") else _DIRECTORY
    if path.startswith("/reports/") and not path.startswith("/reports/authenticationMethods/"):
        return "usage"
    return next((service for start, service in _SERVICES if path.startswith(start)), _DIRECTORY)


def cost(service: str, path: str) -> int:
    """Return the units that a request costs."""
    address, _, query = path.partition("?")
    if service == _SHAREPOINT:
        if address.endswith("/permissions"):
            return _PERMISSIONS_COST
        whole = address.endswith(("/delta", "/delta()", "/getAllSites", "/oneDrive.getAllSites", "/drives"))
        return 2 if whole and "token=" not in query else 1
    if service != _DIRECTORY:
        return 1
    units = _TRANSITIVE_COST if address.endswith("/transitiveMembers") else _COSTS.get(address, 1)
    return max(1, units + ("$expand=" in query) - ("$select=" in query))
