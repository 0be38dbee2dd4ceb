from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google_practice import ADMIN, ALERTS, DRIVE, GMAIL, POLICY, practice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

    from connectors.practice.organisation import GoogleAccount

CUSTOMER = "/admin/directory/v1/customer/my_customer"
EVERYBODY = "/groups/v1/groups/everybody@rivera-campaign.example"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with practice() as client:
        yield client


def mailboxes(google: Google) -> list[GoogleAccount]:
    return [each for each in google.server.organisation.google.accounts if not each.suspended]


def test_one_batch_reads_the_mailboxes_of_many_people_each_with_its_own_token(google: Google) -> None:
    people = mailboxes(google)
    parts = [(f"/gmail/v1/users/{each.address}/settings/filters", each.address, {}) for each in people]
    _, answers = google.batch(GMAIL, "/batch", parts)
    for number, account in enumerate(people):
        status, _, body = answers[f"<response-call + {number}>"]
        if account.has_gmail:
            assert (status, [each["id"] for each in body.get("filter", [])]) == (
                200,
                [each.id for each in account.filters],
            )
        else:
            assert (status, body["error"]["message"]) == (400, "Mail service not enabled")
    assert len(answers) == len(people) > 20


def test_the_parts_come_back_in_another_order(google: Google) -> None:
    parts = [(f"{CUSTOMER}/domains", "", {}), (f"{CUSTOMER}/roles", "", {})]
    assert list(google.batch(ADMIN, "/batch", parts)[1]) == ["<response-call + 1>", "<response-call + 0>"]


def test_a_part_that_is_refused_leaves_the_others_alone(google: Google) -> None:
    admin = google.server.organisation.google.admin
    other = next(each.address for each in mailboxes(google) if each.address != admin)
    parts = [
        (f"/gmail/v1/users/{other}/settings/delegates", "", {}),
        ("/gmail/v1/users/me/settings/delegates", "", {}),
        ("/gmail/v1/users/me/unknown", "", {}),
    ]
    response, answers = google.batch(GMAIL, "/batch", parts)
    assert response.status_code == 200
    assert [answers[f"<response-call + {number}>"][0] for number in range(3)] == [403, 200, 404]


@pytest.mark.parametrize(
    ("host", "where", "path"),
    [
        (GMAIL, "/batch", "/gmail/v1/users/me/settings/autoForwarding"),
        (GMAIL, "/batch/gmail/v1", "/gmail/v1/users/me/settings/autoForwarding"),
        (ADMIN, "/batch", f"{CUSTOMER}/orgunits"),
        (ADMIN, "/batch/admin/directory_v1", f"{CUSTOMER}/orgunits"),
        (DRIVE, "/batch/drive/v3", "/drive/v3/files"),
        (DRIVE, "/batch/calendar/v3", "/calendar/v3/users/me/calendarList"),
        (DRIVE, "/batch/groupssettings/v1", EVERYBODY),
        (ADMIN, "/batch", "/admin/reports/v1/activity/users/all/applications/login"),
        (ADMIN, "/batch/admin/reports_v1", "/admin/reports/v1/activity/users/all/applications/login"),
        (POLICY, "/batch", "/v1/policies"),
        (ALERTS, "/batch", "/v1beta1/alerts"),
    ],
)
def test_every_api_takes_batches_where_its_discovery_document_says(
    google: Google, host: str, where: str, path: str
) -> None:
    _, answers = google.batch(host, where, [(path, "", {"alt": "json"})])
    status, headers, _ = answers["<response-call + 0>"]
    assert status == 200
    assert headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    ("where", "path"),
    [
        ("/batch/drive/v3", "/calendar/v3/users/me/calendarList"),
        ("/batch/calendar/v3", "/drive/v3/files"),
        ("/batch/calendar/v3", EVERYBODY),
        ("/batch/admin/reports_v1", f"{CUSTOMER}/domains"),
    ],
)
def test_a_batch_carries_calls_of_one_api_only(google: Google, where: str, path: str) -> None:
    host = ADMIN if "admin" in where else DRIVE
    _, answers = google.batch(host, where, [(path, "", {"alt": "json"})])
    assert answers["<response-call + 0>"][0] == 404


def test_the_old_batch_for_all_apis_is_gone(google: Google) -> None:
    response, _ = google.batch(DRIVE, "/batch", [("/drive/v3/files", "", {})])
    assert response.status_code == 404


def test_the_query_of_a_part_counts(google: Google) -> None:
    parts = [("/drive/v3/files", "", {"q": "trashed = false", "fields": "files(id)", "pageSize": "1"})]
    body = google.batch(DRIVE, "/batch/drive/v3", parts)[1]["<response-call + 0>"][2]
    assert set(body) == {"files"}
    assert len(body["files"]) == 1


@pytest.mark.parametrize(
    ("host", "where", "path", "largest"),
    [
        (GMAIL, "/batch", "/gmail/v1/users/me/settings/filters", 100),
        (DRIVE, "/batch/drive/v3", "/drive/v3/files", 100),
        (DRIVE, "/batch/calendar/v3", "/calendar/v3/users/me/calendarList", 50),
        (ADMIN, "/batch", f"{CUSTOMER}/domains", 1000),
    ],
)
def test_a_batch_has_a_largest_size(google: Google, host: str, where: str, path: str, largest: int) -> None:
    response, answers = google.batch(host, where, [(path, "", {})] * largest)
    assert (response.status_code, len(answers)) == (200, largest)
    assert google.batch(host, where, [(path, "", {})] * (largest + 1))[0].status_code == 400


def test_the_authorisation_of_the_batch_holds_for_parts_without_their_own(google: Google) -> None:
    body = f"--b\r\nContent-Type: application/http\r\n\r\nGET {CUSTOMER}/domains HTTP/1.1\r\n\r\n\r\n--b--"
    headers = {"Content-Type": 'multipart/mixed; boundary="b"', "Authorization": f"Bearer {google.token()}"}
    address = google.server.endpoints[ADMIN] + "/batch"
    assert "HTTP/1.1 200 OK" in google.http.post(address, content=body, headers=headers).text
    del headers["Authorization"]
    assert "HTTP/1.1 401 Unauthorized" in google.http.post(address, content=body, headers=headers).text


@pytest.mark.parametrize(
    ("kind", "content"), [("application/json", "{}"), ("multipart/mixed", "x"), ("multipart/mixed; boundary=b", "")]
)
def test_something_that_is_no_batch_is_refused(google: Google, kind: str, content: str) -> None:
    answer = google.http.post(
        google.server.endpoints[GMAIL] + "/batch", content=content, headers={"Content-Type": kind}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/gmail/v1/users/me/settings/filters", "/batch"])
def test_a_part_that_is_not_a_get_is_refused_and_counted(path: str) -> None:
    with practice() as google:
        head = f"POST {path} HTTP/1.1\r\nAuthorization: Bearer {google.token()}\r\nContent-Type: application/json"
        body = f"--b\r\nContent-Type: application/http\r\nContent-ID: <x>\r\n\r\n{head}\r\n\r\n{{}}\r\n--b--"
        kind = {"Content-Type": "multipart/mixed; boundary=b"}
        answer = google.http.post(google.server.endpoints[GMAIL] + "/batch", content=body, headers=kind)
        assert answer.status_code == 200
        assert "HTTP/1.1 405" in answer.text
        assert google.server.writes == {(GMAIL, f"POST {path}"): 1}


def test_the_batch_and_its_parts_are_counted() -> None:
    with practice() as google:
        google.batch(GMAIL, "/batch", [("/gmail/v1/users/me/settings/filters", "", {})] * 3)
        counted = google.server.requests
        assert counted[GMAIL, "POST /batch"] == 1
        assert counted[GMAIL, "GET /gmail/v1/users/me/settings/filters"] == 3
