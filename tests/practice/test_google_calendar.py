from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google_practice import DRIVE, TODAY, practice

from connectors.practice.campaign.google_drives import add_calendar, public_rule, rule
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.generator import generate
from connectors.practice.google_organisation import GoogleCalendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

    from connectors.practice.organisation import GoogleAccount

CALENDARS = "/calendar/v3/users/me/calendarList"


def acl(calendar: str) -> str:
    return f"/calendar/v3/calendars/{calendar}/acl"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    organisation = generate(today=TODAY)
    tenant = organisation.google
    tenant.catalogue.calendars.clear()
    owner, reader = tenant.accounts[:2]
    for number in range(3):
        calendar = add_calendar(stream(number, "test"), tenant, owner, f"Calendar {number}")
        calendar.acl.append(rule("user", reader.address.upper(), ("reader", "writer", "freeBusyReader")[number]))
    tenant.catalogue.calendars[0].acl.append(public_rule("reader"))
    own = [rule("user", reader.address, "owner"), public_rule("freeBusyReader")]
    tenant.catalogue.calendars.append(GoogleCalendar(reader.address, reader.address, reader.address, own))
    with practice(organisation) as client:
        yield client


@pytest.fixture
def people(google: Google) -> tuple[GoogleAccount, GoogleAccount]:
    owner, reader = google.server.organisation.google.accounts[:2]
    return owner, reader


def test_everybody_has_a_primary_calendar_and_sees_what_was_shared_by_name(
    google: Google, people: tuple[GoogleAccount, GoogleAccount]
) -> None:
    owner, reader = people
    shown = google.get(DRIVE, CALENDARS, owner.address)
    assert [each["accessRole"] for each in shown["items"]] == ["owner"] * 4
    assert [each.get("primary", False) for each in shown["items"]] == [True, False, False, False]
    assert "nextSyncToken" in shown
    roles = [each["accessRole"] for each in google.get(DRIVE, CALENDARS, reader.address)["items"]]
    assert roles == ["owner", "reader", "writer", "freeBusyReader"]
    least = google.get(DRIVE, CALENDARS, reader.address, minAccessRole="writer")["items"]
    assert [each["accessRole"] for each in least] == ["owner", "writer"]


def test_calendars_come_in_pages(google: Google, people: tuple[GoogleAccount, GoogleAccount]) -> None:
    pages = google.pages("items", DRIVE, CALENDARS, people[0].address, maxResults="3")
    assert [len(page) for page in pages] == [3, 1]


def test_a_primary_calendar_shows_the_domain_when_somebody_is_busy_unless_it_was_shared(
    google: Google, people: tuple[GoogleAccount, GoogleAccount]
) -> None:
    owner, reader = people
    usual = google.get(DRIVE, acl("primary"), owner.address)["items"]
    assert [(each["scope"]["type"], each["role"]) for each in usual] == [
        ("user", "owner"),
        ("domain", "freeBusyReader"),
    ]
    shared = google.get(DRIVE, acl(reader.address), reader.address)["items"]
    assert [(each["scope"]["type"], each["role"]) for each in shared] == [
        ("user", "owner"),
        ("default", "freeBusyReader"),
    ]


def test_the_public_is_a_principal_of_its_own(google: Google, people: tuple[GoogleAccount, GoogleAccount]) -> None:
    calendar = google.server.organisation.google.catalogue.calendars[0]
    rules = google.get(DRIVE, acl(calendar.id), people[0].address)["items"]
    assert rules[-1]["id"] == "default"
    assert rules[-1]["scope"] == {"type": "default", "value": "__public_principal__@public.calendar.google.com"}


def test_who_may_only_read_a_calendar_does_not_see_its_rules(
    google: Google, people: tuple[GoogleAccount, GoogleAccount]
) -> None:
    calendars = google.server.organisation.google.catalogue.calendars
    assert google.error(DRIVE, acl(calendars[0].id), people[1].address)[0] == 403
    assert google.get(DRIVE, acl(calendars[1].id), people[1].address)["items"]
    stranger = next(each for each in google.server.organisation.google.accounts[2:] if not each.suspended)
    assert google.error(DRIVE, acl(calendars[0].id), stranger.address)[0] == 404
    assert google.error(DRIVE, acl(people[0].address), stranger.address)[0] == 404


def test_a_whole_generated_organisation_shows_its_calendars() -> None:
    with practice(generate(today=TODAY, hostile_names=True)) as google:
        tenant = google.server.organisation.google
        for calendar in tenant.catalogue.calendars:
            assert [each["id"] for each in google.get(DRIVE, acl(calendar.id), calendar.owner)["items"]] == [
                each["id"] for each in calendar.acl
            ]
