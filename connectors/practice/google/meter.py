"""What calls cost and how much of it Google allows: by person, by project, by kind of call.

Parts of a batch cost what calls cost. The limits are those that Google publishes for new projects, but for the Policy
API, whose limit others have observed. Sources: "Usage limits" of the Admin SDK, Gmail API, Drive API and Calendar API.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.practice.google.refusals import quota_exhausted, rate_limited_person, rate_limited_project
from connectors.practice.quotas import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.practice.google.tokens import Caller
    from connectors.practice.quotas import Quotas
    from connectors.practice.wire import Request

MINUTE = 60.0
PER_PERSON: Mapping[str, int] = {
    "directory": 2_400,
    "reports": 2_400,
    "gmail": 6_000,
    "drive": 325_000,
    "calendar": 600,
}
PER_PROJECT: Mapping[str, int] = {"gmail": 1_200_000, "drive": 1_000_000, "calendar": 10_000}
FILTERED_ACTIVITIES = 250
FILTERS = frozenset({"actorIpAddress", "eventName", "filters", "orgUnitID", "groupIdFilter"})
DRIVE_LIST, DRIVE_GET = 100, 5


@dataclass(slots=True)
class Meter:
    """What has been used up of every limit. Safe to use from many threads."""

    _windows: dict[str, Window] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def charge(self, method_id: str, request: Request, caller: Caller, quotas: Quotas, now: datetime) -> None:
        """Count a call of ``method_id``; raise ``Refused`` if a limit leaves no room for it."""
        api, units = method_id.partition(".")[0], units_of(method_id)
        if method_id.startswith("cloudidentity.policies."):
            wait = self._window("policies", 1, 1.0).take(1, now)[0]
            if wait:
                seconds = math.ceil(wait) if quotas.tells_wait else None
                service = "cloudidentity.googleapis.com"
                raise quota_exhausted("Read requests", "Read requests per minute", service, seconds)
        if method_id == "reports.activities.list" and is_filtered(request):
            wait = self._window("filtered activities", FILTERED_ACTIVITIES, MINUTE).take(1, now)[0]
            if wait:
                seconds = math.ceil(wait) if quotas.tells_wait else None
                service = "admin.googleapis.com"
                raise quota_exhausted("Filtered queries", "Filtered queries per minute", service, seconds)
        if api in PER_PERSON:
            window = self._window(f"{api}/{caller.account.id}", PER_PERSON[api], MINUTE)
            if window.take(units, now)[0]:
                raise rate_limited_person()
        if api in PER_PROJECT and self._window(api, PER_PROJECT[api], MINUTE).take(units, now)[0]:
            raise rate_limited_project()

    def _window(self, key: str, limit: int, seconds: float) -> Window:
        with self._lock:
            return self._windows.setdefault(key, Window(limit, seconds, counts_refused=False))


def units_of(method_id: str) -> int:
    """Return what a call costs in the units of its API."""
    if method_id.startswith("drive."):
        return DRIVE_LIST if method_id.endswith(".list") else DRIVE_GET
    return 1


def is_filtered(request: Request) -> bool:
    """Tell whether a call of ``activities.list`` asks for less than everything, which has a limit of its own."""
    return bool(FILTERS & request.query.keys()) or "/users/all/" not in request.path
