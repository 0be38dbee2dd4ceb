"""The practice tenant's Exchange admin API and its traps."""

from __future__ import annotations

import json

import pytest
from microsoft_practice import EXCHANGE, GRAPH, TENANT, Caller, organisation

REQUIRED = {
    "UserPrincipalName",
    "DisplayName",
    "PrimarySmtpAddress",
    "RecipientTypeDetails",
    "ExchangeGuid",
    "ExternalDirectoryObjectId",
    "ForwardingAddress",
    "ForwardingSmtpAddress",
    "DeliverToMailboxAndForward",
    "AuditEnabled",
    "EmailAddresses",
    "Identity",
}


def test_neither_grant_is_a_401() -> None:
    caller = Caller()
    caller.granted = caller.granted.without("Exchange.ManageAsApp", "exchange_role")
    answer = caller.cmdlet("Get-Mailbox")
    assert (answer.status, answer.body) == (401, None)


def test_the_app_role_alone_is_a_403_with_nul_bytes_that_claims_to_be_json() -> None:
    caller = Caller()
    caller.granted = caller.granted.without("exchange_role")
    answer = caller.cmdlet("Get-Mailbox")
    assert answer.status == 403
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.encoded()
    assert not any(answer.encoded())
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(answer.encoded())


def test_both_grants_open_every_mailbox() -> None:
    body = Caller().cmdlet("Get-Mailbox", ResultSize="Unlimited").body
    assert body["@adminapi.warnings"] == []
    rows = {row["ExternalDirectoryObjectId"]: row for row in body["value"]}
    assert rows.keys() == {"a-admin", "a-treasurer", "a-press"}
    assert all(row.keys() >= REQUIRED for row in rows.values())
    assert rows["a-treasurer"]["ForwardingSmtpAddress"] == "smtp:drop@evil.example"
    assert rows["a-treasurer"]["DeliverToMailboxAndForward"] is True
    assert rows["a-press"]["RecipientTypeDetails"] == "SharedMailbox"
    assert rows["a-press"]["AccountDisabled"] is True


def test_a_graph_token_does_not_open_exchange() -> None:
    caller = Caller()
    target = f"/adminapi/beta/{TENANT}/InvokeCommand"
    assert caller.call(EXCHANGE, "POST", target, headers=caller.token(GRAPH)).status == 401


def test_a_recipient_type_filters_and_a_wrong_one_finds_nothing_without_complaint() -> None:
    caller = Caller()
    shared = caller.cmdlet("Get-Mailbox", RecipientTypeDetails="SharedMailbox", ResultSize="Unlimited")
    assert [row["ExternalDirectoryObjectId"] for row in shared.body["value"]] == ["a-press"]
    both = caller.cmdlet("Get-Mailbox", RecipientTypeDetails=["SharedMailbox", "UserMailbox"])
    assert len(both.body["value"]) == 3
    wrong = caller.cmdlet("Get-Mailbox", RecipientTypeDetails="Shared")
    assert (wrong.status, wrong.body["value"]) == (200, [])


def test_a_listing_stops_at_1000_with_no_more_than_a_warning() -> None:
    caller = Caller(organisation(volunteers=1100))
    short = caller.cmdlet("Get-Mailbox")
    assert (short.status, len(short.body["value"])) == (200, 1000)
    assert "only the first 1000 items" in short.body["@adminapi.warnings"][0]
    whole = caller.cmdlet("Get-Mailbox", ResultSize="Unlimited").body
    assert (len(whole["value"]), whole["@adminapi.warnings"]) == (1103, [])
    assert len(caller.cmdlet("Get-Mailbox", ResultSize=5).body["value"]) == 5


def test_transport_rules_come_as_they_are() -> None:
    body = Caller().cmdlet("Get-TransportRule").body
    assert body["value"] == [{"Name": "Archive", "State": "Enabled", "BlindCopyTo": ["x@evil.example"]}]


@pytest.mark.parametrize(
    ("name", "parameters", "cause"),
    [
        ("Get-Unheard", {}, "is not recognized"),
        ("Get-Mailbox", {"Identiti": "ada"}, "'Identiti'"),
        ("Get-Mailbox", {"ResultSize": "Many"}, "Many"),
    ],
)
def test_a_failed_cmdlet_says_why_only_deep_inside(name: str, parameters: dict[str, object], cause: str) -> None:
    answer = Caller().cmdlet(name, **parameters)
    error = answer.body["error"]
    assert (answer.status, error["message"]) == (400, "Invalid Operation")
    assert cause in error["innererror"]["internalexception"]["message"]
    assert cause in error["details"][0]["message"]


@pytest.mark.parametrize("name", ["Set-Mailbox", "Remove-InboxRule", "New-TransportRule", "", "Getaway"])
def test_a_cmdlet_that_does_not_get_is_refused_as_a_write(name: str) -> None:
    assert Caller().cmdlet(name).status == 405


def test_another_tenants_address_is_not_found() -> None:
    caller = Caller()
    answer = caller.call(EXCHANGE, "POST", "/adminapi/beta/other/InvokeCommand", headers=caller.token(EXCHANGE))
    assert answer.status == 404
