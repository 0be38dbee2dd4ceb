"""Three roles with an account each: together they read what one super administrator reads, apart only their own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest
from google_reading import TENANT, TODAY, Reading, access, connector, organisation, practice, read

from auditor import engine
from auditor.cli.progress import Silent
from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET
from auditor.models import Outcome, Severity
from auditor.policy import load_packs
from connectors.google_workspace import Subjects
from connectors.google_workspace.scopes import ALL, OPTIONAL, SHARED_DRIVES, Role

ROLES = Subjects(directory="chloe.kim@rivera-campaign.example", policies="naomi.patel@rivera-campaign.example")
"""An administrator with a custom role, and a super administrator who is not the one that usually serves all."""

BY_POLICIES = {
    "account": {
        "mfa_enforced_by",
        "may_forward",
        "admin_roles",
        "admin_privileges",
        "is_admin",
        "single_sign_on",
        "identity_provider",
        "mfa_registered",
        "mfa_enforced",
    },
    "mailbox": {"pop", "imap"},
}
"""Fields, by kind, that only a super administrator can tell, or what only such a one may read decides."""


@cache
def whole() -> Reading:
    """Return what one super administrator reads."""
    with practice() as server:
        return read(server)


def read_with(subjects: Subjects) -> tuple[Reading, set[str]]:
    """Return what these subjects read, and the hosts that were asked for it."""
    with practice() as server:
        found = read(server, given=replace(access(server), subjects=subjects))
        return found, {host for host, _ in server.requests}


def differences(found: Reading, kind: str) -> set[str]:
    """Return the fields in which facts differ from those of the whole reading, of the same things."""
    expected = {each.key: each for each in whole().of(kind)}
    assert {each.key for each in found.of(kind)} == expected.keys()
    return {
        name
        for fact in found.of(kind)
        for name in fact.__struct_fields__
        if getattr(fact, name) != getattr(expected[fact.key], name)
    }


def test_the_administrators_of_this_test_are_what_their_roles_say() -> None:
    accounts = {each.address: each for each in organisation().google.accounts}
    assert accounts[ROLES.directory].role_ids
    assert not accounts[ROLES.directory].is_super_admin
    assert accounts[ROLES.policies].is_super_admin
    assert organisation().google.admin not in {ROLES.directory, ROLES.policies}


def test_three_accounts_read_together_what_one_super_administrator_reads() -> None:
    found, _ = read_with(ROLES)
    assert found.gaps == []
    assert set(found.facts) == set(whole().facts)


def test_without_the_role_of_policies_only_settings_and_roles_are_gaps() -> None:
    found, hosts = read_with(replace(ROLES, policies=""))
    assert found.incomplete == {"settings", "account"}
    assert "cloudidentity.googleapis.com" not in hosts
    assert found.of("settings") == []
    for kind in set(found.rows) - {"settings"}:
        if kind in BY_POLICIES:
            assert differences(found, kind) <= BY_POLICIES[kind]
        else:
            assert set(found.of(kind)) == set(whole().of(kind))
    assert {each.admin_roles for each in found.of("account")} == {UNSET}
    assert True not in {each.imap for each in found.of("mailbox")}
    assert all("the role policies is off" in gap.detail and "`policies: ADDRESS`" in gap.remedy for gap in found.gaps)
    assert found.reasons == {GapReason.DENIED}


def test_without_the_role_of_users_only_what_is_a_persons_own_is_a_gap() -> None:
    found, hosts = read_with(replace(ROLES, users=False))
    own = {"mailbox", "mail_rule", "mailbox_grant", "shared_item"}
    assert found.incomplete == own
    assert "gmail.googleapis.com" not in hosts
    for kind in set(found.rows) - own:
        assert set(found.of(kind)) == set(whole().of(kind)), kind
    assert all("the role users is off" in gap.detail and "`users: false`" in gap.remedy for gap in found.gaps)
    assert {(each.send_as, each.imap, each.vacation_reply) for each in found.of("mailbox")} == {(UNSET, UNSET, UNSET)}
    assert {each.mechanism for each in found.of("mail_rule")} <= {"group"}


def test_without_the_role_of_the_directory_nothing_looks_complete_and_nobody_stands_in() -> None:
    found, hosts = read_with(replace(ROLES, directory=""))
    assert "admin.googleapis.com" not in hosts
    assert found.facts == []
    assert found.incomplete == set(found.rows)
    assert all("the role directory is off" in gap.detail for gap in found.gaps)
    assert "`directory: ADDRESS`" in found.gaps[0].remedy


@pytest.mark.parametrize(
    ("account", "message", "remedy"),
    [
        ("nobody@rivera-campaign.example", "act as nobody@rivera-campaign.example", "exists and is not suspended"),
        (ROLES.directory, "may not read the settings", "`policies:` under `subjects:`"),
    ],
)
def test_an_account_that_cannot_do_what_its_role_takes_costs_that_role_alone(
    account: str, message: str, remedy: str
) -> None:
    found, _ = read_with(replace(ROLES, policies=account))
    assert found.incomplete <= {"settings", "account"}
    assert found.of("settings") == []
    assert set(found.of("mail_rule")) == set(whole().of("mail_rule"))
    (gap,) = [each for each in found.gaps if each.kind == "settings"]
    assert message in gap.detail
    assert remedy in gap.remedy


@cache
def outcomes(subjects: Subjects | None) -> Mapping[str, Outcome]:
    """Return what the baseline says of the customer, by policy; without subjects one super administrator reads."""
    with practice() as server:
        plan = engine.Plan(
            organisation="Rivera for Senate",
            connectors={TENANT: connector(server, given=replace(access(server), subjects=subjects))},
            policies=load_packs(("baseline",), {}),
            tiers={},
            fail_on=Severity.LOW,
            threads=4,
        )
        report = engine.audit(plan, audit_id="1", clock=lambda: TODAY, stop=threading.Event(), progress=Silent())
    return {result.policy: result.outcome for result in report.results}


@pytest.mark.parametrize("role", ["directory", "users", "policies"])
def test_no_policy_passes_because_a_role_is_off(role: Role) -> None:
    off = outcomes(replace(ROLES, **{role: False if role == "users" else ""}))
    expected = outcomes(None)
    assert off.keys() == expected.keys()
    lost = {policy for policy in off if off[policy] != expected[policy]}
    assert lost
    assert {off[policy] for policy in lost} == {"unknown"}


@pytest.mark.parametrize("role", ["directory", "users", "policies"])
def test_no_other_role_ever_stands_in_for_one_that_is_off(role: Role) -> None:
    off = replace(ROLES, **{role: False if role == "users" else ""})
    for scope in (*ALL, *OPTIONAL):
        person = "ana@org.example" if scope.role == "users" else ""
        if scope.role == role:
            with pytest.raises(ReadError, match=f"the role {role} is off"):
                off.of(scope, person)
        else:
            assert off.of(scope, person) == ROLES.of(scope, person)


def test_what_lies_in_a_shared_drive_is_read_in_the_name_of_a_member_and_so_by_the_role_of_users() -> None:
    assert ROLES.of(SHARED_DRIVES) == ROLES.directory
    assert ROLES.of(SHARED_DRIVES, "ana@org.example") == "ana@org.example"
    with pytest.raises(ReadError, match="the role users is off"):
        replace(ROLES, users=False).of(SHARED_DRIVES, "ana@org.example")
