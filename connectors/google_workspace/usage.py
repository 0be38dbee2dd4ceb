"""What Google counts for each account: keys and passkeys, strength of the password, sign-in with a password alone.

The report of a day comes up to four days late, as a 200 with warnings and fewer rows; parameters that Google does not
know are passed over in silence. So the newest whole day counts, and a parameter that never comes back is a gap.
Source: Reports API, ``userUsageReport.get``; "Users usage report".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from googleapiclient.http import HttpRequest

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Read
from connectors.google_workspace.answers import NotYetError
from connectors.google_workspace.client import Call, Client, Wire, listed
from connectors.google_workspace.scopes import USAGE
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import boolean, text, whole_number

FIELDS: Mapping[str, tuple[str, ...]] = {
    "security_keys": ("accounts:num_security_keys", "accounts:num_passkeys_enrolled"),
    "less_secure_apps": ("accounts:is_less_secure_apps_access_allowed",),
    "password_strength": ("accounts:password_strength",),
}
"""The fields of an account that the report gives, and the parameters that each is made of."""
_PARAMETERS = tuple(name for names in FIELDS.values() for name in names)
_DAYS = 7
_PACIFIC = timedelta(hours=-8)  # Google's days are those of UTC-8 all the year round
_STRENGTHS = {"WEAK": "weak", "STRONG": "strong"}


@dataclass(frozen=True, slots=True)
class Usage:
    """Fields of each account by its id, and which of the fields never came."""

    accounts: Mapping[str, Mapping[str, object]]
    missing: tuple[str, ...]


def read_usage(client: Client) -> Usage:
    """Return the newest whole report of the accounts. Raises ``ReadError`` when there is none."""
    listing, parameters = client.reports.userUsageReport(), ",".join(_PARAMETERS)
    return parse_usage(
        newest_report(
            client,
            lambda date: listing.get(userKey="all", date=date, parameters=parameters, maxResults=1000),
        )
    )


def newest_report(client: Client, ask: Callable[[str], HttpRequest]) -> list[Wire]:
    """Return the rows of the newest whole report of the last seven days; ``ask`` gives the request for a day.

    Raises ``ReadError`` when there is none.
    """
    today = (client.wall() + _PACIFIC).date()
    for days in range(1, _DAYS + 1):
        with suppress(NotYetError):  # of the first days; where clocks differ, of today as well
            rows = _rows(client, Call(ask(str(today - timedelta(days=days))), ADMINISTRATOR, USAGE))
            if rows:
                return rows
    raise ReadError(
        GapReason.PARTIAL,
        f"Google has no whole report of any of the last {_DAYS} days.",
        "Run again tomorrow. A new customer has no reports in its first days.",
    )


def _rows(client: Client, call: Call) -> list[Wire]:
    """Return the rows of one day; none if Google warns that the day is not whole. Raises ``ReadError``."""
    warnings: list[Wire] = []
    # Both reports build their next page alike.
    rows = client.pages(
        client.reports.userUsageReport(),
        call,
        "usageReports",
        following="get_next",
        look=lambda page: warnings.extend(listed(page, "warnings")),
    )
    found = list(rows)
    return [] if any(map(_concerns_accounts, warnings)) else found


def _concerns_accounts(warning: Wire) -> bool:
    """Whether a warning is about what was asked for; one that names another application is not."""
    named = [each.get("value") for each in listed(warning, "data") if each.get("key") == "application"]
    return not named or "accounts" in named


def parse_usage(rows: list[Wire]) -> Usage:
    """Return what the rows of a report say. Raises ``ReadError`` for a row without its account."""
    accounts: dict[str, Mapping[str, object]] = {}
    came: set[str] = set()
    for row in rows:
        entity = row.get("entity")
        key = text(entity.get("profileId")) if isinstance(entity, dict) else UNSET
        if key is UNSET:
            raise ReadError(GapReason.MALFORMED, "A row of the usage report does not say whose it is.", "Run again.")
        values = {str(each.get("name")): each for each in listed(row, "parameters")}
        came |= values.keys()
        strength = values.get("accounts:password_strength", {}).get("stringValue")
        accounts[key] = {
            "security_keys": _sum(
                [whole_number(values.get(name, {}).get("intValue")) for name in FIELDS["security_keys"]]
            ),
            "less_secure_apps": boolean(values.get(FIELDS["less_secure_apps"][0], {}).get("boolValue")),
            "password_strength": _STRENGTHS.get(strength, UNSET) if isinstance(strength, str) else UNSET,
        }
    return Usage(accounts, tuple(field for field, names in FIELDS.items() if not came.issuperset(names)))


def _sum(numbers: list[Read[int]]) -> Read[int]:
    known = [number for number in numbers if number is not UNSET]
    return sum(known) if len(known) == len(numbers) else UNSET
