"""``www.googleapis.com/drive/v3``: the files that one account can reach, and who else can.

Files of shared drives are seen by those alone who say that they know of such drives (``supportsAllDrives``). Without
``fields`` a file comes with four fields only; ``permissions`` comes to those alone who may share the file.
https://developers.google.com/workspace/drive/api/reference/rest/v3/files/list
"""

from __future__ import annotations

import threading
from datetime import UTC
from typing import TYPE_CHECKING

from connectors.practice.google.paging import page
from connectors.practice.google.refusals import invalid, not_found
from connectors.practice.google.search import WRITERS, Found, compiled
from connectors.practice.google.shared_drives import drive_permissions, item_permissions, items

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call
    from connectors.practice.google.people import People
    from connectors.practice.google.shared_drives import SharedDrives
    from connectors.practice.google_organisation import SharedDrive
    from connectors.practice.organisation import DriveFile, GoogleAccount, Json

FILES_DEFAULT = "kind,nextPageToken,incompleteSearch,files(kind,id,name,mimeType)"
FILE_DEFAULT = "kind,id,name,mimeType"
PERMISSIONS_DEFAULT = "kind,nextPageToken,permissions(kind,id,type,role)"


class Drive:
    """The files of all accounts, with an index, built on first use, of what is shared with whom by name."""

    def __init__(self, people: People, shared_drives: SharedDrives) -> None:
        self._people = people
        self._shared_drives = shared_drives
        self._lock = threading.Lock()
        self._shared: dict[str, list[tuple[DriveFile, GoogleAccount]]] | None = None

    def files(self, call: Call) -> Json:
        """``files.list``: own files and shared ones, or those of a shared drive, that ``q`` describes, 1000 a page.

        A search over the whole domain or all drives never says that it has seen everything.
        """
        query = call.request.query
        found, incomplete = self._searched(call)
        if text := query.get("q", "").strip():
            meets = compiled(text)
            found = [each for each in found if meets(each[1])]
        chosen, following = page(found, query, size="pageSize", usual=100, largest=1000)
        entries = [_file(each, drive) for drive, each in chosen]
        return {"kind": "drive#fileList", "incompleteSearch": incomplete, "files": entries, **following}

    def file(self, call: Call) -> Json:
        """``files.get``: one file that the account can reach."""
        drive, found = self._reached(call)
        return _file(found, drive)

    def permissions(self, call: Call) -> Json:
        """``permissions.list``: who can reach the file or shared drive, 100 a page, for those who may share it."""
        wanted = call.part("fileId")
        whole = self._shared_drives.reachable(call, wanted) if _reaches_drives(call) else None
        if whole is not None:
            entries = drive_permissions(whole)
        else:
            drive, found = self._reached(call)
            if drive is None and not _may_share(found):
                raise not_found("Permissions")
            entries = item_permissions(drive, found) if drive else found.file.permissions
        chosen, following = page(entries, call.request.query, size="pageSize", usual=100, largest=100)
        return {"kind": "drive#permissionList", "permissions": [_permission(each) for each in chosen], **following}

    def _searched(self, call: Call) -> tuple[list[tuple[SharedDrive | None, Found]], bool]:
        """Return what the search goes through, and whether it ends before it has seen everything."""
        query, caller = call.request.query, call.caller.account
        own: list[tuple[SharedDrive | None, Found]] = [(None, each) for each in self._reachable(caller)]
        corpora, drive_id = query.get("corpora", "user"), query.get("driveId", "")
        if (corpora == "drive") is not bool(drive_id):
            raise invalid("The driveId parameter must be specified if and only if corpora is set to drive.")
        if corpora in {"drive", "allDrives"} and not (
            _reaches_drives(call) and query.get("includeItemsFromAllDrives") == "true"
        ):
            raise invalid("The supportsAllDrives and includeItemsFromAllDrives parameters must be set.")
        match corpora:
            case "user":
                return own, False
            case "drive":
                drive = self._shared_drives.of_member(caller, drive_id)
                if drive is None:
                    raise not_found(f"Shared drive not found: {drive_id}. Shared drive")
                return [(drive, each) for each in items(drive, caller)], drive.search_incomplete
            case "domain":
                return own, True
            case "allDrives":
                return own + list(self._shared_drives.files(caller)), True
            case other:
                raise invalid(f"Invalid Value: corpora: {other}")

    def _reached(self, call: Call) -> tuple[SharedDrive | None, Found]:
        wanted, caller = call.part("fileId"), call.caller.account
        for each in self._reachable(caller):
            if each.file.id == wanted:
                return None, each
        for drive, found in self._shared_drives.files(caller) if _reaches_drives(call) else ():
            if found.file.id == wanted:
                return drive, found
        raise not_found(f"File not found: {wanted}. File")

    def _reachable(self, account: GoogleAccount) -> list[Found]:
        own = [Found(file, account, account) for file in account.files]
        shared = self._shared_with(account.address)
        return own + [Found(file, owner, account) for file, owner in shared if owner is not account]

    def _shared_with(self, address: str) -> list[tuple[DriveFile, GoogleAccount]]:
        with self._lock:
            if self._shared is None:
                self._shared = {}
                for owner in self._people.tenant.accounts:
                    for file in owner.files:
                        for each in file.permissions:
                            key = str(each.get("emailAddress", "")).lower()
                            if each.get("type") == "user" and key != owner.address.lower():
                                self._shared.setdefault(key, []).append((file, owner))
            return self._shared.get(address.lower(), [])


def _reaches_drives(call: Call) -> bool:
    return call.request.query.get("supportsAllDrives") == "true"


def _file(found: Found, drive: SharedDrive | None) -> Json:
    file = found.file
    modified = file.modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    shown: Json = {
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime_type,
        "trashed": file.trashed,
        "explicitlyTrashed": file.trashed,
        "createdTime": modified,
        "modifiedTime": modified,
        "webViewLink": f"https://drive.google.com/file/d/{file.id}/view",
        "spaces": ["drive"],
    }
    if drive is not None:
        shown |= {"driveId": drive.id, "teamDriveId": drive.id, "hasAugmentedPermissions": bool(file.permissions)}
    if found.owner is not None:
        shown |= {"owners": [_owner(found, found.owner)], "ownedByMe": found.owner is found.searcher}
        shown["shared"] = len(file.permissions) > 1
        if _may_share(found):
            shown["permissions"] = [_permission(each) for each in file.permissions]
            shown["permissionIds"] = [each["id"] for each in file.permissions if "id" in each]
    return shown


def _owner(found: Found, owner: GoogleAccount) -> Json:
    return {
        "kind": "drive#user",
        "displayName": owner.display_name,
        "me": owner is found.searcher,
        "permissionId": owner.id,
        "emailAddress": owner.address,
    }


def _permission(permission: Json) -> Json:
    return {"kind": "drive#permission", **permission}


def _may_share(found: Found) -> bool:
    return found.owner is found.searcher or found.holds("me", WRITERS)
