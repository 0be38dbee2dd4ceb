"""Usage reports of the Admin SDK: what Google counts for each account and for the customer, some days late.

A day that is not counted yet is a 200 with a warning and fewer rows. Names of parameters that nobody knows are passed
over in silence. https://developers.google.com/workspace/admin/reports/v1/guides/manage-usage-users
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any

from connectors.practice.google.authority import require_administrator
from connectors.practice.google.paging import page
from connectors.practice.google.refusals import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.practice.google.calls import Call
    from connectors.practice.google.people import People
    from connectors.practice.organisation import GoogleAccount, Json

PACIFIC = timedelta(hours=-8)  # Google's days are those of UTC-8 all year round
CONDITION = re.compile(r"(accounts:\w+)(==|<>|!=|<=|>=|<|>)(.+)")
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {  # both sides are of one type, which differs by parameter
    "==": eq,
    "<>": ne,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
NOTHING_YET, PARTIAL_UNTIL = 1, 3  # days back: yesterday has no rows, the two days before it have some of them
CUSTOMER_LAG = 2


class Usage:
    """The usage reports as they stand at ``now``."""

    def __init__(self, people: People, now: datetime) -> None:
        self._people = people
        self._today = (now.astimezone(UTC) + PACIFIC).date()

    def of_accounts(self, call: Call) -> Json:
        """``userUsageReport.get``: one account or ``all`` of them on a day, up to 1000 a page."""
        require_administrator(call)
        query, age = call.request.query, self._age(call)
        accounts = self._asked(call)
        rows = [(each, _parameters(each)) for each in accounts]
        for condition in filter(None, query.get("filters", "").split(",")):
            meets = _condition(condition)
            rows = [row for row in rows if meets(row[1])]
        if age <= PARTIAL_UNTIL:
            rows = [] if age <= NOTHING_YET else rows[::2]
        chosen, following = page(rows, query, size="maxResults", usual=1000, largest=1000)
        entries = [
            self._row(call, {"type": "USER", "userEmail": account.address, "profileId": account.id}, values)
            for account, values in chosen
        ]
        return self._report(call, entries, partial=age <= PARTIAL_UNTIL) | following

    def of_customer(self, call: Call) -> Json:
        """``customerUsageReports.get``: the totals of a day, among them which applications have been let in."""
        require_administrator(call)
        late = self._age(call) < CUSTOMER_LAG
        entries = [] if late else [self._row(call, {"type": "CUSTOMER"}, self._totals())]
        return self._report(call, entries, partial=late)

    def _asked(self, call: Call) -> list[GoogleAccount]:
        query, key = call.request.query, call.part("userKey")
        if "groupIdFilter" in query:
            raise invalid("Bad Request: groupIdFilter")
        found = self._people.tenant.accounts if key == "all" else [self._people.get(key)]
        accounts = [each for each in found if each is not None]
        if not accounts:
            raise invalid("Bad Request: userKey")
        if unit := query.get("orgUnitID"):
            paths = {each["orgUnitPath"] for each in self._people.tenant.units if each["orgUnitId"] == unit}
            accounts = [each for each in accounts if each.unit in paths]
        return accounts

    def _age(self, call: Call) -> int:
        """Return how many days ago the day is; raise ``Refused`` for one that has not ended."""
        try:
            day = date.fromisoformat(call.part("date"))
        except ValueError as error:
            raise invalid(f"Invalid value for date: {call.part('date')}") from error
        if day >= self._today:
            latest = self._today - timedelta(days=1)
            raise invalid(f"Data for dates later than {latest} is not yet available. Please check back later")
        return (self._today - day).days

    def _row(self, call: Call, entity: Json, values: list[Json]) -> Json:
        asked = call.request.query.get("parameters")
        names = set(asked.split(",")) if asked else None
        return {
            "kind": "admin#reports#usageReport",
            "date": call.part("date"),
            "etag": '"row"',
            "entity": entity | {"customerId": self._people.tenant.customer_id},
            "parameters": [each for each in values if names is None or each["name"] in names],
        }

    @staticmethod
    def _report(call: Call, entries: list[Json], *, partial: bool) -> Json:
        report: Json = {"kind": "admin#reports#usageReports", "etag": '"report"'}
        if entries:
            report["usageReports"] = entries
        if partial:
            day, code = call.part("date"), "PARTIAL_DATA_AVAILABLE" if entries else "DATA_NOT_AVAILABLE"
            message = (
                f"Data for date {day} for application accounts is not available right now, please try again later."
            )
            data = [{"key": "date", "value": day}, {"key": "application", "value": "accounts"}]
            report["warnings"] = [{"code": code, "message": message, "data": data}]
        return report

    def _totals(self) -> list[Json]:
        accounts = [each for each in self._people.tenant.accounts if not each.suspended]
        tokens = [(str(each["clientId"]), str(each["displayText"])) for a in accounts for each in a.security.tokens]
        apps = [
            {"client_id": client_id, "client_name": name, "num_users": number}
            for (client_id, name), number in sorted(Counter(tokens).items())
        ]
        return [
            {"name": "accounts:num_users", "intValue": str(len(accounts))},
            {"name": "accounts:num_users_2sv_enrolled", "intValue": str(sum(a.enrolled_in_2sv for a in accounts))},
            {"name": "accounts:num_users_2sv_enforced", "intValue": str(sum(a.enforced_in_2sv for a in accounts))},
            {"name": "accounts:authorized_apps", "msgValue": apps},
        ]


def _parameters(account: GoogleAccount) -> list[Json]:
    """Return what the report counts of an account; numbers are strings, and a moment that never was is left away."""
    security = account.security
    values: list[Json] = [
        {"name": "accounts:admin_set_name", "stringValue": account.display_name},
        {"name": "accounts:is_2sv_enrolled", "boolValue": account.enrolled_in_2sv},
        {"name": "accounts:is_2sv_enforced", "boolValue": account.enforced_in_2sv},
        {"name": "accounts:is_2sv_protected", "boolValue": account.enrolled_in_2sv},
        {"name": "accounts:is_archived", "boolValue": account.archived},
        {"name": "accounts:is_suspended", "boolValue": account.suspended},
        {"name": "accounts:is_less_secure_apps_access_allowed", "boolValue": security.less_secure_apps},
        {"name": "accounts:num_authorized_apps", "intValue": str(len(security.tokens))},
        {"name": "accounts:num_passkeys_enrolled", "intValue": str(security.passkeys)},
        {"name": "accounts:num_security_keys", "intValue": str(security.security_keys)},
        {"name": "accounts:password_strength", "stringValue": security.password_strength},
        {"name": "accounts:password_length_compliance", "stringValue": "COMPLIANT"},
        {"name": "accounts:timestamp_creation", "datetimeValue": _moment(account.created)},
    ]
    if account.last_login:
        values.append({"name": "accounts:timestamp_last_login", "datetimeValue": _moment(account.last_login)})
    return values


def _condition(text: str) -> Callable[[list[Json]], bool]:
    found = CONDITION.fullmatch(text)
    if found is None:
        raise invalid(f"Invalid value for filters: {text}")
    name, sign, given = found.groups()
    number = int(given) if re.fullmatch(r"-?\d+", given) else 0

    def meets(values: list[Json]) -> bool:
        for each in values:
            if each["name"] == name:
                if "boolValue" in each:
                    return COMPARISONS[sign](each["boolValue"], given == "true")
                if "intValue" in each:
                    return COMPARISONS[sign](int(str(each["intValue"])), number)
                return COMPARISONS[sign](each.get("stringValue", each.get("datetimeValue")), given)
        return False

    return meets


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
