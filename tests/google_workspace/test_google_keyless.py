"""Signing in without a key: by the machine's own account or another provider's token, with the same report as a key."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from google_reading import HASTY, TODAY, Reading, access, connector, credentials, practice, read
from ruamel.yaml import YAML

from auditor import engine
from auditor.cli import wiring
from auditor.cli.practice_setup import write_configuration
from auditor.cli.progress import Silent
from auditor.config import load
from auditor.errors import AuditorError, ForbiddenRequestError, GapReason, ReadError, SignInError, UsageError
from auditor.logs import configure
from auditor.models import Report
from auditor.secrets import SecretError
from connectors.allow_list import AllowList
from connectors.door import Answer, Door
from connectors.google_workspace import Access
from connectors.google_workspace.federation import federated
from connectors.google_workspace.keyless import MACHINE_ENDPOINT, Keyless, KeylessSigner, _Transport
from connectors.google_workspace.reads import RULES
from connectors.google_workspace.scopes import ALL, USERS
from connectors.google_workspace.sign_in_rules import EXCHANGE_URL, MACHINE, TOKEN_URL, signature_url
from connectors.practice.faults import Fault, Kind
from connectors.practice.google.cloud import credential_configuration, identity_token
from connectors.practice.process import serving
from connectors.practice.server import PracticeServer

EMAIL = "auditor@practice-project.iam.gserviceaccount.com"
TOKEN_FILE = "/run/identity/token"
SIGNATURE = ("iamcredentials.googleapis.com", "POST /v1/projects/{}/serviceAccounts/{}")
LIST = AllowList(RULES)

ReadFile = Callable[[Path], bytes]


def nowhere(path: Path) -> bytes:
    raise SecretError(f"{path} does not exist", "Look where it is.")


def given(server: PracticeServer, read_file: ReadFile | None = None, **changes: Any) -> Access:  # noqa: ANN401 - fields
    """Return what opens the customer without a key: with ``read_file`` by federation, else as a machine."""
    configuration = json.dumps(credential_configuration(TOKEN_FILE) | changes).encode()
    keyless = Keyless(
        service_account=EMAIL,
        client_id=server.credentials.google_client_id,
        federation=configuration if read_file else None,
        read_file=read_file or nowhere,
    )
    return replace(access(server), key=b"", signer=partial(KeylessSigner, keyless))


def provided(server: PracticeServer, now: datetime = TODAY) -> ReadFile:
    """Return what reads the token that the identity provider writes at ``now``."""
    return lambda path: identity_token(server.credentials, now).encode() if path == Path(TOKEN_FILE) else b""


def refusal(server: PracticeServer, opened: Access) -> SignInError:
    google = connector(server, given=opened)
    with pytest.raises(SignInError) as caught:
        google.identify()
    google.close()
    return caught.value


# --- the same as with a key


def test_a_machine_in_google_cloud_reads_the_very_same_without_a_key() -> None:
    with practice() as server:
        whole = read(server)
        before = server.requests
        found = read(server, given=given(server))
        asked = server.requests - before
    assert_same(found, whole)
    assert asked[SIGNATURE] == asked["oauth2.googleapis.com", "POST /token"] > 0
    assert sum(number for (host, _), number in asked.items() if host == MACHINE) == 2


def test_the_token_of_another_identity_provider_reads_the_very_same_without_a_key() -> None:
    with practice() as server:
        whole = read(server, only="events")
        found = read(server, only="events", given=given(server, provided(server)))
        assert server.requests["sts.googleapis.com", "POST /v1/token"] == 1
        assert not any(host == MACHINE for host, _ in server.requests)
    assert_same(found, whole)


def assert_same(found: Reading, whole: Reading) -> None:
    assert found.gaps == whole.gaps == []
    assert set(found.facts) == set(whole.facts)
    assert len(found.facts) == len(whole.facts)


def test_the_report_is_the_same_to_the_letter(tmp_path: Path) -> None:
    with practice() as server:
        path = write_configuration(tmp_path, serving(server), server.credentials)
        by_key = reported(path, {"key_file": "google-service-account.json"})
        account = {"service_account": EMAIL, "client_id": int(server.credentials.google_client_id)}
        (tmp_path / "token").write_text(identity_token(server.credentials, TODAY))
        (tmp_path / "federation.json").write_text(json.dumps(credential_configuration(str(tmp_path / "token"))))
        for name in ("token", "federation.json"):
            (tmp_path / name).chmod(0o600)
        keyless = reported(path, {"keyless": account | {"federation_file": "federation.json"}})
    assert by_key.findings
    assert keyless == by_key


def reported(path: Path, signing_in: dict[str, Any]) -> Report:
    """Return the report on Google alone, as the configuration in ``path`` has it but for how to sign in."""
    document = YAML(typ="safe").load(path)
    document["tenants"] = [document["tenants"][0] | {"credentials": signing_in, "shared_drives": False}]
    mine = path.with_name("mine.yaml")
    with mine.open("w") as stream:
        YAML().dump(document, stream)
    plan = wiring.plan(load(mine), clock=lambda: TODAY, stop=threading.Event())
    return engine.audit(plan, audit_id="practice", clock=lambda: TODAY, stop=threading.Event(), progress=Silent())


# --- what may go wrong


@pytest.mark.parametrize(
    ("without", "message", "remedy"),
    [
        ("google_token_creator", "does not let us sign", "Service Account Token Creator"),
        ("iamcredentials.googleapis.com", "API that signs is not enabled", "IAM Service Account Credentials API"),
    ],
)
def test_what_google_wants_before_it_signs_is_named(without: str, message: str, remedy: str) -> None:
    with practice(without=(without,)) as server:
        error = refusal(server, given(server))
    assert message in error.message
    assert remedy in error.remedy


def test_a_service_account_that_does_not_exist_is_named() -> None:
    with practice() as server:
        other = Keyless(service_account="other@x.iam.gserviceaccount.com", client_id="1", read_file=nowhere)
        error = refusal(server, replace(given(server), signer=partial(KeylessSigner, other)))
    assert "does not know the service account other@x" in error.message


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault("server_error", host=MACHINE), "no metadata server"),
        (Fault("reset", host=MACHINE), "no metadata server"),
        (Fault("denied", host=MACHINE), "gives no token"),
        (Fault("malformed", host=MACHINE, variant="cut_json"), "gives no token"),
        (Fault("redirect", host=MACHINE), "redirect"),
        (Fault("malformed", host=SIGNATURE[0], variant="html"), "not a JSON object"),
        (Fault("server_error", host=SIGNATURE[0]), "failed 3 times"),
        (Fault("unauthorized", host=SIGNATURE[0]), "does not let us sign"),
    ],
)
def test_a_sign_in_that_fails_is_a_sign_in_error_and_nothing_is_read(fault: Fault, message: str) -> None:
    with practice(fault) as server:
        error = refusal(server, given(server))
        assert "admin.googleapis.com" not in {host for host, _ in server.requests}
    assert message in error.message
    assert error.remedy


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "reset"])
@pytest.mark.parametrize("host", [MACHINE, "sts.googleapis.com", SIGNATURE[0]])
def test_a_sign_in_that_fails_once_is_tried_again(host: str, kind: Kind) -> None:
    with practice(Fault(kind, times=1, host=host, seconds=0.0)) as server:
        opened = given(server, provided(server) if host == "sts.googleapis.com" else None)
        google = connector(server, given=opened)
        assert google.identify().label == "rivera-campaign.example"
        google.close()
        assert sum(server.faults.struck().values()) == 1


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (TODAY - timedelta(hours=1), "refuses the token of the identity provider (invalid_grant)"),
        (None, "does not exist"),
    ],
)
def test_a_token_of_the_provider_that_is_old_or_missing_is_named(made: datetime | None, message: str) -> None:
    with practice() as server:
        error = refusal(server, given(server, nowhere if made is None else provided(server, made)))
    assert message in error.message


@pytest.mark.parametrize("content", [b"", b"PLANTED TOKEN", b"\xff", b'{"value": 5}', b"a.b.c\nd.e.f"])
def test_a_file_that_holds_no_token_sends_nothing(content: bytes) -> None:
    with practice() as server:
        error = refusal(server, given(server, lambda _: content))
        assert not server.requests
    assert "There is no token in" in error.message
    assert "PLANTED" not in error.message


def test_a_token_may_stand_in_a_field_of_json() -> None:
    with practice() as server:
        form = {"type": "json", "subject_token_field_name": "value"}
        written = json.dumps({"value": identity_token(server.credentials, TODAY)}).encode()
        opened = given(server, lambda _: written, credential_source={"file": TOKEN_FILE, "format": form})
        google = connector(server, given=opened)
        assert google.identify().label == "rivera-campaign.example"
        google.close()


def test_the_token_that_allows_to_sign_is_fetched_anew_when_google_refuses_it() -> None:
    moment = [TODAY]
    with practice(clock=lambda: moment[0]) as server:
        google = connector(server, given=given(server), now=lambda: moment[0])
        google.identify()
        moment[0] += timedelta(hours=2)
        assert google._identity.token("chloe.kim@rivera-campaign.example", USERS)  # noqa: SLF001 - under test
        google.close()
        assert server.requests[SIGNATURE] == 3  # one of them refused


# --- what a credential configuration may not do


SOURCE = {"file": TOKEN_FILE}
IMPERSONATION = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:generateAccessToken"
HARMFUL: dict[str, tuple[dict[str, Any], str]] = {
    "a program": ({"credential_source": {"executable": {"command": "/bin/sh -c x"}}}, "a program to run"),
    "a program beside": ({"credential_source": SOURCE | {"executable": {"command": "x"}}}, "a program to run"),
    "an address": ({"credential_source": {"url": "https://evil.example/token"}}, "from an address"),
    "an address of the machine": ({"credential_source": {"url": "http://169.254.169.254/x"}}, "from an address"),
    "AWS": ({"credential_source": {"environment_id": "aws1", "region_url": "http://169.254.169.254"}}, "AWS"),
    "a certificate": ({"credential_source": {"certificate": {"use_default_certificate_config": True}}}, "certificate"),
    "a relative file": ({"credential_source": {"file": "token"}}, "whole path"),
    "no file": ({"credential_source": {}}, "whole path"),
    "two sources": ({"credential_source": SOURCE | {"headers": {}}}, "more than file and format"),
    "a format": ({"credential_source": SOURCE | {"format": {"type": "xml"}}}, "format"),
    "a format without field": ({"credential_source": SOURCE | {"format": {"type": "json"}}}, "format"),
    "no source": ({"credential_source": None}, "no credential_source"),
    "a foreign exchange": ({"token_url": "https://evil.example/v1/token"}, "token_url"),
    "a regional exchange": ({"token_url": "https://sts.evil.googleapis.com.example/v1/token"}, "token_url"),
    "no exchange": ({"token_url": None}, "token_url"),
    "a foreign impersonation": ({"service_account_impersonation_url": "https://evil.example/x"}, "another account"),
    "another account": ({"service_account_impersonation_url": IMPERSONATION.format("x@y.z")}, "another account"),
    "another universe": ({"universe_domain": "evil.example"}, "universe"),
    "people": ({"audience": "//iam.googleapis.com/locations/global/workforcePools/p/providers/q"}, "audience"),
    "a list": ({"audience": ["x"], "subject_token_type": ["x"]}, "audience"),
    "a kind of token": ({"subject_token_type": "urn:ietf:params:aws:token-type:aws4_request"}, "subject_token_type"),
    "kinds of token": ({"subject_token_type": ["x"]}, "subject_token_type"),
    "a client": ({"client_id": "x", "client_secret": "PLANTED"}, "'client_id'"),
    "a person": ({"type": "authorized_user"}, "type"),
}


def checked(configuration: bytes) -> object:
    return federated(configuration, EMAIL, nowhere)


@pytest.mark.parametrize("name", HARMFUL)
def test_a_credential_configuration_that_runs_programs_or_leads_elsewhere_is_refused(name: str) -> None:
    changes, message = HARMFUL[name]
    with pytest.raises(SignInError, match="cannot be used") as caught:
        checked(json.dumps(credential_configuration(TOKEN_FILE) | changes).encode())
    assert message in caught.value.message
    assert "create-cred-config" in caught.value.remedy
    assert "PLANTED" not in caught.value.message


@pytest.mark.parametrize("content", [b"", b"PLANTED", b"[]", b"5", b"\xff", b"[" * 100_000])
def test_a_file_that_is_no_credential_configuration_is_refused_and_not_shown(content: bytes) -> None:
    with pytest.raises(SignInError, match="no credential configuration") as caught:
        checked(content)
    assert "PLANTED" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_key_in_the_place_of_a_credential_configuration_is_called_a_key() -> None:
    with pytest.raises(SignInError, match="The file is a key") as caught:
        checked(json.dumps(credentials().service_account()).encode())
    assert "PRIVATE" not in str(caught.value)


def test_a_configuration_may_name_the_service_account_that_we_are() -> None:
    changes = {"service_account_impersonation_url": IMPERSONATION.format(EMAIL)}
    assert checked(json.dumps(credential_configuration(TOKEN_FILE) | changes).encode())


def test_a_refused_credential_configuration_is_told_with_its_path_before_anything_is_sent(tmp_path: Path) -> None:
    with practice() as server:
        path = write_configuration(tmp_path, serving(server), server.credentials)
        changes, _ = HARMFUL["a program"]
        (tmp_path / "federation.json").write_text(json.dumps(credential_configuration(TOKEN_FILE) | changes))
        (tmp_path / "federation.json").chmod(0o600)
        account = {"service_account": EMAIL, "client_id": "1" * 21, "federation_file": "federation.json"}
        with pytest.raises(
            UsageError, match=r"federation\.json: The credential configuration cannot be used: it names"
        ):
            reported(path, {"keyless": account})
        assert not server.requests


# --- what may leave


CLAIMS = {"iss": EMAIL, "sub": "ana@org.example", "scope": USERS.url, "aud": TOKEN_URL, "iat": 1, "exp": 3601}


def signature(claims: dict[str, Any], **more: Any) -> bytes:  # noqa: ANN401 - fields
    return json.dumps({"payload": json.dumps(claims)} | more).encode()


def test_an_assertion_of_ours_may_be_signed() -> None:
    for scope in ALL:
        assert LIST.demand("POST", signature_url(EMAIL), signature(CLAIMS | {"scope": scope.url}))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"payload": "[]"}',
        b'{"payload": {}}',
        b"[" * 100_000,
        signature(CLAIMS | {"scope": "https://mail.google.com/"}),
        signature(CLAIMS | {"scope": f"{USERS.url} https://mail.google.com/"}),
        signature(CLAIMS | {"scope": [USERS.url]}),
        signature(CLAIMS | {"aud": "https://evil.example/token"}),
        signature(CLAIMS | {"target_audience": "https://evil.example"}),
        signature({key: value for key, value in CLAIMS.items() if key != "scope"}),
        signature(CLAIMS, delegates=["projects/-/serviceAccounts/x@y.z"]),
    ],
)
def test_nothing_else_is_signed(body: bytes) -> None:
    with pytest.raises(ForbiddenRequestError):
        LIST.demand("POST", signature_url(EMAIL), body)


@pytest.mark.parametrize("verb", ["generateAccessToken", "generateIdToken", "signBlob", "getAllowedLocations"])
def test_no_other_method_of_the_service_account_is_asked(verb: str) -> None:
    with pytest.raises(ForbiddenRequestError):
        LIST.demand("POST", signature_url(EMAIL).replace("signJwt", verb), signature(CLAIMS))


EXCHANGE = (
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&audience=%2F%2Fiam.googleapis.com%2Fx"
    "&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"
    "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
    "&subject_token=a.b.c&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("token-exchange", "jwt-bearer"),
        ("cloud-platform", "gmail.modify"),
        ("&subject_token=a.b.c", ""),
        ("&subject_token=a.b.c", "&subject_token=a.b.c&subject_token=d.e.f"),
        ("&scope=", "&options=%7B%7D&scope="),
        ("token-type%3Ajwt", "token-type%3Aaccess_token"),
        ("grant_type=", "\u00e9="),
    ],
)
def test_nothing_but_an_exchange_of_a_token_goes_to_where_tokens_are_exchanged(old: str, new: str) -> None:
    assert LIST.demand("POST", EXCHANGE_URL, EXCHANGE.encode())
    with pytest.raises(ForbiddenRequestError):
        LIST.demand("POST", EXCHANGE_URL, EXCHANGE.replace(old, new).encode())


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/computeMetadata/v1/instance/service-accounts/default/token",
        "http://metadata.google.internal.evil.example/computeMetadata/v1/",
        "http://metadata.google.internal@evil.example/computeMetadata/v1/",
        "http://metadata.google.internal:8080/computeMetadata/v1/",
        "https://sts.googleapis.com.evil.example/v1/token",
    ],
)
def test_an_environment_that_leads_google_auth_elsewhere_is_refused(url: str) -> None:
    with practice() as server:
        door = Door(RULES, endpoints=server.endpoints, patience=HASTY)
        with pytest.raises(SignInError, match="ask another address, or otherwise"):
            _Transport(door)(url)
        with pytest.raises(SignInError, match="ask another address, or otherwise"):
            _Transport(door)(f"http://{MACHINE}/computeMetadata/v1/instance/service-accounts/default/token", "POST")
        with pytest.raises(ForbiddenRequestError):
            _Transport(door)(f"http://{MACHINE}/computeMetadata/v1/project/attributes/ssh-keys")
        door.close()
        assert not server.requests


def test_the_metadata_server_is_the_only_host_that_is_not_spoken_to_by_https() -> None:
    assert {MACHINE: f"http://{MACHINE}"} == MACHINE_ENDPOINT


# --- what is never said


def test_no_token_of_a_keyless_sign_in_is_in_a_log_or_an_error() -> None:
    stream = io.StringIO()
    configure(level="debug", stream=stream)
    libraries = [logging.getLogger(name) for name in ("httpx2", "httpcore2", "google.auth", "google.oauth2")]
    for library in libraries:
        library.setLevel(logging.DEBUG)
    shown = ""
    try:
        with practice(Fault("malformed", rate=0.3, host="googleapis|google.internal")) as server:
            for opened in (given(server), given(server, provided(server))):
                google = connector(server, given=opened)
                for scope in ALL[:6]:
                    try:
                        google._identity.token(server.organisation.google.admin, scope)  # noqa: SLF001 - under test
                    except AuditorError as error:
                        shown += str(error) + error.remedy
                google.close()
    finally:
        for library in libraries:
            library.setLevel(logging.NOTSET)
    shown += stream.getvalue()
    assert '"event": "call"' in shown
    for secret in ("ya29.", "Bearer", "eyJ", "assertion="):
        assert secret not in shown


@pytest.mark.parametrize("signed", [None, "", 5, "a.b", "a b.c.d", "a.b.c\r\nX: y", "\u00e9.b.c"])
def test_a_signature_that_is_none_is_malformed_and_never_sent(signed: object) -> None:
    class Giving(Door):
        def send(self, *_: object, **__: object) -> Answer:
            return Answer(200, {}, json.dumps({"keyId": "x", "signedJwt": signed}).encode())

    keyless = Keyless(service_account=EMAIL, client_id="1", read_file=nowhere)
    with pytest.raises(ReadError, match="a signature that is none"):
        KeylessSigner(keyless, Giving(RULES)).sign(CLAIMS)


def test_an_answer_of_google_that_is_none_is_malformed_and_no_traceback() -> None:
    with practice(Fault("malformed", host="sts.googleapis.com", variant="html")) as server:
        google = connector(server, given=given(server, provided(server)))
        with pytest.raises(ReadError) as caught:
            google._identity.token(server.organisation.google.admin, USERS)  # noqa: SLF001 - under test
        google.close()
    assert caught.value.reason is GapReason.MALFORMED
