from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from google_practice import ADMIN, DRIVE, TODAY, practice

from connectors.practice.campaign.google_groups import add_accounts, add_group, add_nested, add_stranger
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.generator import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

GROUPS = "/admin/directory/v1/groups"
SETTINGS = "/groups/v1/groups"
APPS = "{http://schemas.google.com/apps/2006}"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    organisation = generate(today=TODAY)
    tenant, rng = organisation.google, stream(1, "test")
    outer, middle, inner = (add_group(rng, tenant, name, name.title()) for name in ("outer", "middle", "inner"))
    add_accounts(outer, tenant.accounts[:2], "OWNER")
    add_nested(outer, middle)
    add_accounts(middle, tenant.accounts[1:3], "MANAGER")
    add_nested(middle, inner)
    add_stranger(rng, inner, "list@elsewhere.example", kind="GROUP")
    with practice(organisation) as client:
        yield client


def members(google: Google, group: str, **query: str) -> list[tuple[str, str, str]]:
    pages = google.pages("members", ADMIN, f"{GROUPS}/{group}@rivera-campaign.example/members", **query)
    return [(each["type"], each["role"], each.get("email", "")) for page in pages for each in page]


def test_every_page_together_lists_every_group_once(google: Google) -> None:
    pages = google.pages("groups", ADMIN, GROUPS, customer="my_customer", maxResults="4")
    assert max(map(len, pages)) == 4
    listed = [each["id"] for page in pages for each in page]
    assert listed == [each.id for each in google.server.organisation.google.catalogue.groups]
    assert len(google.get(ADMIN, GROUPS, customer="my_customer", maxResults="5000")["groups"]) == len(listed)


def test_the_groups_of_one_person_can_be_asked_for(google: Google) -> None:
    account = google.server.organisation.google.accounts[2]
    found = {each["name"] for each in google.get(ADMIN, GROUPS, userKey=account.address)["groups"]}
    assert "Middle" in found
    assert "Outer" not in found
    assert google.error(ADMIN, GROUPS, userKey=account.address, customer="my_customer")[0] == 400
    assert "groups" not in google.get(ADMIN, GROUPS, domain="nobody.example")
    assert google.error(ADMIN, GROUPS)[0] == 400


def test_direct_members_leave_those_of_nested_groups_out(google: Google) -> None:
    tenant = google.server.organisation.google
    assert members(google, "outer") == [
        ("USER", "OWNER", tenant.accounts[0].address),
        ("USER", "OWNER", tenant.accounts[1].address),
        ("GROUP", "MEMBER", "middle@rivera-campaign.example"),
    ]


def test_derived_membership_goes_to_the_bottom_and_lists_everybody_once(google: Google) -> None:
    tenant = google.server.organisation.google
    assert members(google, "outer", includeDerivedMembership="true", maxResults="2") == [
        *members(google, "outer"),
        ("USER", "MEMBER", tenant.accounts[2].address),
        ("GROUP", "MEMBER", "inner@rivera-campaign.example"),
        ("GROUP", "MEMBER", "list@elsewhere.example"),
    ]


def test_members_can_be_asked_for_by_role(google: Google) -> None:
    assert {role for _, role, _ in members(google, "outer", roles="OWNER")} == {"OWNER"}
    path = f"{GROUPS}/outer@rivera-campaign.example/members"
    assert google.error(ADMIN, path, roles="KING")[0] == 400


def test_everybody_of_the_customer_is_one_member_without_an_address(google: Google) -> None:
    path = f"{GROUPS}/everybody@rivera-campaign.example/members"
    everybody = google.get(ADMIN, path)["members"][0]
    assert everybody["type"] == "CUSTOMER"
    assert everybody["id"] == google.server.organisation.google.customer_id
    assert "email" not in everybody


def test_a_group_that_is_not_there_is_not_found(google: Google) -> None:
    assert google.error(ADMIN, f"{GROUPS}/nobody@x.example/members")[0] == 404
    assert google.error(DRIVE, f"{SETTINGS}/nobody@x.example", alt="json")[0] == 404


def test_settings_say_true_and_false_in_words(google: Google) -> None:
    for group in google.server.organisation.google.catalogue.groups:
        shown = google.get(DRIVE, f"{SETTINGS}/{group.address}", alt="json")
        assert shown["allowExternalMembers"] in {"true", "false"}
        assert shown["whoCanJoin"] == group.settings["whoCanJoin"]
        assert shown["email"] == group.address


def test_settings_come_as_xml_to_those_who_do_not_ask_for_json() -> None:
    with practice(generate(today=TODAY, hostile_names=True)) as google:
        for group in google.server.organisation.google.catalogue.groups:
            headers = {"Authorization": f"Bearer {google.token()}"}
            address = f"{google.server.endpoints[DRIVE]}{SETTINGS}/{group.address}"
            answer = google.http.get(address, headers=headers)
            assert answer.headers["content-type"].startswith("application/atom+xml")
            shown = ET.fromstring(answer.text)  # noqa: S314 - the practice server's own
            assert shown.findtext(f"{APPS}whoCanPostMessage") == group.settings["whoCanPostMessage"]
            assert shown.findtext(f"{APPS}email") == group.address


def test_roles_that_a_group_carries_are_assigned_to_the_group(google: Google) -> None:
    tenant = google.server.organisation.google
    path = "/admin/directory/v1/customer/my_customer/roleassignments"
    desk = next(each for each in tenant.catalogue.groups if each.role_ids)
    member = next(each for each in tenant.accounts if each.group_role_ids and not each.is_super_admin)
    assigned = [each for each in google.get(ADMIN, path)["items"] if each["assigneeType"] == "group"]
    assert [(each["assignedTo"], each["roleId"]) for each in assigned] == [(desk.id, desk.role_ids[0])]
    assert "items" not in google.get(ADMIN, path, userKey=member.address)
    indirect = google.get(ADMIN, path, userKey=member.address, includeIndirectRoleAssignments="true")["items"]
    assert [each["roleId"] for each in indirect] == member.group_role_ids == desk.role_ids
    assert [each["roleId"] for each in google.get(ADMIN, path, userKey=desk.id)["items"]] == desk.role_ids
    role = next(
        each
        for each in google.get(ADMIN, "/admin/directory/v1/customer/my_customer/roles")["items"]
        if each["roleId"] == desk.role_ids[0]
    )
    assert role["isSystemRole"] is False
    assert {each["privilegeName"] for each in role["rolePrivileges"]} == {"USERS_RETRIEVE", "USERS_RESET_PASSWORD"}


def test_who_holds_a_role_through_a_group_may_read_the_directory_and_is_not_marked(google: Google) -> None:
    tenant = google.server.organisation.google
    member = next(each for each in tenant.accounts if each.group_role_ids and not each.is_super_admin)
    shown = google.get(ADMIN, f"/admin/directory/v1/users/{member.address}", member.address)
    assert shown["isDelegatedAdmin"] is False


def test_groups_are_shown_to_administrators_alone(google: Google) -> None:
    volunteer = next(
        each
        for each in google.server.organisation.google.accounts
        if each.unit == "/Volunteers" and not each.suspended and not each.role_ids
    )
    for host, path in (
        (ADMIN, GROUPS),
        (ADMIN, f"{GROUPS}/outer@rivera-campaign.example/members"),
        (DRIVE, f"{SETTINGS}/outer@rivera-campaign.example"),
    ):
        assert google.error(host, path, volunteer.address, customer="my_customer", alt="json")[0] == 403
