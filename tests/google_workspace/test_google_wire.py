"""Google's wire JSON, and what each surprising fact of it means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Directory, MailboxGrant, MailRule, SharedItem, Tenant
from connectors.google_workspace.account_fields import counted, parse_account, with_shared_recovery
from connectors.google_workspace.client import listed
from connectors.google_workspace.files import parse_file
from connectors.google_workspace.mail_rules import (
    parse_auto_forwarding,
    parse_delegates,
    parse_filters,
    parse_forwarding_addresses,
)
from connectors.google_workspace.mailboxes import parse_imap, parse_pop, parse_send_as, parse_vacation
from connectors.google_workspace.memberships import Members, parse_members
from connectors.google_workspace.roles import Role, parse_assignment, parse_role, resolved
from connectors.google_workspace.usage import parse_usage
from connectors.google_workspace.values import address, boolean, moment, text, texts, word

OWNER = Account(tenant="t", key="7", label="Ann", address="ann@org.example")
TENANT = Tenant(tenant="t", key="t", label="org.example", connector="google_workspace", vendor_id="C0")
INSIDE = Directory(TENANT, {"7": OWNER}, frozenset({"org.example"}), domains_complete=True)
NO_DOMAINS = Directory(TENANT, {"7": OWNER})

USER: Mapping[str, Any] = {
    "id": "117",
    "primaryEmail": "Ann@Org.example",
    "name": {"fullName": "Ann Lee"},
    "isAdmin": False,
    "isDelegatedAdmin": False,
    "isEnrolledIn2Sv": True,
    "isEnforcedIn2Sv": False,
    "suspended": False,
    "archived": False,
    "lastLoginTime": "2026-02-28T10:11:12.000Z",
    "creationTime": "2025-01-01T00:00:00.000Z",
    "orgUnitPath": "/Staff",
    "isMailboxSetup": True,
}


def account(**changes: Any) -> Account:  # noqa: ANN401 - wire JSON
    """Return the account of the usual user with some fields changed, or left out where they are None."""
    wire = {**USER, **changes}
    return parse_account({name: value for name, value in wire.items() if value is not None}, "t")


# --- values


@pytest.mark.parametrize("value", [None, 0, 1, "true", [], {}])
def test_what_is_no_boolean_is_not_collected(value: object) -> None:
    assert boolean(value) is UNSET


@pytest.mark.parametrize("value", [None, "", 5, [], {}])
def test_what_is_no_text_is_not_collected(value: object) -> None:
    assert text(value) is UNSET
    assert address(value) is UNSET


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert text("a\ud800b") == "a\ufffdb"
    assert text("\U0001f600") == "\U0001f600"


def test_a_list_with_anything_but_texts_is_not_collected_and_not_shortened() -> None:
    assert texts(["A", "b"]) == ("a", "b")
    assert texts([]) == ()
    assert texts(["a", 5]) is UNSET
    assert texts("a") is UNSET


def test_an_address_of_blanks_is_none() -> None:
    assert address("  ") is UNSET
    assert address(" Ann@Org.Example ") == "ann@org.example"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-02T09:00:00.000Z", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T10:00:00+01:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00:00", UNSET),
        ("0001-01-01T00:00:00+23:00", UNSET),
        ("9999-12-31T23:59:59-23:00", UNSET),
        ("yesterday", UNSET),
        (1772442000, UNSET),
        (None, UNSET),
    ],
)
def test_a_moment_is_aware_and_in_utc_or_not_collected(value: object, expected: object) -> None:
    assert moment(value) == expected


def test_a_word_that_we_do_not_know_is_not_collected() -> None:
    assert word("A", {"A": "a"}) == "a"
    for value in ("B", None, 5, ["A"]):
        assert word(value, {"A": "a"}) is UNSET


# --- accounts


def test_a_whole_user_is_an_account() -> None:
    found = account()
    assert (found.key, found.label, found.address, found.unit) == ("117", "Ann Lee", "ann@org.example", "/Staff")
    assert (found.mfa_registered, found.mfa_enforced, found.status, found.type) == (True, False, "active", "person")
    assert (found.is_admin, found.is_super_admin, found.admin_roles) == (False, False, UNSET)
    assert found.last_sign_in == datetime(2026, 2, 28, 10, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("isEnrolledIn2Sv", ["mfa_registered"]),
        ("isEnforcedIn2Sv", ["mfa_enforced"]),
        ("isAdmin", ["is_super_admin", "is_admin"]),
        ("isDelegatedAdmin", ["is_admin"]),
        ("suspended", ["status"]),
        ("archived", ["status"]),
        ("lastLoginTime", ["last_sign_in"]),
        ("creationTime", ["created"]),
        ("orgUnitPath", ["unit"]),
        ("isMailboxSetup", ["has_mailbox"]),
    ],
)
def test_a_field_that_is_missing_or_of_another_type_is_not_collected(field: str, names: list[str]) -> None:
    for value in (None, "yes?", 1, []):
        found = account(**{field: value})
        if field != "orgUnitPath" or value != "yes?":
            assert [getattr(found, name) for name in names] == [UNSET] * len(names), value


def test_the_beginning_of_1970_means_never() -> None:
    assert account(lastLoginTime="1970-01-01T00:00:00.000Z").last_sign_in is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"suspended": True}, "suspended"),
        ({"archived": True}, "archived"),
        ({"suspended": True, "archived": None}, "suspended"),
    ],
)
def test_a_blocked_account_is_blocked_whatever_else_is_known(changes: dict[str, Any], status: str) -> None:
    assert account(**changes).status == status


def test_one_administrator_flag_is_enough_and_two_are_needed_for_none() -> None:
    assert account(isDelegatedAdmin=True, isAdmin=None).is_admin is True
    assert account(isAdmin=True, isDelegatedAdmin=None).is_admin is True


def test_aliases_and_recovery_address_are_left_out_when_there_are_none() -> None:
    assert (account().aliases, account().recovery_address) == ((), None)
    assert account(recoveryEmail="").recovery_address is None
    assert account(recoveryEmail="Me@Gmail.com").recovery_address == "me@gmail.com"
    assert account(recoveryEmail=5).recovery_address is UNSET
    assert account(aliases=["B@x.example"], nonEditableAliases=["a@x.example"]).aliases == (
        "a@x.example",
        "b@x.example",
    )
    assert account(aliases="B@x.example").aliases is UNSET
    assert account(aliases=["a@x.example"], nonEditableAliases=[5]).aliases is UNSET


@pytest.mark.parametrize("name", [{}, {"fullName": ""}, {"fullName": 5}, "Ann", None])
def test_an_account_without_a_name_is_called_by_its_address(name: object) -> None:
    assert account(name=name).label == "ann@org.example"


@pytest.mark.parametrize("changes", [{"id": None}, {"primaryEmail": None}, {"id": 117}, {"primaryEmail": " "}])
def test_an_account_without_id_or_address_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(ReadError) as caught:
        account(**changes)
    assert caught.value.reason is GapReason.MALFORMED


def test_roles_that_were_not_read_are_not_collected() -> None:
    assert account().admin_roles is UNSET
    assert account().admin_privileges is UNSET


def test_an_assignment_says_whether_it_is_a_groups() -> None:
    assignment = {"assignedTo": "117", "roleId": "9", "scopeType": "CUSTOMER"}
    assert parse_assignment(assignment) == ("117", "9", False)
    assert parse_assignment(assignment | {"assigneeType": "user"}) == ("117", "9", False)
    assert parse_assignment(assignment | {"assigneeType": "GROUP"}) == ("117", "9", True)


def test_a_role_of_a_group_is_held_by_its_members_and_one_of_everybody_by_everybody() -> None:
    desk = parse_role(
        {"roleId": "9", "roleName": "Desk", "rolePrivileges": [{"privilegeName": "USERS_RESET_PASSWORD"}]}
    )
    assert desk == Role("9", "Desk", frozenset({"USERS_RESET_PASSWORD"}))
    given = [("g", "9", True), ("3", "9", False), ("all", "5", True)]
    held = resolved({"9": desk}, given, {"g": Members(frozenset({"1", "2"})), "all": Members(everybody=True)})
    assert [[role.name for role in held.of(key)] for key in "1234"] == [["Desk", "5"]] * 3 + [["5"]]


@pytest.mark.parametrize("wire", [{}, {"assignedTo": "1"}, {"roleId": "1"}, {"assignedTo": 1, "roleId": "1"}])
def test_roles_that_cannot_be_read_are_malformed(wire: dict[str, Any]) -> None:
    for parse in (parse_assignment, parse_role):
        with pytest.raises(ReadError):
            parse(wire)


def test_a_count_over_something_not_collected_is_not_collected() -> None:
    people = [account(), account(suspended=True), account(isAdmin=True)]
    whole = counted(TENANT, people, complete=True)
    assert (whole.active_people, whole.super_admins, whole.guests) == (2, 1, 0)
    for tenant in (
        counted(TENANT, people, complete=False),
        counted(TENANT, [*people, account(isAdmin=None)], complete=True),
        counted(TENANT, [*people, account(archived=None)], complete=True),
    ):
        assert (tenant.active_people, tenant.super_admins) == (UNSET, UNSET)


# --- listings


def test_google_leaves_the_key_of_an_empty_listing_out() -> None:
    assert listed({}, "filter") == []


@pytest.mark.parametrize("value", [None, {}, "x", [1], [None], [[]]])
def test_a_listing_that_is_no_list_of_objects_is_malformed_and_not_empty(value: object) -> None:
    with pytest.raises(ReadError) as caught:
        listed({"filter": value}, "filter")
    assert caught.value.reason is GapReason.MALFORMED


# --- mail


def forwarding(**wire: object) -> list[MailRule]:
    return list(parse_auto_forwarding(wire, OWNER))


def test_forwarding_that_is_off_is_no_rule() -> None:
    assert forwarding(enabled=False) == []
    assert forwarding(enabled=False, emailAddress="x@evil.example", disposition="trash") == []


@pytest.mark.parametrize(
    ("disposition", "effects"),
    [
        ("leaveInInbox", (False, False, False)),
        ("archive", (False, True, False)),
        ("trash", (True, False, False)),
        ("markRead", (False, False, True)),
        ("dispositionUnspecified", (UNSET, UNSET, UNSET)),
        ("somethingNew", (UNSET, UNSET, UNSET)),
        (None, (UNSET, UNSET, UNSET)),
        (["trash"], (UNSET, UNSET, UNSET)),
    ],
)
def test_a_disposition_says_what_becomes_of_the_original(disposition: object, effects: tuple[object, ...]) -> None:
    (rule,) = forwarding(enabled=True, emailAddress="X@Evil.example", disposition=disposition)
    assert (rule.deletes, rule.hides, rule.marks_read) == effects
    assert (rule.enabled, rule.destinations, rule.matches_all) == (True, ("x@evil.example",), True)
    assert (rule.owner, rule.mechanism) == ("7", "auto_forwarding")


def test_forwarding_that_nobody_calls_off_may_be_on() -> None:
    (rule,) = forwarding()
    assert (rule.enabled, rule.destinations) == (UNSET, UNSET)


@pytest.mark.parametrize(("status", "enabled"), [("accepted", True), ("pending", False), ("new", UNSET), (None, UNSET)])
def test_a_forwarding_address_is_in_force_once_accepted(status: str | None, enabled: object) -> None:
    wire = {"forwardingAddresses": [{"forwardingEmail": "X@evil.example", "verificationStatus": status}]}
    (rule,) = parse_forwarding_addresses(wire, OWNER)
    assert (rule.enabled, rule.destinations, rule.mechanism) == (enabled, ("x@evil.example",), "forwarding_address")


def filtered(criteria: object, action: object) -> MailRule:
    (rule,) = parse_filters({"filter": [{"id": "f", "criteria": criteria, "action": action}]}, OWNER)
    return rule


@pytest.mark.parametrize(
    ("action", "effects"),
    [
        ({}, ((), False, False, False)),
        ({"addLabelIds": ["TRASH"]}, ((), True, False, False)),
        ({"addLabelIds": ["SPAM"]}, ((), False, True, False)),
        ({"removeLabelIds": ["INBOX"]}, ((), False, True, False)),
        ({"removeLabelIds": ["UNREAD"]}, ((), False, False, True)),
        ({"addLabelIds": ["Label_1", "STARRED"]}, ((), False, False, False)),
        ({"forward": "X@evil.example"}, (("x@evil.example",), False, False, False)),
        ({"forward": 5}, (UNSET, False, False, False)),
        ({"addLabelIds": "TRASH"}, ((), UNSET, UNSET, False)),
        ({"removeLabelIds": {}}, ((), False, UNSET, UNSET)),
        ([], (UNSET, UNSET, UNSET, UNSET)),
        (None, (UNSET, UNSET, UNSET, UNSET)),
    ],
)
def test_what_a_filter_does(action: object, effects: tuple[object, ...]) -> None:
    rule = filtered({"from": "bank"}, action)
    assert (rule.destinations, rule.deletes, rule.hides, rule.marks_read) == effects


def test_a_filter_without_criteria_is_for_every_mail() -> None:
    (absent,) = parse_filters({"filter": [{"id": "f", "action": {"addLabelIds": ["TRASH"]}}]}, OWNER)
    for rule in (absent, filtered({}, {})):
        assert (rule.matches_all, rule.looks_for, rule.label) == (True, (), "Filter: every mail")


def test_a_filter_looks_for_the_words_of_its_criteria() -> None:
    rule = filtered({"subject": "Password", "from": "No-Reply@x", "hasAttachment": True, "size": 5}, {})
    assert (rule.matches_all, rule.looks_for) == (False, ("no-reply@x", "password"))
    assert rule.label == "Filter: from No-Reply@x, subject Password, other than 5 bytes, with an attachment"
    assert filtered("text", {}).looks_for is UNSET
    assert filtered("text", {}).matches_all is UNSET


@pytest.mark.parametrize(
    ("criteria", "everything"),
    [
        ({}, True),
        ({"excludeChats": True}, True),
        ({"size": 1, "sizeComparison": "larger"}, True),
        ({"size": 5_000_000, "sizeComparison": "larger"}, False),
        ({"size": 1, "sizeComparison": "smaller"}, False),
        ({"size": 1, "sizeComparison": "larger", "from": "bank"}, False),
        ({"hasAttachment": True}, False),
    ],
)
def test_a_filter_that_every_mail_fits_catches_everything(criteria: dict[str, object], *, everything: bool) -> None:
    assert filtered(criteria, {}).matches_all is everything


@pytest.mark.parametrize(
    ("status", "active"),
    [("accepted", True), ("pending", False), ("rejected", False), ("expired", False), ("new", UNSET), (None, UNSET)],
)
def test_a_delegate_is_active_once_accepted(status: str | None, active: object) -> None:
    wire = {"delegates": [{"delegateEmail": "X@evil.example", "verificationStatus": status}]}
    (grant,) = parse_delegates(wire, OWNER)
    assert isinstance(grant, MailboxGrant)
    assert (grant.grantee, grant.active, grant.right, grant.owner) == ("x@evil.example", active, "delegate", "7")


@pytest.mark.parametrize("parse", [parse_delegates, parse_filters, parse_forwarding_addresses])
def test_an_absent_list_of_a_mailbox_is_an_empty_one(parse: Any) -> None:  # noqa: ANN401 - three kinds of parsers
    assert list(parse({}, OWNER)) == []


# --- files

OWN = {"id": "1", "type": "user", "role": "owner", "emailAddress": "ann@org.example"}
ANYONE = {"id": "2", "type": "anyone", "role": "reader", "allowFileDiscovery": False}
COLLEAGUE = {"id": "3", "type": "user", "role": "writer", "emailAddress": "bob@org.example"}
STRANGER = {"id": "4", "type": "user", "role": "commenter", "emailAddress": "Eve@Evil.example"}
EVERYBODY = {"id": "5", "type": "domain", "role": "reader", "domain": "org.example", "allowFileDiscovery": True}


def shared(*permissions: object, directory: Directory = INSIDE, **fields: object) -> SharedItem | None:
    wire = {"id": "f", "name": "Plan", "mimeType": "text/plain", "shared": True, "permissions": [*permissions]}
    return parse_file(wire | fields, OWNER, directory)


def item(*permissions: object, directory: Directory = INSIDE, **fields: object) -> SharedItem:
    found = shared(*permissions, directory=directory, **fields)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("permissions", "exposure", "role", "discoverable", "outsiders"),
    [
        ([OWN, ANYONE], "anyone", "reader", False, ()),
        ([OWN, ANYONE | {"allowFileDiscovery": True}], "anyone", "reader", True, ()),
        ([OWN, ANYONE, STRANGER], "anyone", "reader", False, ("eve@evil.example",)),
        ([OWN, EVERYBODY, COLLEAGUE], "organisation", "reader", True, ()),
        ([OWN, STRANGER, COLLEAGUE], "outsiders", "commenter", False, ("eve@evil.example",)),
        ([OWN, COLLEAGUE], "people", "writer", False, ()),
        ([OWN, COLLEAGUE | {"type": "group", "role": "reader"}], "people", "reader", False, ()),
        ([OWN, COLLEAGUE | {"role": "fileOrganizer"}], "people", "writer", False, ()),
        ([OWN, EVERYBODY | {"domain": "evil.example"}], "outsiders", "reader", True, ("evil.example",)),
        ([OWN, EVERYBODY | {"domain": "sub.org.example"}], "outsiders", "reader", True, ("sub.org.example",)),
    ],
)
def test_the_widest_circle_decides(
    permissions: list[object], exposure: str, role: str, outsiders: tuple[str, ...], *, discoverable: bool
) -> None:
    found = item(*permissions)
    assert (found.exposure, found.role, found.discoverable, found.outsiders) == (
        exposure,
        role,
        discoverable,
        outsiders,
    )


def test_a_file_that_nobody_else_can_open_is_not_shared() -> None:
    assert shared(OWN) is None
    assert shared(OWN, ANYONE | {"deleted": True}) is None
    assert shared(shared=False, permissions=None) is None


@pytest.mark.parametrize("permissions", [None, [], {}, "x", [5]])
def test_a_shared_file_without_permissions_is_shared_with_we_do_not_know_whom(permissions: object) -> None:
    for fields in ({"permissions": permissions}, {"permissions": permissions, "shared": None}):
        found = item(**fields)
        assert (found.exposure, found.role, found.outsiders, found.expires) == (UNSET, UNSET, UNSET, UNSET)


def test_a_shared_file_whose_permissions_google_left_out_is_one_too() -> None:
    found = parse_file({"id": "f", "shared": True}, OWNER, INSIDE)
    assert found is not None
    assert (found.exposure, found.label) == (UNSET, "f")


def test_without_the_own_domains_a_named_person_may_be_an_outsider() -> None:
    found = item(OWN, COLLEAGUE, directory=NO_DOMAINS)
    assert (found.exposure, found.outsiders, found.role, found.expires) == (UNSET, UNSET, UNSET, UNSET)
    assert found.discoverable is False  # a file shared by name cannot be searched for
    assert item(OWN, ANYONE, COLLEAGUE, directory=NO_DOMAINS).exposure == "anyone"


@pytest.mark.parametrize("kind", ["alien", None, 5, ["anyone"], {}])
def test_a_permission_of_a_new_kind_may_be_wider_than_the_others(kind: object) -> None:
    found = item(OWN, COLLEAGUE, {"id": "9", "type": kind, "role": "reader", "emailAddress": "bob@org.example"})
    assert (found.exposure, found.role, found.outsiders, found.discoverable) == (UNSET, UNSET, UNSET, UNSET)
    assert item(OWN, ANYONE, {"type": kind}).exposure == "anyone"


def test_a_role_that_we_do_not_know_may_be_the_strongest() -> None:
    assert item(OWN, ANYONE | {"role": "alien"}).role is UNSET
    assert item(OWN, COLLEAGUE | {"role": "alien"}, COLLEAGUE).role is UNSET
    assert item(OWN, COLLEAGUE | {"role": "alien"}, COLLEAGUE | {"role": "organizer"}).role == "owner"


def test_access_ends_when_the_last_of_the_widest_permissions_does() -> None:
    first, last = "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"
    assert item(OWN, ANYONE).expires is None
    assert item(OWN, ANYONE | {"expirationTime": first}, COLLEAGUE).expires == datetime(2026, 6, 1, tzinfo=UTC)
    assert item(OWN, *(STRANGER | {"expirationTime": end} for end in (first, last))).expires == moment(last)
    assert item(OWN, STRANGER, STRANGER | {"expirationTime": first}).expires is None
    assert item(OWN, ANYONE | {"expirationTime": "soon"}).expires is UNSET


def test_whether_a_file_can_be_found_is_not_guessed() -> None:
    without = {name: value for name, value in ANYONE.items() if name != "allowFileDiscovery"}
    assert item(OWN, without).discoverable is UNSET


def test_a_folder_is_told_apart_and_a_file_without_id_is_malformed() -> None:
    assert item(OWN, ANYONE, mimeType="application/vnd.google-apps.folder").item == "folder"
    with pytest.raises(ReadError):
        shared(OWN, ANYONE, id=None)


# --- usage reports, recovery, members


def row(*parameters: dict[str, Any], key: object = "117") -> dict[str, Any]:
    return {"entity": {"type": "USER", "profileId": key}, "parameters": list(parameters)}


KEYS = {"name": "accounts:num_security_keys", "intValue": "2"}
PASSKEYS = {"name": "accounts:num_passkeys_enrolled", "intValue": "1"}
STRENGTH = {"name": "accounts:password_strength", "stringValue": "WEAK"}
LESS_SECURE = {"name": "accounts:is_less_secure_apps_access_allowed", "boolValue": False}


def test_numbers_of_a_usage_report_come_as_texts_and_keys_count_with_passkeys() -> None:
    usage = parse_usage([row(KEYS, PASSKEYS, STRENGTH, LESS_SECURE)])
    assert usage.missing == ()
    assert usage.accounts["117"] == {"security_keys": 3, "less_secure_apps": False, "password_strength": "weak"}


def test_a_parameter_that_never_comes_back_is_missing_and_one_that_some_lack_is_unknown_for_them() -> None:
    usage = parse_usage([row(KEYS, STRENGTH), row(STRENGTH | {"stringValue": "UNKNOWN"}, key="118")])
    assert usage.missing == ("security_keys", "less_secure_apps")
    assert set(usage.accounts["118"].values()) == {UNSET}
    assert usage.accounts["117"]["security_keys"] is UNSET


@pytest.mark.parametrize("key", [None, 5, ""])
def test_a_row_of_nobody_is_malformed(key: object) -> None:
    with pytest.raises(ReadError):
        parse_usage([row(KEYS, key=key)])


def test_recovery_is_shared_by_whoever_has_the_same_address_or_telephone() -> None:
    people = [
        account(id="1", recoveryEmail="a@mail.example", recoveryPhone="+1"),
        account(id="2", recoveryEmail="A@Mail.example"),
        account(id="3", recoveryPhone="+2"),
    ]
    assert [each.recovery_shared for each in with_shared_recovery(people, whole=True)] == [True, True, False]
    assert [each.recovery_shared for each in with_shared_recovery(people, whole=False)] == [True, True, UNSET]
    assert [each.recovery_phone for each in people] == ["+1", None, "+2"]


def test_members_are_people_strangers_nested_groups_and_everybody() -> None:
    found = parse_members(
        [
            {"type": "USER", "id": "1", "email": "Ann@Org.example", "role": "OWNER"},
            {"type": "GROUP", "id": "g", "email": "list@elsewhere.example", "role": "MEMBER"},
            {"type": "CUSTOMER", "id": "C0", "role": "MEMBER"},
        ]
    )
    assert (found.accounts, found.owners, found.everybody) == (frozenset({"1"}), frozenset({"ann@org.example"}), True)
    assert found.groups == frozenset({"list@elsewhere.example"})


@pytest.mark.parametrize("wire", [{}, {"type": "USER"}, {"type": "GROUP", "id": "1"}, {"type": "ROBOT", "id": "1"}])
def test_a_member_that_cannot_be_told_is_malformed(wire: dict[str, Any]) -> None:
    with pytest.raises(ReadError):
        parse_members([wire])


# --- settings of a mailbox


def test_addresses_replies_and_servers_of_a_mailbox() -> None:
    own = {"sendAsEmail": "ann@org.example", "isPrimary": True, "replyToAddress": "Stranger@mail.example"}
    other = {
        "sendAsEmail": "Ann@mail.example",
        "verificationStatus": "accepted",
        "smtpMsa": {"host": "smtp.mail.example"},
    }
    pending = {"sendAsEmail": "x@mail.example", "verificationStatus": "pending"}
    assert parse_send_as({"sendAs": [own, other, pending]}, OWNER, {}) == {
        "send_as": ("ann@mail.example",),
        "reply_to": ("stranger@mail.example",),
        "outgoing_servers": ("smtp.mail.example",),
    }
    strange = parse_send_as({"sendAs": [{"sendAsEmail": 5, "replyToAddress": [5], "smtpMsa": "x"}]}, OWNER, {})
    assert (strange["send_as"], strange["reply_to"], strange["outgoing_servers"]) == (UNSET, UNSET, UNSET)


@pytest.mark.parametrize(
    ("chosen", "allowed", "on"),
    [
        (True, True, True),
        (True, False, False),
        (False, True, False),
        (True, None, UNSET),
        (None, True, UNSET),
        (False, None, False),
        (None, False, False),
    ],
)
def test_a_protocol_is_on_where_it_is_chosen_and_allowed(chosen: object, allowed: object, on: object) -> None:
    settings = {"gmail.imap_access.enableImapAccess": allowed, "gmail.pop_access.enablePopAccess": allowed}
    window = {True: "fromNowOn", False: "disabled", None: "sometimes"}[chosen]  # type: ignore[index]
    assert parse_imap({"enabled": chosen}, OWNER, settings) == {"imap": on}
    assert parse_pop({"accessWindow": window}, OWNER, settings) == {"pop": on}


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        ({}, "off"),
        ({"enableAutoReply": False}, "off"),
        ({"enableAutoReply": True}, "anyone"),
        ({"enableAutoReply": True, "restrictToContacts": True}, "contacts"),
        ({"enableAutoReply": True, "restrictToDomain": True, "restrictToContacts": True}, "inside"),
        ({"enableAutoReply": "yes"}, UNSET),
    ],
)
def test_an_automatic_reply_tells_whom_it_is_meant_for(wire: dict[str, Any], told: object) -> None:
    assert parse_vacation(wire, OWNER, {}) == {"vacation_reply": told}
