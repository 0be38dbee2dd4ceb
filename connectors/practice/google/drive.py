"""``www.googleapis.com/drive/v3``: the files that one account can reach, and who else can.

Without ``fields`` a file comes with four fields only; ``permissions`` comes to those alone who may share the file.
https://developers.google.com/workspace/drive/api/reference/rest/v3/files/list
"""

from __future__ import annotations

import threading
from datetime import UTC
from typing import TYPE_CHECKING

from connectors.practice.google.paging import page
from connectors.practice.google.refusals import not_found
from connectors.practice.google.search import WRITERS, Found, compiled

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call
    from connectors.practice.google.people import People
    from connectors.practice.organisation import DriveFile, GoogleAccount, Json

FILES_DEFAULT = "kind,nextPageToken,incompleteSearch,files(kind,id,name,mimeType)"
FILE_DEFAULT = "kind,id,name,mimeType"
PERMISSIONS_DEFAULT = "kind,nextPageToken,permissions(kind,id,type,role)"


class Drive:
    """The files of all accounts, with an index, built on first use, of what is shared with whom by name."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._lock = threading.Lock()
        self._shared: dict[str, list[tuple[DriveFile, GoogleAccount]]] | None = None

    def files(self, call: Call) -> Json:
        """``files.list``: own files and shared ones that ``q`` describes, up to 1000 a page."""
        caller = call.caller.account
        query = call.request.query
        found = self._reachable(caller)
        if text := query.get("q", "").strip():
            meets = compiled(text)
            found = [each for each in found if meets(each)]
        chosen, following = page(found, query, size="pageSize", usual=100, largest=1000)
        entries = [_file(each) for each in chosen]
        return {"kind": "drive#fileList", "incompleteSearch": False, "files": entries, **following}

    def file(self, call: Call) -> Json:
        """``files.get``: one file that the account can reach."""
        return _file(self._reached(call))

    def permissions(self, call: Call) -> Json:
        """``permissions.list``: who can reach the file, up to 100 a page, for those who may share it."""
        found = self._reached(call)
        if not _may_share(found):
            raise not_found("Permissions")
        chosen, following = page(found.file.permissions, call.request.query, size="pageSize", usual=100, largest=100)
        entries = [_permission(each) for each in chosen]
        return {"kind": "drive#permissionList", "permissions": entries, **following}

    def _reached(self, call: Call) -> Found:
        wanted = call.part("fileId")
        for each in self._reachable(call.caller.account):
            if each.file.id == wanted:
                return each
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


def _file(found: Found) -> Json:
    file, owner = found.file, found.owner
    modified = file.modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    mine = owner is found.searcher
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
        "owners": [
            {
                "kind": "drive#user",
                "displayName": owner.display_name,
                "me": mine,
                "permissionId": owner.id,
                "emailAddress": owner.address,
            }
        ],
        "ownedByMe": mine,
        "shared": len(file.permissions) > 1,
        "spaces": ["drive"],
    }
    if _may_share(found):
        shown["permissions"] = [_permission(each) for each in file.permissions]
        shown["permissionIds"] = [each["id"] for each in file.permissions if "id" in each]
    return shown


def _permission(permission: Json) -> Json:
    return {"kind": "drive#permission", **permission}


def _may_share(found: Found) -> bool:
    return found.owner is found.searcher or found.holds("me", WRITERS)
