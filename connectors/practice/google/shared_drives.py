"""Shared drives: ``drives.list``, and what Drive says of the items in them.

Nobody owns an item of a shared drive, and ``files.list`` does not tell who can open it; ``permissions.list`` does.
https://developers.google.com/workspace/drive/api/guides/manage-shareddrives
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from connectors.practice.google.paging import page
from connectors.practice.google.refusals import permission_denied
from connectors.practice.google.search import Found

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call
    from connectors.practice.google.groups import Groups
    from connectors.practice.google.people import People
    from connectors.practice.google_organisation import SharedDrive
    from connectors.practice.organisation import GoogleAccount, Json

DRIVES_DEFAULT = "kind,nextPageToken,drives(kind,id,name)"


class SharedDrives:
    """The shared drives of the customer and who is a member of which, groups resolved."""

    def __init__(self, people: People, groups: Groups) -> None:
        self._drives = people.tenant.catalogue.shared_drives
        self._groups = groups

    def drives(self, call: Call) -> Json:
        """``drives.list``: the caller's shared drives or, with domain administrator access, everybody's.

        A page has 10 unless asked, and never more than 100, whatever is asked for.
        """
        query = call.request.query
        found = self._drives if asks_as_administrator(call) else self._of(call.caller.account)
        chosen, following = page(found, query, size="pageSize", usual=10, largest=100, capped=True)
        return {"kind": "drive#driveList", "drives": [_drive(each) for each in chosen], **following}

    def reachable(self, call: Call, drive_id: str) -> SharedDrive | None:
        """Return the drive with this id if the caller is a member, or asks and may ask as an administrator."""
        if asks_as_administrator(call):
            return next((each for each in self._drives if each.id == drive_id), None)
        return self.of_member(call.caller.account, drive_id)

    def of_member(self, account: GoogleAccount, drive_id: str) -> SharedDrive | None:
        """Return the drive with this id if the account is a member."""
        return next((each for each in self._of(account) if each.id == drive_id), None)

    def files(self, account: GoogleAccount) -> list[tuple[SharedDrive, Found]]:
        """Return the items of all drives of which the account is a member."""
        return [(drive, found) for drive in self._of(account) for found in items(drive, account)]

    def _of(self, account: GoogleAccount) -> list[SharedDrive]:
        return [each for each in self._drives if account.address.lower() in self._members(each)]

    def _members(self, drive: SharedDrive) -> set[str]:
        members = {str(each.get("emailAddress", "")).lower() for each in drive.permissions}
        return members.union(*(self._groups.addresses(each) for each in members))


def asks_as_administrator(call: Call) -> bool:
    """Tell whether the call asks for domain administrator access; raise ``Refused`` if the caller may not."""
    if call.request.query.get("useDomainAdminAccess") != "true":
        return False
    if not call.caller.account.is_super_admin:
        raise permission_denied()
    return True


def items(drive: SharedDrive, account: GoogleAccount) -> list[Found]:
    """Return the items of the drive as a search by ``account`` sees them."""
    return [Found(file, None, account) for file in drive.files]


def drive_permissions(drive: SharedDrive) -> list[Json]:
    """Return the members of the drive as permissions of the drive itself."""
    return [_detailed(each, "member", inherited_from="") for each in drive.permissions]


def item_permissions(drive: SharedDrive, found: Found) -> list[Json]:
    """Return who can reach an item of the drive: all its members, and whom the item alone was opened to."""
    inherited = [_detailed(each, "member", inherited_from=drive.id) for each in drive.permissions]
    return inherited + [_detailed(each, "file", inherited_from="") for each in found.file.permissions]


def _detailed(permission: Json, kind: str, *, inherited_from: str) -> Json:
    detail: Json = {"permissionType": kind, "role": permission["role"], "inherited": bool(inherited_from)}
    if inherited_from:
        detail["inheritedFrom"] = inherited_from
    return {**permission, "permissionDetails": [detail]}


def _drive(drive: SharedDrive) -> Json:
    return {
        "kind": "drive#drive",
        "id": drive.id,
        "name": drive.name,
        "createdTime": drive.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "hidden": False,
        "orgUnitId": drive.unit_id,
        "restrictions": drive.restrictions,
    }
