from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from discovery import problems
from google.auth.exceptions import RefreshError
from google_practice import ADMIN, ALERTS, AUTH, DRIVE, GMAIL, LICENSING, POLICY, SCOPES, practice

from connectors.practice.permissions import GOOGLE_APIS, Permissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

CUSTOMER = "/admin/directory/v1/customer/my_customer"
USER = "/admin/directory/v1/users/{admin}"
GROUP = "/admin/directory/v1/groups/everybody@rivera-campaign.example/members"
SETTINGS = "/gmail/v1/users/me/settings"
NEEDS = [
    (ADMIN, "/admin/directory/v1/users", ("admin.directory.user.readonly",)),
    (ADMIN, f"{CUSTOMER}/orgunits", ("admin.directory.orgunit.readonly",)),
    (ADMIN, f"{CUSTOMER}/domains", ("admin.directory.domain.readonly",)),
    (ADMIN, f"{CUSTOMER}/domainaliases", ("admin.directory.domain.readonly",)),
    (ADMIN, f"{CUSTOMER}/roles", ("admin.directory.rolemanagement.readonly",)),
    (ADMIN, f"{CUSTOMER}/roleassignments", ("admin.directory.rolemanagement.readonly",)),
    (ADMIN, "/admin/directory/v1/groups", ("admin.directory.group.readonly",)),
    (ADMIN, GROUP, ("admin.directory.group.readonly", "admin.directory.group.member.readonly")),
    (ADMIN, f"{USER}/tokens", ("admin.directory.user.security",)),
    (ADMIN, f"{USER}/asps", ("admin.directory.user.security",)),
    (ADMIN, "/admin/reports/v1/usage/users/all/dates/2026-02-20", ("admin.reports.usage.readonly",)),
    (ADMIN, "/admin/reports/v1/usage/dates/2026-02-20", ("admin.reports.usage.readonly",)),
    (ADMIN, "/admin/reports/v1/activity/users/all/applications/admin", ("admin.reports.audit.readonly",)),
    (GMAIL, f"{SETTINGS}/autoForwarding", ("gmail.settings.basic",)),
    (GMAIL, f"{SETTINGS}/forwardingAddresses", ("gmail.settings.basic",)),
    (GMAIL, f"{SETTINGS}/filters", ("gmail.settings.basic",)),
    (GMAIL, f"{SETTINGS}/delegates", ("gmail.settings.basic",)),
    (GMAIL, f"{SETTINGS}/sendAs", ("gmail.settings.basic",)),
    (GMAIL, f"{SETTINGS}/imap", ("gmail.settings.basic",)),
    (GMAIL, f"{SETTINGS}/pop", ("gmail.settings.basic",)),
    (GMAIL, f"{SETTINGS}/vacation", ("gmail.settings.basic",)),
    (DRIVE, "/drive/v3/files", ("drive.metadata.readonly", "drive.readonly")),
    (DRIVE, "/groups/v1/groups/everybody@rivera-campaign.example", ("apps.groups.settings",)),
    (DRIVE, "/drive/v3/drives", ("drive.readonly",)),
    (DRIVE, "/calendar/v3/users/me/calendarList", ("calendar.calendarlist.readonly",)),
    (DRIVE, "/calendar/v3/calendars/primary/acl", ("calendar.acls.readonly",)),
    (POLICY, "/v1/policies", ("cloud-identity.policies.readonly",)),
    (POLICY, "/v1/inboundSsoAssignments", ("cloud-identity.inboundsso.readonly",)),
    (POLICY, "/v1/inboundSamlSsoProfiles", ("cloud-identity.inboundsso.readonly",)),
    (ALERTS, "/v1beta1/alerts", ("apps.alerts",)),
]


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with practice() as client:
        yield client


def query(path: str) -> dict[str, str]:
    if path.startswith("/groups/v1"):
        return {"alt": "json"}
    return {"customer": "my_customer"} if path.endswith(("users", "groups")) else {}


@pytest.mark.parametrize(("host", "path", "scopes"), NEEDS)
def test_each_method_wants_one_of_its_scopes_and_no_other(
    google: Google, host: str, path: str, scopes: tuple[str, ...]
) -> None:
    path = path.format(admin=google.server.organisation.google.admin)
    others = tuple(each for each in SCOPES if each not in scopes)
    for held, status in (*(((each,), 200) for each in scopes), (others, 403)):
        headers = {"Authorization": f"Bearer {google.token(scopes=held)}"}
        answer = google.http.get(google.server.endpoints[host] + path, params=query(path), headers=headers)
        assert answer.status_code == status, answer.text
        if status == 403:
            error = answer.json()["error"]
            assert error["errors"][0]["reason"] == "insufficientPermissions"
            assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
            assert AUTH + scopes[0] in answer.headers["www-authenticate"]


@pytest.mark.parametrize(("host", "path", "scopes"), NEEDS)
def test_scopes_that_are_taken_away_in_mid_run_are_missed_at_once(
    host: str, path: str, scopes: tuple[str, ...]
) -> None:
    with practice() as google:
        path = path.format(admin=google.server.organisation.google.admin)
        assert google.answer(host, path, **query(path)).status_code == 200
        google.server.permissions = Permissions().without(*scopes)
        assert google.answer(host, path, **query(path)).status_code == 403


@pytest.mark.parametrize(
    ("api", "host", "path"),
    [
        ("admin.googleapis.com", ADMIN, f"{CUSTOMER}/domains"),
        ("gmail.googleapis.com", GMAIL, "/gmail/v1/users/me/settings/filters"),
        ("drive.googleapis.com", DRIVE, "/drive/v3/files"),
        ("cloudidentity.googleapis.com", POLICY, "/v1/policies"),
        ("groupssettings.googleapis.com", DRIVE, "/groups/v1/groups/everybody@rivera-campaign.example"),
        ("calendar-json.googleapis.com", DRIVE, "/calendar/v3/users/me/calendarList"),
        ("alertcenter.googleapis.com", ALERTS, "/v1beta1/alerts"),
    ],
)
def test_an_api_that_is_not_enabled_says_so(google: Google, api: str, host: str, path: str) -> None:
    google.server.permissions = Permissions().without(api)
    try:
        answer = google.answer(host, path)
        assert answer.status_code == 403
        assert answer.json()["error"]["details"][0]["reason"] == "SERVICE_DISABLED"
        assert answer.json()["error"]["details"][0]["metadata"]["service"] == api
    finally:
        google.server.permissions = Permissions()


def test_every_api_and_every_scope_is_observed_here() -> None:
    names = {"drive.googleapis.com", "groupssettings.googleapis.com", "calendar-json.googleapis.com"}
    assert names | {ADMIN, ALERTS, GMAIL, LICENSING, POLICY} == GOOGLE_APIS - {"iamcredentials.googleapis.com"}
    assert Permissions().google_scopes == {AUTH + each for each in SCOPES}
    assert {scope for _, _, scopes in NEEDS for scope in scopes} == set(SCOPES)


def test_licences_are_hidden_until_somebody_grants_the_scope_for_them(google: Google) -> None:
    path = "/apps/licensing/v1/product/Google-Apps/users"
    assert google.error(LICENSING, path, customerId="my_customer")[0] == 403
    with pytest.raises(RefreshError, match="unauthorized_client"):
        google.token(scopes=("apps.licensing",))
    with practice(permissions=Permissions().with_licensing()) as granted:
        headers = {"Authorization": f"Bearer {granted.token(scopes=('apps.licensing',))}"}
        tenant = granted.server.organisation.google
        for below, skus in (("", {"1010020020", "1010020027", "1010020028"}), ("/sku/1010020020", {"1010020020"})):
            where = f"/apps/licensing/v1/product/Google-Apps{below}/users"
            answer = granted.http.get(
                granted.server.endpoints[LICENSING] + where,
                params={"customerId": tenant.customer_id, "maxResults": "1000"},
                headers=headers,
            )
            assert problems(LICENSING, where, answer.json()) == []
            found = {(each["userId"], each["skuId"]) for each in answer.json()["items"]}
            expected = {(each.address, each.security.sku) for each in tenant.accounts if each.security.sku in skus}
            assert found == expected != set()


def test_taking_away_what_was_never_granted_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="gmail\\.modify"):
        Permissions().without("gmail.modify")
    with pytest.raises(ValueError, match="premium"):
        Permissions().without("premium", "premium")


def test_what_is_taken_away_is_all_that_is_missing() -> None:
    left = Permissions().without("User.Read.All", "exchange_role", AUTH + "drive.metadata.readonly")
    assert left.microsoft_roles == Permissions().microsoft_roles - {"User.Read.All"}
    assert left.google_scopes == Permissions().google_scopes - {AUTH + "drive.metadata.readonly"}
    assert not left.exchange_role
    assert left.premium
    assert left.google_super_admin
