from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google_practice import DRIVE, TODAY, practice

from connectors.practice.campaign.google_drives import CLOSED, add_drive, add_item, add_member
from connectors.practice.campaign.google_objects import anyone_permission
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.generator import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

    from connectors.practice.google_organisation import SharedDrive

DRIVES = "/drive/v3/drives"
FILES = "/drive/v3/files"
ALL = {"supportsAllDrives": "true"}
ITEMS = {**ALL, "includeItemsFromAllDrives": "true", "corpora": "drive"}


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    organisation = generate(today=TODAY)
    tenant, rng = organisation.google, stream(1, "test")
    tenant.catalogue.shared_drives.clear()
    drives = [add_drive(rng, tenant, f"Drive {number}", TODAY, CLOSED) for number in range(12)]
    ordinary = next(each for each in tenant.accounts if each.unit == "/Press" and not each.suspended)
    for drive in drives[:11]:
        add_member(rng, drive, ordinary.address, "Somebody", "organizer")
    add_member(rng, drives[11], "field@rivera-campaign.example", "Field", "writer", kind="group")
    add_item(rng, drives[0], "Private", TODAY, [])
    add_item(rng, drives[0], "Open", TODAY, [anyone_permission("reader")])
    drives[1].search_incomplete = True
    with practice(organisation) as client:
        yield client


@pytest.fixture
def first(google: Google) -> SharedDrive:
    return google.server.organisation.google.catalogue.shared_drives[0]


@pytest.fixture
def member(first: SharedDrive) -> str:
    return str(first.permissions[0]["emailAddress"])


def test_a_page_has_10_drives_unless_asked_and_100_at_most(google: Google) -> None:
    as_admin = {"useDomainAdminAccess": "true"}
    assert [len(page) for page in google.pages("drives", DRIVE, DRIVES, **as_admin)] == [10, 2]
    assert [len(page) for page in google.pages("drives", DRIVE, DRIVES, **as_admin, pageSize="500")] == [12]


def test_without_domain_access_only_drives_one_is_a_member_of_are_listed(google: Google, member: str) -> None:
    assert google.get(DRIVE, DRIVES)["drives"] == []
    assert len(google.get(DRIVE, DRIVES, member, pageSize="100")["drives"]) == 11
    field = next(
        each for each in google.server.organisation.google.accounts if each.unit == "/Field" and not each.suspended
    )
    assert [each["name"] for each in google.get(DRIVE, DRIVES, field.address)["drives"]] == ["Drive 11"]
    assert google.error(DRIVE, DRIVES, member, useDomainAdminAccess="true")[0] == 403


def test_without_fields_a_drive_comes_with_three_of_them(google: Google, first: SharedDrive, member: str) -> None:
    assert set(google.get(DRIVE, DRIVES, member)["drives"][0]) == {"kind", "id", "name"}
    shown = google.get(DRIVE, DRIVES, member, fields="drives(id,restrictions,createdTime,orgUnitId)")["drives"][0]
    assert shown["restrictions"] == first.restrictions


def test_the_members_of_a_drive_are_its_permissions(google: Google, first: SharedDrive, member: str) -> None:
    path = f"{FILES}/{first.id}/permissions"
    fields = "permissions(emailAddress,role,type,permissionDetails)"
    shown = google.get(DRIVE, path, **ALL, useDomainAdminAccess="true", fields=fields)["permissions"]
    assert [(each["emailAddress"], each["role"]) for each in shown] == [(member, "organizer")]
    assert shown[0]["permissionDetails"] == [{"permissionType": "member", "role": "organizer", "inherited": False}]
    assert google.get(DRIVE, path, member, **ALL)["permissions"]
    assert google.error(DRIVE, path, **ALL)[0] == 404
    assert google.error(DRIVE, path, useDomainAdminAccess="true")[0] == 404


def test_items_of_a_drive_have_no_owner_and_no_permissions(google: Google, first: SharedDrive, member: str) -> None:
    body = google.get(DRIVE, FILES, member, **ITEMS, driveId=first.id, fields="*")
    assert [each["name"] for each in body["files"]] == ["Private", "Open"]
    assert {each["driveId"] for each in body["files"]} == {first.id}
    assert not {"owners", "permissions", "ownedByMe", "shared"} & {name for each in body["files"] for name in each}
    assert body["incompleteSearch"] is False


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("visibility != 'limited' and trashed=false", ["Open"]),
        ("visibility = 'anyoneWithLink'", ["Open"]),
        ("not 'me' in owners", ["Private", "Open"]),
        ("'me' in owners", []),
    ],
)
def test_items_can_be_searched(google: Google, first: SharedDrive, member: str, q: str, expected: list[str]) -> None:
    found = google.get(DRIVE, FILES, member, **ITEMS, driveId=first.id, q=q)["files"]
    assert [each["name"] for each in found] == expected


def test_the_permissions_of_an_item_come_one_by_one_and_say_what_is_inherited(
    google: Google, first: SharedDrive, member: str
) -> None:
    path = f"{FILES}/{first.files[1].id}/permissions"
    fields = "permissions(type,role,permissionDetails)"
    shown = google.get(DRIVE, path, member, **ALL, fields=fields)["permissions"]
    assert [(each["type"], each["permissionDetails"][0]["inherited"]) for each in shown] == [
        ("user", True),
        ("anyone", False),
    ]
    assert shown[0]["permissionDetails"][0]["inheritedFrom"] == first.id
    assert google.error(DRIVE, path, member)[0] == 404
    assert google.get(DRIVE, f"{FILES}/{first.files[1].id}", member, **ALL)["name"] == "Open"


@pytest.mark.parametrize(
    "query",
    [
        {"corpora": "drive", **ALL, "includeItemsFromAllDrives": "true"},
        {"driveId": "0Ax", **ALL, "includeItemsFromAllDrives": "true"},
        {"corpora": "drive", "driveId": "0Ax"},
        {"corpora": "allDrives", **ALL},
        {"corpora": "everything"},
    ],
)
def test_a_search_in_a_drive_wants_all_its_parameters(google: Google, member: str, query: dict[str, str]) -> None:
    assert google.error(DRIVE, FILES, member, **query)[0] == 400


def test_a_drive_that_one_is_no_member_of_is_not_found(google: Google, first: SharedDrive) -> None:
    status, message = google.error(DRIVE, FILES, **ITEMS, driveId=first.id, useDomainAdminAccess="true")
    assert (status, first.id in message) == (404, True)


def test_a_search_that_ends_too_early_says_so(google: Google, member: str) -> None:
    second = google.server.organisation.google.catalogue.shared_drives[1]
    assert google.get(DRIVE, FILES, member, **ITEMS, driveId=second.id)["incompleteSearch"] is True
    everywhere = {**ITEMS, "corpora": "allDrives"}
    body = google.get(DRIVE, FILES, member, **everywhere)
    assert body["incompleteSearch"] is True
    assert {"Private", "Open"} <= {each["name"] for each in body["files"]}
    assert google.get(DRIVE, FILES, member, corpora="domain")["incompleteSearch"] is True
