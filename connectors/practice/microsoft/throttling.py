"""Graph's limits, one for each service behind it; every part of a batch is counted by itself.

https://learn.microsoft.com/graph/throttling-limits and, for SharePoint and OneDrive,
https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from connectors.practice.microsoft.refusals import refuse
from connectors.practice.quotas import Quotas, Window

if TYPE_CHECKING:
    from connectors.practice.microsoft.call import Call, Operation
    from connectors.practice.wire import Answer

Service = Literal["directory", "reports", "usage reports", "conditional access", "outlook", "sharepoint"]

# First words of an operation's address -> service; everything else is the directory.
SERVICES: tuple[tuple[str, Service], ...] = (
    ("reports/authenticationMethods", "reports"),
    ("reports/", "usage reports"),
    ("identity/conditionalAccess", "conditional access"),
    ("users/{}/mailFolders", "outlook"),
    ("users/{}/drive", "sharepoint"),
    ("sites/", "sharepoint"),
    ("drives/", "sharepoint"),
    ("admin/sharepoint", "sharepoint"),
)
WAIT_NOT_PROMISED = frozenset({"reports", "conditional access"})
DIRECTORY_SIZES = ((50, 3500), (501, 5000))  # accounts below -> units in ten seconds
DIRECTORY_LARGEST = 8000
DIRECTORY_COSTS = {
    "users": 2,
    "applications": 2,
    "oauth2PermissionGrants": 2,
    "subscribedSkus": 3,
    "groups/{}/members": 3,
}
TRANSITIVE_COST = 5
FEW = 20  # rows below which $top makes a call cheaper
SHAREPOINT_SIZES = (
    (1_000, 1_200),
    (5_000, 2_400),
    (15_000, 3_600),
    (50_000, 4_800),
)  # licences up to -> units a minute
SHAREPOINT_LARGEST = 6_000
WARNED_FROM = 0.8  # share of a limit from which on headers warn


@dataclass(slots=True)
class Throttle:
    """The limits of one tenant in one cloud, for the auditor's application. Safe to use from many threads."""

    accounts: int
    licences: int
    _windows: dict[str, Window] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def refusal(self, operation: Operation, call: Call, quotas: Quotas) -> tuple[Answer | None, Mapping[str, str]]:
        """Count a call; return its refusal if there were too many, and headers for its answer if there were not."""
        service = service_of(operation)
        cost = cost_of(service, operation, call)
        key = f"{service}/{call.key}" if service == "outlook" else service
        window = self._window(key, service)
        wait, share = window.take(cost, call.now)
        if wait:
            tells = quotas.tells_wait or service not in WAIT_NOT_PROMISED
            headers = {"Retry-After": str(math.ceil(wait))} if tells else {}
            refused = refuse(
                call.request, call.now, 429, "TooManyRequests", "Please retry again later.", headers=headers
            )
            return refused, {}
        return None, _warnings(service, window, cost, share)

    def _window(self, key: str, service: Service) -> Window:
        with self._lock:
            if key not in self._windows:
                self._windows[key] = Window(*self._limit(service))
            return self._windows[key]

    def _limit(self, service: Service) -> tuple[int, float]:
        """Return units and seconds."""
        match service:
            case "reports":
                return 5, 10
            case "usage reports":
                return 100, 600
            case "conditional access":
                return 1, 1
            case "outlook":
                return 10_000, 600
            case "sharepoint":
                sizes = (units for most, units in SHAREPOINT_SIZES if self.licences <= most)
                return next(sizes, SHAREPOINT_LARGEST), 60
            case _:
                return next((units for most, units in DIRECTORY_SIZES if self.accounts < most), DIRECTORY_LARGEST), 10


def service_of(operation: Operation) -> Service:
    """Return the service behind Graph that answers an operation."""
    return next((service for start, service in SERVICES if operation.address.startswith(start)), "directory")


def cost_of(service: Service, operation: Operation, call: Call) -> int:
    """Return what a call costs in the units of its service."""
    if service == "sharepoint":
        if operation.address.endswith("/permissions"):
            return 5
        whole = operation.address.endswith(("/delta", "getAllSites", "/drives")) and "token" not in call.request.query
        return 2 if whole else 1
    if service != "directory":
        return 1
    address, query = operation.address, call.request.query
    cost = TRANSITIVE_COST if "/transitiveMembers" in address else DIRECTORY_COSTS.get(address, 1)
    cost += ("$expand" in query) - ("$select" in query)
    cost -= query.get("$top", "").isdecimal() and int(query["$top"]) < FEW
    return max(cost, 1)


def _warnings(service: Service, window: Window, cost: int, share: float) -> dict[str, str]:
    near = share >= WARNED_FROM
    if service == "directory":
        return {"x-ms-resource-unit": str(cost)} | ({"x-ms-throttle-limit-percentage": f"{share:.2f}"} if near else {})
    if service == "sharepoint" and near:
        left = window.limit - round(share * window.limit)
        return {
            "RateLimit-Limit": str(window.limit),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(math.ceil(window.seconds)),
        }
    return {}


def with_headers(answer: Answer, headers: Mapping[str, str]) -> Answer:
    """Return the answer with further headers."""
    return replace(answer, headers={**answer.headers, **headers}) if headers else answer
