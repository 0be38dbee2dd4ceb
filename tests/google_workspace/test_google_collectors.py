"""What the further collectors make of Google's wire: apps, events, alerts, groups, calendars, drives, reports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from google_reading import practice, read

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Directory, Tenant
from auditor.models import Target
from connectors.google_workspace.alerts import parse_alert
from connectors.google_workspace.apps import parse_entry, parse_token, parse_total
from connectors.google_workspace.calendars import parse_calendar
from connectors.google_workspace.groups import forwarding, parse_group
from connectors.google_workspace.memberships import Members
from connectors.google_workspace.scope_risks import reads_files, reads_mail, risk
from connectors.google_workspace.setting_fields import OF_GOOGLE, enforced_from, seconds
from connectors.google_workspace.shared_drives import parse_drive
from connectors.practice.faults import Fault

ANN = Account(tenant="t", key="7", label="Ann", address="ann@org.example")
TENANT = Tenant(tenant="t", key="t", label="org.example", connector="google_workspace", vendor_id="C0")
INSIDE = Directory(TENANT, {"7": ANN}, frozenset({"org.example"}), domains_complete=True)
NO_DOMAINS = Directory(TENANT, {"7": ANN})
AUTH = "https://www.googleapis.com/auth/"


# --- apps


@pytest.mark.parametrize(
    ("scopes", "worst", "mail", "files"),
    [
        ([], "low", False, False),
        (["openid", AUTH + "userinfo.email"], "low", False, False),
        ([AUTH + "drive.file"], "low", False, False),
        ([AUTH + "drive"], "critical", False, True),
        ([AUTH + "drive.readonly"], "critical", False, True),
        ([AUTH + "drive.metadata.readonly"], "high", False, False),
        (["https://mail.google.com/"], "critical", True, False),
        ([AUTH + "gmail.readonly", "openid"], "critical", True, False),
        ([AUTH + "gmail.send"], "high", False, False),
        ([AUTH + "calendar.readonly"], "high", False, False),
        ([AUTH + "something.new"], "medium", False, False),
        (["https://evil.example/" + AUTH + "drive"], "medium", False, False),
    ],
)
def test_the_worst_scope_is_the_risk(scopes: list[str], worst: str, *, mail: bool, files: bool) -> None:
    assert (risk(scopes), reads_mail(scopes), reads_files(scopes)) == (worst, mail, files)


def test_a_token_is_a_grant_and_one_without_scopes_is_of_unknown_risk() -> None:
    grant = parse_token({"clientId": "c", "displayText": "App", "scopes": [AUTH + "drive"]}, ANN)
    assert (grant.key, grant.owner, grant.app, grant.risk, grant.reads_files) == ("7/c", "7", "c", "critical", True)
    assert parse_token({"clientId": "c"}, ANN).risk is UNSET
    with pytest.raises(ReadError):
        parse_token({"displayText": "App"}, ANN)


def entry(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - wire JSON
    scope = {"name": "scope", "multiValue": [AUTH + "drive"]}
    parameters = [{"name": "client_id", "value": "c"}, {"name": "app_name", "value": "App"}, scope]
    event = {"type": "auth", "name": "authorize", "parameters": parameters}
    whole = {"id": {"time": "2026-02-01T00:00:00Z"}, "actor": {"email": "Ann@Org.example"}, "events": [event]}
    return whole | changes


def test_an_entry_of_the_log_says_who_let_in_what() -> None:
    read_entry, when = parse_entry(entry(), "authorize")
    assert (read_entry.who, read_entry.app, read_entry.scopes) == ("ann@org.example", "c", (AUTH + "drive",))
    assert when == datetime(2026, 2, 1, tzinfo=UTC)
    for broken in ({"id": {}}, {"actor": {}}, {"events": []}):
        with pytest.raises(ReadError):
            parse_entry(entry(**broken), "authorize")


def test_totals_count_people_and_one_that_cannot_be_read_is_malformed() -> None:
    assert parse_total({"client_id": "c", "client_name": "App", "num_users": "3"}) == ("c", "App", 3)
    with pytest.raises(ReadError):
        parse_total({"client_id": "c"})


# --- alerts


def test_an_alert_is_open_until_it_is_closed() -> None:
    wire = {
        "type": "Leaked password",
        "alertId": "a",
        "createTime": "2026-02-01T00:00:00Z",
        "data": {"email": "ANN@org.example"},
    }
    for status, is_open in (
        ("NOT_STARTED", True),
        ("IN_PROGRESS", True),
        ("CLOSED", False),
        ("NEW", UNSET),
        (None, UNSET),
    ):
        event = parse_alert(wire | {"metadata": {"status": status}}, INSIDE)
        assert event is not None
        assert (event.type, event.owner, event.open) == ("leaked_password", "7", is_open)
    assert parse_alert(wire | {"type": "Suspicious login"}, INSIDE) is None
    with pytest.raises(ReadError):
        parse_alert(wire | {"alertId": None}, INSIDE)


# --- groups


def test_a_group_that_takes_mail_from_anyone_carries_it_to_its_members_outside() -> None:
    members = Members(
        frozenset({"7", "8"}),
        frozenset({"ann@org.example", "x@mail.example", "list@org.example"}),
        frozenset({"list@org.example"}),
    )
    group = parse_group(
        {"whoCanPostMessage": "ANYONE_CAN_POST", "allowExternalMembers": "true"}, Target("g", "G"), members, INSIDE
    )
    assert (group.members, group.outside_members, group.outsiders_allowed) == (2, ("x@mail.example",), True)
    (rule,) = forwarding(group)
    assert (rule.mechanism, rule.destinations, rule.enabled) == ("group", ("x@mail.example",), True)
    inside = parse_group({"whoCanPostMessage": "ALL_IN_DOMAIN_CAN_POST"}, Target("g", "G"), members, INSIDE)
    assert list(forwarding(inside)) == []
    unread = parse_group({"whoCanPostMessage": "ANYONE_CAN_POST"}, Target("g", "G"), members, NO_DOMAINS)
    assert unread.outside_members is UNSET
    assert [each.destinations for each in forwarding(unread)] == [UNSET]


def test_a_word_of_a_groups_settings_that_we_do_not_know_is_not_collected() -> None:
    group = parse_group(
        {"whoCanJoin": "ROBOTS_CAN_JOIN", "allowExternalMembers": "maybe"}, Target("g", "G"), None, INSIDE
    )
    assert {group.joining, group.reading, group.outsiders_allowed, group.outside_members, group.members} == {UNSET}


# --- calendars and shared drives


def rule(kind: str, value: str, role: str) -> dict[str, Any]:
    return {"role": role, "scope": {"type": kind, "value": value}}


@pytest.mark.parametrize(
    ("rules", "exposure"),
    [
        ([rule("user", "ann@org.example", "owner")], None),
        ([rule("default", "__public_principal__@public.calendar.google.com", "freeBusyReader")], None),
        ([rule("default", "__public_principal__@public.calendar.google.com", "reader")], "anyone"),
        ([rule("user", "x@mail.example", "writer"), rule("group", "team@org.example", "reader")], "outsiders"),
        ([rule("domain", "org.example", "reader")], "organisation"),
        ([rule("user", "bob@org.example", "owner")], "people"),
        ([rule("planet", "mars", "reader")], UNSET),
    ],
)
def test_a_calendar_is_open_to_the_widest_circle_that_sees_more_than_busy(
    rules: list[dict[str, Any]], exposure: object
) -> None:
    item = parse_calendar("c", "Calendar", rules, ANN, INSIDE)
    assert (item.exposure if item else None) == exposure


def test_a_drive_without_organizers_is_looked_after_by_nobody() -> None:
    stranger = {"type": "user", "role": "writer", "emailAddress": "x@mail.example"}
    group = {"type": "group", "role": "organizer", "emailAddress": "team@org.example"}
    drive = parse_drive(Target("d", "D"), [stranger], INSIDE)
    assert (drive.managers, drive.exposure, drive.role, drive.outsiders) == (
        0,
        "outsiders",
        "writer",
        ("x@mail.example",),
    )
    drive = parse_drive(Target("d", "D"), [group], INSIDE)
    assert (drive.managers, drive.exposure, drive.outsiders) == (1, "people", ())
    assert parse_drive(Target("d", "D"), [], INSIDE).managers == 0


# --- settings


@pytest.mark.parametrize(
    ("value", "read_as"),
    [("604800s", 604_800), ("0s", 0), ("1.5s", 1), ("s", UNSET), ("-5s", UNSET), (5, UNSET), (None, UNSET)],
)
def test_a_duration_is_read_in_whole_seconds(value: object, read_as: object) -> None:
    assert seconds(value) == read_as


def test_no_value_that_is_strange_counts_as_one() -> None:
    strange: list[Any] = [None, "SOMETHING_NEW", [], {}, object()]
    for field in OF_GOOGLE:
        for value in strange:
            assert field.parse(value) is UNSET, field.name
    assert enforced_from("1970-01-01T00:00:00Z") is None


# --- usage reports


def test_the_newest_whole_report_counts_and_without_one_in_a_week_it_is_a_gap() -> None:
    with practice() as server:
        found = read(server, only="")
        days = [key for _, key in server.requests if "usage/users" in key]
    assert days
    assert UNSET not in {account.security_keys for account in found.of("account")}
    with practice(Fault("empty", path="usage/users")) as server:
        never = read(server, only="")
    (gap,) = never.gaps
    assert gap.fields == ("security_keys", "less_secure_apps", "password_strength")
    assert gap.reason is GapReason.PARTIAL
    assert {account.security_keys for account in never.of("account")} == {UNSET}
