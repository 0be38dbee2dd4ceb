from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google_practice import ADMIN, TODAY, practice

from connectors.practice.generator import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

USERS = "/admin/directory/v1/users"
CUSTOMER = "/admin/directory/v1/customer/my_customer"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with practice() as client:
        yield client


def test_every_page_together_lists_every_account_once(google: Google) -> None:
    pages = google.pages("users", ADMIN, USERS, customer="my_customer", maxResults="7", projection="full")
    assert [len(page) for page in pages] == [7, 7, 7, 4]
    listed = [each["id"] for page in pages for each in page]
    assert listed == [account.id for account in google.server.organisation.google.accounts]


def test_a_page_has_100_accounts_unless_asked_and_never_more_than_500() -> None:
    with practice(generate(accounts=620, today=TODAY)) as google:
        assert [len(page) for page in google.pages("users", ADMIN, USERS, customer="my_customer")][:2] == [100, 100]
        pages = google.pages("users", ADMIN, USERS, customer="my_customer", maxResults="500")
        assert [len(page) for page in pages] == [500, 120]
        assert google.error(ADMIN, USERS, customer="my_customer", maxResults="501")[0] == 400


def test_an_account_shows_what_the_audit_judges(google: Google) -> None:
    organisation = google.server.organisation.google
    account = organisation.accounts[0]
    account.recovery_email = "me@private.example"
    shown = google.get(ADMIN, f"{USERS}/{account.address}", projection="full")
    assert shown["primaryEmail"] == account.address
    assert shown["isEnrolledIn2Sv"] is account.enrolled_in_2sv
    assert shown["isEnforcedIn2Sv"] is account.enforced_in_2sv
    assert shown["orgUnitPath"] == account.unit
    assert shown["name"]["fullName"] == account.display_name
    assert shown["recoveryEmail"] == "me@private.example"
    assert "recoveryEmail" not in google.get(ADMIN, f"{USERS}/{account.address}")


def test_who_never_signed_in_did_so_in_1970() -> None:
    organisation = generate(today=TODAY)
    organisation.google.accounts[3].last_login = None
    with practice(organisation) as google:
        shown = google.get(ADMIN, f"{USERS}/{organisation.google.accounts[3].id}")
        assert shown["lastLoginTime"] == "1970-01-01T00:00:00.000Z"


def test_a_query_finds_the_administrators(google: Google) -> None:
    found = google.get(ADMIN, USERS, customer="my_customer", query="isAdmin=true")["users"]
    expected = [each.address for each in google.server.organisation.google.accounts if each.is_super_admin]
    assert [each["primaryEmail"] for each in found] == expected
    assert len(expected) >= 2


def test_a_query_that_is_not_understood_is_refused_and_not_ignored(google: Google) -> None:
    assert google.error(ADMIN, USERS, customer="my_customer", query="shoeSize=44")[0] == 400
    assert google.error(ADMIN, USERS, customer="my_customer", query="isAdmin")[0] == 400


def test_a_listing_without_entries_leaves_its_key_away(google: Google) -> None:
    assert "users" not in google.get(ADMIN, USERS, customer="my_customer", showDeleted="true")
    assert "users" not in google.get(ADMIN, USERS, domain="nobody.example")


def test_a_listing_needs_a_customer_or_a_domain(google: Google) -> None:
    assert google.error(ADMIN, USERS)[0] == 400
    assert google.error(ADMIN, USERS, customer="C0somebodyelse")[0] == 403


def test_fields_trim_users_and_keep_the_page_token(google: Google) -> None:
    fields = "users(id,name/fullName),nextPageToken"
    body = google.get(ADMIN, USERS, customer="my_customer", maxResults="3", fields=fields)
    assert set(body) == {"users", "nextPageToken"}
    assert all(set(each) == {"id", "name"} and set(each["name"]) == {"fullName"} for each in body["users"])


@pytest.mark.parametrize("fields", ["users(id,isEnroled)", "users(id", "users/name/nickname", "users(,id)", "user"])
def test_fields_that_google_does_not_have_are_refused(google: Google, fields: str) -> None:
    assert google.error(ADMIN, USERS, customer="my_customer", fields=fields)[0] == 400


def test_the_root_unit_is_listed_only_when_the_parent_is_asked_for(google: Google) -> None:
    paths = {
        kind: [
            each["orgUnitPath"] for each in google.get(ADMIN, f"{CUSTOMER}/orgunits", type=kind)["organizationUnits"]
        ]
        for kind in ("all", "allIncludingParent", "children")
    }
    assert "/" not in paths["all"]
    assert paths["allIncludingParent"] == ["/", *paths["all"]]
    assert "/Staff/IT" in paths["all"]
    assert "/Staff/IT" not in paths["children"]
    assert "/Staff" in paths["children"]


def test_the_units_below_a_unit_can_be_asked_for(google: Google) -> None:
    below = google.get(ADMIN, f"{CUSTOMER}/orgunits", type="all", orgUnitPath="/Staff")["organizationUnits"]
    assert [each["orgUnitPath"] for each in below] == ["/Staff/IT"]
    assert google.error(ADMIN, f"{CUSTOMER}/orgunits", orgUnitPath="/Nowhere")[0] == 404


def test_alias_domains_are_not_among_the_domains(google: Google) -> None:
    tenant = google.server.organisation.google
    domains = google.get(ADMIN, f"{CUSTOMER}/domains")["domains"]
    assert {each["domainName"] for each in domains} == {tenant.primary_domain, *tenant.secondary_domains}
    assert [each["domainName"] for each in domains if each["isPrimary"]] == [tenant.primary_domain]
    aliases = google.get(ADMIN, f"{CUSTOMER}/domainaliases")["domainAliases"]
    assert [each["domainAliasName"] for each in aliases] == tenant.alias_domains


def test_role_assignments_join_accounts_and_roles_and_name_the_assignee_type_in_lower_case(google: Google) -> None:
    tenant = google.server.organisation.google
    roles = {
        each["roleId"]: each
        for page in google.pages("items", ADMIN, f"{CUSTOMER}/roles", maxResults="2")
        for each in page
    }
    assigned = [
        each for page in google.pages("items", ADMIN, f"{CUSTOMER}/roleassignments", maxResults="2") for each in page
    ]
    held = {(each["assignedTo"], each["roleId"]) for each in assigned}
    expected = {(account.id, role) for account in tenant.accounts for role in account.role_ids}
    top = next(key for key, role in roles.items() if role.get("isSuperAdminRole"))
    expected |= {(account.id, top) for account in tenant.accounts if account.is_super_admin}
    expected |= {(group.id, role) for group in tenant.catalogue.groups for role in group.role_ids}
    assert held == expected
    assert {each["assigneeType"] for each in assigned} == {"user", "group"}
    assert google.error(ADMIN, f"{CUSTOMER}/roleassignments", maxResults="201")[0] == 400


def test_the_assignments_of_one_person_can_be_asked_for(google: Google) -> None:
    admin = google.server.organisation.google.admin
    found = google.get(ADMIN, f"{CUSTOMER}/roleassignments", userKey=admin)["items"]
    assert len(found) == 1


def test_the_directory_answers_administrators_alone(google: Google) -> None:
    tenant = google.server.organisation.google
    volunteer = next(
        each for each in tenant.accounts if not each.is_super_admin and not each.role_ids and not each.suspended
    )
    for path in (
        USERS,
        f"{CUSTOMER}/orgunits",
        f"{CUSTOMER}/domains",
        f"{CUSTOMER}/roles",
        f"{CUSTOMER}/roleassignments",
    ):
        answer = google.error(ADMIN, path, volunteer.address, customer="my_customer")
        assert answer == (403, "Not Authorized to access this resource/api")


def test_a_delegated_administrator_may_read_the_directory(google: Google) -> None:
    tenant = google.server.organisation.google
    delegated = next(each for each in tenant.accounts if each.role_ids and not each.is_super_admin)
    assert google.get(ADMIN, USERS, delegated.address, customer="my_customer")["users"]


def test_a_page_token_that_nobody_gave_is_refused(google: Google) -> None:
    assert google.error(ADMIN, USERS, customer="my_customer", pageToken="made-up")[0] == 400


def test_hostile_names_stay_valid_json() -> None:
    with practice(generate(today=TODAY, hostile_names=True)) as google:
        assert len(google.get(ADMIN, USERS, customer="my_customer", projection="full")["users"]) == 25
