"""The whole connector against the practice organisation: what is planted is read, what is taken away is a gap."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from google_reading import HASTY, TODAY, Reading, connector, credentials, made, organisation, practice, read

from auditor.errors import GapReason, SignInError
from auditor.facts import UNSET, Directory, Fact, kind_of
from auditor.models import Failure
from connectors.google_workspace.scopes import ALL
from connectors.practice.faults import Fault
from connectors.practice.organisation import Organisation

HANGING = {"mailbox_grant", "mailbox", "shared_item"}


@cache
def everything() -> Reading:
    """Return what is read when nothing is missing and nothing fails."""
    with practice() as server:
        return read(server)


SHOWN: dict[str, Callable[[Fact, str], bool]] = {
    "not-enrolled": lambda fact, key: kind_of(fact) == "account" and fact.key == key and fact.mfa_registered is False,
    "admin-not-enrolled": lambda fact, key: (
        kind_of(fact) == "account" and fact.key == key and fact.is_admin and fact.mfa_registered is False
    ),
    "not-enforced": lambda fact, key: kind_of(fact) == "account" and fact.key == key and fact.mfa_enforced is False,
    "stale-admin": lambda fact, key: (
        kind_of(fact) == "account"
        and fact.key == key
        and fact.is_admin
        and fact.last_sign_in < TODAY - timedelta(days=90)
    ),
    "auto-forwarding": lambda fact, key: (
        kind_of(fact) == "mail_rule" and fact.mechanism == "auto_forwarding" and fact.destinations == (key,)
    ),
    "forwarding-address": lambda fact, key: (
        kind_of(fact) == "mail_rule" and fact.mechanism == "forwarding_address" and fact.destinations == (key,)
    ),
    "forwarding-filter": lambda fact, key: (
        kind_of(fact) == "mail_rule" and fact.key.endswith(f"/{key}") and len(fact.destinations) == 1
    ),
    "hiding-filter": lambda fact, key: (
        kind_of(fact) == "mail_rule" and fact.key.endswith(f"/{key}") and (fact.deletes or fact.hides)
    ),
    "outside-delegate": lambda fact, key: (
        kind_of(fact) == "mailbox_grant" and fact.grantee == key and fact.active is True
    ),
    "public-file": lambda fact, key: kind_of(fact) == "shared_item" and fact.key == key and fact.exposure == "anyone",
    "outside-share": lambda fact, key: (
        kind_of(fact) == "shared_item"
        and fact.key == key
        and (fact.exposure, fact.role, len(fact.outsiders)) == ("outsiders", "writer", 1)
    ),
    "setting-2sv-not-enforced": lambda fact, key: (
        kind_of(fact) == "settings" and fact.key == key and fact.mfa_required is False
    ),
    "setting-auto-forwarding": lambda fact, key: (
        kind_of(fact) == "settings" and fact.key == key and fact.auto_forwarding_allowed is True
    ),
    "setting-mail-delegation": lambda fact, key: (
        kind_of(fact) == "settings" and fact.key == key and fact.mail_delegation_allowed is True
    ),
    "setting-external-sharing": lambda fact, key: (
        kind_of(fact) == "settings" and fact.key == key and fact.outside_sharing == "anyone"
    ),
}
"""How each kind of planted problem shows in a fact, given the vendor's id of what carries it."""


def test_nothing_is_missing_when_nothing_is_taken_away() -> None:
    assert everything().incomplete == set()
    assert everything().gaps == []


def test_roles_that_a_group_holds_are_held_by_its_members() -> None:
    copy = deepcopy(organisation())
    group, role = copy.google.catalogue.groups[1], copy.google.roles[0]
    group.role_ids.append(str(role["roleId"]))
    inside = {str(each["id"]) for each in group.members}
    with practice(of=copy) as server:
        found = read(server, only="")
    holders = {account.key for account in found.of("account") if role["roleName"] in account.admin_roles}
    assert found.gaps == []
    assert inside
    assert inside <= holders
    assert all(account.is_admin for account in found.of("account") if account.key in holders)


@pytest.mark.parametrize("kind", SHOWN)
def test_every_planted_problem_is_among_the_facts(kind: str) -> None:
    planted = [each for each in organisation().problems if (each.cloud, each.kind) == ("google_workspace", kind)]
    assert planted
    for each in planted:
        found = [fact for fact in everything().facts if SHOWN[kind](fact, each.object_id)]
        assert len(found) == 1, each
        owner = next((account for account in everything().of("account") if account.address == each.address), None)
        assert kind_of(found[0]) in {"account", "settings"} or owner is not None
        assert found[0].owner == (owner.key if owner and kind_of(found[0]) != "account" else None)


def test_hostile_names_lose_nothing() -> None:
    with practice(of=made(hostile_names=True)) as server:
        found = read(server)
    assert found.incomplete == set()
    assert {(kind_of(fact), fact.key) for fact in found.facts} >= {
        (kind_of(fact), fact.key) for fact in everything().facts if kind_of(fact) in {"account", "shared_item"}
    }
    assert any(not fact.label.isascii() for fact in found.of("shared_item"))


def test_two_readings_of_the_same_organisation_are_equal() -> None:
    with practice() as server:
        again = read(server)
    assert set(again.facts) == set(everything().facts)
    assert again.rows == everything().rows


def scope_named(name: str) -> str:
    return f"https://www.googleapis.com/auth/{name}"


@pytest.mark.parametrize(
    ("name", "gone", "hanging"),
    [
        ("admin.directory.user.readonly", {"account", "tenant", "app_grant"}, HANGING),
        ("admin.directory.domain.readonly", {"domain"}, set()),
        ("admin.directory.orgunit.readonly", {"settings"}, set()),
        ("admin.directory.rolemanagement.readonly", {"account"}, set()),
        ("cloud-identity.policies.readonly", {"settings"}, set()),
        ("cloud-identity.inboundsso.readonly", {"account"}, set()),
        ("admin.directory.group.readonly", {"group", "mail_rule", "account"}, set()),
        ("apps.groups.settings", {"group", "mail_rule"}, set()),
        ("admin.reports.usage.readonly", {"account", "app_grant"}, set()),
        ("admin.reports.audit.readonly", {"event", "app_grant"}, set()),
        ("calendar.calendarlist.readonly", {"shared_item"}, set()),
        ("calendar.acls.readonly", {"shared_item"}, set()),
        ("apps.alerts", {"event"}, set()),
        ("gmail.settings.basic", {"mail_rule", "mailbox_grant", "mailbox"}, set()),
        ("drive.metadata.readonly", {"shared_item"}, set()),
    ],
)
def test_a_scope_that_is_not_granted_costs_only_what_needs_it(name: str, gone: set[str], hanging: set[str]) -> None:
    with practice(without=[name]) as server:
        found = read(server)
    assert found.incomplete == gone | hanging
    assert {gap.kind for gap in found.gaps} == gone
    assert found.reasons - {GapReason.PARTIAL} == {GapReason.DENIED}
    for gap in found.gaps:
        assert scope_named(name) in gap.remedy
        assert "Manage domain-wide delegation" in gap.remedy
    for kind in set(found.rows) - gone - hanging - {"settings", "app_grant", "event", "mail_rule"}:
        assert {fact.key for fact in found.of(kind)} == {fact.key for fact in everything().of(kind)}


def test_every_scope_of_the_connector_was_taken_away_in_turn() -> None:
    marks = test_a_scope_that_is_not_granted_costs_only_what_needs_it.pytestmark
    assert {scope_named(case[0]) for case in marks[0].args[1]} == {scope.url for scope in ALL}


def test_without_the_roles_the_accounts_are_all_there_and_only_their_roles_are_unknown() -> None:
    with practice(without=["admin.directory.rolemanagement.readonly"]) as server:
        found = read(server, only="nothing")
    assert [gap.fields for gap in found.gaps] == [("admin_roles", "admin_privileges", "is_admin")]
    assert {account.key for account in found.of("account")} == {each.key for each in everything().of("account")}
    assert {account.admin_roles for account in found.of("account")} == {UNSET}


def test_without_the_roles_nobody_is_cleared_of_being_an_administrator() -> None:
    with practice(without=["admin.directory.rolemanagement.readonly"]) as server:
        found = read(server, only="nothing")
    before = {each.key: each.is_admin for each in everything().of("account")}
    assert set(before.values()) == {True, False}
    assert {each.is_admin for each in found.of("account")} == {True, UNSET}
    assert all(before[each.key] for each in found.of("account") if each.is_admin is True)


def test_without_the_domains_nobody_is_called_an_outsider_and_nobody_is_cleared() -> None:
    with practice(without=["admin.directory.domain.readonly"]) as server:
        found = read(server)
    named = [item for item in found.of("shared_item") if item.exposure != "anyone"]
    assert named
    assert {(item.exposure, item.outsiders) for item in named} == {(UNSET, UNSET)}


def test_without_the_domains_nobody_knows_which_forwarding_leads_outside() -> None:
    with practice(without=["admin.directory.domain.readonly"]) as server:
        found = read(server, only="events")
    told = [each for each in found.of("event") if each.type == "forwarding_outside"]
    assert {each.open for each in told} == {UNSET}
    assert len(told) > sum(each.type == "forwarding_outside" for each in everything().of("event")) > 0


def test_without_the_accounts_no_unit_seems_empty() -> None:
    with practice(without=["admin.directory.user.readonly"]) as server:
        found = read(server)
    assert {each.accounts for each in found.of("settings")} == {UNSET}


def test_with_no_scope_at_all_the_sign_in_says_so() -> None:
    with practice(without=[scope.url for scope in ALL]) as server, pytest.raises(SignInError, match="nothing at all"):
        read(server)


@pytest.mark.parametrize(
    ("api", "gone"),
    [
        ("gmail.googleapis.com", {"mail_rule", "mailbox_grant", "mailbox"}),
        ("drive.googleapis.com", {"shared_item"}),
        ("cloudidentity.googleapis.com", {"settings", "account"}),
        (
            "admin.googleapis.com",
            {"account", "tenant", "domain", "settings", "group", "mail_rule", "event", "app_grant"},
        ),
        ("groupssettings.googleapis.com", {"group", "mail_rule"}),
        ("calendar-json.googleapis.com", {"shared_item"}),
        ("alertcenter.googleapis.com", {"event"}),
    ],
)
def test_an_api_that_is_not_enabled_is_named(api: str, gone: set[str]) -> None:
    with practice(without=[api]) as server:
        found = read(server)
    assert {gap.kind for gap in found.gaps} == gone
    assert all(f"Enable the API {api}" in gap.remedy for gap in found.gaps)


def test_settings_are_for_super_administrators_and_the_gap_says_so() -> None:
    with practice(without=["google_super_admin"]) as server:
        found = read(server)
    assert found.incomplete == {"settings"}
    assert "super administrator" in found.gaps[0].remedy


def changed(change: Callable[[Organisation], None]) -> Organisation:
    copy = deepcopy(organisation())
    change(copy)
    return copy


def test_accounts_that_nobody_can_act_as_are_counted_apart() -> None:
    def change(copy: Organisation) -> None:
        active = [account for account in copy.google.accounts if not account.suspended and account.has_gmail]
        active[-1].suspended, active[-2].archived, active[-3].has_gmail = True, True, False

    with practice(of=changed(change)) as server:
        found = read(server)
    assert found.incomplete == set()
    before = everything().rows
    assert found.rows["mail_rule"].not_applicable == before["mail_rule"].not_applicable + 3
    assert found.rows["shared_item"].not_applicable == before["shared_item"].not_applicable + 4
    assert found.rows["account"].facts == before["account"].facts


def test_a_mailbox_that_we_may_not_read_is_a_gap_and_nobody_elses() -> None:
    victim = next(account for account in organisation().google.accounts if not account.suspended and account.has_gmail)
    path = f"/users/{victim.address}/settings/filters"
    with practice(Fault("denied", path=path, inner=True)) as server:
        found = read(server)
    (gap,) = found.gaps
    assert (gap.kind, gap.target, gap.owner, gap.known) == ("mail_rule", victim.id, victim.id, {"mechanism": "filter"})
    assert found.rows["mail_rule"].read == everything().rows["mail_rule"].read - 1


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/users", {"account", "tenant", "app_grant"}),
        ("/domains", {"domain"}),
        ("/policies", {"settings"}),
        ("/roles", {"account"}),
        ("/roleassignments", {"account"}),
    ],
)
def test_an_empty_listing_that_cannot_be_empty_is_suspicious(path: str, kinds: set[str]) -> None:
    with practice(Fault("empty", path=rf"{path}\?")) as server:
        found = read(server)
    assert {gap.kind for gap in found.gaps} == kinds
    assert found.reasons - {GapReason.PARTIAL} == {GapReason.SUSPICIOUS}


def many_accounts() -> Organisation:
    return made(accounts=520)


def test_a_directory_of_several_pages_is_read_to_the_end() -> None:
    with practice(of=many_accounts()) as server:
        found = read(server, only="nothing")
    assert (found.rows["account"].facts, found.incomplete) == (520, set())
    assert found.of("tenant")[0].active_people == sum(each.status == "active" for each in found.of("account"))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("server_error", path="users.*pageToken="),
        Fault("malformed", path="users.*pageToken=", variant="cut_json"),
        Fault("denied", path="users.*pageToken="),
        Fault("repeated_link", path="users"),
    ],
    ids=lambda fault: fault.kind,
)
def test_a_listing_that_breaks_off_is_partial_and_keeps_what_it_had(fault: Fault) -> None:
    with practice(fault, of=many_accounts()) as server:
        found = read(server, only="nothing")
    assert found.incomplete == {"account", "tenant"}
    assert found.reasons == {GapReason.PARTIAL}
    assert found.rows["account"].facts >= 500
    assert found.of("tenant") == []


def test_a_persons_files_that_break_off_are_partial_and_nobody_elses() -> None:
    def change(copy: Organisation) -> None:
        for account in copy.google.accounts:
            if account.files and not account.suspended:
                file = account.files[0]
                account.files += [dataclasses.replace(file, id=f"{file.id}-{number}") for number in range(700)]
                return

    crowded = changed(change)
    with practice(of=crowded) as server:
        whole = read(server)
    with practice(Fault("server_error", path="pageToken=", inner=True), of=crowded) as server:
        broken = read(server)
    assert whole.incomplete == set()
    assert broken.incomplete == {"shared_item"}
    (gap,) = broken.gaps
    assert gap.reason is GapReason.PARTIAL
    assert broken.rows["shared_item"].read == whole.rows["shared_item"].read - 1


def test_tokens_that_last_a_second_change_nothing() -> None:
    short = dataclasses.replace(credentials(), google_token_lifetime=timedelta(seconds=1))
    faults = [Fault("latency", seconds=0.6, path="batch"), Fault("latency", seconds=0.3, path="users")]
    of_today = made(today=datetime.now(UTC))
    with practice(*faults, of=of_today, key=short, clock=lambda: datetime.now(UTC)) as server:
        found = read(server, now=lambda: datetime.now(UTC))
    assert found.incomplete == set()
    assert {(kind_of(fact), fact.key) for fact in found.facts} == {
        (kind_of(fact), fact.key) for fact in everything().facts
    }


def fifty_mailboxes() -> Organisation:
    copy = made(accounts=50)
    for account in copy.google.accounts:
        account.suspended, account.archived, account.has_gmail = False, False, True
    return copy


def test_all_settings_of_fifty_mailboxes_take_eight_requests_besides_their_tokens() -> None:
    with practice(of=fifty_mailboxes()) as server:
        found = read(server, only="mail_settings")
        sent = server.requests
    assert found.incomplete == set()
    assert found.rows["mailbox"].read == 50
    assert sum(count for (host, _), count in sent.items() if host == "gmail.googleapis.com") == 400 + 8
    assert sent["gmail.googleapis.com", "POST /batch"] == 8


def test_of_fifty_mailboxes_only_the_parts_that_were_put_off_are_sent_again() -> None:
    later = Fault("rate_limited", times=3, seconds=0.0, inner=True, path="filters")
    with practice(later, of=fifty_mailboxes()) as server:
        found = read(server, only="mail_settings")
        sent = server.requests
    assert found.incomplete == set()
    assert sum(count for (host, path), count in sent.items() if host == "gmail.googleapis.com" and "{}" in path) == 403
    assert sent["gmail.googleapis.com", "POST /batch"] <= 8 + 3


def test_a_token_is_fetched_once_for_each_subject_and_scope() -> None:
    with practice() as server:
        found = read(server)
        tokens = server.requests["oauth2.googleapis.com", "POST /token"]
    active = sum(account.status == "active" for account in found.of("account"))
    assert tokens <= 4 * active + len(ALL) + 8  # and at most a few that several threads wanted at once


def test_nothing_but_reads_arrives() -> None:
    with practice() as server:
        read(server)
        assert not server.writes


def test_a_budget_that_is_used_up_is_throttled() -> None:
    impatient = dataclasses.replace(HASTY, budget=0.5)
    with practice(Fault("rate_limited", seconds=60, inner=True, path="filters")) as server:
        found = read(server, impatient)
    assert found.reasons == {GapReason.THROTTLED}
    assert {gap.known["mechanism"] for gap in found.gaps} == {"filter"}


def test_what_the_configuration_leaves_out_is_a_gap_that_names_the_key_to_set() -> None:
    with practice() as server:
        google = connector(server)
        tenant = google.identify()
        first, last = google.directory_collectors()[0], google.collectors(Directory(tenant=tenant))[-1]
        found = [*first.read(first.targets()), *last.read(tuple(last.targets()))]
        google.close()
    gaps = {each.target.key: (each.kind, each.fields, each.error) for each in found if isinstance(each, Failure)}
    assert gaps["app-passwords"][:2] == ("account", ("app_passwords",))
    assert gaps["shared_drives"][:2] == ("shared_item", ())
    assert "`security: true`" in gaps["app-passwords"][2].remedy
    assert "`shared_drives: true`" in gaps["shared_drives"][2].remedy
