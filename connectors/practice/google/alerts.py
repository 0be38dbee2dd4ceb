"""``alertcenter.googleapis.com``: what Google warns the administrators of.

https://developers.google.com/workspace/admin/alertcenter/reference/rest/v1beta1/alerts/list
"""

from __future__ import annotations

import re
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING

from connectors.practice.google.authority import require_administrator
from connectors.practice.google.paging import page
from connectors.practice.google.refusals import invalid, permission_denied

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.practice.google.calls import Call
    from connectors.practice.organisation import Json

CLAUSE = re.compile(r"""(\w+)\s*(!=|<=|>=|=|<|>)\s*["']([^"']*)["']""")
FIELDS = frozenset({"alertId", "createTime", "endTime", "source", "startTime", "type"})
COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def alerts(call: Call) -> Json:
    """``alerts.list``: the alerts that ``filter`` describes, the newest first if asked, 100 a page unless asked."""
    require_administrator(call)
    query = call.request.query
    if query.get("customerId", call.people.tenant.customer_id[1:]) != call.people.tenant.customer_id[1:]:
        raise permission_denied()
    meets = _compiled(query.get("filter", ""))
    found = [each for each in call.people.tenant.catalogue.alerts if meets(each)]
    match query.get("orderBy", ""):
        case "" | "create_time desc" | "createTime desc":
            pass
        case "create_time asc" | "createTime asc" | "create_time" | "createTime":
            found.reverse()
        case other:
            raise invalid(f"Invalid order: {other}")
    chosen, following = page(found, query, size="pageSize", usual=100, largest=1000, capped=True)
    return ({"alerts": chosen} if chosen else {}) | following


def _compiled(text: str) -> Callable[[Json], bool]:
    """Return the test that ``text`` describes: comparisons joined by AND."""
    clauses = []
    for part in filter(None, re.split(r"\s+AND\s+", text.strip())):
        found = CLAUSE.fullmatch(part.strip())
        if found is None or found[1] not in FIELDS:
            raise invalid(f"Invalid filter: {part}")
        clauses.append(found.groups())
    return lambda alert: all(COMPARISONS[sign](str(alert.get(name, "")), value) for name, sign, value in clauses)
