"""Answers as Google's documentation and recordings of real customers have them, one test for each parser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.errors import GapReason
from auditor.facts import Account, Directory, Tenant
from auditor.models import Target
from connectors.door import Answer
from connectors.google_workspace import mail_rules, mailboxes
from connectors.google_workspace.account_fields import parse_account
from connectors.google_workspace.alerts import parse_alert
from connectors.google_workspace.answers import nothing_there, read_error, throttled
from connectors.google_workspace.apps import parse_token
from connectors.google_workspace.calendars import parse_calendar
from connectors.google_workspace.effective_settings import parse_policy, setting_of
from connectors.google_workspace.events import QUESTIONS, parse_event
from connectors.google_workspace.files import opened, parse_file
from connectors.google_workspace.groups import parse_group
from connectors.google_workspace.memberships import Members
from connectors.google_workspace.policy_query import AccountClass
from connectors.google_workspace.reducers import reduced, reduction_of
from connectors.google_workspace.roles import parse_assignment, parse_role
from connectors.google_workspace.scopes import GMAIL_SETTINGS, POLICIES
from connectors.google_workspace.shared_drives import parse_drive
from connectors.google_workspace.usage import parse_usage

ANN = Account(tenant="t", key="7", label="Ann", address="ann@org.example")
TENANT = Tenant(tenant="t", key="t", label="org.example", connector="google_workspace", vendor_id="C0")
INSIDE = Directory(TENANT, {"7": ANN}, frozenset({"org.example"}), domains_complete=True)


def test_a_user_with_more_fields_than_we_ask_for_is_an_account() -> None:
    account = parse_account(
        {
            "id": "user-1", "agreedToTerms": True, "archived": False, "changePasswordAtNextLogin": False,
            "creationTime": "2023-01-01T00:00:00.000Z", "customerId": "customer-123", "etag": "etag-user-1",
            "includeInGlobalAddressList": True, "ipWhitelisted": False, "isAdmin": True, "isDelegatedAdmin": False,
            "isEnforcedIn2Sv": True, "isEnrolledIn2Sv": True, "isMailboxSetup": True, "kind": "admin#directory#user",
            "lastLoginTime": "2024-01-01T12:34:56.000Z",
            "name": {"fullName": "Marge Simpson", "familyName": "Simpson", "givenName": "Marge"},
            "orgUnitPath": "/", "primaryEmail": "mbsimpson@simpson.corp", "suspended": False,
            "organizations": [{"name": "Simpson Corp", "title": "Chief Executive Officer", "primary": True}],
        },
        "t",
    )  # fmt: skip
    assert (account.label, account.address, account.status) == ("Marge Simpson", "mbsimpson@simpson.corp", "active")
    assert (account.is_super_admin, account.mfa_registered, account.mfa_enforced) == (True, True, True)
    assert (account.recovery_address, account.aliases) == (None, ())


def test_a_row_of_the_usage_report_has_numbers_as_texts() -> None:
    parameters = [
        {"name": "accounts:is_2sv_enrolled", "boolValue": True},
        {"name": "accounts:num_security_keys", "intValue": "2"},
        {"name": "accounts:num_passkeys_enrolled", "intValue": "0"},
        {"name": "accounts:is_less_secure_apps_access_allowed", "boolValue": False},
        {"name": "accounts:password_strength", "stringValue": "STRONG"},
        {"name": "accounts:timestamp_last_login", "datetimeValue": "2026-03-12T09:00:00.000Z"},
    ]
    entity = {"type": "USER", "customerId": "C03az79cb", "userEmail": "liz@example.com", "profileId": "1234"}
    usage = parse_usage([{"date": "2026-03-13", "entity": entity, "parameters": parameters}])
    assert usage.missing == ()
    assert usage.accounts["1234"] == {"security_keys": 2, "less_secure_apps": False, "password_strength": "strong"}


def test_roles_and_their_assignment_without_a_type_are_read() -> None:
    seed = {"roleId": "13801188331880451", "roleName": "_SEED_ADMIN_ROLE", "isSuperAdminRole": True}
    assert parse_role(seed).privileges == frozenset()
    assignment = {"roleAssignmentId": "1", "roleId": "13801188331880449", "assignedTo": "102", "scopeType": "CUSTOMER"}
    assert parse_assignment(assignment) == ("102", "13801188331880449", False)


def test_a_token_of_a_telephone_is_a_grant() -> None:
    scopes = ["https://www.googleapis.com/auth/calendar"]
    wire = {
        "clientId": "987.apps.googleusercontent.com",
        "displayText": "Calendar",
        "nativeApp": True,
        "scopes": scopes,
    }
    assert parse_token(wire, ANN).scopes == tuple(scopes)


def test_a_group_with_its_settings_is_read() -> None:
    wire = {
        "kind": "groupsSettings#groups", "email": "mytest@org.example", "whoCanJoin": "CAN_REQUEST_TO_JOIN",
        "whoCanViewMembership": "ALL_MEMBERS_CAN_VIEW", "whoCanViewGroup": "ALL_MEMBERS_CAN_VIEW",
        "allowExternalMembers": "false", "whoCanPostMessage": "ANYONE_CAN_POST", "maxMessageBytes": 26214400,
    }  # fmt: skip
    group = parse_group(wire, Target("g", "000"), Members(), INSIDE)
    assert (group.posting, group.reading, group.outsiders_allowed) == ("anyone", "members", False)


MAIL: dict[str, Any] = {
    "autoForwarding": {"enabled": True, "emailAddress": "forward@example.com", "disposition": "leaveInInbox"},
    "forwardingAddresses": {
        "forwardingAddresses": [
            {"forwardingEmail": "external@other.com", "verificationStatus": "accepted"},
            {"forwardingEmail": "pending@other.com", "verificationStatus": "pending"},
        ]
    },
    "filters": {
        "filter": [
            {"id": "filter2", "criteria": {"subject": "confidential"}, "action": {"forward": "external@other.com"}},
            {
                "id": "filter4",
                "criteria": {"from": "accounts.google.com"},
                "action": {"removeLabelIds": ["INBOX"], "addLabelIds": ["TRASH"]},
            },
            {"id": "filter3", "criteria": {"from": "n@example.com"}, "action": {"addLabelIds": ["Label_1"]}},
        ]
    },
    "delegates": {
        "delegates": [
            {"delegateEmail": "bob@example.com", "verificationStatus": "accepted"},
            {"delegateEmail": "assistant@other.test", "verificationStatus": "accepted"},
        ]
    },
}


def test_the_rules_of_a_mailbox_are_read() -> None:
    (forwarding,) = mail_rules.parse_auto_forwarding(MAIL["autoForwarding"], ANN)
    assert (forwarding.destinations, forwarding.enabled) == (("forward@example.com",), True)
    addresses = list(mail_rules.parse_forwarding_addresses(MAIL["forwardingAddresses"], ANN))
    assert [each.enabled for each in addresses] == [True, False]
    sends, hides, _ = mail_rules.parse_filters(MAIL["filters"], ANN)
    assert (sends.destinations, hides.deletes, hides.hides) == (("external@other.com",), True, True)
    delegates = list(mail_rules.parse_delegates(MAIL["delegates"], ANN))
    assert [each.active for each in delegates] == [True, True]


def test_the_other_settings_of_a_mailbox_are_read() -> None:
    allowed = {"gmail.imap_access.enableImapAccess": True, "gmail.pop_access.enablePopAccess": True}
    imap = {"enabled": True, "autoExpunge": True, "expungeBehavior": "archive", "maxFolderSize": 0}
    assert mailboxes.parse_imap(imap, ANN, allowed) == {"imap": True}
    assert mailboxes.parse_pop({"accessWindow": "allMail", "disposition": "leaveInInbox"}, ANN, allowed) == {
        "pop": True
    }
    primary = {"sendAsEmail": "ann@org.example", "displayName": "Ann", "isPrimary": True}
    alias = {"sendAsEmail": "alias@example.com", "isDefault": False, "verificationStatus": "accepted"}
    assert mailboxes.parse_send_as({"sendAs": [primary, alias]}, ANN, {})["send_as"] == ("alias@example.com",)


def test_a_file_that_is_not_shared_is_nobody_elses_and_a_link_opens_one_to_anybody() -> None:
    file = {
        "kind": "drive#file", "id": "17", "name": "filename_1", "mimeType": "application/octet-stream",
        "trashed": False, "parents": ["7"], "shared": False, "ownedByMe": True, "capabilities": {"canShare": True},
    }  # fmt: skip
    assert parse_file(file, ANN, INSIDE) is None
    permissions = [
        {"role": "owner", "type": "user", "emailAddress": "bob@org.example", "displayName": "Bob Smith"},
        {"role": "writer", "type": "user", "emailAddress": "al@org.example", "expirationTime": "2026-06-01T00:00:00Z"},
        {"role": "reader", "type": "anyone", "allowFileDiscovery": False},
    ]
    found = parse_file(file | {"shared": True, "permissions": permissions}, ANN, INSIDE)
    assert found is not None
    assert (found.exposure, found.role, found.discoverable) == ("anyone", "reader", False)
    owner = {"kind": "drive#permission", "id": "17", "type": "user", "emailAddress": "jo@org.example", "role": "owner"}
    assert opened(found, [owner], INSIDE) is not None


def test_a_shared_drive_whose_members_are_inside_is_read() -> None:
    member = {"id": "1", "type": "user", "emailAddress": "ann@org.example", "role": "organizer", "deleted": False}
    assert parse_drive(Target("17", "My Drive 17"), [member], INSIDE).outsiders == ()


def test_a_calendar_that_everybody_may_read_is_public() -> None:
    rules = [
        {"id": "user:ann@org.example", "role": "owner", "scope": {"type": "user", "value": "ann@org.example"}},
        {
            "id": "default",
            "kind": "calendar#aclRule",
            "role": "reader",
            "scope": {"type": "default", "value": "__public_principal__@public.calendar.google.com"},
        },
    ]
    found = parse_calendar("c", "Ann", rules, ANN, INSIDE)
    assert found is not None
    assert found.exposure == "anyone"


@pytest.mark.parametrize("kind", ["Leaked password", "Government attack warning"])
def test_a_warning_that_nobody_looked_at_is_open(kind: str) -> None:
    data = {"email": "ann@org.example", "loginDetails": {"loginTime": "2020-10-28T20:13:33Z"}}
    wire = {
        "customerId": "C0", "alertId": "a1", "createTime": "2020-10-28T20:43:34.381Z", "type": kind,
        "source": "Google identity", "data": data, "metadata": {"status": "NOT_STARTED", "severity": "LOW"},
    }  # fmt: skip
    assert parse_alert(wire, INSIDE) is not None


def test_an_entry_of_the_log_about_forwarding_is_an_event() -> None:
    question = next(each for each in QUESTIONS if each.event == "email_forwarding_out_of_domain")
    parameters = [{"name": "email_forwarding_destination_address", "value": "jane.doe@example.net"}]
    wire = {
        "kind": "admin#reports#activity",
        "id": {"time": "2026-01-06T11:21:54.304Z", "uniqueQualifier": "-123456", "applicationName": "user_accounts"},
        "actor": {"callerType": "USER", "email": "ann@org.example", "profileId": "7"},
        "networkInfo": {"ipAsn": [12345], "regionCode": "FR", "subdivisionCode": "FR-HDF"},
        "events": [{"type": "email_forwarding_change", "name": question.event, "parameters": parameters}],
    }
    event = parse_event(wire, question, INSIDE, {ANN.address: ANN})
    assert (event.key, event.object, event.owner) == ("-123456", "jane.doe@example.net", "7")


RULES = [
    {"ruleId": "008f2-02rvqlb32nzzmh1:00gjdgxs1fob9te", "enabled": False},
    {"ruleId": "fb580-02rvqlb32nzzmh1:00gjdgxs3dy6vkm", "enabled": True},
]
MORE_RULES = [
    {"ruleId": "592cd-02rvqlb30hfhzs9:00gjdgxs30j0zll", "enabled": True},
    {"ruleId": "008f2-02rvqlb32nzzmh1:00gjdgxs1fob9te", "enabled": True},
]


def recorded(setting: str, order: float, **value: object) -> dict[str, Any]:
    return {
        "name": "policies/ahp3f257c2szng5iedezjp4byykqc",
        "customer": "customers/C03ymv5su",
        "policyQuery": {"orgUnit": "orgUnits/03ph8a2z2dvk5ts", "sortOrder": order},
        "setting": {"type": f"settings/{setting}", "value": value},
        "type": "ADMIN",
    }


def test_policies_that_name_their_unit_in_a_field_beside_a_query_that_is_left_out_are_read() -> None:
    status = recorded("gmail.service_status", 201.00124, serviceState="ENABLED")
    assert setting_of(status) == "gmail.service_status"
    assert parse_policy(status).query.matches(AccountClass(frozenset({"03ph8a2z2dvk5ts"}))) is True
    states = [
        recorded("gmail.rule_states", 201.0005, ruleStates=MORE_RULES),
        recorded("gmail.rule_states", 201.00048, ruleStates=RULES),
    ]
    values = [parse_policy(each).values for each in states]
    merged = reduced(reduction_of("gmail.rule_states"), values)["ruleStates"].value
    assert isinstance(merged, list)
    assert {each["ruleId"][:5]: each["enabled"] for each in merged} == {"592cd": True, "008f2": True, "fb580": True}


def answer(status: int, error: object) -> Answer:
    return Answer(status, {}, json.dumps(error).encode())


def test_the_refusals_of_google_mean_what_they_say() -> None:
    none = {"message": "Mail service not enabled", "domain": "global", "reason": "failedPrecondition"}
    gmail_off = {"code": 400, "message": "Mail service not enabled", "errors": [none], "status": "FAILED_PRECONDITION"}
    assert nothing_there(answer(400, {"error": gmail_off}))
    reasons = [{"reason": "forbidden", "message": "Delegation denied"}]
    denied = {"code": 403, "message": "Delegation denied for a@b.example", "status": "PERMISSION_DENIED"}
    refused = read_error(answer(403, {"error": denied | {"errors": reasons}}), GMAIL_SETTINGS)
    assert (refused.reason, "delegation" in refused.message) == (GapReason.DENIED, True)

    def detail(reason: str) -> list[dict[str, Any]]:
        service = {"service": "cloudidentity.googleapis.com"}
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        return [{"@type": kind, "reason": reason, "domain": "googleapis.com", "metadata": service}]

    disabled = {"code": 403, "status": "PERMISSION_DENIED", "details": detail("SERVICE_DISABLED")}
    assert "cloudidentity.googleapis.com" in read_error(answer(403, {"error": disabled}), POLICIES).remedy
    quota = {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": detail("RATE_LIMIT_EXCEEDED")}
    assert throttled(answer(429, {"error": quota}))
    assert not throttled(answer(403, {"error": disabled}))
