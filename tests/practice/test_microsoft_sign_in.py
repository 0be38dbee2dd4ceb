"""Signing in at the practice tenant, with the real msal and by hand."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from microsoft_practice import EXCHANGE, GRAPH, LOGIN, NOW, TENANT, Caller, credentials, organisation
from msal.oauth2cli.assertion import JwtAssertionCreator

from connectors.practice.credentials import Credentials
from connectors.practice.microsoft.assertion import ASSERTION_TYPE
from connectors.practice.microsoft.tokens import decode
from connectors.practice.server import PracticeServer

TOKEN_ENDPOINT = f"https://{LOGIN}/{TENANT}/oauth2/v2.0/token"


class Loopback:
    """What msal takes for an ``http_client``: Microsoft's addresses lead to the practice server."""

    def __init__(self, server: PracticeServer) -> None:
        self._address = server.address
        self._client = httpx2.Client()

    def get(self, url: str, **options: object) -> httpx2.Response:
        return self._client.get(self._at_home(url), **options)

    def post(self, url: str, *, data: dict[str, object], **options: object) -> httpx2.Response:
        # msal hands the assertion over as bytes, which httpx2 would send as the text "b'...'".
        form = {name: value.decode() if isinstance(value, bytes) else value for name, value in data.items()}
        return self._client.post(self._at_home(url), data=form, **options)

    def close(self) -> None:
        self._client.close()

    def _at_home(self, url: str) -> str:
        assert url.startswith("https://")
        return f"{self._address}/{url.removeprefix('https://')}"


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with PracticeServer(organisation(), credentials=credentials()) as server:
        client = Loopback(server)
        yield client
        client.close()


def application(loopback: Loopback, credential: object, tenant: str = TENANT) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        credentials().microsoft_client_id,
        authority=f"https://{LOGIN}/{tenant}",
        client_credential=credential,
        http_client=loopback,
    )


def certificate() -> dict[str, str]:
    return {
        "private_key": credentials().microsoft_key,
        "public_certificate": credentials().microsoft_certificate,
    }


def claims(token: object) -> dict[str, object]:
    return json.loads(decode(str(token).split(".")[1]))


def assertion(key: object = None, *, algorithm: str = "PS256", thumbprint: str | None = None, **changed: object) -> str:
    known = x509.load_pem_x509_certificate(credentials().microsoft_certificate.encode())
    named = {"sha256_thumbprint": thumbprint or known.fingerprint(hashes.SHA256()).hex()}
    creator = JwtAssertionCreator(key or credentials().microsoft_key, algorithm, **named)
    client = credentials().microsoft_client_id
    settings = {"audience": TOKEN_ENDPOINT, "issuer": client, "issued_at": NOW.timestamp()}
    settings |= {"expires_at": (NOW + timedelta(minutes=10)).timestamp(), **changed}
    return creator.create_normal_assertion(**settings).decode()


def refused(caller: Caller, token: str) -> int:
    answer = caller.sign_in(client_secret="", client_assertion=token, client_assertion_type=ASSERTION_TYPE)
    assert answer.status == 401
    assert answer.body["error"] == "invalid_client"
    return answer.body["error_codes"][0]


def test_msal_signs_in_with_the_secret(loopback: Loopback) -> None:
    answer = application(loopback, credentials().microsoft_secret).acquire_token_for_client(
        [f"https://{GRAPH}/.default"]
    )
    found = claims(answer["access_token"])
    assert found["tid"] == TENANT
    assert found["appid"] == credentials().microsoft_client_id
    assert "User.Read.All" in found["roles"]
    assert "Exchange.ManageAsApp" not in found["roles"]
    assert 3590 <= found["exp"] - time.time() <= 3600


def test_msal_signs_in_with_a_certificate_for_exchange(loopback: Loopback) -> None:
    answer = application(loopback, certificate()).acquire_token_for_client([f"https://{EXCHANGE}/.default"])
    assert "error" not in answer, answer
    found = claims(answer["access_token"])
    assert found["aud"] == f"https://{EXCHANGE}"
    assert found["roles"] == ["Exchange.ManageAsApp"]


def test_msal_signs_in_with_the_older_thumbprint_and_by_domain(loopback: Loopback) -> None:
    known = x509.load_pem_x509_certificate(credentials().microsoft_certificate.encode())
    thumbprint = known.fingerprint(hashes.SHA1()).hex()  # noqa: S303 - what x5t is
    old = {"private_key": credentials().microsoft_key, "thumbprint": thumbprint}
    answer = application(loopback, old, "rivera.example").acquire_token_for_client([f"https://{GRAPH}/.default"])
    assert claims(answer["access_token"])["tid"] == TENANT


def test_msal_reports_a_wrong_secret_by_microsofts_number(loopback: Loopback) -> None:
    answer = application(loopback, "wrong").acquire_token_for_client([f"https://{GRAPH}/.default"])
    assert answer["error"] == "invalid_client"
    assert answer["error_codes"] == [7000215]
    assert answer["error_description"].startswith("AADSTS7000215: Invalid client secret provided.")


def test_msal_does_not_find_a_stranger_tenant(loopback: Loopback) -> None:
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        application(loopback, "any", "stranger.example")
    answer = Caller().call(LOGIN, "GET", "/stranger.example/v2.0/.well-known/openid-configuration")
    assert (answer.status, answer.body["error_codes"]) == (400, [90002])


def test_an_unknown_application_is_told_so() -> None:
    answer = Caller().sign_in(client_id="0b1c")
    assert (answer.status, answer.body["error"], answer.body["error_codes"]) == (400, "unauthorized_client", [700016])


def test_a_sign_in_without_secret_or_certificate_is_refused() -> None:
    caller = Caller()
    body = f"grant_type=client_credentials&client_id={credentials().microsoft_client_id}".encode()
    answer = caller.call(LOGIN, "POST", f"/{TENANT}/oauth2/v2.0/token", body=body)
    assert answer.body["error_codes"] == [7000218]


def test_only_the_two_known_scopes_are_served() -> None:
    answer = Caller().sign_in(scope="https://management.azure.com/.default")
    assert (answer.status, answer.body["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_both_signature_schemes_open(algorithm: str) -> None:
    token = assertion(algorithm=algorithm)
    answer = Caller().sign_in(client_assertion=token, client_assertion_type=ASSERTION_TYPE)
    assert answer.status == 200


def test_the_loopback_address_may_be_the_audience() -> None:
    token = assertion(audience=f"http://127.0.0.1:8025/{LOGIN}/{TENANT}/oauth2/v2.0/token")
    assert Caller().sign_in(client_assertion=token, client_assertion_type=ASSERTION_TYPE).status == 200


def test_an_assertion_by_another_key_is_refused() -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refused(Caller(), assertion(stranger)) == 700027
    assert refused(Caller(), assertion(thumbprint="00" * 32)) == 700027


def test_an_assertion_for_another_place_time_or_client_is_refused() -> None:
    assert refused(Caller(), assertion(audience="https://evil.example/token")) == 700023
    assert refused(Caller(), assertion(expires_at=(NOW - timedelta(hours=1)).timestamp())) == 700024
    assert refused(Caller(), assertion(issuer="somebody")) == 700030
    assert refused(Caller(), "not.a.token") == 50027


def test_every_tenant_address_in_the_discovery_document_is_microsofts() -> None:
    document = Caller().call(LOGIN, "GET", "/rivera.example/v2.0/.well-known/openid-configuration").body
    assert document["token_endpoint"] == TOKEN_ENDPOINT
    assert document["issuer"] == f"https://{LOGIN}/{TENANT}/v2.0"
    common = Caller().call(LOGIN, "GET", "/organizations/v2.0/.well-known/openid-configuration").body
    assert common["issuer"] == f"https://{LOGIN}/{{tenantid}}/v2.0"


def test_instance_discovery_points_to_the_tenant_asked_for() -> None:
    asked = f"https://{LOGIN}/{TENANT}/oauth2/v2.0/authorize"
    answer = Caller().call(LOGIN, "GET", f"/common/discovery/instance?api-version=1.1&authorization_endpoint={asked}")
    assert answer.body["tenant_discovery_endpoint"].startswith(f"https://{LOGIN}/{TENANT}/v2.0/")
    assert LOGIN in answer.body["metadata"][0]["aliases"]


def test_an_application_without_grants_gets_a_token_without_roles() -> None:
    caller = Caller()
    caller.granted = caller.granted.without("Exchange.ManageAsApp")
    token = caller.sign_in(scope=f"https://{EXCHANGE}/.default").body["access_token"]
    assert "roles" not in claims(token)


def test_a_token_of_another_applications_server_is_not_ours() -> None:
    stranger = Credentials.fresh()
    assert stranger.microsoft_secret != credentials().microsoft_secret
    caller = Caller()
    forged = caller.token(GRAPH)["authorization"][:-4] + "AAAA"
    answer = caller.call(GRAPH, "GET", "/v1.0/organization", headers={"authorization": forged})
    assert (answer.status, answer.body["error"]["code"]) == (401, "InvalidAuthenticationToken")
