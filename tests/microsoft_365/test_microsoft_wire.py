"""Wire JSON into facts: what is missing, odd or unknown is not collected, and never fine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Read, Tenant
from connectors.door import Answer
from connectors.microsoft_365.account_fields import parse_account
from connectors.microsoft_365.client import listed
from connectors.microsoft_365.domains import parse_domain
from connectors.microsoft_365.inbox_rules import absent
from connectors.microsoft_365.inbox_rules import parse_rule as parse_inbox_rule
from connectors.microsoft_365.mailbox_forwarding import forwarding
from connectors.microsoft_365.mailboxes import parse_mailbox
from connectors.microsoft_365.refusals import ACTIVITY, exchange_error, read_error
from connectors.microsoft_365.registration import parse_registration
from connectors.microsoft_365.sharing_settings import parse_sharing
from connectors.microsoft_365.tenant_counts import counted, not_there
from connectors.microsoft_365.transport_rules import parse_rule as parse_transport_rule
from connectors.microsoft_365.values import address, boolean, moment

Wire = dict[str, Any]
TENANT = Tenant(tenant="t", key="t", label="t", connector="microsoft_365", vendor_id="v")


def account(**fields: object) -> Account:
    return parse_account(
        {
            "id": "a1",
            "userPrincipalName": "Ana@Org.example",
            "displayName": "Ana",
            "mail": "ana@org.example",
            "proxyAddresses": ["SMTP:ana@org.example", "smtp:A.Rivera@org.example", "SIP:ana@org.example"],
            "accountEnabled": True,
            "userType": "Member",
            "createdDateTime": "2024-01-02T03:04:05Z",
            "assignedLicenses": [{"skuId": "s"}],
            **fields,
        },
        "t",
        activity=True,
    )


def inbox_rule(**fields: object) -> Any:  # noqa: ANN401 - a fact whose fields are compared
    whole: Wire = {"id": "r1", "displayName": "Tidy", "isEnabled": True, "conditions": None, "actions": {}, **fields}
    return parse_inbox_rule(whole, "a1", "t")


def reached(name: str) -> Read[tuple[str, ...]]:
    """Resolve a name as an organisation does in which nobody goes by a name that is not an address."""
    plain = address(name)
    return UNSET if plain is UNSET else (plain,)


def transport_rule(**fields: object) -> Any:  # noqa: ANN401 - as above
    recipients = dict.fromkeys(("RedirectMessageTo", "BlindCopyTo", "CopyTo", "AddToRecipients"))
    whole: Wire = {"Name": "Copies", "Guid": "g", "State": "Enabled", "Mode": "Enforce", **recipients, **fields}
    return parse_transport_rule(whole, "t", reached)


def recipient(mail: object) -> Wire:
    return {"emailAddress": {"name": "x", "address": mail}}


# --- values


@pytest.mark.parametrize(
    ("wire", "meaning"),
    [
        (True, True),
        (False, False),
        ("False", False),
        ("true", True),
        ("", UNSET),
        (0, UNSET),
        (None, UNSET),
        ("no", UNSET),
    ],
)
def test_a_boolean_may_come_as_a_text_and_the_text_false_is_not_true(wire: object, meaning: object) -> None:
    assert boolean(wire) is meaning


@pytest.mark.parametrize(
    ("wire", "meaning"),
    [
        ("2023-03-13T19:15:41.6195833Z", datetime(2023, 3, 13, 19, 15, 41, 619583, UTC)),
        ("2025-01-01T02:00:00+02:00", datetime(2025, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        (None, None),
        ("2025-01-01T00:00:00", UNSET),
        ("soon", UNSET),
        (20250101, UNSET),
    ],
)
def test_a_moment_may_have_seven_digits_or_be_the_year_one(wire: object, meaning: object) -> None:
    assert moment(wire) == meaning


def test_an_address_loses_its_prefix_and_its_capitals() -> None:
    assert address("smtp:Spy@Evil.Example") == "spy@evil.example"
    assert address("SMTP:a@b.example") == "a@b.example"
    assert address("Mail contact") is UNSET


def test_a_listing_without_a_list_is_malformed_not_empty() -> None:
    assert listed({"value": []}) == []
    pages: list[Wire] = [{}, {"value": None}, {"value": {}}, {"value": ["text"]}, {"value": "x"}]
    for page in pages:
        with pytest.raises(ReadError) as caught:
            listed(page)
        assert caught.value.reason is GapReason.MALFORMED


# --- accounts


def test_an_account_has_name_and_aliases_in_lower_case() -> None:
    ana = account()
    assert (ana.address, ana.aliases, ana.type, ana.status) == (
        "ana@org.example",
        ("a.rivera@org.example",),
        "person",
        "active",
    )
    assert ana.has_mailbox is True


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ("accountEnabled", "status"),
        ("userType", "type"),
        ("createdDateTime", "created"),
        ("proxyAddresses", "aliases"),
        ("assignedLicenses", "has_mailbox"),
    ],
)
def test_a_field_that_is_missing_is_not_collected(missing: str, field: str) -> None:
    wire: Wire = {"id": "a1", "userPrincipalName": "a@b.example", "mail": "a@b.example", "accountEnabled": True}
    wire |= {"userType": "Member", "createdDateTime": None, "proxyAddresses": [], "assignedLicenses": [1]}
    assert getattr(parse_account(wire, "t", activity=True), field) is not UNSET
    del wire[missing]
    assert getattr(parse_account(wire, "t", activity=True), field) is UNSET


def test_an_account_without_id_is_malformed() -> None:
    with pytest.raises(ReadError, match="without id"):
        account(id=None)


def test_a_guest_who_never_accepted_is_pending_and_a_blocked_one_suspended() -> None:
    assert account(userType="Guest", externalUserState="PendingAcceptance").status == "pending"
    assert account(userType="Guest", externalUserState="PendingAcceptance", accountEnabled=False).status == "suspended"
    assert account(userType="Guest").has_mailbox is False


def test_mail_without_licence_may_be_a_shared_mailbox_and_no_mail_is_no_mailbox() -> None:
    assert account(assignedLicenses=[]).has_mailbox is UNSET
    assert account(mail=None).has_mailbox is False


def test_an_unknown_kind_of_account_is_not_a_person() -> None:
    assert account(userType="Robot").type is UNSET


def test_a_failed_attempt_is_no_sign_in() -> None:
    attempt = {"lastSignInDateTime": "2026-09-30T00:00:00Z", "lastSuccessfulSignInDateTime": None}
    assert account(signInActivity=attempt).last_sign_in is None
    assert account(signInActivity={"lastSignInDateTime": "2026-09-30T00:00:00Z"}).last_sign_in is UNSET
    assert account().last_sign_in is None  # Graph leaves the property out for somebody who never signed in


def test_a_count_over_something_unknown_is_unknown() -> None:
    def counts(*accounts: Account, whole: bool = True) -> tuple[object, object, object]:
        tenant = counted(TENANT, accounts, whole=whole)
        return tenant.active_people, tenant.guests, tenant.super_admins

    assert counts(account(), account(userType="Guest")) == (1, 1, UNSET)
    assert counts(account(), account(userType=None)) == (UNSET, UNSET, UNSET)
    assert counts(account(), account(accountEnabled=None)) == (UNSET, 0, UNSET)
    assert counts(account(), whole=False) == (UNSET, UNSET, UNSET)


# --- registration


def test_what_only_resets_a_password_is_no_second_factor() -> None:
    row = parse_registration({"isMfaRegistered": False, "methodsRegistered": ["email", "securityQuestion"]})
    assert (row.registered, row.methods) == (False, ())


def test_a_method_that_we_do_not_know_is_other_and_two_of_a_kind_are_one() -> None:
    methods = ["passKeyDeviceBound", "fido2SecurityKey", "brainWaves", "officePhone", "alternateMobilePhone"]
    assert parse_registration({"methodsRegistered": methods}).methods == ("other", "passkey", "security_key", "voice")
    assert parse_registration({"methodsRegistered": methods}).registered is UNSET


def test_methods_that_are_missing_or_no_texts_are_not_none() -> None:
    assert parse_registration({"isMfaRegistered": "True"}).methods is UNSET
    assert parse_registration({"methodsRegistered": [1]}).methods is UNSET


# --- inbox rules


def test_every_way_of_sending_on_is_a_destination() -> None:
    actions = {
        "forwardTo": [recipient("A@x.example")],
        "redirectTo": [recipient("b@x.example")],
        "forwardAsAttachmentTo": [recipient("c@x.example"), recipient("a@X.example")],
    }
    assert inbox_rule(actions=actions).destinations == ("a@x.example", "b@x.example", "c@x.example")


@pytest.mark.parametrize(
    "recipients",
    [[recipient(None)], [recipient("")], [recipient("Display Name")], ["text"], [{}], {"a": 1}, "a@b.example"],
)
def test_a_recipient_without_address_makes_the_destinations_unknown_not_none(recipients: object) -> None:
    assert inbox_rule(actions={"forwardTo": recipients}).destinations is UNSET


def test_a_rule_that_does_nothing_with_mail_sends_hides_and_deletes_nothing() -> None:
    rule = inbox_rule(actions={"stopProcessingRules": True, "assignCategories": ["x"]})
    assert (rule.destinations, rule.hides, rule.deletes, rule.marks_read) == ((), False, False, False)


def test_moving_and_deleting_for_good_are_seen() -> None:
    rule = inbox_rule(actions={"moveToFolder": "AAMk=", "permanentDelete": True, "markAsRead": "True"})
    assert (rule.hides, rule.deletes, rule.marks_read) == (True, True, True)


def test_actions_that_are_missing_are_unknown() -> None:
    rule = parse_inbox_rule({"id": "r1"}, "a1", "t")
    fields = (rule.enabled, rule.destinations, rule.hides, rule.deletes, rule.marks_read)
    assert fields == (UNSET, UNSET, UNSET, UNSET, UNSET)


def test_a_rule_without_conditions_applies_to_every_mail_unless_there_are_exceptions() -> None:
    assert inbox_rule(conditions=None).matches_all is True
    assert inbox_rule(conditions={}).matches_all is True
    assert inbox_rule(conditions={"subjectContains": ["x"]}).matches_all is False
    assert inbox_rule(exceptions={"subjectContains": ["x"]}).matches_all is False
    assert inbox_rule(conditions="?").matches_all is UNSET


def test_words_are_gathered_from_all_conditions() -> None:
    conditions = {
        "subjectContains": ["Invoice"],
        "bodyOrSubjectContains": ["HACKED"],
        "senderContains": ["bank"],
        "fromAddresses": [recipient("IT@Org.example")],
        "hasAttachments": True,
    }
    assert inbox_rule(conditions=conditions).looks_for == ("bank", "hacked", "invoice", "it@org.example")
    assert inbox_rule(conditions={"subjectContains": [None]}).looks_for is UNSET


def test_a_rule_keeps_its_empty_name_because_that_is_suspicious() -> None:
    assert inbox_rule(displayName="").label == ""
    assert inbox_rule(displayName=None).label == ""


def test_two_mailboxes_may_have_rules_with_the_same_id() -> None:
    assert inbox_rule().key == "a1/r1"
    assert parse_inbox_rule({"id": "r1"}, "a2", "t").key == "a2/r1"


def test_only_a_404_means_that_there_is_no_mailbox() -> None:
    gone = b'{"error": {"code": "MailboxNotEnabledForRESTAPI", "message": "The mailbox is inactive."}}'
    assert "no mailbox in Exchange Online" in (absent(Answer(404, {}, gone)) or "")
    assert absent(Answer(404, {}, b"")) is not None
    assert absent(Answer(403, {}, gone)) is None
    assert absent(ReadError(GapReason.DENIED, "no", "no")) is None


# --- mailboxes


def box(**fields: object) -> Wire:
    return {
        "ExchangeGuid": "x1",
        "ExternalDirectoryObjectId": "a1",
        "UserPrincipalName": "Ana@Org.example",
        "DisplayName": "Ana",
        "PrimarySmtpAddress": "ana@org.example",
        "RecipientTypeDetails": "UserMailbox",
        "ForwardingAddress": None,
        "ForwardingSmtpAddress": None,
        "DeliverToMailboxAndForward": False,
        **fields,
    }


def forwarded(named: Read[tuple[str, ...]] = (), **fields: object) -> Any:  # noqa: ANN401 - a fact to be compared
    return forwarding(parse_mailbox(box(**fields)), "a1", named, "t")


def test_a_mailbox_without_object_id_is_known_by_its_name() -> None:
    mailbox = parse_mailbox(box(ExternalDirectoryObjectId=""))
    assert (mailbox.account, mailbox.principal) == ("", "ana@org.example")


def test_forwarding_without_a_copy_hides_the_mail() -> None:
    rule = forwarded(ForwardingSmtpAddress="smtp:Spy@Evil.example")
    assert (rule.destinations, rule.hides, rule.matches_all) == (("spy@evil.example",), True, True)
    assert (rule.owner, rule.label) == ("a1", "Mailbox forwarding")
    assert forwarded(ForwardingSmtpAddress="smtp:s@e.example", DeliverToMailboxAndForward="True").hides is False


def test_a_recipient_who_cannot_be_resolved_is_never_ignored() -> None:
    assert forwarded(("bob@org.example",)).destinations == ("bob@org.example",)
    assert forwarded(UNSET, ForwardingSmtpAddress="smtp:s@e.example").destinations is UNSET
    assert forwarded(ForwardingSmtpAddress="nonsense").destinations is UNSET


def test_the_forwarding_of_a_mailbox_without_an_account_says_whose_it_is() -> None:
    rule = forwarding(parse_mailbox(box()), None, (), "t")
    assert (rule.owner, rule.label) == (None, "Forwarding of Ana")


def test_a_row_without_forwarding_fields_is_not_taken_for_one_without_forwarding() -> None:
    wire = box()
    del wire["ForwardingSmtpAddress"]
    assert parse_mailbox(wire).forwarding_smtp_address is UNSET


# --- transport rules


def test_copies_forward_as_well_as_redirects() -> None:
    rule = transport_rule(BlindCopyTo=["A@x.example"], CopyTo=["b@x.example"], AddToRecipients="c@x.example")
    assert rule.destinations == ("a@x.example", "b@x.example", "c@x.example")
    assert rule.owner is None


def test_a_connector_or_a_recipient_without_address_makes_the_destinations_unknown() -> None:
    assert transport_rule(RouteMessageOutboundConnector="To somewhere").destinations is UNSET
    assert transport_rule(CopyTo=["Some group"]).destinations is UNSET
    assert parse_transport_rule({"Name": "x"}, "t", reached).destinations is UNSET


def test_a_rule_on_trial_is_not_in_force() -> None:
    assert transport_rule().enabled is True
    assert transport_rule(Mode="AuditAndNotify").enabled is False
    assert transport_rule(State="Disabled").enabled is False
    assert transport_rule(State="Paused").enabled is UNSET


# --- settings, domains


@pytest.mark.parametrize(
    ("sharing", "limit"),
    [
        ({"sharingCapability": "externalUserAndGuestSharing", "sharingDomainRestrictionMode": "allowList"}, "anyone"),
        ({"sharingCapability": "externalUserSharingOnly"}, "new_guests"),
        ({"sharingCapability": "existingExternalUserSharingOnly"}, "existing_guests"),
        ({"sharingCapability": "disabled"}, "nobody"),
        ({"sharingCapability": "unknownFutureValue"}, UNSET),
        ({}, UNSET),
        ({"value": {"sharingCapability": "disabled"}}, "nobody"),
    ],
)
def test_the_widest_circle_counts_and_an_unknown_one_is_unknown(sharing: Wire, limit: object) -> None:
    assert parse_sharing(sharing)["outside_sharing"] == limit


def test_a_list_of_allowed_domains_limits_guests() -> None:
    sharing = {"sharingCapability": "externalUserSharingOnly", "sharingDomainRestrictionMode": "allowList"}
    assert parse_sharing({**sharing, "sharingAllowedDomainList": ["p.example"]})["outside_sharing"] == "allow_listed"
    assert parse_sharing(sharing)["outside_sharing"] is UNSET


def test_a_domain_without_verification_is_not_known_to_be_verified() -> None:
    domain = parse_domain({"id": "Org.Example", "isDefault": True}, "t")
    assert (domain.name, domain.verified, domain.primary) == ("org.example", UNSET, True)


# --- refusals


@pytest.mark.parametrize("body", [b"\x00" * 64, b"", b"<html>", b"[]", b'{"error": null}', b'{"error": {"code": 1}}'])
def test_a_refusal_without_a_readable_body_is_understood_by_its_status(body: bytes) -> None:
    assert exchange_error(Answer(403, {}, body), "Get-Mailbox").reason is GapReason.DENIED
    assert exchange_error(Answer(400, {}, body), "Get-Mailbox").reason is GapReason.MALFORMED
    assert read_error(Answer(403, {}, body), ACTIVITY).reason is GapReason.DENIED
    assert read_error(Answer(400, {}, body), ACTIVITY).reason is GapReason.MALFORMED


def test_what_happened_in_exchange_stands_in_the_inner_exception() -> None:
    body = b"""{"error": {"code": "BadRequest", "message": "Invalid Operation", "details": [{"message": "|x|"}],
        "innererror": {"internalexception": {"message": "The term 'Get-Mailbox' is not recognized as a cmdlet."}}}}"""
    assert exchange_error(Answer(400, {}, body), "Get-Mailbox").reason is GapReason.DENIED


def test_a_vendors_sentence_does_not_get_into_ours() -> None:
    body = b'{"error": {"code": "<img src=x>", "message": "\\u001b[31m secret"}}'
    error = read_error(Answer(400, {}, body), ACTIVITY)
    assert "img" not in error.message
    assert "secret" not in error.message


def test_a_declared_account_is_missing_only_if_no_account_may_have_its_address() -> None:
    def account(address: str, aliases: Read[tuple[str, ...]] = ()) -> Account:
        return Account(tenant="t", key=address, label=address, address=address, aliases=aliases)

    known = [account("one@o.example"), account("x@o.example", ("two@o.example",))]
    declared = frozenset({"one@o.example", "two@o.example", "three@o.example"})
    assert not_there(declared, known, whole=True) == ("three@o.example",)
    assert not_there(declared, known, whole=False) is UNSET
    assert not_there(declared, [*known, account("y@o.example", UNSET)], whole=True) is UNSET
    assert not_there(frozenset({"two@o.example"}), known, whole=False) == ()
