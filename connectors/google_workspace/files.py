"""Files in everybody's My Drive that somebody else can open, each with its widest circle.

One listing per person in that person's own name; Google returns permissions to the owner. What lies in shared drives is
not owned by anybody and not read here. Source: Drive API, ``files.list``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, AccessRole, Account, Directory, Exposure, Item, Read, SharedItem
from auditor.models import Failure, NotApplicable, Target
from connectors.google_workspace.answers import GoneError
from connectors.google_workspace.client import Call, Client, Wire
from connectors.google_workspace.listings import read_together
from connectors.google_workspace.mail import unreadable
from connectors.google_workspace.scopes import DRIVE_METADATA
from connectors.google_workspace.values import address, boolean, moment, text, word

_QUERY = "'me' in owners and trashed=false"
_FIELDS = (
    "nextPageToken,incompleteSearch,files(id,name,mimeType,shared,"
    "permissions(id,type,role,emailAddress,domain,allowFileDiscovery,expirationTime,deleted))"
)
_PAGE = 500
"""Files: half of what Google allows, so that ten pages of files with 50 permissions each fit into one answer."""
FOLDER = "application/vnd.google-apps.folder"
_ROLES: dict[str, AccessRole] = {
    "reader": "reader",
    "commenter": "commenter",
    "writer": "writer",
    "fileOrganizer": "writer",
    "organizer": "owner",
    "owner": "owner",
}
_RANK: tuple[AccessRole, ...] = ("reader", "commenter", "writer", "owner")
_WIDEST: tuple[Exposure, ...] = ("anyone", "organisation", "outsiders", "people")


@dataclass(frozen=True, slots=True)
class FilesCollector:
    """Reads the files that each account owns."""

    client: Client
    directory: Directory

    name = "files"
    kinds = ("shared_item",)
    per_account = True
    batch_size = 10
    """People per batch, one page each: bounded by memory and the largest answer, not by Google's 100 parts."""

    def targets(self) -> Iterator[Target]:
        """Every account; those that nobody can act as are not applicable."""
        return (Target(account.key, account.address, account.key) for account in self.directory.accounts.values())

    def read(self, targets: Sequence[Target]) -> Iterator[SharedItem | Failure | NotApplicable]:
        """Yield the shared files of each person, page after page for all of them together."""
        readable: list[Target] = []
        for target in targets:
            reason = unreadable(self.directory.accounts[target.key])
            if reason:
                yield NotApplicable(target, reason)
            else:
                readable.append(target)
        listing = self.client.drive.files()
        calls = [
            Call(
                listing.list(q=_QUERY, corpora="user", spaces="drive", pageSize=_PAGE, fields=_FIELDS),
                target.label,
                DRIVE_METADATA,
            )
            for target in readable
        ]
        given: set[str] = set()
        lost: set[str] = set()
        for place, result in read_together(self.client, "drive", listing, calls, "files", look=demand_whole):
            target = readable[place]
            try:
                if isinstance(result, GoneError):
                    yield NotApplicable(target, result.why)
                    continue
                facts = self._shared(result, self.directory.accounts[target.key])
            except ReadError as error:
                if target.key not in lost:
                    yield Failure(target, error, "shared_item")
                lost.add(target.key)
            else:
                yield from (fact for fact in facts if fact.key not in given)
                given.update(fact.key for fact in facts)

    def _shared(self, wires: list[Wire] | ReadError, account: Account) -> list[SharedItem]:
        """Return the shared files of a page. Raises ``ReadError``, also the one that came instead of a page."""
        if isinstance(wires, ReadError):
            raise wires
        facts = (parse_file(wire, account, self.directory) for wire in wires)
        return [fact for fact in facts if fact is not None]


def demand_whole(page: Wire) -> None:
    """Raise ``ReadError`` if Google says that the search behind a page is not complete."""
    if page.get("incompleteSearch", False) is not False:
        raise ReadError(GapReason.PARTIAL, "Google says that its search of the files is incomplete.", "Run again.")


def parse_file(wire: Wire, account: Account, directory: Directory) -> SharedItem | None:
    """Return the shared item that a file object describes, or None for a file that only its owner can open."""
    key = text(wire.get("id"))
    if key is UNSET:
        raise ReadError(GapReason.MALFORMED, "A file came without id.", "Run again.")
    item: Item = "folder" if wire.get("mimeType") == FOLDER else "file"
    title = text(wire.get("name")) or key
    file = SharedItem(tenant=account.tenant, key=key, label=title, owner=account.key, item=item)
    permissions = wire.get("permissions")
    if not isinstance(permissions, list) or not permissions or not all(isinstance(each, dict) for each in permissions):
        # Even a file that nobody else can open has its owner's permission, so that none at all are none that we saw.
        if boolean(wire.get("shared")) is False:
            return None
        return file
    others = [each for each in permissions if each.get("role") != "owner"]
    return opened(file, others, directory)


def opened(item: SharedItem, permissions: Sequence[Wire], directory: Directory) -> SharedItem | None:
    """Return a shared item with the widest circle that permissions open it to, or None if they open it to nobody."""
    grants = [(_circle(each, directory), each) for each in permissions if each.get("deleted") is not True]
    if not grants:
        return None
    circles = {circle for circle, _ in grants}
    exposure = _widest(circles)
    known = exposure is not UNSET
    decisive = [each for circle, each in grants if circle == exposure or not known]
    outsiders = {whom for circle, each in grants if circle == "outsiders" and (whom := _whom(each)) is not UNSET}
    return msgspec.structs.replace(
        item,
        exposure=exposure,
        discoverable=_discoverable(decisive),
        role=_most([word(each.get("role"), _ROLES) for each in decisive]) if known else UNSET,
        outsiders=UNSET if UNSET in circles else tuple(sorted(outsiders)),
        expires=_latest(decisive) if known else UNSET,
    )


def _circle(permission: Wire, directory: Directory) -> Read[Exposure]:
    """Return who a permission lets in; not known when the kind is new or the own domains were not read."""
    kind = permission.get("type")
    if kind == "anyone":
        return "anyone"
    whom = _whom(permission)
    if kind not in ("user", "group", "domain") or whom is UNSET:
        return UNSET
    outside = directory.is_outside(whom)
    if outside is UNSET:
        return UNSET
    if outside:
        return "outsiders"
    return "organisation" if kind == "domain" else "people"


def _whom(permission: Wire) -> Read[str]:
    """Return the address or domain that a permission names."""
    return address(permission.get("domain" if permission.get("type") == "domain" else "emailAddress"))


def _widest(circles: set[Read[Exposure]]) -> Read[Exposure]:
    """Return the widest circle. One that is not known may be wider than any but ``anyone``."""
    if "anyone" in circles:
        return "anyone"
    if UNSET in circles:
        return UNSET
    return next(each for each in _WIDEST if each in circles)


def _discoverable(permissions: Sequence[Wire]) -> Read[bool]:
    """Whether one of the permissions lets people find the file; those of named people have no such field."""
    named = ("user", "group")
    found = [boolean(each.get("allowFileDiscovery")) for each in permissions if each.get("type") not in named]
    if True in found:
        return True
    return UNSET if UNSET in found else False


def _most(roles: Sequence[Read[AccessRole]]) -> Read[AccessRole]:
    """Return the strongest of the roles; with one that is not known, only ``owner`` is certain."""
    known = [role for role in roles if role is not UNSET]
    if len(known) < len(roles) and "owner" not in known:
        return UNSET
    return max(known, key=_RANK.index) if known else UNSET


def _latest(permissions: Sequence[Wire]) -> Read[datetime | None]:
    """Return when the last of the permissions ends; null if one of them never does."""
    if any("expirationTime" not in each for each in permissions):
        return None
    ends = [end for each in permissions if (end := moment(each["expirationTime"])) is not UNSET]
    return max(ends) if ends and len(ends) == len(permissions) else UNSET
