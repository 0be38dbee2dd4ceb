from __future__ import annotations

from typing import TYPE_CHECKING

import google_auth_httplib2
import httplib2
import pytest
from google.oauth2 import service_account
from google_practice import AUTH, SCOPES, practice
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from google_practice import Google
    from googleapiclient.discovery import Resource

    from connectors.practice.organisation import Json

    Open = Callable[[str, str, str], Resource]  # one of Google's own clients


class Loopback(httplib2.Http):
    """Sends what is meant for a vendor's host to the practice server."""

    def __init__(self, endpoints: dict[str, str]) -> None:
        super().__init__()
        self._endpoints = endpoints

    def request(self, uri: str, *args: object, **kwargs: object) -> tuple[httplib2.Response, bytes]:
        host, _, rest = uri.removeprefix("https://").partition("/")
        return super().request(f"{self._endpoints[host]}/{rest}", *args, **kwargs)


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with practice() as client:
        yield client


@pytest.fixture
def opened(google: Google) -> Iterator[Open]:
    """Open Google's own client for an API, acting as ``subject``, and close its connections afterwards."""
    services = []

    def open_service(name: str, version: str, subject: str) -> Resource:
        key_file = google.server.credentials.service_account()
        credentials = service_account.Credentials.from_service_account_info(
            key_file, scopes=[AUTH + scope for scope in SCOPES], subject=subject
        )
        loopback = Loopback(google.server.endpoints)
        # A batch would fetch its token over a connection of its own, which it never closes.
        credentials.refresh(google_auth_httplib2.Request(loopback))
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=loopback)
        services.append(build(name, version, http=http, static_discovery=True))
        return services[-1]

    yield open_service
    for service in services:
        service.close()


def test_google_s_own_client_reads_every_page_of_users(google: Google, opened: Open) -> None:
    tenant = google.server.organisation.google
    users = opened("admin", "directory_v1", tenant.admin).users()
    request = users.list(customer="my_customer", maxResults=10, projection="full")
    listed = []
    while request is not None:
        answer = request.execute()
        listed += answer.get("users", [])
        request = users.list_next(request, answer)
    assert [each["primaryEmail"] for each in listed] == [each.address for each in tenant.accounts]


def test_google_s_own_client_reads_mailboxes_in_a_batch(google: Google, opened: Open) -> None:
    account = next(each for each in google.server.organisation.google.accounts if each.filters)
    gmail = opened("gmail", "v1", account.address)
    settings = gmail.users().settings()
    answers, errors = {}, {}

    def received(key: str, answer: Json, error: HttpError | None) -> None:
        (errors if error else answers)[key] = error or answer

    batch = gmail.new_batch_http_request(callback=received)
    batch.add(settings.filters().list(userId=account.address), request_id="filters")
    batch.add(settings.getAutoForwarding(userId="me"), request_id="forwarding")
    batch.add(settings.delegates().list(userId="somebody@else.example"), request_id="delegates")
    batch.execute()
    assert [each["id"] for each in answers["filters"]["filter"]] == [each.id for each in account.filters]
    assert answers["forwarding"] == (account.auto_forwarding or {"enabled": False})
    assert isinstance(errors["delegates"], HttpError)
    assert errors["delegates"].reason == f"Delegation denied for {account.address}"


def test_google_s_own_client_searches_drive(google: Google, opened: Open) -> None:
    account = next(each for each in google.server.organisation.google.accounts if each.files and not each.suspended)
    drive = opened("drive", "v3", account.address)
    found = drive.files().list(q="'me' in owners", pageSize=1, fields="nextPageToken,files(id)").execute()
    assert found["files"] == [{"id": account.files[0].id}]


def test_google_s_own_client_lists_policies(google: Google, opened: Open) -> None:
    tenant = google.server.organisation.google
    policies = opened("cloudidentity", "v1", tenant.admin).policies()
    found = policies.list(pageSize=100, filter='setting.type.matches("settings/gmail.*")').execute()
    expected = [each for each in tenant.policies if each["setting"]["type"].startswith("settings/gmail")]
    assert found["policies"] == expected


def test_google_s_own_client_reads_the_settings_of_groups_as_json(google: Google, opened: Open) -> None:
    tenant = google.server.organisation.google
    group = tenant.catalogue.groups[0]
    found = opened("groupssettings", "v1", tenant.admin).groups().get(groupUniqueId=group.address).execute()
    assert found["whoCanPostMessage"] == group.settings["whoCanPostMessage"]


def test_google_s_own_client_reads_every_page_of_a_report(google: Google, opened: Open) -> None:
    tenant = google.server.organisation.google
    reports = opened("admin", "reports_v1", tenant.admin).userUsageReport()
    request = reports.get(userKey="all", date="2026-02-20", parameters="accounts:num_security_keys", maxResults=10)
    keys = {}
    while request is not None:
        answer = request.execute()
        keys |= {row["entity"]["profileId"]: row["parameters"][0]["intValue"] for row in answer["usageReports"]}
        request = reports.get_next(request, answer)
    assert keys == {each.id: str(each.security.security_keys) for each in tenant.accounts}


def test_google_s_own_client_lists_calendars_and_their_rules_in_a_batch(google: Google, opened: Open) -> None:
    calendar = google.server.organisation.google.catalogue.calendars[0]
    service = opened("calendar", "v3", calendar.owner)
    answers = {}
    batch = service.new_batch_http_request(callback=lambda key, answer, error: answers.update({key: error or answer}))
    batch.add(service.calendarList().list(maxResults=250), request_id="calendars")
    batch.add(service.acl().list(calendarId=calendar.id), request_id="rules")
    batch.execute()
    assert calendar.id in [each["id"] for each in answers["calendars"]["items"]]
    assert [each["role"] for each in answers["rules"]["items"]] == [each["role"] for each in calendar.acl]


def test_a_client_that_is_told_the_endpoint_sends_its_batches_there(google: Google) -> None:
    tenant = google.server.organisation.google
    endpoint = google.server.endpoints["admin.googleapis.com"]
    http = httplib2.Http()
    directory = build(
        "admin", "directory_v1", http=http, static_discovery=True, client_options={"api_endpoint": endpoint + "/"}
    )
    answers = {}
    request = directory.users().get(userKey=tenant.admin)
    request.headers["authorization"] = f"Bearer {google.token()}"
    batch = directory.new_batch_http_request(callback=lambda key, answer, error: answers.update({key: error or answer}))
    batch._batch_uri = endpoint + "/batch"  # noqa: SLF001 - the client has no other way to say it
    batch.add(request, request_id="one")
    batch.execute(http=http)
    http.close()
    assert answers["one"]["primaryEmail"] == tenant.admin
