from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google_practice import DRIVE, TODAY, practice

from connectors.practice.generator import generate
from connectors.practice.organisation import DriveFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

    from connectors.practice.organisation import Json

FILES = "/drive/v3/files"
EVERYTHING = (
    "nextPageToken,incompleteSearch,files(id,name,permissions(id,type,role,emailAddress,domain,allowFileDiscovery))"
)
OWNER, READER = "owner@x.example", "reader@x.example"


def file(key: str, *permissions: Json, owner: str, trashed: bool = False, name: str = "A file") -> DriveFile:
    own = {"id": "p0", "type": "user", "role": "owner", "emailAddress": owner}
    return DriveFile(key, name, "text/plain", TODAY, [own, *permissions], trashed)


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    organisation = generate(today=TODAY)
    owner, reader = organisation.google.accounts[:2]
    for account in organisation.google.accounts:
        account.files = []
    anyone = {"id": "p1", "type": "anyone", "role": "reader"}
    domain = {"id": "p2", "type": "domain", "role": "reader", "domain": "rivera-campaign.example"}
    named = {"id": "p3", "type": "user", "role": "reader", "emailAddress": reader.address}
    owner.files = [
        file("private", owner=owner.address, name="It's private"),
        file("link", anyone, owner=owner.address),
        file("web", anyone | {"allowFileDiscovery": True}, owner=owner.address),
        file("domain-link", domain, owner=owner.address),
        file("domain-web", domain | {"allowFileDiscovery": True}, owner=owner.address),
        file("named", named, owner=owner.address),
        file("bin", anyone, owner=owner.address, trashed=True),
    ]
    with practice(organisation) as client:
        yield client


@pytest.fixture
def owner(google: Google) -> str:
    return google.server.organisation.google.accounts[0].address


@pytest.fixture
def reader(google: Google) -> str:
    return google.server.organisation.google.accounts[1].address


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("", {"private", "link", "web", "domain-link", "domain-web", "named", "bin"}),
        ("'me' in owners and visibility != 'limited' and trashed=false", {"link", "web", "domain-link", "domain-web"}),
        (
            "'me' in owners and (visibility='anyoneWithLink' or visibility='anyoneCanFind') and trashed=false",
            {"link", "web"},
        ),
        ("visibility='domainWithLink' or visibility = 'domainCanFind'", {"domain-link", "domain-web"}),
        ("visibility = 'limited'", {"private", "named"}),
        ("trashed = true", {"bin"}),
        ("not trashed = true and not visibility = 'limited'", {"link", "web", "domain-link", "domain-web"}),
        ("not 'me' in owners", set()),
        ("name = 'It\\'s private'", {"private"}),
        ("visibility = 'anyoneWithLink' or visibility = 'limited' and name contains 'IT'", {"link", "bin", "private"}),
        ("modifiedTime > '2027-01-01T00:00:00'", set()),
    ],
)
def test_a_search_finds_what_it_says(google: Google, owner: str, q: str, expected: set[str]) -> None:
    found = google.get(DRIVE, FILES, owner, q=q, fields="files(id)")["files"]
    assert {each["id"] for each in found} == expected


def test_a_search_finds_files_of_others_that_are_shared_by_name(google: Google, reader: str) -> None:
    assert [each["id"] for each in google.get(DRIVE, FILES, reader)["files"]] == ["named"]
    assert google.get(DRIVE, FILES, reader, q="'me' in owners")["files"] == []
    assert len(google.get(DRIVE, FILES, reader, q="sharedWithMe = true")["files"]) == 1


@pytest.mark.parametrize(
    "q",
    [
        "visibility = 'public'",
        "visibility > 'limited'",
        "trashed = maybe",
        "trashed",
        "'me' in friends",
        "(trashed = true",
        "trashed = true)",
        "trashed = true and",
        "owner = 'me'",
        "visibility = limited",
        "trashed = 'false' ;",
    ],
)
def test_a_search_that_drive_does_not_understand_is_refused(google: Google, owner: str, q: str) -> None:
    assert google.error(DRIVE, FILES, owner, q=q) == (400, "Invalid Value")


def test_without_fields_a_file_comes_with_four_of_them(google: Google, owner: str) -> None:
    body = google.get(DRIVE, FILES, owner)
    assert set(body) == {"kind", "incompleteSearch", "files"}
    assert all(set(each) == {"kind", "id", "name", "mimeType"} for each in body["files"])


def test_permissions_come_when_they_are_asked_for(google: Google, owner: str) -> None:
    found = google.get(DRIVE, FILES, owner, q="visibility = 'anyoneCanFind'", fields=EVERYTHING)
    assert found["incompleteSearch"] is False
    assert found["files"][0]["permissions"][1] == {
        "id": "p1",
        "type": "anyone",
        "role": "reader",
        "allowFileDiscovery": True,
    }


def test_every_field_of_a_file_is_one_that_google_has(google: Google, owner: str) -> None:
    assert "owners" in google.get(DRIVE, FILES, owner, fields="*")["files"][0]
    assert google.error(DRIVE, FILES, owner, fields="files(id,permissions(emailAdress))")[0] == 400


def test_who_may_not_share_a_file_does_not_see_its_permissions(google: Google, owner: str, reader: str) -> None:
    assert "permissions" not in google.get(DRIVE, FILES, reader, fields="files(id,permissions)")["files"][0]
    assert google.error(DRIVE, f"{FILES}/named/permissions", reader)[0] == 404
    assert len(google.get(DRIVE, f"{FILES}/named/permissions", owner)["permissions"]) == 2


def test_files_come_in_pages(google: Google, owner: str) -> None:
    pages = google.pages("files", DRIVE, FILES, owner, pageSize="3", fields="nextPageToken,files(id)")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert google.error(DRIVE, FILES, owner, pageSize="1001")[0] == 400


def test_a_file_that_one_cannot_reach_is_not_found(google: Google, reader: str) -> None:
    assert google.get(DRIVE, f"{FILES}/named", reader)["id"] == "named"
    assert google.error(DRIVE, f"{FILES}/private", reader)[0] == 404


def test_a_whole_generated_organisation_shows_its_files() -> None:
    with practice(generate(today=TODAY, hostile_names=True)) as google:
        for account in google.server.organisation.google.accounts:
            if not account.suspended:
                found = google.get(DRIVE, FILES, account.address, q="'me' in owners", fields="*")["files"]
                assert [each["id"] for each in found] == [each.id for each in account.files]
                assert [each["name"] for each in found] == [each.name for each in account.files]
