"""OneDrive and SharePoint: sites, drives, the delta of a drive and the permissions of an item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.refusals import denied_by_sharepoint, refuse
from connectors.practice.organisation import Drive, DriveItem, Json, MicrosoftAccount, Site
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

READS_SITES = frozenset({"Sites.Read.All"})
READS_FILES = frozenset({"Files.Read.All", "Sites.Read.All"})
PAGE = 200  # rows of getAllSites and of a delta, unless $top says otherwise
MOST = 1000
LATEST = "latest"


def site(record: Site) -> Json:
    """https://learn.microsoft.com/graph/api/resources/site."""
    return {
        "id": record.id,
        "name": record.name,
        "displayName": record.name,
        "webUrl": record.web_url,
        "isPersonalSite": False,
        "siteCollection": {"hostName": urlsplit(record.web_url).hostname, "root": {}},
    }


def drive(record: Drive, owner: MicrosoftAccount | None) -> Json:
    """Return a OneDrive if it has an ``owner``, else a document library.

    https://learn.microsoft.com/graph/api/resources/drive
    """
    holder: Json = {"group": {"displayName": record.name}}
    if owner:
        holder = {"user": {"id": owner.id, "displayName": owner.display_name, "email": owner.mail}}
    return {
        "id": record.id,
        "name": record.name,
        "driveType": "business" if owner else "documentLibrary",
        "webUrl": record.web_url,
        "owner": holder,
        "quota": {"state": "normal", "total": 1099511627776, "used": 0, "deleted": 0, "remaining": 1099511627776},
    }


def item(record: DriveItem, home: Drive, drive_type: str) -> Json:
    """Return an item; ``shared`` is there only where somebody besides the owner has a permission.

    https://learn.microsoft.com/graph/api/resources/driveitem
    """
    row: Json = {
        "id": record.id,
        "name": record.name,
        "size": 0 if record.folder else 4096,
        "webUrl": f"{home.web_url}/{quote(record.name)}",
        "parentReference": {
            "driveType": drive_type,
            "driveId": home.id,
            "id": root_id(home),
            "path": f"/drives/{home.id}/root:",
        },
    }
    row |= {"folder": {"childCount": 0}} if record.folder else {"file": {"mimeType": "application/octet-stream"}}
    if scope := shared_scope(record.permissions):
        row["shared"] = {"scope": scope}
    return row


def shared_scope(permissions: Iterable[Json]) -> str | None:
    """Return the widest audience of the permissions that are not the owner's: anonymous, organization or users."""
    others = [permission for permission in permissions if permission.get("roles") != ["owner"]]
    if not others:
        return None
    links = [link for permission in others if isinstance(link := permission.get("link"), dict)]
    scopes = {link.get("scope") for link in links}
    return next((scope for scope in ("anonymous", "organization") if scope in scopes), "users")


def root_id(home: Drive) -> str:
    """Return the id of a drive's root folder."""
    return f"01ROOT{home.id[-20:]}"


def root(home: Drive, drive_type: str) -> Json:
    """Return the root folder, which a delta names like any other item."""
    return {
        "id": root_id(home),
        "name": "root",
        "root": {},
        "folder": {"childCount": len(home.items)},
        "webUrl": home.web_url,
        "parentReference": {"driveType": drive_type, "driveId": home.id},
    }


def all_sites(call: Call) -> Answer:
    """``GET /sites/getAllSites``: for applications only."""
    size = odata.page_size(call.request, default=PAGE, most=MOST)
    return odata.rows(
        call.request, [site(record) for record in call.directory.sites.values()], entity="sites", size=size
    )


def site_drives(call: Call) -> Answer:
    """``GET /sites/{id}/drives``: the document libraries."""
    if (record := call.directory.sites.get(call.key)) is None:
        return refuse(call.request, call.now, 404, "itemNotFound", "Requested site could not be found")
    return odata.rows(call.request, [drive(library, None) for library in record.drives], entity="drives")


def user_drive(call: Call) -> Answer:
    """``GET /users/{id}/drive``: 404 for somebody who never opened OneDrive."""
    account = call.directory.account(call.key)
    if account is None or account.drive is None:
        return refuse(call.request, call.now, 404, "ResourceNotFound", "User's mysite not found.")
    return odata.single(call.request, "drives/$entity", drive(account.drive, account))


def delta(call: Call) -> Answer:
    """``GET /drives/{id}/root/delta``: pages of all items, at last a link that later tells what changed.

    Nothing changes in the practice organisation. https://learn.microsoft.com/graph/api/driveitem-delta
    """
    if (home := call.directory.drives.get(call.key)) is None:
        return _gone(call)
    token, total = call.request.query.get("token", odata.token_for(0)), len(home.items) + 1
    start = total if token == LATEST else odata.offset_in(token)
    if start is None or not 0 <= start <= total:
        message = "Resync required. Replace any local items with the server's version."
        return refuse(call.request, call.now, 410, "resyncRequired", message)
    end = min(start + odata.page_size(call.request, default=PAGE, most=MOST), total)
    kind = "business" if home.id in call.directory.owners else "documentLibrary"
    first = [root(home, kind)] if start == 0 else []
    page = home.items[max(start - 1, 0) : end - 1]
    name = "@odata.deltaLink" if end == total else "@odata.nextLink"
    body: Json = {
        "@odata.context": odata.context(call.request, "Collection(driveItem)"),
        name: odata.link(call.request, token=odata.token_for(end)),
        "value": [*first, *(item(record, home, kind) for record in page)],
    }
    return Answer(200, body)


def permissions(call: Call) -> Answer:
    """``GET /drives/{id}/items/{id}/permissions``. https://learn.microsoft.com/graph/api/driveitem-list-permissions."""
    home = call.directory.drives.get(call.key)
    found = call.directory.item(home, call.keys[1]) if home else None
    if home is None or found is None:
        return _gone(call)
    entity = f"drives('{home.id}')/items('{found.id}')/permissions"
    return Answer(200, {"@odata.context": odata.context(call.request, entity), "value": found.permissions})


def _gone(call: Call) -> Answer:
    return refuse(call.request, call.now, 404, "itemNotFound", "The resource could not be found.")


def _operation(address: str, roles: frozenset[str], answer: Callable[[Call], Answer]) -> Operation:
    return Operation(address, roles, denied_by_sharepoint, answer)


OPERATIONS = (
    _operation("sites/getAllSites", READS_SITES, all_sites),
    _operation("sites/{}/drives", READS_FILES, site_drives),
    _operation("users/{}/drive", READS_FILES, user_drive),
    _operation("drives/{}/root/delta", READS_FILES, delta),
    _operation("drives/{}/items/{}/permissions", READS_FILES, permissions),
)
