"""Shared drives: who is in them, who looks after them, and what in them is open to anyone.

Nobody owns what lies in a shared drive, and ``files.list`` does not tell who can open it; so items that are open to
anyone are searched for in the name of a member, and each one's permissions asked for. ``drives.list`` wants a scope
that could read every document, so that shared drives are read on demand alone.
Source: Drive API, ``drives.list``, ``permissions.list`` and ``files.list`` with ``corpora=drive``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Directory, SharedItem
from auditor.models import Failure, NotApplicable, Target
from connectors.google_workspace.client import Call, Client, Wire
from connectors.google_workspace.files import FOLDER, demand_whole, opened
from connectors.google_workspace.memberships import all_members
from connectors.google_workspace.scopes import SHARED_DRIVES
from connectors.google_workspace.values import address, text

_PERMISSIONS = "nextPageToken,permissions(id,type,role,emailAddress,domain,allowFileDiscovery,expirationTime,deleted)"
_OPEN = "(visibility='anyoneWithLink' or visibility='anyoneCanFind') and trashed=false"


@dataclass(frozen=True, slots=True)
class SharedDrivesCollector:
    """Reads every shared drive of the customer."""

    client: Client
    directory: Directory
    admin: str

    name = "shared_drives"
    kinds = ("shared_item",)
    per_account = False
    batch_size = 1

    def targets(self) -> Iterator[Target]:
        """Every shared drive. Raises ``ReadError``."""
        listing = self.client.drive.drives()
        request = listing.list(useDomainAdminAccess=True, pageSize=100, fields="nextPageToken,drives(id,name)")
        for wire in self.client.pages(listing, Call(request, self.admin, SHARED_DRIVES), "drives"):
            key = text(wire.get("id"))
            if key is UNSET:
                raise ReadError(GapReason.MALFORMED, "A shared drive came without id.", "Run again.")
            yield Target(key, text(wire.get("name")) or key)

    def read(self, targets: Sequence[Target]) -> Iterator[SharedItem | Failure | NotApplicable]:
        """Yield a drive, and what in it is open to anyone. Raises ``ReadError`` where the members cannot be told."""
        for target in targets:
            members = [each for each in self._permissions(target.key, as_admin=True) if each.get("deleted") is not True]
            yield parse_drive(target, members, self.directory)
            try:
                yield from self._open_items(target, self._member(members))
            except ReadError as error:
                known = {"exposure": "anyone"}
                yield Failure(target, error, "shared_item", known=known)

    def _permissions(self, item: str, *, as_admin: bool, subject: str = "") -> list[Wire]:
        """Return who can open a drive or an item in it. Raises ``ReadError``."""
        listing = self.client.drive.permissions()
        request = listing.list(
            fileId=item, useDomainAdminAccess=as_admin, supportsAllDrives=True, pageSize=100, fields=_PERMISSIONS
        )
        call = Call(request, subject or self.admin, SHARED_DRIVES)
        return list(self.client.pages(listing, call, "permissions"))

    def _member(self, members: Sequence[Wire]) -> str | None:
        """Return the address of a member in whose name a drive can be searched; None for a drive without any."""
        active = {each.address: each.key for each in self.directory.accounts.values() if each.status == "active"}
        addresses = [whom for each in members if (whom := address(each.get("emailAddress"))) is not UNSET]
        found = next((each for each in addresses if each in active), None)
        if found is not None:
            return found
        for group in (each for each in members if each.get("type") == "group"):
            inside = all_members(self.client, self.admin, str(group.get("emailAddress")))
            found = next((each for each in sorted(active) if active[each] in inside.accounts or inside.everybody), None)
            if found is not None:
                return found
        return None

    def _open_items(self, target: Target, member: str | None) -> Iterator[SharedItem]:
        """Yield what in a drive is open to anyone. Raises ``ReadError``."""
        if member is None:
            raise ReadError(
                GapReason.LIMITATION,
                "A shared drive has no active member of the organisation in whose name it could be searched.",
                "Admin console > Apps > Google Workspace > Drive and Docs > Manage shared drives > the drive > Manage "
                "members: add somebody of the organisation as manager.",
            )
        listing = self.client.drive.files()
        request = listing.list(
            q=_OPEN,
            corpora="drive",
            driveId=target.key,
            includeItemsFromAllDrives=True,
            supportsAllDrives=True,
            pageSize=1000,
            fields="nextPageToken,incompleteSearch,files(id,name,mimeType)",
        )
        call = Call(request, member, SHARED_DRIVES)
        for wire in self.client.pages(listing, call, "files", look=demand_whole):
            yield self._item(wire, member)

    def _item(self, wire: Wire, member: str) -> SharedItem:
        key = text(wire.get("id"))
        if key is UNSET:
            raise ReadError(GapReason.MALFORMED, "A file came without id.", "Run again.")
        item = SharedItem(
            tenant=self.directory.tenant.tenant,
            key=key,
            label=text(wire.get("name")) or key,
            item="folder" if wire.get("mimeType") == FOLDER else "file",
        )
        return opened(item, self._permissions(key, as_admin=False, subject=member), self.directory) or item


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
