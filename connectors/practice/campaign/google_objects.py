"""What hangs on a Google account, as wire objects of the Gmail and Drive APIs."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.practice.campaign.vendor_ids import digits, drive_file_id, gmail_filter_id
from connectors.practice.organisation import DriveFile, GmailFilter, GoogleAccount, Json

DOCUMENT = "application/vnd.google-apps.document"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"


def add_filter(rng: Random, account: GoogleAccount, criteria: Json, action: Json) -> GmailFilter:
    """Add a filter to the mailbox and return it; the wire objects may be shared between filters and never change."""
    added = GmailFilter(gmail_filter_id(rng), criteria, action)
    account.filters.append(added)
    return added


def add_forwarding_address(account: GoogleAccount, address: str, status: str = "accepted") -> None:
    """Register ``address`` as one to which the mailbox may forward; Gmail forwards to none that is not registered."""
    if all(known["forwardingEmail"] != address for known in account.forwarding_addresses):
        account.forwarding_addresses.append({"forwardingEmail": address, "verificationStatus": status})


def forward_everything(account: GoogleAccount, address: str, disposition: str) -> None:
    """Switch auto-forwarding on and register its address."""
    account.auto_forwarding = {"enabled": True, "emailAddress": address, "disposition": disposition}
    add_forwarding_address(account, address)


def add_file(
    rng: Random, account: GoogleAccount, name: str, today: datetime, shared: list[Json], *, mime_type: str = DOCUMENT
) -> DriveFile:
    """Add a file with the owner's permission and the ``shared`` ones, changed within the last year; return it."""
    modified = today - timedelta(minutes=rng.randrange(60, 525_600))
    added = DriveFile(drive_file_id(rng), name, mime_type, modified, [owner_permission(account), *shared])
    account.files.append(added)
    return added


def owner_permission(account: GoogleAccount) -> Json:
    """Return the permission of the file's owner."""
    # The permission's id is the grantee's and the same on every file; the end of the account's id stands in for it.
    return _person(account.id[1:], account.address, account.display_name, "owner")


def person_permission(rng: Random, address: str, name: str, role: str) -> Json:
    """Return the permission of one further person, inside or outside."""
    return _person(digits(rng, 20), address, name, role)


def anyone_permission(role: str, *, discoverable: bool = False) -> Json:
    """Return the permission of anybody with the link, or of anybody at all where the file can be found by search."""
    return {
        "kind": "drive#permission",
        "id": "anyone" if discoverable else "anyoneWithLink",
        "type": "anyone",
        "role": role,
        "allowFileDiscovery": discoverable,
    }


def domain_permission(rng: Random, domain: str, name: str) -> Json:
    """Return the permission of everybody of the organisation who has the link."""
    return {
        "kind": "drive#permission",
        "id": f"{digits(rng, 20)}k",
        "type": "domain",
        "role": "reader",
        "domain": domain,
        "displayName": name,
        "allowFileDiscovery": False,
    }


def _person(permission_id: str, address: str, name: str, role: str) -> Json:
    return {
        "kind": "drive#permission",
        "id": permission_id,
        "type": "user",
        "role": role,
        "emailAddress": address,
        "displayName": name,
        "deleted": False,
        "pendingOwner": False,
    }
