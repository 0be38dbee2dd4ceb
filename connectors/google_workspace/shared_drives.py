"""Shared drives: who is in them, who looks after them, and what in them is open to anyone.

Nobody owns what lies in a shared drive, and ``files.list`` does not tell who can open it; so items that are open to
anyone are searched for in the name of a member, and each one's permissions asked for. ``drives.list`` wants a scope
that could read every document, so that shared drives are read on demand alone.
Source: Drive API, ``drives.list``, ``permissions.list`` and ``files.list`` with ``corpora=drive``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Directory, SharedItem
from auditor.models import Failure, NotApplicable, Target
from connectors.google_workspace.answers import GoneError
from connectors.google_workspace.client import LARGEST_BATCHES, Call, Client, Wire
from connectors.google_workspace.files import FOLDER, demand_whole, opened
from connectors.google_workspace.listings import read_together, read_whole
from connectors.google_workspace.memberships import all_members
from connectors.google_workspace.scopes import SHARED_DRIVES
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import address, text

_PERMISSIONS = "nextPageToken,permissions(id,type,role,emailAddress,domain,allowFileDiscovery,expirationTime,deleted)"
_OPEN = "(visibility='anyoneWithLink' or visibility='anyoneCanFind') and trashed=false"


@dataclass(frozen=True, slots=True)
class SharedDrivesCollector:
    """Reads every shared drive of the customer."""

    client: Client
    directory: Directory

    name = "shared_drives"
    kinds = ("shared_item",)
    per_account = False
    batch_size = 10
    """Drives per batch: bounded by memory and the largest answer, one page of open items each."""

    def targets(self) -> Iterator[Target]:
        """Every shared drive. Raises ``ReadError``."""
        listing = self.client.drive.drives()
        request = listing.list(useDomainAdminAccess=True, pageSize=100, fields="nextPageToken,drives(id,name)")
        for wire in self.client.pages(listing, Call(request, ADMINISTRATOR, SHARED_DRIVES), "drives"):
            key = text(wire.get("id"))
            if key is UNSET:
                raise ReadError(GapReason.MALFORMED, "A shared drive came without id.", "Run again.")
            yield Target(key, text(wire.get("name")) or key)

    def read(self, targets: Sequence[Target]) -> Iterator[SharedItem | Failure | NotApplicable]:
        """Yield each drive, and what in it is open to anyone."""
        active = {each.address: each.key for each in self.directory.accounts.values() if each.status == "active"}
        searched: list[tuple[Target, str]] = []
        calls = [self._permissions(target.key, ADMINISTRATOR, as_admin=True) for target in targets]
        for target, wires in zip(targets, self._read(calls), strict=True):
            if isinstance(wires, GoneError):
                yield NotApplicable(target, wires.why)
                continue
            if isinstance(wires, ReadError):
                yield Failure(target, wires, "shared_item")
                continue
            members = [each for each in wires if each.get("deleted") is not True]
            yield parse_drive(target, members, self.directory)
            try:
                searched.append((target, self._member(members, active)))
            except ReadError as error:
                yield Failure(target, error, "shared_item", known=_OPEN_ITEMS)
        yield from self._open_items(searched)

    def _permissions(self, item: str, subject: str, *, as_admin: bool) -> Call:
        """Return the call that tells who can open a drive or an item in it."""
        request = self.client.drive.permissions().list(
            fileId=item, useDomainAdminAccess=as_admin, supportsAllDrives=True, pageSize=100, fields=_PERMISSIONS
        )
        return Call(request, subject, SHARED_DRIVES)

    def _read(self, calls: Sequence[Call]) -> list[list[Wire] | ReadError]:
        """Return the permissions behind each call, or what kept them from being read."""
        return read_whole(self.client, "drive", self.client.drive.permissions(), calls, "permissions")

    def _member(self, members: Sequence[Wire], active: Mapping[str, str]) -> str:
        """Return the address of a member in whose name a drive can be searched; ``active`` holds keys by address.

        Raises ``ReadError``, also for a drive without such a member.
        """
        addresses = [whom for each in members if (whom := address(each.get("emailAddress"))) is not UNSET]
        found = next((each for each in addresses if each in active), None)
        if found is not None:
            return found
        for group in (each for each in members if each.get("type") == "group"):
            inside = all_members(self.client, str(group.get("emailAddress")))
            found = next((each for each in sorted(active) if active[each] in inside.accounts or inside.everybody), None)
            if found is not None:
                return found
        if not self.directory.accounts:
            raise ReadError(
                GapReason.PARTIAL,
                "Nobody is known in whose name the drive could be searched, because no account was read.",
                "See to it that the accounts can be read; what keeps them from it is told there.",
            )
        raise ReadError(
            GapReason.LIMITATION,
            "A shared drive has no active member of the organisation in whose name it could be searched.",
            "Admin console > Apps > Google Workspace > Drive and Docs > Manage shared drives > the drive > Manage "
            "members: add somebody of the organisation as manager.",
        )

    def _open_items(self, searched: Sequence[tuple[Target, str]]) -> Iterator[SharedItem | Failure]:
        """Yield what is open to anyone in drives, each searched in the name of a member; one failure a drive."""
        given, lost = set[str](), set[str]()
        for target, found in self._items(searched):
            if not isinstance(found, ReadError):
                if found.key not in given:
                    yield found
                given.add(found.key)
            elif target.key not in lost:
                lost.add(target.key)
                yield Failure(target, found, "shared_item", known=_OPEN_ITEMS)

    def _items(self, searched: Sequence[tuple[Target, str]]) -> Iterator[tuple[Target, SharedItem | ReadError]]:
        """Yield open items of drives, or what kept them from being read; an item may come twice."""
        waiting: list[tuple[Target, str, Wire]] = []
        calls = [self._search(target, member) for target, member in searched]
        listing = self.client.drive.files()
        for place, page in read_together(self.client, "drive", listing, calls, "files", look=demand_whole):
            target, member = searched[place]
            if isinstance(page, ReadError):
                yield target, page
                continue
            waiting += ((target, member, wire) for wire in page)
            if len(waiting) >= LARGEST_BATCHES["drive"]:
                yield from self._opened(waiting)
                waiting = []
        yield from self._opened(waiting)

    def _search(self, target: Target, member: str) -> Call:
        request = self.client.drive.files().list(
            q=_OPEN,
            corpora="drive",
            driveId=target.key,
            includeItemsFromAllDrives=True,
            supportsAllDrives=True,
            pageSize=1000,
            fields="nextPageToken,incompleteSearch,files(id,name,mimeType)",
        )
        return Call(request, member, SHARED_DRIVES)

    def _opened(self, items: Sequence[tuple[Target, str, Wire]]) -> Iterator[tuple[Target, SharedItem | ReadError]]:
        """Yield items with who can open them, as their drive's member is told; none that is gone meanwhile."""
        named = [(*each, key) for each in items if (key := text(each[2].get("id"))) is not UNSET]
        for target, _, wire in items:
            if text(wire.get("id")) is UNSET:
                yield target, ReadError(GapReason.MALFORMED, "A file came without id.", "Run again.")
        calls = [self._permissions(key, member, as_admin=False) for _, member, _, key in named]
        for (target, _, wire, key), permissions in zip(named, self._read(calls), strict=True):
            item = SharedItem(
                tenant=self.directory.tenant.tenant,
                key=key,
                label=text(wire.get("name")) or key,
                item="folder" if wire.get("mimeType") == FOLDER else "file",
            )
            if not isinstance(permissions, ReadError):
                yield target, opened(item, permissions, self.directory) or item
            elif not isinstance(permissions, GoneError):
                yield target, permissions


_OPEN_ITEMS = {"exposure": "anyone"}


@dataclass(frozen=True, slots=True)
class UnreadSharedDrives:
    """Stands where nobody allowed shared drives to be read: who can open what in them is then unknown, never fine."""

    name = "shared_drives"
    kinds = ("shared_item",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """All shared drives, as one."""
        return (Target("shared_drives", "the shared drives, and what is in them"),)

    def read(self, targets: Sequence[Target]) -> Iterator[Failure]:
        """Yield the gap."""
        remedy = f"Set `shared_drives: true` for this tenant in the configuration. {SHARED_DRIVES.remedy}"
        error = ReadError(GapReason.DENIED, "The configuration does not allow shared drives to be looked at.", remedy)
        return (Failure(target, error, "shared_item") for target in targets)


def parse_drive(target: Target, members: Sequence[Wire], directory: Directory) -> SharedItem:
    """Return a shared drive with its widest circle, and how many may manage it."""
    drive = SharedItem(
        tenant=directory.tenant.tenant,
        key=target.key,
        label=target.label,
        item="drive",
        exposure="people",
        discoverable=False,
        role="reader",
        outsiders=(),
        expires=None,
        managers=sum(each.get("role") == "organizer" for each in members),
    )
    return opened(drive, members, directory) or drive
