"""Signing in: with a certificate or a secret, through msal and the door; refusals say what to click."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from microsoft_reading import access, read_as
from structlog.testing import capture_logs

from auditor.errors import GapReason, SignInError
from connectors.microsoft_365 import Access, MicrosoftConnector
from connectors.microsoft_365.certificate import msal_credential
from connectors.microsoft_365.clouds import CLOUDS, CloudName
from connectors.microsoft_365.reads import GRAPH, SIGN_IN
from connectors.practice.credentials import Credentials
from connectors.practice.faults import Fault, Faults
from connectors.practice.microsoft.assertion import federated_assertion
from connectors.practice.server import PracticeServer

NOW = datetime.now(UTC)


def identify(given: Access) -> str:
    connector = MicrosoftConnector(given, stop=threading.Event())
    try:
        return connector.identify().label
    finally:
        connector.close()


def refusal(given: Access) -> SignInError:
    with pytest.raises(SignInError) as caught:
        identify(given)
    return caught.value


@pytest.mark.parametrize("certificate", [True, False])
def test_certificate_and_secret_both_open_the_tenant(server: PracticeServer, *, certificate: bool) -> None:
    assert identify(access(server, certificate=certificate)) == "Rivera for Senate"


def test_the_token_of_another_identity_provider_opens_the_tenant(server: PracticeServer) -> None:
    asked: list[str] = []

    def assertion() -> str:
        asked.append(federated_assertion(server.credentials.microsoft_key, datetime.now(UTC)))
        return asked[-1]

    assert identify(replace(access(server), secret=None, assertion=assertion)) == "Rivera for Senate"
    assert asked
    error = refusal(replace(access(server), secret=None, assertion=lambda: "not.a.token"))
    assert "AADSTS" in error.message


def test_a_machine_in_azure_needs_no_secret(server: PracticeServer) -> None:
    given = replace(access(server), secret=None, managed_identity=True)
    assert identify(given) == "Rivera for Senate"
    assert "refused the sign-in" in refusal(replace(given, client_id="somebody-else")).message


@pytest.mark.parametrize("cloud", ["us_government", "us_dod", "china"])
def test_a_tenant_of_a_national_cloud_is_read_by_its_own_hosts(server: PracticeServer, cloud: CloudName) -> None:
    before = server.requests
    assert identify(replace(access(server), cloud=cloud)) == "Rivera for Senate"
    hosts = {call[0] for call in server.requests - before}
    assert hosts == {CLOUDS[cloud][SIGN_IN], CLOUDS[cloud][GRAPH]}


def test_a_cloud_without_inbox_rules_is_a_limitation_and_no_absence(server: PracticeServer) -> None:
    outcome = read_as(replace(access(server), cloud="china"), only="inbox_rules")
    assert outcome.escaped["inbox_rules"].reason is GapReason.LIMITATION


def test_the_tenant_may_be_named_by_a_domain(server: PracticeServer) -> None:
    connector = MicrosoftConnector(replace(access(server), tenant_id="rivera-campaign.example"), stop=threading.Event())
    assert connector.identify().vendor_id == server.organisation.microsoft.tenant_id
    connector.close()


def test_a_wrong_secret_is_named_but_not_shown(server: PracticeServer) -> None:
    error = refusal(access(server, secret="hunter2-hunter2"))
    assert "AADSTS7000215" in error.message
    assert "Certificates & secrets" in error.remedy
    assert "hunter2" not in error.message + error.remedy


def test_an_unknown_application_is_named(server: PracticeServer) -> None:
    error = refusal(replace(access(server), client_id="11111111-2222-3333-4444-555555555555"))
    assert "AADSTS700016" in error.message
    assert "client_id" in error.remedy


def test_an_unknown_tenant_is_named(server: PracticeServer) -> None:
    error = refusal(replace(access(server), tenant_id="11111111-2222-3333-4444-555555555555"))
    assert "AADSTS90002" in error.message
    assert "tenant_id" in error.remedy


def test_a_certificate_that_the_application_does_not_have_is_named(server: PracticeServer) -> None:
    other = Credentials.fresh()
    pem = (other.microsoft_certificate + other.microsoft_key).encode()
    error = refusal(replace(access(server, certificate=True), certificate=pem))
    assert "AADSTS700027" in error.message
    assert "Upload certificate" in error.remedy


def test_a_service_that_does_not_answer_is_no_sign_in(server: PracticeServer) -> None:
    server.faults = Faults((Fault("server_error", host="login.microsoftonline.com"),))
    assert "Nobody could be signed in" in refusal(access(server)).message


def test_a_discovery_document_that_leads_elsewhere_gets_no_secret(server: PracticeServer) -> None:
    server.faults = Faults((Fault("redirect", host="login.microsoftonline.com", path="openid-configuration"),))
    before = server.requests
    assert "redirect" in refusal(access(server)).message
    assert not [call for call in server.requests - before if "token" in call[1]]


def test_a_file_without_key_or_certificate_is_refused() -> None:
    mine, other = Credentials.fresh(), Credentials.fresh()
    for pem, complaint in (
        (mine.microsoft_certificate, "no private key"),
        (mine.microsoft_key, "cannot be read"),
        (mine.microsoft_key + other.microsoft_certificate, "belongs to its private key"),
        (mine.microsoft_key.replace("M", "!") + mine.microsoft_certificate, "cannot be read"),
    ):
        with pytest.raises(SignInError, match=complaint) as caught:
            msal_credential(pem.encode(), NOW)
        assert "PRIVATE" not in str(caught.value)


def test_an_expired_certificate_is_refused_before_anything_is_sent() -> None:
    mine = Credentials.fresh()
    pem = (mine.microsoft_key + mine.microsoft_certificate).encode()
    assert msal_credential(pem, NOW)
    with pytest.raises(SignInError, match="expired on"):
        msal_credential(pem, NOW + timedelta(days=3650))


def test_of_a_chain_the_certificate_of_the_key_is_taken() -> None:
    mine, other = Credentials.fresh(), Credentials.fresh()
    pem = other.microsoft_certificate + mine.microsoft_certificate + mine.microsoft_key
    assert msal_credential(pem.encode(), NOW)["public_certificate"] == mine.microsoft_certificate


def test_no_secret_and_no_token_reaches_a_log(server: PracticeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    held = access(server)
    assert held.secret
    with capture_logs() as events:
        identify(held)
        identify(access(server, certificate=True))
        server.faults = Faults(
            (Fault("malformed", host="login.microsoftonline.com", path="token", variant="cut_json"),)
        )
        refusal(held)
    written = caplog.text + repr(events) + repr(held)
    assert "login.microsoftonline.com" in written
    assert held.secret not in written
    assert "eyJ" not in written  # how every token begins
    assert "PRIVATE KEY" not in written
