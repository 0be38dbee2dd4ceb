"""The client: batches on the wire, pages, tokens, refusals, and what may leave."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google_reading import HASTY, TODAY, connector, credentials, organisation, practice, read
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import ForbiddenRequestError, GapReason, ReadError, SignInError
from auditor.facts import UNSET, Account, Directory, Tenant
from auditor.logs import configure
from connectors.allow_list import AllowList
from connectors.door import Answer, Door
from connectors.google_workspace import multipart, single_sign_on
from connectors.google_workspace.account_fields import parse_account
from connectors.google_workspace.answers import nothing_there, read_error, refusal, throttled
from connectors.google_workspace.client import BATCH_ADDRESSES, Call, Client, listed, next_call
from connectors.google_workspace.domains import DomainsCollector
from connectors.google_workspace.effective_settings import parse_policy, parse_units, setting_of
from connectors.google_workspace.files import parse_file
from connectors.google_workspace.licences import parse_licence
from connectors.google_workspace.mail_rules import SETTINGS
from connectors.google_workspace.reads import DRIVE_BATCH, GMAIL_BATCH, RULES
from connectors.google_workspace.roles import parse_assignment, parse_role
from connectors.google_workspace.scopes import ALL, GMAIL_SETTINGS, POLICIES, USERS
from connectors.google_workspace.sign_in import Identity
from connectors.google_workspace.sign_in_rules import TOKEN_URL
from connectors.google_workspace.signers import KeySigner
from connectors.google_workspace.subjects import Subjects
from connectors.practice.faults import Fault, Faults

OWNER = Account(tenant="t", key="7", label="Ann", address="ann@org.example")
TENANT = Tenant(tenant="t", key="t", label="org.example", connector="google_workspace", vendor_id="C0")
DIRECTORY = Directory(TENANT, {"7": OWNER}, frozenset({"org.example"}), domains_complete=True)
LIST = AllowList(RULES)
FILTERS = "https://gmail.googleapis.com/gmail/v1/users/ann%40org.example/settings/filters?alt=json"


def key_file(**changes: Any) -> bytes:  # noqa: ANN401 - fields of a key file
    return json.dumps(credentials().service_account() | changes).encode()


@pytest.fixture
def client() -> Client:
    door = Door(RULES, patience=HASTY)
    return Client(
        door, Identity(door, KeySigner(key_file())), Subjects.one("it@org.example"), wall=lambda: datetime.now(UTC)
    )


# --- what may leave


@pytest.mark.parametrize(
    ("service", "document"),
    [
        ("gmail", "gmail.v1"),
        ("drive", "drive.v3"),
        ("directory", "admin.directory_v1"),
        ("groups", "groupssettings.v1"),
        ("calendar", "calendar.v3"),
    ],
)
def test_batches_go_where_the_discovery_document_says(service: str, document: str) -> None:
    text = resources.files("googleapiclient").joinpath(f"discovery_cache/documents/{document}.json").read_text()
    told = json.loads(text)
    assert BATCH_ADDRESSES[service] == told["rootUrl"] + told["batchPath"]


@pytest.mark.parametrize("url", [GMAIL_BATCH, DRIVE_BATCH])
def test_a_batch_that_we_wrote_is_let_out(url: str) -> None:
    target = FILTERS if url == GMAIL_BATCH else "https://www.googleapis.com/drive/v3/files?q=%27me%27+in+owners"
    _, body = multipart.encode({0: (target, "ya29.a-b_c"), 1: (target, "t")})
    assert LIST.demand("POST", url, body)


def tampered(old: str, new: str) -> bytes:
    _, body = multipart.encode({0: (FILTERS, "token"), 1: (FILTERS, "token")})
    assert old.encode() in body
    return body.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("GET", "POST"),
        ("GET", "DELETE"),
        ("GET", "get"),
        ("/settings/filters", "/messages"),
        ("/gmail/v1/users/ann%40org.example/settings/filters", "/gmail/v1/users/ann/../x/settings/filters"),
        ("/gmail/v1/users/ann%40org.example/settings/filters", "/gmail/v1/users/a%2Fb/settings/filters"),
        ("/gmail/v1/users/ann%40org.example/settings/filters", "/drive/v3/files"),
        ("GET /gmail", "GET https://evil.example/gmail"),
        ("GET /gmail", "GET //evil.example/gmail"),
        ("Accept:", "X-HTTP-Method-Override: DELETE\r\nAccept:"),
        ("Accept: application/json\r\n\r\n", 'Accept: application/json\r\n\r\n{"body": 1}'),
        ("application/http", "multipart/mixed; boundary=b"),
        ("--auditor-reads\r\n", "a preamble\r\n--auditor-reads\r\n"),
        ("--auditor-reads--\r\n", ""),
        ("--auditor-reads--\r\n", "--auditor-reads--\r\nan epilogue"),
        ("--auditor-reads--\r\n", "--auditor-reads--\r\n--auditor-reads\r\n\r\nDELETE / HTTP/1.1\r\n"),
        ("\r\n", "\n"),
        ("Bearer token", "Bearer token\r\n\r\n--auditor-reads\r\nContent-ID: <9>\r\n\r\nDELETE /x HTTP/1.1"),
        ("token", "tok\u00e9n"),
    ],
)
def test_a_batch_that_is_anything_else_is_refused(old: str, new: str) -> None:
    with pytest.raises(ForbiddenRequestError) as caught:
        LIST.demand("POST", GMAIL_BATCH, tampered(old, new))
    assert "token" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"--", b"--auditor-reads--\r\n", b"\xff", b"{}", b"\r\n" * 10])
def test_a_batch_without_parts_is_refused(body: bytes) -> None:
    with pytest.raises(ForbiddenRequestError):
        LIST.demand("POST", GMAIL_BATCH, body)


GRANT = b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="


@pytest.mark.parametrize(
    "body",
    [b"", GRANT, GRANT + b"a.b.c&grant_type=refresh_token", GRANT + b"a b", b"x" + GRANT + b"a.b.c", b"token=abc"],
)
def test_only_the_exchange_of_an_assertion_goes_to_the_token_address(body: bytes) -> None:
    assert LIST.demand("POST", TOKEN_URL, GRANT + b"aZ_-9.b.c")
    with pytest.raises(ForbiddenRequestError):
        LIST.demand("POST", TOKEN_URL, body)


@pytest.mark.parametrize(
    "url",
    [
        "https://gmail.googleapis.com/gmail/v1/users/ann/messages",
        "https://gmail.googleapis.com/gmail/v1/users/ann/settings/filters/1",
        "https://admin.googleapis.com/admin/directory/v1/users/ann/verificationCodes",
        "https://www.googleapis.com/drive/v3/files/1?alt=media",
        "https://oauth2.googleapis.com/revoke",
    ],
)
def test_what_the_connector_has_no_business_with_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenRequestError):
        LIST.demand("GET", url, b"")


# --- batches on the wire


def answered(*parts: bytes, boundary: str = "b", kind: str = 'multipart/mixed; boundary="b"') -> Answer:
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return Answer(200, {"content-type": kind}, body + b"--" + boundary.encode() + b"--")


def part(number: object, body: bytes = b"{}", status: bytes = b"200 OK", header: bytes = b"") -> bytes:
    head = f"Content-Type: application/http\r\nContent-ID: <response-{number}>\r\n\r\n".encode()
    return head + b"HTTP/1.1 " + status + b"\r\nContent-Type: application/json\r\n" + header + b"\r\n" + body


def test_answers_come_in_any_order_and_are_put_in_ours() -> None:
    found = multipart.decode(answered(part(1, b'{"a":1}'), part(0, b"", b"404 Not Found")), [0, 1])
    assert [(each.status, each.body) for each in found.values()] == [(404, b""), (200, b'{"a":1}')]


def test_what_is_no_ascii_arrives_unchanged() -> None:
    text = '{"name": "Pl\u00e4ne \U0001f512 \u202e"}'
    found = multipart.decode(answered(part(0, text.encode())), [0])
    assert found[0].json() == json.loads(text)


def test_a_part_has_its_own_retry_after() -> None:
    found = multipart.decode(answered(part(0, b"", b"429 Later", b"Retry-After: 7\r\n")), [0])
    assert (found[0].status, found[0].headers["retry-after"]) == (429, "7")


def test_line_ends_of_either_kind_are_read() -> None:
    answer = answered(part(0, b'{"a":1}'), part(1))
    unix = Answer(200, answer.headers, answer.body.replace(b"\r\n", b"\n"))
    assert multipart.decode(unix, [0, 1])[0].json() == {"a": 1}


@pytest.mark.parametrize(
    "lost", [part(7), part("x"), part("9" * 5000), part("\u0663"), b"", b"no head", part(0, status=b"OK"), part(0)[:70]]
)
def test_a_part_that_is_missing_or_unreadable_is_a_passing_failure(lost: bytes) -> None:
    found = multipart.decode(answered(lost, part(1)), [0, 1])
    assert [each.status for each in found.values()] == [502, 200]


def test_the_last_part_of_a_batch_that_was_cut_off_is_a_passing_failure() -> None:
    whole = answered(part(0), part(1, b'{"a": [1, 2, 3]}'))
    for length in range(len(whole.body) - 40, len(whole.body) - 6):
        cut = Answer(200, whole.headers, whole.body[:length])
        assert [each.status for each in multipart.decode(cut, [0, 1]).values()] == [200, 502]


@pytest.mark.parametrize("kind", ["", "text/html", "application/json", "multipart/mixed", "multipart/mixed; boundary="])
def test_an_answer_that_is_no_batch_is_malformed(kind: str) -> None:
    with pytest.raises(ReadError) as caught:
        multipart.decode(answered(part(0), kind=kind), [0])
    assert caught.value.reason is GapReason.MALFORMED


@given(st.text(max_size=40), st.binary(max_size=80))
def test_any_batch_answer_is_read_or_malformed(kind: str, body: bytes) -> None:
    for content_type in (kind, f"multipart/mixed; boundary={kind}", "multipart/mixed; boundary=b"):
        answer = Answer(200, {"content-type": content_type}, b"--b\r\n" + body + part(0) + b"\r\n--b--")
        try:
            found = multipart.decode(answer, [0, 1])
        except ReadError:
            continue
        assert set(found) == {0, 1}


# --- pages


@pytest.mark.parametrize("token", [5, ["a"], {"a": 1}, True, "a" * 5000, "\ud800", "\u00e4"])
def test_a_page_token_that_is_none_is_a_listing_that_breaks_off(client: Client, token: object) -> None:
    users = client.directory.users()
    call = Call(users.list(customer="C0"), "a@b.example", USERS)
    with pytest.raises(ReadError) as caught:
        next_call(users, call, {"nextPageToken": token}, set())
    assert caught.value.reason is GapReason.PARTIAL


def test_pages_follow_each_other_until_a_token_repeats(client: Client) -> None:
    users = client.directory.users()
    call = Call(users.list(customer="C0"), "a@b.example", USERS)
    seen: set[str] = set()
    following = next_call(users, call, {"nextPageToken": "x/y="}, seen)
    assert following is not None
    assert "pageToken=x%2Fy%3D" in following.request.uri
    for last in ({}, {"nextPageToken": ""}, {"nextPageToken": None}):
        assert next_call(users, following, last, seen) is None
    with pytest.raises(ReadError):
        next_call(users, following, {"nextPageToken": "x/y="}, seen)


# --- refusals


def refused(code: int, message: str = "", /, *reasons: str, **details: object) -> Answer:
    error: dict[str, object] = {"code": code, "message": message, "errors": [{"reason": each} for each in reasons]}
    return Answer(code, {}, json.dumps({"error": error | details}).encode())


DISABLED = [{"reason": "SERVICE_DISABLED", "metadata": {"service": "drive.googleapis.com"}}]


@pytest.mark.parametrize(
    ("answer", "later"),
    [
        (refused(403, "", "userRateLimitExceeded"), True),
        (refused(403, "", "quotaExceeded"), True),
        (refused(403, status="RESOURCE_EXHAUSTED"), True),
        (refused(403, details=[{"reason": "RATE_LIMIT_EXCEEDED"}]), True),
        (refused(429), True),
        (refused(403, "", "forbidden"), False),
        (refused(400, "", "quotaExceeded"), False),
        (Answer(403, {}, b"quotaExceeded"), False),
    ],
)
def test_which_refusals_mean_later(answer: Answer, *, later: bool) -> None:
    assert throttled(answer) is later


@pytest.mark.parametrize(
    ("answer", "there"),
    [
        (refused(400, "Mail service not enabled", "failedPrecondition"), False),
        (refused(404, "Requested entity was not found.", "notFound"), False),
        (refused(404, status="NOT_FOUND"), False),
        (refused(400, "Bad Request"), True),
        (refused(403, "Mail service not enabled"), True),
        (Answer(404, {}, b"<html>a proxy's own page</html>"), True),
        (Answer(404, {}, b""), True),
        (Answer(200, {}, b"{}"), True),
    ],
)
def test_which_refusals_say_that_there_is_nothing_to_read(answer: Answer, *, there: bool) -> None:
    assert (nothing_there(answer) is None) is there


def test_a_refusal_is_told_with_the_clicks_that_mend_it() -> None:
    assert "drive.googleapis.com" in read_error(refused(403, details=DISABLED), USERS).remedy
    assert "delegation" in read_error(refused(403, "Delegation denied for a@b"), GMAIL_SETTINGS).message
    assert "super administrator" in read_error(refused(403), POLICIES).remedy
    for scope in ALL:
        assert scope.url in read_error(refused(401), scope).remedy
    assert read_error(Answer(400, {}, b"SECRET"), USERS).reason is GapReason.MALFORMED


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.integers(100, 599), anything)
def test_any_refusal_can_be_read(status: int, error: object) -> None:
    for body in (error, {"error": error}, {"error": {"errors": error, "details": error, "message": error}}):
        answer = Answer(status, {}, json.dumps(body).encode())
        assert refusal(answer).status == status
        assert isinstance(throttled(answer), bool)
        assert isinstance(read_error(answer, USERS), ReadError)
        nothing_there(answer)


# --- parsers are total

FIELDS = [
    "id", "primaryEmail", "name", "fullName", "isAdmin", "isDelegatedAdmin", "suspended", "archived", "lastLoginTime",
    "aliases", "nonEditableAliases", "recoveryEmail", "roleId", "roleName", "assignedTo", "assigneeType", "domainName",
    "verified", "isPrimary", "enabled", "emailAddress", "disposition", "forwardingAddresses", "forwardingEmail",
    "verificationStatus", "filter", "criteria", "action", "forward", "addLabelIds", "removeLabelIds", "delegates",
    "delegateEmail", "permissions", "type", "role", "domain", "deleted", "expirationTime", "allowFileDiscovery",
    "shared", "mimeType", "setting", "value", "policyQuery", "query", "sortOrder", "orgUnit", "group", "orgUnitPath",
    "orgUnitId", "parentOrgUnitPath", "parentOrgUnitId", "targetOrgUnit", "targetGroup", "ssoMode", "rank",
    "samlSsoInfo", "inboundSamlSsoProfile", "signInBehavior", "displayName", "userId", "productId", "skuId",
]  # fmt: skip
values = st.sampled_from(
    [
        "user",
        "anyone",
        "domain",
        "owner",
        "a@b.example",
        "accepted",
        "TRASH",
        "2026-01-01T00:00:00Z",
        "\ud800",
        "/",
        "/a/b",
        "SAML_SSO",
    ]
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5) | values
wires = st.dictionaries(
    st.sampled_from(FIELDS),
    st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
        max_leaves=10,
    ),
    max_size=8,
)
PARSERS: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "account": lambda wire: parse_account(wire, "t"),
    "role": parse_role,
    "assignment": parse_assignment,
    "domain": lambda wire: DomainsCollector(None, TENANT)._domain(wire, "domainName"),  # type: ignore[arg-type]  # noqa: SLF001 - pure
    "file": lambda wire: parse_file(wire, OWNER, DIRECTORY),
    "policy": parse_policy,
    "single sign-on": single_sign_on.parse_assignment,
    "identity provider": single_sign_on.parse_profile,
    "licence": parse_licence,
    "setting": setting_of,
    "units": lambda wire: parse_units([wire, wire]),
    "listing": lambda wire: listed(wire, "filter"),
    **{
        each.known.get("mechanism", each.kind): lambda wire, each=each: list(each.parse(wire, OWNER))
        for each in SETTINGS
    },
}


@pytest.mark.parametrize("name", PARSERS)
@given(wire=wires)
def test_any_object_gives_facts_or_a_read_error_and_nothing_else(name: str, wire: dict[str, Any]) -> None:
    try:
        parsed = PARSERS[name](wire)
    except ReadError as error:
        assert error.reason in {GapReason.MALFORMED, GapReason.LIMITATION}  # noqa: PT017 - either way is fine
    else:
        if name not in {"policy", "listing"}:  # these still hold wire values
            repr(parsed).encode()


# --- tokens

LATER = Fault("rate_limited", inner=True, times=4, seconds=0.0)


def other_key(kind: str) -> str:
    made = ec.generate_private_key(ec.SECP256R1())
    password = serialization.BestAvailableEncryption(b"x") if kind == "locked" else serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, password).decode()


BAD_KEYS = {
    "nothing": lambda: b"",
    "no JSON": lambda: b"PLANTED",
    "a list": lambda: b'["PLANTED"]',
    "a number": lambda: b"5",
    "deep JSON": lambda: b"[" * 100_000,
    "no UTF-8": lambda: b"\xff\xfePLANTED",
    "without key": lambda: b'{"client_email": "PLANTED"}',
    "without address": lambda: json.dumps({"private_key": credentials().google_key}).encode(),
    "key of a number": lambda: key_file(private_key=5),
    "broken key": lambda: key_file(private_key="-----BEGIN PRIVATE KEY-----\nPLANTED\n-----END PRIVATE KEY-----\n"),
    "elliptic key": lambda: key_file(private_key=other_key("elliptic")),
    "locked key": lambda: key_file(private_key=other_key("locked")),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_file_that_is_no_key_is_refused_at_once_and_not_shown(name: str) -> None:
    with pytest.raises(SignInError) as caught:
        KeySigner(BAD_KEYS[name]())
    text = "".join(traceback.format_exception(caught.value))
    assert "PLANTED" not in text
    assert caught.value.__cause__ is None
    assert "Keys" in caught.value.remedy


def test_a_key_that_google_does_not_know_is_a_refused_sign_in() -> None:
    stranger = credentials().fresh()
    with practice() as server:
        server.credentials = stranger
        with pytest.raises(SignInError, match="refuses the key"):
            read(server)


def test_somebody_who_cannot_be_impersonated_is_named() -> None:
    with practice() as server:
        google = connector(server)
        with pytest.raises(ReadError, match="act as nobody@org") as caught:
            google._identity.token("nobody@org.example", USERS)  # noqa: SLF001 - the identity is under test
        google.close()
    assert caught.value.reason is GapReason.DENIED


def test_an_unreachable_sign_in_is_not_tried_for_every_scope() -> None:
    with practice(Fault("server_error", host="oauth2.googleapis.com")) as server:
        with pytest.raises(SignInError, match="failed 3 times"):
            read(server)
        assert server.requests["oauth2.googleapis.com", "POST /token"] == HASTY.tries


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"access_token": 5, "expires_in": 1},
        {"access_token": "", "expires_in": 1},
        {"access_token": "a b", "expires_in": 1},
        {"access_token": "PLANTED\r\nX: y", "expires_in": 1},
        {"access_token": "caf\u00e9", "expires_in": 1},
        {"access_token": "good", "expires_in": "3600"},
    ],
)
def test_a_token_that_is_none_is_malformed_and_never_sent(fields: dict[str, object]) -> None:
    class Giving(Door):
        def send(self, *_: object, **__: object) -> Answer:
            return Answer(200, {}, json.dumps(fields).encode())

    with pytest.raises(ReadError) as caught:
        Identity(Giving(RULES), KeySigner(key_file())).token("a@b.example", USERS)
    assert caught.value.reason is GapReason.MALFORMED
    assert "PLANTED" not in str(caught.value)


def test_a_token_that_ran_out_in_mid_run_is_fetched_once_for_all_parts_and_tries_that_carry_it() -> None:
    address = next(each.address for each in organisation().google.accounts if not each.suspended and each.has_gmail)
    moment = [TODAY]
    with practice(clock=lambda: moment[0]) as server:
        google = connector(server, now=lambda: moment[0])
        client = google._client  # noqa: SLF001 - the client is under test
        calls = [Call(setting.request(client, address), address, GMAIL_SETTINGS) for setting in SETTINGS]
        fetched = []
        for faults in ((), (), (Fault("unauthorized", inner=True, times=4), LATER)):
            server.faults = Faults(faults)
            results = client.batch("gmail", calls)
            assert [each.status for each in results if isinstance(each, Answer)] == [200] * 4
            fetched.append(server.requests["oauth2.googleapis.com", "POST /token"])
            moment[0] += timedelta(hours=2)  # for the server's clock, not for ours, which tells how long a token lasts
        google.close()
    assert fetched == [1, 2, 3]


def test_no_token_and_no_key_is_in_a_log_or_a_gap() -> None:
    stream = io.StringIO()
    configure(level="debug", stream=stream)
    libraries = [logging.getLogger(name) for name in ("httpx2", "httpcore2", "googleapiclient", "google.auth")]
    for library in libraries:
        library.setLevel(logging.DEBUG)
    try:
        with practice(Fault("malformed", rate=0.2, inner=True), Fault("reset", rate=0.05)) as server:
            found = read(server)
    finally:
        for library in libraries:
            library.setLevel(logging.NOTSET)
    assert found.gaps
    shown = stream.getvalue() + repr(found.gaps)
    assert '"event": "call"' in shown
    for secret in ("ya29.", "Bearer", "eyJ", "assertion", "PRIVATE KEY"):
        assert secret not in shown


def test_unset_is_falsy_which_the_parsers_rely_on() -> None:
    assert not UNSET
