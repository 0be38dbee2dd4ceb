"""The practice tenant's Exchange admin API and its traps."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from microsoft_practice import BASE, EXCHANGE, GRAPH, TENANT, Caller, organisation

from connectors.practice.exchange_organisation import Contact, DistributionGroup
from connectors.practice.microsoft.mailboxes import permission
from connectors.practice.organisation import Organisation
from connectors.practice.wire import Answer

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


def test_a_grant_says_so_in_texts_that_python_takes_for_true() -> None:
    caller = Caller(mailboxes())
    rows = caller.cmdlet("Get-MailboxPermission", Identity="a-treasurer").body["value"]
    assert {row["Deny"] for row in rows} == {"True", "False"}
    assert {row["IsInherited"] for row in rows} == {"True", "False"}
    granted = [row["User"] for row in rows if row["Deny"] == row["IsInherited"] == "False"]
    assert granted == ["NT AUTHORITY\\SELF", "nia@rivera.example"]


@pytest.mark.parametrize("name", ["a-treasurer", "treasurer@rivera.example", "X-TREASURER"])
def test_a_mailbox_is_known_by_id_address_and_guid(name: str) -> None:
    rows = Caller().cmdlet("Get-Mailbox", Identity=name).body["value"]
    assert [row["ExternalDirectoryObjectId"] for row in rows] == ["a-treasurer"]


def test_permissions_are_asked_for_one_mailbox_at_a_time() -> None:
    caller = Caller()
    assert "Identity" in cause(caller.cmdlet("Get-MailboxPermission"))
    assert "couldn't be found" in cause(caller.cmdlet("Get-MailboxPermission", Identity="nobody"))


def test_send_as_is_listed_for_all_mailboxes_at_once() -> None:
    rows = Caller(mailboxes()).cmdlet("Get-RecipientPermission", ResultSize="Unlimited").body["value"]
    others = [row for row in rows if row["Trustee"] != "NT AUTHORITY\\SELF"]
    assert [(row["Identity"], row["AccessControlType"], row["AccessRights"]) for row in others] == [
        ("a-treasurer", "Deny", ["SendAs"])
    ]


def test_without_mail_recipients_send_as_is_no_cmdlet_at_all() -> None:
    caller = Caller()
    caller.granted = caller.granted.without("exchange_recipients")
    assert "is not recognized" in cause(caller.cmdlet("Get-RecipientPermission"))
    assert caller.cmdlet("Get-MailboxPermission", Identity="a-admin").status == 200


def test_a_calendar_tells_colleagues_from_anybody() -> None:
    caller = Caller(mailboxes())
    rows = caller.cmdlet("Get-MailboxFolderPermission", Identity="a-treasurer:\\Calendar").body["value"]
    assert {row["User"]: row["AccessRights"] for row in rows} == {
        "Default": ["AvailabilityOnly"],
        "Anonymous": ["Reviewer"],
    }
    assert caller.cmdlet("Get-MailboxFolderPermission", Identity="a-treasurer:\\Inbox").status == 400


def test_send_on_behalf_is_a_list_of_display_names() -> None:
    (row,) = Caller(mailboxes()).cmdlet("Get-Mailbox", Identity="a-treasurer").body["value"]
    assert row["GrantSendOnBehalfTo"] == ["Nia Okoro"]


def test_protocols_are_booleans_but_for_smtp_which_may_be_inherited() -> None:
    rows = Caller(mailboxes()).cmdlet("Get-CASMailbox", ResultSize="Unlimited").body["value"]
    smtp = {row["ExternalDirectoryObjectId"]: row["SmtpClientAuthenticationDisabled"] for row in rows}
    assert smtp == {"a-admin": None, "a-treasurer": False, "a-press": None}
    assert {row["PopEnabled"] for row in rows} == {False}


def test_whoever_bypasses_the_audit_log_is_listed_among_all() -> None:
    rows = Caller(mailboxes()).cmdlet("Get-MailboxAuditBypassAssociation", ResultSize="Unlimited").body["value"]
    assert {row["Identity"]: row["AuditBypassEnabled"] for row in rows} == {
        "a-admin": False,
        "a-treasurer": True,
        "a-press": False,
    }


def test_recipients_are_mailboxes_guests_contacts_and_lists() -> None:
    caller = Caller(mailboxes())
    rows = caller.cmdlet("Get-Recipient", ResultSize="Unlimited").body["value"]
    assert {row["DisplayName"]: row["RecipientTypeDetails"] for row in rows} == {
        "Ada Vo": "UserMailbox",
        "Tom Reyes": "UserMailbox",
        "Press office": "SharedMailbox",
        "Gus Lin": "GuestMailUser",
        "Printer": "MailContact",
        "Money": "MailUniversalDistributionGroup",
    }
    (contact,) = caller.cmdlet("Get-MailContact").body["value"]
    assert contact["ExternalEmailAddress"] == "SMTP:orders@printer.example"
    assert [row["Name"] for row in caller.cmdlet("Get-DistributionGroup").body["value"]] == ["Money"]
    members = caller.cmdlet("Get-DistributionGroupMember", Identity="money").body["value"]
    assert [row["PrimarySmtpAddress"] for row in members] == ["orders@printer.example", "treasurer@rivera.example"]
    assert caller.cmdlet("Get-DistributionGroupMember", Identity="nobody").status == 400


def test_accepted_domains_are_those_of_the_tenant() -> None:
    rows = Caller().cmdlet("Get-AcceptedDomain").body["value"]
    assert [(row["DomainName"], row["Default"]) for row in rows] == [("rivera.example", True)]


@pytest.mark.parametrize(
    "name",
    [
        "Get-ApplicationAccessPolicy",
        "Get-CASMailboxPlan",
        "Get-DkimSigningConfig",
        "Get-ExternalInOutlook",
        "Get-HostedOutboundSpamFilterPolicy",
        "Get-HostedOutboundSpamFilterRule",
        "Get-OrganizationConfig",
        "Get-OwaMailboxPolicy",
        "Get-RemoteDomain",
        "Get-SharingPolicy",
        "Get-TransportConfig",
    ],
)
def test_settings_come_as_they_are(name: str) -> None:
    whole = organisation()
    exchange = whole.microsoft.exchange
    exchange.plan = exchange.organisation = exchange.transport = {"Name": "one"}
    for each in fields(exchange):
        if isinstance(getattr(exchange, each.name), list):
            setattr(exchange, each.name, [{"Name": "one"}])
    assert Caller(whole).cmdlet(name).body["value"] == [{"Name": "one"}]


def test_a_cmdlet_that_does_not_know_resultsize_refuses_it() -> None:
    answer = Caller().cmdlet("Get-HostedOutboundSpamFilterPolicy", ResultSize="Unlimited")
    assert "'ResultSize'" in cause(answer)


def test_a_page_size_of_zero_gives_nothing_without_complaint() -> None:
    assert Caller().cmdlet("Get-Mailbox", PageSize=0).body["value"] == []


def test_a_cut_at_the_size_asked_for_is_a_warning_too() -> None:
    body = Caller().cmdlet("Get-Mailbox", ResultSize=1).body
    assert len(body["value"]) == 1
    assert "more results" in body["@adminapi.warnings"][0]


def test_a_next_link_comes_to_those_who_ask_for_pages_and_leads_nowhere() -> None:
    caller = Caller()
    body = json.dumps(
        {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"ResultSize": "Unlimited"}}}
    ).encode()
    target = f"/adminapi/beta/{TENANT}/InvokeCommand"
    headers = {**caller.token(EXCHANGE), "prefer": "odata.maxpagesize=2;odata.continue-on-error"}
    first = caller.call(EXCHANGE, "POST", target, headers=headers, body=body)
    assert (first.status, len(first.body["value"])) == (200, 2)
    link = first.body["@odata.nextLink"].removeprefix(f"{BASE}/{EXCHANGE}")
    replayed = caller.call(EXCHANGE, "POST", link, headers=headers, body=body)
    assert replayed.status == 400
    assert cause(replayed) == "Expired or Invalid pagination request"


def mailboxes() -> Organisation:
    """Return the tenant with grants, a contact and a list."""
    whole = organisation()
    box = whole.microsoft.accounts[1].mailbox
    assert box
    box.permissions = [permission("nia@rivera.example", "FullAccess")]
    box.send_as = [{"Trustee": "nia@rivera.example", "AccessControlType": "Deny", "AccessRights": ["SendAs"]}]
    box.send_on_behalf, box.smtp_auth_disabled, box.audit_bypass = ["a-new"], False, True
    box.calendar = [{"Identity": "Anonymous", "User": "Anonymous", "AccessRights": ["Reviewer"]}]
    exchange = whole.microsoft.exchange
    exchange.contacts = [Contact("c-printer", "Printer", "orders@printer.example")]
    exchange.distribution_groups = [
        DistributionGroup("g-money", "Money", "money@rivera.example", ["c-printer", "a-treasurer"])
    ]
    return whole


def cause(answer: Answer) -> str:
    """Return the message of the inner exception of a failed cmdlet."""
    assert answer.status == 400, answer
    return str(answer.body["error"]["innererror"]["internalexception"]["message"])
