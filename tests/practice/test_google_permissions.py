from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google_practice import ADMIN, AUTH, DRIVE, GMAIL, POLICY, SCOPES, practice

from connectors.practice.permissions import GOOGLE_APIS, Permissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

CUSTOMER = "/admin/directory/v1/customer/my_customer"
NEEDS = [
    (ADMIN, "/admin/directory/v1/users", "admin.directory.user.readonly"),
    (ADMIN, f"{CUSTOMER}/orgunits", "admin.directory.orgunit.readonly"),
    (ADMIN, f"{CUSTOMER}/domains", "admin.directory.domain.readonly"),
    (ADMIN, f"{CUSTOMER}/domainaliases", "admin.directory.domain.readonly"),
    (ADMIN, f"{CUSTOMER}/roles", "admin.directory.rolemanagement.readonly"),
    (ADMIN, f"{CUSTOMER}/roleassignments", "admin.directory.rolemanagement.readonly"),
    (GMAIL, "/gmail/v1/users/me/settings/autoForwarding", "gmail.settings.basic"),
    (GMAIL, "/gmail/v1/users/me/settings/forwardingAddresses", "gmail.settings.basic"),
    (GMAIL, "/gmail/v1/users/me/settings/filters", "gmail.settings.basic"),
    (GMAIL, "/gmail/v1/users/me/settings/delegates", "gmail.settings.basic"),
    (DRIVE, "/drive/v3/files", "drive.metadata.readonly"),
    (POLICY, "/v1/policies", "cloud-identity.policies.readonly"),
]


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with practice() as client:
        yield client


@pytest.mark.parametrize(("host", "path", "scope"), NEEDS)
def test_each_method_wants_its_scope_and_no_other(google: Google, host: str, path: str, scope: str) -> None:
    query = {"customer": "my_customer"} if path.endswith("users") else {}
    for held, status in (((scope,), 200), (tuple(each for each in SCOPES if each != scope), 403)):
        headers = {"Authorization": f"Bearer {google.token(scopes=held)}"}
        answer = google.http.get(google.server.endpoints[host] + path, params=query, headers=headers)
        assert answer.status_code == status, answer.text
        if status == 403:
            error = answer.json()["error"]
            assert error["errors"][0]["reason"] == "insufficientPermissions"
            assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
            assert AUTH + scope in answer.headers["www-authenticate"]


@pytest.mark.parametrize(("host", "path", "scope"), NEEDS)
def test_a_scope_that_is_taken_away_in_mid_run_is_missed_at_once(host: str, path: str, scope: str) -> None:
    query = {"customer": "my_customer"} if path.endswith("users") else {}
    with practice() as google:
        assert google.answer(host, path, **query).status_code == 200
        google.server.permissions = Permissions().without(scope)
        assert google.answer(host, path, **query).status_code == 403


@pytest.mark.parametrize(
    ("api", "host", "path"),
    [
        ("admin.googleapis.com", ADMIN, f"{CUSTOMER}/domains"),
        ("gmail.googleapis.com", GMAIL, "/gmail/v1/users/me/settings/filters"),
        ("drive.googleapis.com", DRIVE, "/drive/v3/files"),
        ("cloudidentity.googleapis.com", POLICY, "/v1/policies"),
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
    assert {"drive.googleapis.com", ADMIN, GMAIL, POLICY} == GOOGLE_APIS
    assert {AUTH + scope for _, _, scope in NEEDS} == Permissions().google_scopes == {AUTH + each for each in SCOPES}


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
