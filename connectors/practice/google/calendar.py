"""``www.googleapis.com/calendar/v3``: the calendars of one account, and who else can see them.

https://developers.google.com/workspace/calendar/api/v3/reference/acl
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google.paging import page
from connectors.practice.google.refusals import needs_writer, not_found
from connectors.practice.google_organisation import GoogleCalendar

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call
    from connectors.practice.google.people import People
    from connectors.practice.organisation import GoogleAccount, Json

ORDER = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")


class Calendars:
    """All calendars: every account has a primary one, whose id is its address; some have others."""

    def __init__(self, people: People) -> None:
        self._primary_domain = people.tenant.primary_domain
        self._calendars = people.tenant.catalogue.calendars

    def calendar_list(self, call: Call) -> Json:
        """``calendarList.list``: the primary calendar and the others that the account owns or was given, 250 a page."""
        account = call.caller.account
        found = [self._primary(account)]
        found += [each for each in self._calendars if each.id != found[0].id and _role(each, account) != "none"]
        lowest = ORDER.index(call.request.query.get("minAccessRole", "freeBusyReader"))
        entries = [_entry(each, account) for each in found if ORDER.index(_role(each, account)) >= lowest]
        return self._listing("calendar#calendarList", entries, call)

    def acl(self, call: Call) -> Json:
        """``acl.list``: who may see or change a calendar, for those who may change it, 250 a page."""
        account, wanted = call.caller.account, call.part("calendarId")
        primary = self._primary(account)
        calendar = primary if wanted.lower() in {"primary", primary.id.lower()} else self._named(wanted, account)
        if ORDER.index(_role(calendar, account)) < ORDER.index("writer"):
            raise needs_writer()
        entries = [{"kind": "calendar#aclRule", "etag": '"rule"'} | each for each in calendar.acl]
        return self._listing("calendar#acl", entries, call)

    @staticmethod
    def _listing(kind: str, entries: list[Json], call: Call) -> Json:
        chosen, following = page(entries, call.request.query, size="maxResults", usual=100, largest=250, capped=True)
        return {"kind": kind, "etag": '"list"', "items": chosen} | (
            following or {"nextSyncToken": "CPjK0aXH1d8CEPjK0aU="}
        )

    def _primary(self, account: GoogleAccount) -> GoogleCalendar:
        """Return the primary calendar, which the domain sees as free or busy unless it was shared otherwise."""
        changed = next((each for each in self._calendars if each.id == account.address), None)
        usual: list[Json] = [
            {"id": f"user:{account.address}", "role": "owner", "scope": {"type": "user", "value": account.address}},
            {
                "id": f"domain:{self._primary_domain}",
                "role": "freeBusyReader",
                "scope": {"type": "domain", "value": self._primary_domain},
            },
        ]
        return changed or GoogleCalendar(account.address, account.address, account.address, usual)

    def _named(self, wanted: str, account: GoogleAccount) -> GoogleCalendar:
        for each in self._calendars:
            if each.id == wanted and _role(each, account) != "none":
                return each
        raise not_found("Calendar")


def _entry(calendar: GoogleCalendar, account: GoogleAccount) -> Json:
    entry: Json = {
        "kind": "calendar#calendarListEntry",
        "etag": '"calendar"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": "America/New_York",
        "selected": True,
        "accessRole": _role(calendar, account),
        "dataOwner": calendar.owner,
    }
    return entry | ({"primary": True} if calendar.id == account.address else {})


def _role(calendar: GoogleCalendar, account: GoogleAccount) -> str:
    """Return what the account may do with the calendar by name; what everybody may do puts it into nobody's list."""
    roles = [
        str(each["role"])
        for each in calendar.acl
        if isinstance(each["scope"], dict) and str(each["scope"].get("value", "")).lower() == account.address.lower()
    ]
    return max(roles, key=ORDER.index, default="none")
