"""Google Cloud of the practice organisation: what it signs and exchanges, held against Google's discovery documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from google.auth import jwt
from google_practice import TODAY, credentials, practice

from connectors.practice.credentials import Credentials
from connectors.practice.google.cloud import CLOUD_PLATFORM, EXCHANGE, MACHINE, POOL, SIGNATURES, identity_token
from connectors.practice.server import PracticeServer

ROOT = "/computeMetadata/v1/instance/service-accounts/default/"
FLAVOR = {"Metadata-Flavor": "Google"}
CLAIMS = {"iss": "a", "sub": "b", "exp": int(TODAY.timestamp()) + 3600}
TOKEN_TYPE = "urn:ietf:params:oauth:token-type:"
FORM = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "requested_token_type": TOKEN_TYPE + "access_token",
    "subject_token_type": TOKEN_TYPE + "jwt",
    "audience": POOL,
    "scope": CLOUD_PLATFORM,
}


@pytest.fixture(scope="module")
def server() -> Iterator[PracticeServer]:
    with practice(clock=lambda: TODAY) as google:
        yield google.server


def document(name: str) -> dict[str, Any]:
    text = (resources.files("googleapiclient.discovery_cache") / "documents" / f"{name}.json").read_text("utf-8")
    return dict(json.loads(text))


def get(server: PracticeServer, path: str, headers: Mapping[str, str] = FLAVOR) -> httpx2.Response:
    return httpx2.get(server.endpoints[MACHINE] + path, headers=headers)


def sign(server: PracticeServer, body: object, *, token: str = "", **changes: str) -> httpx2.Response:
    token = token or get(server, ROOT + "token").json()["access_token"]
    method = document("iamcredentials.v1")["resources"]["projects"]["resources"]["serviceAccounts"]["methods"][
        "signJwt"
    ]
    parts = {"projectsId": "-", "serviceAccountsId": credentials().google_email} | changes
    url = f"{server.endpoints[SIGNATURES]}/{method['flatPath'].format(**parts)}"
    assert method["httpMethod"] == "POST"
    assert method["scopes"] == [CLOUD_PLATFORM]
    return httpx2.post(url, json=body, headers={"authorization": f"Bearer {token}"})


def exchange(server: PracticeServer, **changes: str) -> httpx2.Response:
    form = FORM | {"subject_token": identity_token(credentials(), TODAY)} | changes
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return httpx2.post(f"{server.endpoints[EXCHANGE]}/v1/token", content=urlencode(form), headers=headers)


def test_a_signature_is_that_of_the_service_account_and_has_googles_form(server: PracticeServer) -> None:
    answer = sign(server, {"payload": json.dumps(CLAIMS)}).json()
    schemas = document("iamcredentials.v1")["schemas"]
    assert answer.keys() == schemas["SignJwtResponse"]["properties"].keys()
    assert jwt.decode(answer["signedJwt"], verify=False) == CLAIMS
    assert jwt.decode_header(answer["signedJwt"])["kid"] == answer["keyId"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"payload": json.dumps(CLAIMS), "delegate": []}, 400, 'Unknown name "delegate"'),
        ({"payload": "[]"}, 400, "JSON object"),
        ({"payload": "{"}, 400, "JSON object"),
        ({}, 400, "JSON object"),
        ({"payload": json.dumps({"exp": int((TODAY + timedelta(hours=13)).timestamp())})}, 400, "expiration"),
        ({"payload": json.dumps({"exp": int((TODAY - timedelta(hours=1)).timestamp())})}, 400, "expiration"),
        ({"payload": json.dumps({"exp": "soon"})}, 400, "expiration"),
    ],
)
def test_what_google_would_not_sign_is_refused(
    server: PracticeServer, body: dict[str, object], status: int, message: str
) -> None:
    answer = sign(server, body)
    assert answer.status_code == status
    assert message in answer.json()["error"]["message"]


def test_only_who_may_sign_gets_a_signature_and_only_of_accounts_that_exist(server: PracticeServer) -> None:
    body = {"payload": json.dumps(CLAIMS)}
    assert sign(server, body, token="made-up").status_code == 401
    assert sign(server, body, projectsId="practice-project").status_code == 400
    assert sign(server, body, serviceAccountsId="other@x.iam.gserviceaccount.com").status_code == 404
    assert sign(server, body, serviceAccountsId=credentials().google_client_id).status_code == 200
    before, server.permissions = server.permissions, server.permissions.without("google_token_creator")
    assert sign(server, body).status_code == 403
    server.permissions = before


def test_the_metadata_server_answers_those_only_who_say_that_they_ask_it(server: PracticeServer) -> None:
    assert get(server, ROOT + "token", {}).status_code == 403
    assert get(server, ROOT + "identity").status_code == 404
    assert get(server, ROOT + "?recursive=true").json()["email"] == credentials().google_email
    assert get(server, ROOT + "token").json()["expires_in"] > 3000


def test_an_exchange_gives_a_token_that_signs_and_has_googles_form(server: PracticeServer) -> None:
    answer = exchange(server).json()
    known = document("sts.v1")["schemas"]["GoogleIdentityStsV1ExchangeTokenResponse"]["properties"]
    assert answer.keys() <= known.keys()
    assert sign(server, {"payload": json.dumps(CLAIMS)}, token=answer["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"requested_token_type": TOKEN_TYPE + "id_token"}, "invalid_request"),
        ({"audience": POOL + "s"}, "invalid_target"),
        ({"scope": "https://mail.google.com/"}, "invalid_scope"),
        ({"subject_token": "a.b.c"}, "invalid_grant"),
        ({"subject_token": ""}, "invalid_grant"),
        ({"subject_token_type": TOKEN_TYPE + "saml2"}, "invalid_grant"),
        ({"subject_token": identity_token(credentials(), TODAY - timedelta(hours=1))}, "invalid_grant"),
        ({"subject_token": identity_token(Credentials.fresh(), TODAY)}, "invalid_grant"),
    ],
)
def test_a_token_that_the_pool_does_not_trust_is_not_exchanged(
    server: PracticeServer, changes: dict[str, str], error: str
) -> None:
    answer = exchange(server, **changes)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
