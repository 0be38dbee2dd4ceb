"""Shared drives and calendars of the Google Workspace customer as they should be, as wire objects."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.practice.campaign.google_objects import DOCUMENT
from connectors.practice.campaign.vendor_ids import base64url, digits, drive_file_id
from connectors.practice.google_organisation import GoogleCalendar, GoogleGroup, SharedDrive
from connectors.practice.organisation import DriveFile, GoogleAccount, GoogleTenant, Json, Person

CLOSED: Json = {
    "adminManagedRestrictions": True,
    "copyRequiresWriterPermission": True,
    "domainUsersOnly": True,
    "driveMembersOnly": True,
    "sharingFoldersRequiresOrganizerPermission": True,
}
OPEN: Json = {**CLOSED, "domainUsersOnly": False, "driveMembersOnly": False}
_PUBLIC: Json = {"type": "default", "value": "__public_principal__@public.calendar.google.com"}
_ACCOUNTS_PER_DRIVE = 1000


def add_drive(rng: Random, tenant: GoogleTenant, name: str, today: datetime, restrictions: Json) -> SharedDrive:
    """Add a shared drive without members; return it."""
    unit = str(tenant.units[0]["orgUnitId"]).removeprefix("id:")
    made = today - timedelta(days=rng.randrange(30, 290))
    added = SharedDrive("0A" + base64url(rng, 17), name, made, unit, dict(restrictions))
    tenant.catalogue.shared_drives.append(added)
    return added


def add_member(rng: Random, drive: SharedDrive, address: str, name: str, role: str, *, kind: str = "user") -> None:
    """Let a person, or with ``kind`` a whole group, into the drive as ``role``: reader, writer, organizer and so on."""
    drive.permissions.append(
        {
            "kind": "drive#permission",
            "id": digits(rng, 20),
            "type": kind,
            "role": role,
            "emailAddress": address,
            "displayName": name,
            "deleted": False,
            "pendingOwner": False,
        }
    )


def add_item(rng: Random, drive: SharedDrive, name: str, today: datetime, opened: list[Json]) -> DriveFile:
    """Put a file into the drive that is open to ``opened`` beside the members; return it."""
    changed = today - timedelta(minutes=rng.randrange(60, 300_000))
    added = DriveFile(drive_file_id(rng), name, DOCUMENT, changed, opened)
    drive.files.append(added)
    return added


def add_calendar(rng: Random, tenant: GoogleTenant, owner: GoogleAccount, summary: str) -> GoogleCalendar:
    """Give the account a further calendar that nobody else sees; return it."""
    key = f"c_{rng.getrandbits(256):064x}@group.calendar.google.com"
    added = GoogleCalendar(key, summary, owner.address, [rule("user", owner.address, "owner")])
    tenant.catalogue.calendars.append(added)
    return added


def rule(kind: str, value: str, role: str) -> Json:
    """Return the rule of an access list that gives ``role`` to a ``user``, ``group`` or ``domain``."""
    return {"id": f"{kind}:{value}", "role": role, "scope": {"type": kind, "value": value}}


def public_rule(role: str) -> Json:
    """Return the rule that gives ``role`` to anybody at all, signed in or not."""
    return {"id": "default", "role": role, "scope": dict(_PUBLIC)}


def furnish_drives(rng: Random, tenant: GoogleTenant, people: list[Person], today: datetime) -> None:
    """Give the customer shared drives with organizers of its own, and the manager a calendar for the office."""
    jobs = {person.job: person.address for person in people}
    accounts = {account.address: account for account in tenant.accounts}
    groups: dict[str, GoogleGroup] = {group.name: group for group in tenant.catalogue.groups}
    manager = accounts[jobs["Campaign manager"]]
    plans = add_drive(rng, tenant, "Field plans", today, CLOSED)
    add_member(rng, plans, manager.address, manager.display_name, "organizer")
    add_member(rng, plans, groups["Field"].address, "Field", "writer", kind="group")
    add_item(rng, plans, "Precinct walk list", today, [])
    for number in range(1, len(tenant.accounts) // _ACCOUNTS_PER_DRIVE + 1):
        region = add_drive(rng, tenant, f"Region {number}", today, CLOSED)
        add_member(rng, region, manager.address, manager.display_name, "organizer")
        add_item(rng, region, "Canvass route map", today, [])
    add_calendar(rng, tenant, manager, "Office").acl.append(rule("domain", tenant.primary_domain, "reader"))
