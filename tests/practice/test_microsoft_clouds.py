"""The practice tenant beside Graph and Exchange: Teams, identities without a secret, the other clouds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
import msal
import pytest
from microsoft_practice import BASE, EXCHANGE, GRAPH, NOW, TENANT, Caller, credentials, organisation

from connectors.practice.faults import Fault
from connectors.practice.microsoft.assertion import ASSERTION_TYPE, federated_assertion
from connectors.practice.microsoft.clouds import TEAMS
from connectors.practice.microsoft.tokens import decode
from connectors.practice.organisation import Organisation
from connectors.practice.server import PracticeServer
from connectors.practice.wire import Answer, Request

TEAMS_HOST = "api.interfaces.records.teams.microsoft.com"
METADATA_HOST = "169.254.169.254"
MEETINGS = "/Skype.Policy/configurations/TeamsMeetingPolicy"
IDENTITY = f"/metadata/identity/oauth2/token?{urlencode({'api-version': '2018-02-01', 'resource': f'https://{GRAPH}'})}"


def with_teams(policies: int = 2) -> Organisation:
    whole = organisation()
    whole.microsoft.teams = {"TeamsMeetingPolicy": [{"Identity": f"Tag:{number}"} for number in range(policies)]}
    return whole


def teams(caller: Caller, target: str = MEETINGS) -> Answer:
    token = caller.sign_in(scope=f"{TEAMS}/.default").body["access_token"]
    return caller.call(TEAMS_HOST, "GET", target, headers={"authorization": f"Bearer {token}"})


def claims(token: object) -> dict[str, object]:
    return json.loads(decode(str(token).split(".")[1]))


def test_teams_lists_every_policy_as_a_bare_array() -> None:
    assert teams(Caller(with_teams())).body == [{"Identity": "Tag:0"}, {"Identity": "Tag:1"}]


def test_many_policies_come_in_pages() -> None:
    caller = Caller(with_teams(120))
    rows, target = [], MEETINGS
    while target:
        body = teams(caller, target).body
        rows += body["value"]
        target = body.get("@nextLink", "").removeprefix(f"{BASE}/{TEAMS_HOST}")
    assert len(rows) == 120


def test_teams_wants_a_token_of_its_own_a_role_and_an_entra_role() -> None:
    caller = Caller(with_teams())
    assert caller.call(TEAMS_HOST, "GET", MEETINGS, headers=caller.token(GRAPH)).status == 401
    caller.granted = replace(Caller().granted, exchange_role=False)
    assert teams(caller).status == 403
    caller.granted = Caller().granted.without("application_access")
    assert teams(caller).status == 403


def test_teams_does_not_know_other_configurations_and_changes_nothing() -> None:
    caller = Caller(with_teams())
    assert teams(caller, "/Skype.Policy/configurations/Unheard").status == 404
    token = caller.sign_in(scope=f"{TEAMS}/.default").body["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    assert caller.call(TEAMS_HOST, "PUT", MEETINGS, headers=headers).status == 405


def test_each_token_carries_the_roles_of_its_resource_alone() -> None:
    caller = Caller()

    def roles(scope: str) -> list[str]:
        return claims(caller.sign_in(scope=scope).body["access_token"])["roles"]

    assert roles(f"{TEAMS}/.default") == ["application_access"]
    assert roles(f"https://{EXCHANGE}/.default") == ["Exchange.ManageAsApp"]
    assert {"application_access", "Exchange.ManageAsApp"}.isdisjoint(roles(f"https://{GRAPH}/.default"))


def test_a_machine_gets_a_token_without_a_secret() -> None:
    caller = Caller()
    answer = caller.call(METADATA_HOST, "GET", IDENTITY, headers={"metadata": "true"})
    assert (answer.status, answer.body["expires_in"], answer.body["token_type"]) == (200, "86399", "Bearer")
    headers = {"authorization": f"Bearer {answer.body['access_token']}"}
    assert caller.call(GRAPH, "GET", "/v1.0/users", headers=headers).status == 200
    caller.now = NOW + timedelta(hours=25)
    assert caller.call(GRAPH, "GET", "/v1.0/users", headers=headers).status == 401


@pytest.mark.parametrize(
    ("target", "headers", "error"),
    [
        (IDENTITY, {}, "invalid_request"),
        (f"{IDENTITY}&client_id=other", {"metadata": "true"}, "invalid_request"),
        (IDENTITY.replace("2018-02-01", "").replace("api-version=", "x="), {"metadata": "true"}, "bad_request_102"),
        (IDENTITY.replace("graph", "gruff"), {"metadata": "true"}, "invalid_resource"),
    ],
)
def test_a_machine_that_asks_wrongly_gets_none(target: str, headers: dict[str, str], error: str) -> None:
    answer = Caller().call(METADATA_HOST, "GET", target, headers=headers)
    assert (answer.status, answer.body["error"]) == (400, error)
    assert Caller().call(METADATA_HOST, "GET", "/metadata/instance", headers={"metadata": "true"}).status == 404


def federated(caller: Caller, assertion: str) -> Answer:
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials().microsoft_client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        "scope": f"https://{GRAPH}/.default",
    }
    target = f"/{TENANT}/oauth2/v2.0/token"
    return caller.call("login.microsoftonline.com", "POST", target, body=urlencode(form).encode())


def test_a_job_of_another_identity_provider_signs_in_by_its_own_token() -> None:
    assertion = federated_assertion(credentials().microsoft_key, NOW)
    assert federated(Caller(), assertion).status == 200


def test_another_jobs_a_late_and_a_forged_token_are_refused() -> None:
    other = federated_assertion(credentials().microsoft_key, NOW, subject="repo:somebody/else")
    late = federated_assertion(credentials().microsoft_key, NOW - timedelta(hours=1))
    forged = federated_assertion(credentials().google_key, NOW)
    numbers = [federated(Caller(), each).body["error_codes"] for each in (other, late, forged)]
    assert numbers == [[70021], [700024], [70021]]


@pytest.mark.parametrize(
    ("login", "graph", "exchange"),
    [
        ("login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us"),
        ("login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us"),
        ("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "outlook.office365.cn"),
    ],
)
def test_another_cloud_has_the_same_services_and_tokens_of_its_own(login: str, graph: str, exchange: str) -> None:
    caller = Caller()
    token = in_cloud(caller, login, graph)
    headers = {"authorization": f"Bearer {token}"}
    listed = caller.call(graph, "GET", "/v1.0/users?$top=1", headers=headers)
    assert listed.body["@odata.context"].startswith(f"https://{graph}/v1.0/")
    assert listed.body["@odata.nextLink"].startswith(f"{BASE}/{graph}/")
    assert caller.call(GRAPH, "GET", "/v1.0/users", headers=headers).status == 401
    assert caller.call(graph, "GET", "/v1.0/users", headers=caller.token(GRAPH)).status == 401
    command = json.dumps({"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {}}}).encode()
    headers = {"authorization": f"Bearer {in_cloud(caller, login, exchange)}"}
    assert (
        caller.call(exchange, "POST", f"/adminapi/beta/{TENANT}/InvokeCommand", headers=headers, body=command).status
        == 200
    )


def in_cloud(caller: Caller, login: str, resource: str) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials().microsoft_client_id,
        "client_secret": credentials().microsoft_secret,
        "scope": f"https://{resource}/.default",
    }
    answer = caller.call(login, "POST", f"/{TENANT}/oauth2/v2.0/token", body=urlencode(form).encode())
    assert answer.status == 200, answer
    return str(answer.body["access_token"])


def test_a_cloud_hands_out_no_token_for_another() -> None:
    assert Caller().sign_in(scope="https://graph.microsoft.us/.default").body["error_codes"] == [1002012]


def test_the_discovery_document_names_the_clouds_own_hosts() -> None:
    target = f"/{TENANT}/v2.0/.well-known/openid-configuration"
    document = Caller().call("login.microsoftonline.us", "GET", target).body
    assert document["token_endpoint"].startswith("https://login.microsoftonline.us/")
    assert document["msgraph_host"] == "graph.microsoft.us"
    aliases = (
        Caller().call("login.chinacloudapi.cn", "GET", "/common/discovery/instance").body["metadata"][0]["aliases"]
    )
    assert aliases == ["login.chinacloudapi.cn"]


@pytest.mark.parametrize(
    "path", ["users/a-admin/mailFolders/inbox/messageRules", "policies/authenticationMethodsPolicy"]
)
def test_the_chinese_cloud_has_no_inbox_rules_and_no_methods_policy(path: str) -> None:
    caller, graph = Caller(), "microsoftgraph.chinacloudapi.cn"
    headers = {"authorization": f"Bearer {in_cloud(caller, 'login.chinacloudapi.cn', graph)}"}
    assert caller.call(graph, "GET", f"/v1.0/{path}", headers=headers).status == 400
    assert caller.get(f"/v1.0/{path}").status == 200


@pytest.mark.parametrize("host", ["login.microsoftonline.us", "login.chinacloudapi.cn", METADATA_HOST])
def test_no_sign_in_service_of_any_cloud_calls_a_token_expired(host: str) -> None:
    assert not Fault("unauthorized").matches(Request("POST", host, "/token", {}, {}))


class Machine:
    """What msal takes for an ``http_client`` on a machine in Azure."""

    def __init__(self, server: PracticeServer) -> None:
        self._address = server.address
        self._client = httpx2.Client()

    def get(self, url: str, **options: object) -> httpx2.Response:
        return self._client.get(f"{self._address}/{url.removeprefix('http://')}", **options)

    def close(self) -> None:
        self._client.close()


def test_msal_signs_in_by_the_identity_of_the_machine() -> None:
    with PracticeServer(organisation(), credentials=credentials()) as server:
        machine = Machine(server)
        client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=machine)
        answer = client.acquire_token_for_client(resource=f"https://{GRAPH}")
        machine.close()
    assert answer["token_type"] == "Bearer"
    assert "User.Read.All" in claims(answer["access_token"])["roles"]
