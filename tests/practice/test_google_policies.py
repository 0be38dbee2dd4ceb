from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
from google_practice import POLICY, TODAY, practice

from connectors.practice.generator import generate
from connectors.practice.permissions import Permissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

POLICIES = "/v1/policies"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    organisation = generate(today=TODAY)
    while len(organisation.google.policies) < 230:
        again = copy.deepcopy(organisation.google.policies[0])
        again["name"] = f"policies/more{len(organisation.google.policies)}"
        organisation.google.policies.append(again)
    with practice(organisation) as client:
        yield client


@pytest.mark.parametrize(
    ("size", "pages"),
    [(None, [50, 50, 50, 50, 30]), ("0", [50, 50, 50, 50, 30]), ("100", [100, 100, 30]), ("500", [100, 100, 30])],
)
def test_a_page_has_50_policies_unless_asked_and_never_more_than_100(
    google: Google, size: str | None, pages: list[int]
) -> None:
    query = {} if size is None else {"pageSize": size}
    assert [len(page) for page in google.pages("policies", POLICY, POLICIES, **query)] == pages


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ('setting.type.matches("settings/gmail.auto_forwarding")', "settings/gmail.auto_forwarding"),
        ("setting.type.matches('^settings/gmail\\\\..*$')", "settings/gmail."),
        ("customer == \"customers/my_customer\" && setting.type.matches('gmail')", "settings/gmail."),
        (
            "customer == 'customers/my_customer' && (setting.type.matches('gmail') || setting.type.matches('no_such'))",
            "settings/gmail.",
        ),
    ],
)
def test_a_filter_chooses_by_setting(google: Google, text: str, setting: str) -> None:
    found = [each for page in google.pages("policies", POLICY, POLICIES, filter=text) for each in page]
    expected = [
        each["name"]
        for each in google.server.organisation.google.policies
        if each["setting"]["type"].startswith(setting)
    ]
    assert [each["name"] for each in found] == expected
    assert expected


@pytest.mark.parametrize(
    "text", ["setting.type == 'x'", "setting.type.matches('x'", "&&", "(customer == 'customers/my_customer'"]
)
def test_a_filter_that_google_does_not_document_is_refused(google: Google, text: str) -> None:
    assert google.error(POLICY, POLICIES, filter=text)[0] == 400


def test_the_policies_of_another_customer_are_refused(google: Google) -> None:
    assert google.error(POLICY, POLICIES, filter="customer == 'customers/C0other'")[0] == 403


def test_nothing_found_is_an_empty_object(google: Google) -> None:
    assert google.get(POLICY, POLICIES, filter="setting.type.matches('no_such')") == {}


def test_one_policy_can_be_read_by_its_name(google: Google) -> None:
    policy = google.server.organisation.google.policies[5]
    assert google.get(POLICY, f"/v1/{policy['name']}") == policy
    assert google.error(POLICY, "/v1/policies/nothing")[0] == 404


def test_a_delegated_administrator_may_not_read_policies(google: Google) -> None:
    delegated = next(
        each for each in google.server.organisation.google.accounts if each.role_ids and not each.is_super_admin
    )
    assert google.error(POLICY, POLICIES, delegated.address) == (403, "The caller does not have permission")


def test_the_administrator_may_be_forbidden_the_policies() -> None:
    with practice(permissions=Permissions().without("google_super_admin")) as google:
        assert google.error(POLICY, POLICIES) == (403, "The caller does not have permission")


def clauses(google: Google, *parts: str) -> list[dict[str, object]]:
    found = google.pages("policies", POLICY, POLICIES, pageSize="100")
    return [each for page in found for each in page if all(part in each["policyQuery"]["query"] for part in parts)]


def test_queries_join_negate_and_name_licences_beyond_what_the_helper_fields_say(google: Google) -> None:
    several = clauses(google, " || ")
    assert [each["policyQuery"].get("orgUnit", "") for each in several] == [""]
    negated = clauses(google, "!entity.groups")
    assert [each["policyQuery"].get("group", "") for each in negated] == [""]
    assert len(clauses(google, "entity.licenses.exists", "/product/Google-Apps/sku/1010020020")) == 1
    groups = {each["policyQuery"]["group"] for each in clauses(google, "entity.groups.exists") if each not in negated}
    ids = {f"groups/{each.id}" for each in google.server.organisation.google.catalogue.groups}
    assert len(groups & ids) == 1


def test_one_unit_has_a_date_in_the_future_for_enforcement(google: Google) -> None:
    starts = [
        each["setting"]["value"]["enforcedFrom"]
        for page in google.pages(
            "policies", POLICY, POLICIES, filter="setting.type.matches('step_verification_enforcement')"
        )
        for each in page
        if "enforcedFrom" in each["setting"]["value"]
    ]
    assert [start for start in starts if start > TODAY.isoformat()] == ["2026-04-01T05:30:00Z"]


def test_a_policy_of_a_unit_may_set_one_field_and_leave_the_others_to_the_root(google: Google) -> None:
    found = [
        each["setting"]["value"]
        for page in google.pages("policies", POLICY, POLICIES, filter="setting.type.matches('groups_sharing')")
        for each in page
    ]
    assert sorted(map(len, found)) == [1, 3, 5]


def test_other_identity_providers_are_assigned_to_units_and_groups(google: Google) -> None:
    catalogue = google.server.organisation.google.catalogue
    pages = google.pages("inboundSsoAssignments", POLICY, "/v1/inboundSsoAssignments", pageSize="2")
    assert [len(page) for page in pages] == [2, 1]
    assert [each for page in pages for each in page] == catalogue.sso_assignments
    assert {each["ssoMode"] for page in pages for each in page} == {"SSO_OFF", "SAML_SSO"}
    profiles = google.get(POLICY, "/v1/inboundSamlSsoProfiles", filter='customer=="customers/my_customer"')
    assert profiles["inboundSamlSsoProfiles"] == catalogue.sso_profiles
    assert google.error(POLICY, "/v1/inboundSsoAssignments", filter="customer==customers/C0other")[0] == 403
    assert google.error(POLICY, "/v1/inboundSsoAssignments", filter="rank > 1")[0] == 400
