"""How fast Graph may be asked: each service behind it counts units in a window of its own, parts of batches included.

Source: Microsoft Graph "service-specific throttling limits" and, for SharePoint, "Avoid getting throttled or blocked".
What was refused counts as well, so that it pays not to be refused.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable

from connectors.pace import MARGIN, Window, reserve

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


class GraphPace:
    """The windows of one tenant, of the smallest size until ``fit`` says how large it is. Safe to use from threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Take a clock that never jumps."""
        self._now = now
        self._lock = threading.Lock()
        self._windows = {
            _REPORTS: Window(5, 10 * MARGIN),
            _POLICIES: Window(1, 1 * MARGIN),
            _SHAREPOINT: Window(_SHAREPOINT_SIZES[0][1], 60 * MARGIN),
            _DIRECTORY: Window(_DIRECTORY_SIZES[0][1], 10 * MARGIN),
        }

    def fit(self, accounts: int, licences: int) -> None:
        """Take the limits of a tenant with so many accounts and licences."""
        directory = (units for below, units in _DIRECTORY_SIZES if accounts < below)
        sharepoint = (units for most, units in _SHAREPOINT_SIZES if licences <= most)
        self._windows[_DIRECTORY].limit = next(directory, _DIRECTORY_LARGEST)
        self._windows[_SHAREPOINT].limit = next(sharepoint, _SHAREPOINT_LARGEST)

    def delay(self, paths: Iterable[str]) -> float:
        """Reserve a place for requests that are sent together; return the seconds after which they may be."""
        units: defaultdict[Window, int] = defaultdict(int)
        for path in paths:
            service = service_of(path)
            if service in self._windows:
                units[self._windows[service]] += cost(service, path)
        with self._lock:
            return reserve(units, self._now())


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
