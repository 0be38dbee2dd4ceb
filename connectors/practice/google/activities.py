"""``activities.list`` of the Reports API: what happened in the last 180 days, the newest first.

https://developers.google.com/workspace/admin/reports/reference/rest/v1/activities/list
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from connectors.practice.google.authority import require_administrator
from connectors.practice.google.paging import page
from connectors.practice.google.refusals import invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.google.calls import Call
    from connectors.practice.google.people import People
    from connectors.practice.organisation import Json

KEPT = timedelta(days=180)
CONDITION = re.compile(r"([^<>=]+)(==|<>)(.*)")
AUDITOR = "{auditor}"  # stands in recorded activities for the client id of the auditor's own service account


class Activities:
    """The audit log of the customer as it stands at ``now``; ``auditor`` is the client id of the service account."""

    def __init__(self, people: People, now: datetime, auditor: str) -> None:
        self._people = people
        self._now = now
        self._auditor = auditor

    def answer(self, call: Call) -> Json:
        """``activities.list``: the activities of one application, of ``all`` or of one account, up to 1000 a page."""
        require_administrator(call)
        query = call.request.query
        start, end = self._moment(query.get("startTime")), self._moment(query.get("endTime"))
        if start is not None and start >= (end or self._now):
            raise invalid("Start time must be before end time and the current time.")
        earliest = max(start or self._now - KEPT, self._now - KEPT)
        tests = [
            self._by_actor(call.part("userKey")),
            *map(_condition, filter(None, query.get("filters", "").split(","))),
        ]
        found = [
            each
            for each in self._people.tenant.catalogue.activities
            if _id(each)["applicationName"] == call.part("applicationName")
            and earliest <= _when(each) <= (end or self._now)
            and ("eventName" not in query or _event(each)["name"] == query["eventName"])
            and ("actorIpAddress" not in query or each.get("ipAddress") == query["actorIpAddress"])
            and all(test(each) for test in tests)
        ]
        chosen, following = page(found, query, size="maxResults", usual=1000, largest=1000)
        entries = [self._shown(each) for each in chosen]
        head: Json = {"kind": "admin#reports#activities", "etag": '"activities"'}
        return head | ({"items": entries} if entries else {}) | following

    def _by_actor(self, key: str) -> Callable[[Json], bool]:
        if key == "all":
            return lambda _: True
        account = self._people.get(key)
        if account is None:
            raise invalid("Bad Request: userKey")
        return lambda activity: cast("Json", activity["actor"]).get("profileId") == account.id

    def _shown(self, activity: Json) -> Json:
        parameters = [
            {**each, "value": self._auditor} if each.get("value") == AUDITOR else each
            for each in cast("list[Json]", _event(activity).get("parameters", []))
        ]
        event = {**_event(activity), "parameters": parameters}
        identity = {**_id(activity), "customerId": self._people.tenant.customer_id}
        return {"kind": "admin#reports#activity", "etag": '"activity"', **activity, "id": identity, "events": [event]}

    @staticmethod
    def _moment(given: str | None) -> datetime | None:
        if given is None:
            return None
        try:
            moment = datetime.fromisoformat(given)
        except ValueError as error:
            raise invalid(f"Invalid value for a time: {given}") from error
        if moment.tzinfo is None:
            raise invalid(f"Invalid value for a time: {given}")
        return moment.astimezone(UTC)


def _condition(text: str) -> Callable[[Json], bool]:
    found = CONDITION.fullmatch(text)
    if found is None:
        raise invalid(f"Invalid value for filters: {text}")
    name, sign, given = found.groups()

    def meets(activity: Json) -> bool:
        for each in cast("list[Json]", _event(activity).get("parameters", [])):
            if each["name"] == name:
                return (each.get("value") == given) is (sign == "==")
        return False

    return meets


def _id(activity: Json) -> Json:
    return cast("Json", activity["id"])


def _when(activity: Json) -> datetime:
    return datetime.fromisoformat(str(_id(activity)["time"]))


def _event(activity: Json) -> Json:
    return cast("list[Json]", activity["events"])[0]
