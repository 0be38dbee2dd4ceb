"""Calendars that the public or outsiders can look into, beyond whether somebody is busy.

Two listings a person in the usual case: the calendars that are theirs, and the rules of the primary one. What the
public sees has the scope type ``default``. Source: Calendar API, ``calendarList.list`` and ``acl.list``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, AccessRole, Account, Directory, Exposure, Read, SharedItem
from auditor.models import Failure, NotApplicable, Target
from connectors.google_workspace.answers import GoneError
from connectors.google_workspace.client import Call, Client, Wire
from connectors.google_workspace.listings import read_whole
from connectors.google_workspace.mail import unreadable
from connectors.google_workspace.scopes import CALENDAR_RULES, CALENDARS
from connectors.google_workspace.values import address, text, word

_ROLES: dict[str, AccessRole] = {
    "reader": "reader",
    "writerWithoutPrivateAccess": "writer",
    "writer": "writer",
    "owner": "owner",
}
_RANK: tuple[AccessRole, ...] = ("reader", "commenter", "writer", "owner")
_HARMLESS = frozenset({"none", "freeBusyReader"})
_WIDEST: tuple[Read[Exposure], ...] = ("anyone", UNSET, "outsiders", "organisation", "people")


@dataclass(frozen=True, slots=True)
class CalendarsCollector:
    """Reads the calendars that belong to each account."""

    client: Client
    directory: Directory

    name = "calendars"
    kinds = ("shared_item",)
    per_account = True
    batch_size = 8
    """People per batch: each costs two tokens first, and small batches keep all threads busy to the end."""

    def targets(self) -> Iterator[Target]:
        """Every account; those that nobody can act as are not applicable."""
        return (Target(account.key, account.address, account.key) for account in self.directory.accounts.values())

    def read(self, targets: Sequence[Target]) -> Iterator[SharedItem | Failure | NotApplicable]:
        """Yield the calendars of each account that others can look into."""
        readable = []
        for target in targets:
            reason = unreadable(self.directory.accounts[target.key])
            if reason:
                yield NotApplicable(target, reason)
            else:
                readable.append((target, self._listing_call(target)))
        calendars: list[tuple[Target, Call]] = []
        named: dict[tuple[str, str], str] = {}
        for target, wires in self._listed(readable, "calendarList"):
            if not isinstance(wires, list):
                yield wires
                continue
            for wire in wires:
                key = text(wire.get("id"))
                # A calendar with several owners stands in the list of each; it is told once, with its first owner.
                theirs = address(wire.get("dataOwner", target.label)) == target.label
                if key is not UNSET and theirs and (target.key, key) not in named:
                    named[target.key, key] = text(wire.get("summary")) or key
                    calendars.append((target, self._rules_call(target, key)))
        rules = self._listed(calendars, "acl")
        for (owner, key), name, (_, wires) in zip(named, named.values(), rules, strict=True):
            if isinstance(wires, list):
                found = parse_calendar(key, name, wires, self.directory.accounts[owner], self.directory)
                yield from [found] if found else []
            else:
                yield wires

    def _listing_call(self, target: Target) -> Call:
        request = self.client.calendar.calendarList().list(maxResults=250, minAccessRole="owner", showHidden=True)
        return Call(request, target.label, CALENDARS)

    def _rules_call(self, target: Target, calendar: str) -> Call:
        return Call(self.client.calendar.acl().list(calendarId=calendar, maxResults=250), target.label, CALENDAR_RULES)

    def _listed(
        self, wanted: Sequence[tuple[Target, Call]], method: str
    ) -> Iterator[tuple[Target, list[Wire] | Failure | NotApplicable]]:
        """Yield the whole listing behind each call, in order, or what kept it from being read."""
        resource = getattr(self.client.calendar, method)()
        listings = read_whole(self.client, "calendar", resource, [call for _, call in wanted], "items")
        for (target, _), found in zip(wanted, listings, strict=True):
            if isinstance(found, GoneError):
                yield target, NotApplicable(target, found.why)
            elif isinstance(found, ReadError):
                yield target, Failure(target, found, "shared_item", known=_KNOWN)
            else:
                yield target, found


_KNOWN = {"item": "calendar"}


def parse_calendar(
    key: str, name: str, rules: Sequence[Wire], account: Account, directory: Directory
) -> SharedItem | None:
    """Return a calendar with the widest circle that can look into it, or None if only its owner can."""
    grants = [(_circle(each, account, directory), each) for each in rules if each.get("role") not in _HARMLESS]
    grants = [(circle, each) for circle, each in grants if circle is not None]
    if not grants:
        return None
    circles = {circle for circle, _ in grants}
    exposure = next(each for each in _WIDEST if each in circles)
    outsiders = {_whom(each) for circle, each in grants if circle == "outsiders"}
    roles = [word(each.get("role"), _ROLES) for circle, each in grants if circle == exposure]
    known = [role for role in roles if role is not UNSET]
    return SharedItem(
        tenant=account.tenant,
        key=key,
        label=name,
        owner=account.key,
        item="calendar",
        exposure=UNSET if exposure is None else exposure,
        discoverable=exposure == "anyone",
        role=max(known, key=_RANK.index) if len(known) == len(roles) else UNSET,
        outsiders=UNSET if UNSET in circles | outsiders else tuple(sorted(each for each in outsiders if each)),
        expires=None,
    )


def _circle(rule: Wire, account: Account, directory: Directory) -> Read[Exposure] | None:
    """Return whom a rule lets in; None for the owner."""
    scope = rule.get("scope")
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind == "default":
        return "anyone"
    whom = _whom(rule)
    if whom == account.address:
        return None
    if kind not in {"user", "group", "domain"} or whom is UNSET:
        return UNSET
    outside = directory.is_outside(whom)
    if outside is UNSET:
        return UNSET
    return "outsiders" if outside else "organisation" if kind == "domain" else "people"


def _whom(rule: Wire) -> Read[str]:
    scope = rule.get("scope")
    return address(scope.get("value")) if isinstance(scope, dict) else UNSET
