from __future__ import annotations

import http.client
import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx2
import pytest
from discovery import problems
from google_practice import ADMIN, GMAIL, TODAY, TOKEN, credentials, practice

from connectors.practice.faults import KINDS, Fault, Faults, parse
from connectors.practice.generator import generate
from connectors.practice.wire import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from google_practice import Google

    Ask = Callable[..., httpx2.Response]

GRAPH, LOGIN = "graph.microsoft.com", "login.microsoftonline.com"
USERS = "/admin/directory/v1/users"
GRAPH_USERS = "/v1.0/users"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with practice() as client:
        client.token()
        yield client


@contextmanager
def faulty(client: Google, *faults: Fault, seed: int = 1) -> Iterator[None]:
    client.server.faults = Faults(faults, seed)
    try:
        yield
    finally:
        client.server.faults = Faults()


def microsoft_token(client: Google) -> str:
    tenant = client.server.organisation.microsoft.tenant_id
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials().microsoft_client_id,
        "client_secret": credentials().microsoft_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    return client.http.post(f"{client.server.endpoints[LOGIN]}/{tenant}/oauth2/v2.0/token", data=form).json()[
        "access_token"
    ]


@pytest.fixture(scope="module")
def ask_google(google: Google) -> Ask:
    def ask(**query: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {google.token()}"}
        given = {"customer": "my_customer", **query}
        return google.http.get(google.server.endpoints[ADMIN] + USERS, params=given, headers=headers)

    return ask


@pytest.fixture(scope="module")
def ask_microsoft(google: Google) -> Ask:
    headers = {"Authorization": f"Bearer {microsoft_token(google)}"}
    return lambda **query: google.http.get(google.server.endpoints[GRAPH] + GRAPH_USERS, params=query, headers=headers)


def test_without_faults_both_answer(ask_google: Ask, ask_microsoft: Ask) -> None:
    assert len(ask_google().json()["users"]) == 25
    assert len(ask_microsoft().json()["value"]) >= 25


def test_latency_delays_and_changes_nothing(google: Google, ask_google: Ask) -> None:
    with faulty(google, Fault("latency", seconds=0.2)):
        began = time.monotonic()
        assert len(ask_google().json()["users"]) == 25
        assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("rate_limited", ((429, "rateLimitExceeded", "7"), (429, "TooManyRequests", "7"))),
        ("quota", ((403, "userRateLimitExceeded", None), (503, "serviceNotAvailable", "7"))),
        ("server_error", ((503, "backendError", None), (503, "InternalServerError", None))),
        ("unauthorized", ((401, "authError", None), (401, "InvalidAuthenticationToken", None))),
        ("denied", ((403, "forbidden", None), (403, "Authorization_RequestDenied", None))),
    ],
)
def test_a_refusal_has_the_vendor_s_shape(
    google: Google, ask_google: Ask, ask_microsoft: Ask, kind: str, says: tuple[tuple[int, str, str | None], ...]
) -> None:
    with faulty(google, Fault(kind, seconds=6.2)):
        answer = ask_google()
        error = answer.json()["error"]
        assert (answer.status_code, error["errors"][0]["reason"], answer.headers.get("retry-after")) == says[0]
        assert error["code"] == answer.status_code
        answer = ask_microsoft()
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], answer.headers.get("retry-after")) == says[1]


def test_the_status_of_a_server_error_can_be_chosen(google: Google, ask_google: Ask) -> None:
    with faulty(google, Fault("server_error", status=500)):
        assert ask_google().status_code == 500
        assert ask_google().json()["error"]["code"] == 500


def test_a_reset_connection_gives_no_answer(google: Google, ask_google: Ask) -> None:
    line = http.client.HTTPConnection(google.server.address.removeprefix("http://"), timeout=10)
    with faulty(google, Fault("reset", times=1)):
        line.request("GET", f"/{ADMIN}{USERS}")
        with pytest.raises(ConnectionResetError) as reset:
            line.getresponse()
        assert type(reset.value) is ConnectionResetError  # and not the client's word for an ordinary end
        assert ask_google().status_code == 200
    line.close()


def test_a_cut_answer_is_shorter_than_it_promised(google: Google, ask_google: Ask) -> None:
    with faulty(google, Fault("cut", times=1)):
        with pytest.raises(httpx2.RemoteProtocolError):
            ask_google()
        assert len(ask_google().json()["users"]) == 25


def test_malformed_answers_take_turns(google: Google, ask_google: Ask) -> None:
    with faulty(google, Fault("malformed")):
        html, cut, wrong = ask_google(), ask_google(), ask_google()
    assert {html.status_code, cut.status_code, wrong.status_code} == {200}
    assert html.headers["content-type"].startswith("text/html")
    assert html.text.startswith("<!DOCTYPE html>")
    assert cut.headers["content-type"].startswith("application/json")
    with pytest.raises(json.JSONDecodeError):
        cut.json()
    assert wrong.headers["content-type"] == "text/plain"
    assert wrong.json() == ask_google().json()


def test_one_way_of_being_malformed_can_be_chosen(google: Google, ask_microsoft: Ask) -> None:
    with faulty(google, Fault("malformed", variant="html")):
        assert [ask_microsoft().text[:9] for _ in range(3)] == ["<!DOCTYPE"] * 3


def test_a_foreign_link_leads_elsewhere(google: Google, ask_google: Ask, ask_microsoft: Ask) -> None:
    target = "https://graph.microsoft.com@evil.example/v1.0/users"
    with faulty(google, Fault("foreign_link", target=target)):
        assert ask_microsoft().json()["@odata.nextLink"] == target
        assert len(ask_google().json()["users"]) == 25


def test_a_repeated_link_leads_to_where_one_is(google: Google, ask_google: Ask, ask_microsoft: Ask) -> None:
    with faulty(google, Fault("repeated_link")):
        first = ask_google(maxResults="3").json()
        second = ask_google(maxResults="3", pageToken=first["nextPageToken"]).json()
        assert (second["nextPageToken"], second["users"]) == (first["nextPageToken"], first["users"])
        assert problems(ADMIN, USERS, second) == []
        link = ask_microsoft(**{"$top": "3"}).json()["@odata.nextLink"]
        assert httpx2.URL(link).params == httpx2.QueryParams({"$top": "3"})
        assert link.partition("?")[0] == google.server.endpoints[GRAPH] + GRAPH_USERS


@pytest.mark.parametrize(
    ("host", "path", "query"),
    [
        (ADMIN, "/admin/directory/v1/groups", {"customer": "my_customer"}),
        (ADMIN, "/admin/directory/v1/groups/everybody@rivera-campaign.example/members", {}),
        (ADMIN, "/admin/reports/v1/usage/users/all/dates/2026-02-20", {}),
        (ADMIN, "/admin/reports/v1/activity/users/all/applications/user_accounts", {}),
        ("alertcenter.googleapis.com", "/v1beta1/alerts", {}),
        ("cloudidentity.googleapis.com", "/v1/inboundSsoAssignments", {}),
        ("www.googleapis.com", "/drive/v3/drives", {"useDomainAdminAccess": "true"}),
        ("www.googleapis.com", "/calendar/v3/users/me/calendarList", {}),
    ],
)
def test_every_listing_of_google_s_can_lead_in_a_circle(
    google: Google, host: str, path: str, query: dict[str, str]
) -> None:
    with faulty(google, Fault("repeated_link")):
        assert "nextPageToken" in google.get(host, path, **query)


def test_a_redirect_leads_to_another_host(google: Google, ask_google: Ask, ask_microsoft: Ask) -> None:
    with faulty(google, Fault("redirect", target="https://evil.example/")):
        for ask in (ask_google, ask_microsoft):
            assert (ask().status_code, ask().headers["location"]) == (302, "https://evil.example/")


def test_an_empty_listing_looks_like_a_good_one(google: Google, ask_google: Ask, ask_microsoft: Ask) -> None:
    with faulty(google, Fault("empty")):
        assert ask_google(maxResults="3").json() == {"kind": "admin#directory#users", "etag": '"users"'}
        body = ask_microsoft(**{"$top": "3"}).json()
        assert body["value"] == []
        assert "@odata.nextLink" not in body
        assert problems(ADMIN, USERS, ask_google().json()) == []


@pytest.mark.parametrize("kind", ["empty", "malformed", "repeated_link", "foreign_link"])
def test_only_good_answers_are_falsified(google: Google, kind: str) -> None:
    with faulty(google, Fault(kind)):
        answer = google.http.get(google.server.endpoints[ADMIN] + USERS)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == 401


def test_signing_in_is_not_struck_by_what_makes_no_sense_there(google: Google) -> None:
    with faulty(
        google, *(Fault(kind) for kind in ("foreign_link", "repeated_link", "unauthorized", "empty", "denied"))
    ):
        assert microsoft_token(google)
        token_address = google.server.endpoints[TOKEN] + "/token"
        assert google.http.post(token_address, data={"grant_type": "x"}).json()["error"] == "unsupported_grant_type"


def test_a_fault_inside_a_batch_leaves_the_batch_itself_alone(google: Google) -> None:
    path = "/gmail/v1/users/me/settings/filters"
    with faulty(google, Fault("rate_limited", inner=True, host=GMAIL, times=2, seconds=3)):
        response, answers = google.batch(GMAIL, "/batch", [(path, "", {})] * 5)
        assert response.status_code == 200
        assert google.answer(GMAIL, path).status_code == 200
    struck = [headers for status, headers, _ in answers.values() if status == 429]
    assert [each["retry-after"] for each in struck] == ["3", "3"]
    assert sum(status == 200 for status, _, _ in answers.values()) == 3


def test_a_fault_of_whole_requests_strikes_no_part_of_a_batch(google: Google) -> None:
    path = "/gmail/v1/users/me/settings/filters"
    with faulty(google, Fault("denied", path="filters")):
        _, answers = google.batch(GMAIL, "/batch", [(path, "", {})])
    assert answers["<response-call + 0>"][0] == 200


def test_a_path_can_name_the_second_page(google: Google, ask_google: Ask) -> None:
    with faulty(google, Fault("server_error", path=r"/users\?.*pageToken=", times=3)):
        first = ask_google(maxResults="10")
        assert first.status_code == 200
        token = first.json()["nextPageToken"]
        assert [ask_google(maxResults="10", pageToken=token).status_code for _ in range(4)] == [503, 503, 503, 200]


def test_every_kind_of_fault_is_observed_here() -> None:
    assert set(KINDS) == {
        "latency", "rate_limited", "quota", "server_error", "reset", "cut", "malformed",
        "foreign_link", "repeated_link", "redirect", "unauthorized", "empty", "denied",
    }  # fmt: skip


def request(path: str = "/v1.0/users", host: str = GRAPH, *, inner: bool = False) -> Request:
    return Request("GET", host, path, {}, {}, inner=inner)


def strikes(faults: Faults, count: int = 400) -> list[bool]:
    return [bool(faults.strikes(request())) for _ in range(count)]


def test_the_same_seed_strikes_the_same_requests() -> None:
    faults = (Fault("quota", rate=0.3),)
    assert strikes(Faults(faults, 5)) == strikes(Faults(faults, 5))
    assert strikes(Faults(faults, 5)) != strikes(Faults(faults, 6))


def test_the_rate_is_the_share_that_is_struck() -> None:
    assert 80 < sum(strikes(Faults((Fault("quota", rate=0.3),)))) < 160
    assert sum(strikes(Faults((Fault("quota", rate=0),)))) == 0
    assert sum(strikes(Faults((Fault("quota"),)))) == 400


def test_requests_that_do_not_match_do_not_shift_the_others() -> None:
    alone, among = (Faults((Fault("quota", rate=0.3, host=GRAPH),), 5) for _ in range(2))
    found = []
    for _ in range(100):
        among.strikes(request(host=GMAIL))
        found.append(bool(among.strikes(request())))
    assert found == strikes(alone, 100)


def test_a_fault_strikes_no_more_often_than_it_may() -> None:
    faults = Faults((Fault("quota", times=3),))
    assert sum(strikes(faults)) == 3
    assert faults.struck() == {Fault("quota", times=3): 3}


def test_a_fault_that_another_forestalls_keeps_its_turn() -> None:
    faults = Faults((Fault("latency"), Fault("reset", times=1), Fault("cut", times=1)))
    kinds = [[fault.kind for fault, _ in faults.strikes(request())] for _ in range(3)]
    assert kinds == [["latency", "reset"], ["latency", "cut"], ["latency"]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rate_limited=0.05", Fault("rate_limited", rate=0.05)),
        ("latency=0.05s", Fault("latency", seconds=0.05)),
        ("reset", Fault("reset")),
        ("server_error=0.5,status=500,times=2", Fault("server_error", rate=0.5, status=500, times=2)),
        (
            "denied,host=gmail.googleapis.com,path=/users/[^/]{1,9}/settings,inner=true",
            Fault("denied", host="gmail.googleapis.com", path="/users/[^/]{1,9}/settings", inner=True),
        ),
        ("malformed=1,variant=html", Fault("malformed", variant="html")),
        ("redirect=1,target=https://evil.example/?a=b", Fault("redirect", target="https://evil.example/?a=b")),
    ],
)
def test_a_fault_can_be_written_as_text(text: str, fault: Fault) -> None:
    assert parse([text]) == (fault,)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("earthquake=1", "not a kind"),
        ("quota=2", "between 0 and 1"),
        ("quota=often", "often"),
        ("quota=1,colour=red", "not an option"),
        ("quota=1,inner=maybe", "neither true nor false"),
        ("quota=1,path=[", "unterminated"),
        ("reset=1,inner=true", "breaks a connection"),
        ("malformed=1,variant=rot13", "not a variant"),
        ("", "not a kind"),
    ],
)
def test_a_text_that_is_no_fault_is_refused_with_a_reason(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse([text])


def test_the_faults_may_be_given_when_the_server_is_made() -> None:
    with practice(generate(today=TODAY), faults=[Fault("quota", host=ADMIN)]) as google:
        assert google.http.get(google.server.endpoints[ADMIN] + USERS).status_code == 403
