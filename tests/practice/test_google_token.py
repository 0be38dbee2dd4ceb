from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from google.auth import crypt, jwt
from google.auth.exceptions import RefreshError
from google_practice import ADMIN, AUTH, GMAIL, TOKEN, Google, credentials, practice

from connectors.practice.credentials import Credentials
from connectors.practice.generator import generate
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

CANONICAL = "https://oauth2.googleapis.com/token"
USER_SCOPE = AUTH + "admin.directory.user.readonly"
USERS = "/admin/directory/v1/users"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with practice() as client:
        yield client


def claims(google: Google, **changes: object) -> dict[str, object]:
    now = int(time.time())
    usual = {
        "iss": credentials().google_email,
        "sub": google.server.organisation.google.admin,
        "scope": USER_SCOPE,
        "aud": CANONICAL,
        "iat": now,
        "exp": now + 3600,
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def ask(google: Google, assertion: str, grant: str = "urn:ietf:params:oauth:grant-type:jwt-bearer") -> httpx2.Response:
    form = {"grant_type": grant, "assertion": assertion}
    return google.http.post(google.server.endpoints[TOKEN] + "/token", data=form)


def signed(content: dict[str, object], key: str | None = None) -> str:
    return jwt.encode(crypt.RSASigner.from_string(key or credentials().google_key), content).decode()


def test_google_auth_gets_a_token_that_opens_the_directory(google: Google) -> None:
    assert google.get(ADMIN, USERS, customer="my_customer")["users"]


def test_the_canonical_audience_and_the_loopback_address_are_both_taken(google: Google) -> None:
    for audience in (CANONICAL, google.server.endpoints[TOKEN] + "/token"):
        body = ask(google, signed(claims(google, aud=audience))).json()
        assert body["token_type"] == "Bearer"
        assert body["expires_in"] == 3600


@pytest.mark.parametrize(
    ("changes", "status", "error", "description"),
    [
        ({"aud": "https://evil.example/token"}, 400, "invalid_grant", "audience"),
        ({"iss": "someone@else.example"}, 400, "invalid_grant", "account not found"),
        ({"sub": "nobody@rivera-campaign.example"}, 400, "invalid_grant", "Invalid email or User ID"),
        ({"sub": None}, 400, "invalid_grant", "Invalid email or User ID"),
        ({"scope": ""}, 400, "invalid_scope", "Invalid OAuth scope"),
        ({"scope": AUTH + "gmail.modify"}, 401, "unauthorized_client", "Client is unauthorized"),
        ({"scope": f"{USER_SCOPE} {AUTH}gmail.modify"}, 401, "unauthorized_client", "Client is unauthorized"),
        ({"exp": None}, 400, "invalid_grant", "short-lived token"),
        ({"exp": int(time.time()) + 7200}, 400, "invalid_grant", "short-lived token"),
        ({"iat": 1_600_000_000, "exp": 1_600_003_600}, 400, "invalid_grant", "short-lived token"),
        ({"iat": 4_000_000_000, "exp": 4_000_003_600}, 400, "invalid_grant", "short-lived token"),
    ],
)
def test_a_wrong_assertion_gets_no_token(
    google: Google, changes: dict[str, object], status: int, error: str, description: str
) -> None:
    answer = ask(google, signed(claims(google, **changes)))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert description in answer.json()["error_description"]


def test_a_key_that_is_not_ours_gets_no_token(google: Google) -> None:
    answer = ask(google, signed(claims(google), Credentials.fresh().google_key))
    assert answer.json() == {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}


def test_an_assertion_that_was_changed_after_signing_gets_no_token(google: Google) -> None:
    head, _, signature = signed(claims(google)).split(".")
    other = signed(claims(google, scope=AUTH + "gmail.settings.basic")).split(".")[1]
    assert ask(google, f"{head}.{other}.{signature}").json()["error"] == "invalid_grant"


def test_an_algorithm_other_than_rs256_gets_no_token(google: Google) -> None:
    # The signature itself is good: only the header claims another algorithm.
    head = jwt.encode(crypt.RSASigner.from_string(credentials().google_key), {}, header={"alg": "none"}).split(b".")[0]
    body = signed(claims(google)).split(".")[1].encode()
    key = serialization.load_pem_private_key(credentials().google_key.encode(), password=None)
    signature = key.sign(head + b"." + body, padding.PKCS1v15(), hashes.SHA256())
    assertion = b".".join([head, body, jwt._helpers.unpadded_urlsafe_b64encode(signature)]).decode()  # noqa: SLF001 - the encoder google-auth uses
    assert ask(google, assertion).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("assertion", ["", "a.b", "a.b.c", "e30.e30.e30", "....", "é.é.é", "bnVsbA.bnVsbA.x"])
def test_something_that_is_no_assertion_gets_no_token(google: Google, assertion: str) -> None:
    assert ask(google, assertion).status_code == 400


def test_another_grant_type_gets_no_token(google: Google) -> None:
    assert ask(google, signed(claims(google)), "password").json()["error"] == "unsupported_grant_type"


def test_a_suspended_account_cannot_be_impersonated(google: Google) -> None:
    suspended = next(each for each in google.server.organisation.google.accounts if each.suspended)
    with pytest.raises(RefreshError, match="Invalid email or User ID"):
        google.token(suspended.address)


def test_google_auth_says_which_client_is_unauthorised() -> None:
    lacking = Permissions().without("gmail.settings.basic")
    with practice(permissions=lacking) as google, pytest.raises(RefreshError, match="unauthorized_client"):
        google.token()


def test_a_token_ends_when_its_time_has_come() -> None:
    moment = [datetime.now(UTC)]
    with practice(clock=lambda: moment[0]) as google:
        google.get(ADMIN, USERS, customer="my_customer")
        moment[0] += timedelta(minutes=59)
        google.get(ADMIN, USERS, customer="my_customer")
        moment[0] += timedelta(minutes=2)
        answer = google.answer(ADMIN, USERS, customer="my_customer")
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_the_lifetime_of_tokens_can_be_set() -> None:
    short = replace(credentials(), google_token_lifetime=timedelta(seconds=0))
    organisation = generate(today=datetime.now(UTC))
    with PracticeServer(organisation, credentials=short) as server, Google(server) as google:
        assert google.error(ADMIN, USERS, customer="my_customer")[0] == 401


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ya29.made-up", "Basic YTpi"])
def test_without_a_token_of_ours_nothing_is_answered(google: Google, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = google.http.get(google.server.endpoints[GMAIL] + "/gmail/v1/users/me/settings/filters", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"
    assert answer.json()["error"]["errors"][0]["reason"] == "authError"
