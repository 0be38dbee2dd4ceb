"""What Exchange says of mailboxes beyond rules, as it stands on the wire: texts for booleans, names for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Directory, MailboxGrant, Read, SharedItem, Tenant
from auditor.models import Target
from connectors.door import Answer
from connectors.microsoft_365.calendars import calendar_facts
from connectors.microsoft_365.exchange_parts import parse_dkim, parse_marking, parse_organisation, parse_sharing
from connectors.microsoft_365.forwarding_policies import outbound_policies, remote_domain
from connectors.microsoft_365.mailbox_grants import trustees
from connectors.microsoft_365.mailbox_settings import Circumstances, by_mailbox, bypassed, mailbox_fact
from connectors.microsoft_365.mailboxes import Mailbox, parse_mailbox
from connectors.microsoft_365.recipients import by_name
from connectors.microsoft_365.refusals import NotThereError, exchange_error

Wire = dict[str, Any]
TENANT = Tenant(tenant="t", key="t", label="t", connector="microsoft_365", vendor_id="v")
DIRECTORY = Directory(TENANT, {}, frozenset({"org.example"}), domains_complete=True)
BOX = Target("x1", "ana@org.example", "a1")


def box(**fields: object) -> Mailbox:
    whole = {"ExchangeGuid": "x1", "ExternalDirectoryObjectId": "a1", "PrimarySmtpAddress": "ana@org.example"}
    named = {"UserPrincipalName": "ana@org.example", "DisplayName": "Ana", "AuditEnabled": True}
    return parse_mailbox({**whole, **named, "RecipientTypeDetails": "UserMailbox", **fields})


def around(**protocols: object) -> Circumstances:
    row = {"PrimarySmtpAddress": "Ana@Org.example", "PopEnabled": False, "ImapEnabled": False, **protocols}
    return Circumstances(by_mailbox([row]), frozenset(), smtp_auth=True, audit=True)


# --- grants


@pytest.mark.parametrize("deny", ["False", "false", False, None])
def test_a_denial_that_is_written_false_is_a_grant(deny: object) -> None:
    row = {"User": "bob@org.example", "AccessRights": ["FullAccess"], "Deny": deny, "IsInherited": "False"}
    assert trustees([row], "User", "FullAccess") == ["bob@org.example"]


@pytest.mark.parametrize(
    "difference",
    [
        {"Deny": "True"},
        {"IsInherited": "True"},
        {"User": "NT AUTHORITY\\SELF"},
        {"AccessRights": ["ReadPermission"]},
        {"AccessControlType": "Deny"},
    ],
)
def test_what_is_denied_inherited_ones_own_or_something_else_is_no_grant(difference: Wire) -> None:
    row = {"User": "bob@org.example", "AccessRights": ["FullAccess"], "Deny": "False", "IsInherited": "False"}
    assert trustees([{**row, **difference}], "User", "FullAccess") == []


def test_a_grant_whose_denial_cannot_be_read_is_shown_rather_than_lost() -> None:
    row = {"User": "bob", "AccessRights": "FullAccess, ReadPermission", "Deny": "perhaps", "IsInherited": {}}
    assert trustees([row, row], "User", "FullAccess") == ["bob"]


# --- recipients


def recipient(name: str, **fields: object) -> Wire:
    return {
        "Guid": f"guid-{name}",
        "Name": name,
        "DisplayName": name,
        "RecipientTypeDetails": "UserMailbox",
        "PrimarySmtpAddress": f"{name}@org.example",
        **fields,
    }


def test_a_contact_reaches_whoever_is_behind_it() -> None:
    wire = recipient("printer", RecipientTypeDetails="MailContact", ExternalEmailAddress="SMTP:Orders@Printer.example")
    assert by_name([wire])["printer"].reaches == "orders@printer.example"


def test_a_display_name_that_two_have_stands_for_neither_and_an_id_for_its_own() -> None:
    book = by_name([recipient("b1", DisplayName="Bob"), recipient("b2", DisplayName="Bob")])
    assert "bob" not in book
    assert book["guid-b2"].address == "b2@org.example"


def test_a_name_goes_before_a_display_name() -> None:
    book = by_name([recipient("bob"), recipient("b2", DisplayName="bob")])
    assert book["bob"].key == "guid-bob"


def test_a_list_that_makes_itself_is_not_resolved() -> None:
    wire = recipient("all", RecipientTypeDetails="DynamicDistributionGroup")
    assert by_name([wire])["all"].reaches is UNSET


# --- settings of mailboxes


@pytest.mark.parametrize(
    ("own", "organisation", "expected"),
    [(None, True, True), (None, False, False), (None, UNSET, UNSET), (True, True, False), ("False", False, True)],
)
def test_what_a_mailbox_leaves_open_the_organisation_decides(
    own: object, organisation: Read[bool], expected: Read[bool]
) -> None:
    given = around(SmtpClientAuthenticationDisabled=own)
    whole = Circumstances(given.protocols, frozenset(), organisation, audit=True)
    assert mailbox_fact(box(), None, whole, DIRECTORY).smtp_auth is expected


def test_a_mailbox_without_a_row_of_protocols_is_not_known_to_have_none() -> None:
    fact = mailbox_fact(box(), None, Circumstances(), DIRECTORY)
    assert (fact.pop, fact.imap, fact.active_sync, fact.smtp_auth, fact.audited) == (UNSET,) * 5


def test_a_row_that_does_not_mention_smtp_does_not_inherit_either() -> None:
    assert mailbox_fact(box(), None, around(), DIRECTORY).smtp_auth is UNSET


@pytest.mark.parametrize(
    ("fields", "bypassing", "audit", "expected"),
    [
        ({}, frozenset(), True, True),
        ({"AuditEnabled": False}, frozenset(), True, False),
        ({}, frozenset({"a1"}), True, False),
        ({}, frozenset({"ana"}), True, UNSET),
        ({}, UNSET, True, UNSET),
        ({}, UNSET, False, False),
        ({"AuditEnabled": None}, frozenset(), True, UNSET),
    ],
)
def test_a_mailbox_is_audited_only_if_three_switches_say_so(
    fields: Wire, bypassing: Read[frozenset[str]], audit: Read[bool], expected: Read[bool]
) -> None:
    whole = Circumstances({}, bypassing, UNSET, audit)
    assert mailbox_fact(box(**fields), None, whole, DIRECTORY).audited is expected


def test_a_bypass_that_cannot_be_read_is_nobodys() -> None:
    assert bypassed([{"Name": "a1", "AuditBypassEnabled": "True"}, {"Name": "b1", "AuditBypassEnabled": False}]) == {
        "a1"
    }
    assert bypassed([{"Name": "a1"}]) is UNSET


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("UserMailbox", "personal"), ("SharedMailbox", "shared"), ("DiscoveryMailbox", "other"), (None, UNSET)],
)
def test_a_kind_of_mailbox_that_we_do_not_know_is_other(kind: object, expected: object) -> None:
    assert box(RecipientTypeDetails=kind).type == expected


# --- calendars


def calendar(*rows: tuple[str, str]) -> list[SharedItem | MailboxGrant]:
    wire = [{"User": name, "AccessRights": [right]} for name, right in rows]
    known = {"Bob": "bob@org.example", "Guest": "guest@partner.example"}
    return list(calendar_facts(wire, BOX, DIRECTORY, lambda name: known.get(name, UNSET)))


def items(facts: Iterable[object]) -> list[SharedItem]:
    return [fact for fact in facts if isinstance(fact, SharedItem)]


def test_free_and_busy_shows_nothing() -> None:
    assert calendar(("Default", "AvailabilityOnly"), ("Anonymous", "None")) == []


@pytest.mark.parametrize(
    ("rows", "exposure"),
    [
        ([("Anonymous", "Reviewer"), ("Default", "Editor")], "anyone"),
        ([("Default", "LimitedDetails")], "organisation"),
        ([("Bob", "Editor")], "people"),
        ([("Guest", "Reviewer"), ("Bob", "Editor")], "outsiders"),
        ([("ExchangePublishedUser.x@y.example", "Reviewer")], "outsiders"),
        ([("Somebody", "Reviewer"), ("Guest", "Reviewer")], UNSET),
    ],
)
def test_the_widest_circle_that_sees_a_calendar_counts(rows: list[tuple[str, str]], exposure: object) -> None:
    (item,) = items(calendar(*rows))
    assert item.exposure == exposure
    assert item.key == "calendar/x1"


def test_rights_that_we_do_not_know_are_shown_with_a_role_that_is_not_known() -> None:
    (item,) = items(calendar(("Anonymous", "Custom")))
    assert (item.exposure, item.role) == ("anyone", UNSET)


def test_somebody_named_holds_a_grant_in_the_folder() -> None:
    grants = [fact for fact in calendar(("Bob", "Editor"), ("Guest", "Reviewer")) if isinstance(fact, MailboxGrant)]
    assert [(grant.grantee, grant.right) for grant in grants] == [
        ("bob@org.example", "write_folder"),
        ("guest@partner.example", "read_folder"),
    ]


# --- what lets mail leave


def outbound(mode: object, *, default: bool = False, state: str | None = None) -> Any:  # noqa: ANN401 - compared
    policy = {"Name": "P", "Guid": "p1", "IsDefault": default, "Enabled": False, "AutoForwardingMode": mode}
    rules = [{"HostedOutboundSpamFilterPolicy": "p", "State": state, "SenderDomainIs": ["org.example"]}]
    (found,) = outbound_policies([policy], rules if state else [], "t")
    return found


def test_automatic_forwards_nothing_any_more() -> None:
    assert outbound("Automatic", default=True).forwarding_allowed is False
    assert outbound("On", default=True).forwarding_allowed is True
    assert outbound("Sometimes", default=True).forwarding_allowed is UNSET


def test_the_default_policy_is_in_force_though_it_says_that_it_is_not_enabled() -> None:
    assert outbound("On", default=True).in_force is True


def test_any_other_policy_is_in_force_if_its_rule_is() -> None:
    assert outbound("On").in_force is False
    assert outbound("On", state="Disabled").in_force is False
    assert outbound("On", state="Enabled").in_force is True
    assert outbound("On", state="Enabled").senders == ("org.example",)
    assert outbound("On", state="Unheard").in_force is UNSET


def test_no_outbound_policy_at_all_is_malformed() -> None:
    with pytest.raises(ReadError):
        list(outbound_policies([], [], "t"))


def test_a_remote_domain_of_ones_own_is_not_outside() -> None:
    own = remote_domain({"DomainName": "Org.Example", "AutoForwardEnabled": "True"}, DIRECTORY)
    assert (own.outside, own.forwarding_allowed) == (False, True)
    assert remote_domain({"DomainName": "*"}, DIRECTORY).outside is True
    assert remote_domain({"DomainName": "*"}, DIRECTORY).forwarding_allowed is UNSET
    unsure = Directory(TENANT, {}, frozenset({"org.example"}))
    assert remote_domain({"DomainName": "partner.example"}, unsure).outside is UNSET


# --- settings of the organisation


def test_a_switch_that_is_missing_is_not_collected() -> None:
    assert set(parse_organisation({}).values()) == {UNSET}
    assert parse_organisation({"AuditDisabled": "False"})["mailbox_auditing"] is True
    assert parse_marking([])["outside_mail_marked"] is UNSET


def test_calendars_and_address_books_are_shared_apart() -> None:
    rows = [
        {"Enabled": True, "Domains": ["*:CalendarSharingFreeBusySimple, ContactsSharing", "Anonymous:ContactsSharing"]},
        {"Enabled": False, "Domains": ["Anonymous:CalendarSharingFreeBusyReviewer"]},
    ]
    assert parse_sharing(rows) == {"calendar_sharing": ("*",), "contact_sharing": ("*", "anonymous")}


@pytest.mark.parametrize(
    "row", [{"Enabled": True, "Domains": ["nonsense"]}, {"Domains": []}, {"Enabled": True, "Domains": 3}]
)
def test_a_sharing_policy_that_cannot_be_read_is_malformed(row: Wire) -> None:
    with pytest.raises(ReadError):
        parse_sharing([row])


def test_a_domain_that_is_not_signed_is_named() -> None:
    rows = [{"Domain": "Org.example", "Enabled": False}, {"Domain": "b.example", "Enabled": "True"}]
    assert parse_dkim(rows) == {"domains_without_dkim": ("org.example",)}
    assert parse_dkim([{"Domain": "org.example"}]) == {"domains_without_dkim": UNSET}


# --- refusals


def refusal(message: str, cmdlet: str) -> ReadError:
    inner = {"internalexception": {"message": message}}
    body = {"error": {"code": "BadRequest", "message": "Invalid Operation", "innererror": inner}}
    return exchange_error(Answer(400, {}, json.dumps(body).encode()), cmdlet)


def test_a_cmdlet_that_the_role_does_not_hold_names_the_way_to_it() -> None:
    error = refusal("The term 'Get-RecipientPermission' is not recognized as the name", "Get-RecipientPermission")
    assert error.reason is GapReason.DENIED
    assert "a role of its own" in error.remedy


def test_an_object_that_is_gone_is_told_from_one_that_may_not_be_read() -> None:
    message = "The operation couldn't be performed because object 'x' couldn't be found."
    assert isinstance(refusal(message, "Get-MailboxFolderPermission"), NotThereError)
