"""What holds for each account of the practice organisation, against what its unit, groups and licence say it must."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from google_reading import Reading, access, made, practice, read

from auditor.facts import UNSET
from connectors.google_workspace.effective_settings import parse_policy
from connectors.google_workspace.policy_query import ALL_ADMINS, AccountClass
from connectors.practice.campaign.google_security import ENTERPRISE
from connectors.practice.organisation import GoogleAccount, Organisation

Policy = tuple[str, str, float, dict[str, Any]]
"""Setting, query with UNIT(path) and GROUP(name) in it, sort order, and value."""

ENFORCEMENT = "security.two_step_verification_enforcement"
FACTOR = "security.two_step_verification_enforcement_factor"
FORWARDING = "gmail.auto_forwarding"
NEVER, ALWAYS, LATER = "1970-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2026-04-01T00:00:00Z"
LICENCE = f"entity.licenses.exists(license, license in ['/product/Google-Apps/sku/{ENTERPRISE}'])"


def unit(path: str) -> str:
    return f"entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('UNIT({path})'))"


def group(name: str) -> str:
    return f"entity.groups.exists(group, group.group_id == groupId('GROUP({name})'))"


ADMINS = f"entity.groups.exists(group, group.group_id == groupId('{ALL_ADMINS}'))"


def forwarding(query: str, order: float, *, allowed: bool) -> Policy:
    return FORWARDING, query, order, {"enableAutoForwarding": allowed}


def enforced(query: str, order: float, start: str) -> Policy:
    return ENFORCEMENT, query, order, {"enforcedFrom": start}


def organisation(*policies: Policy) -> Organisation:
    """Return a practice organisation in which just these policies are set."""
    found = made()
    names = {f"UNIT({each['orgUnitPath']})": str(each["orgUnitId"]).removeprefix("id:") for each in found.google.units}
    names |= {f"GROUP({each.name})": each.id for each in found.google.catalogue.groups}
    found.google.policies = []
    for number, (setting, asked, order, value) in enumerate(policies):
        query = re.sub(r"(?:UNIT|GROUP)\([^)]*\)", lambda match: names[match[0]], asked)
        found.google.policies.append(
            {
                "name": f"policies/p{number}",
                "customer": f"customers/{found.google.customer_id}",
                "policyQuery": {"query": query, "sortOrder": order},
                "setting": {"type": f"settings/{setting}", "value": value},
                "type": "ADMIN",
            }
        )
    return found


def reading(found: Organisation, *, licences: bool = False) -> Reading:
    with practice(of=found) as server:
        if licences:
            server.permissions = server.permissions.with_licensing()
        return read(server, only="settings", given=replace(access(server), licences=licences))


def forwards(found: Organisation, *, licences: bool = False) -> dict[str, object]:
    """Return who may forward, by address."""
    return {each.address: each.may_forward for each in reading(found, licences=licences).of("account")}


def is_administrator(account: GoogleAccount) -> bool:
    """Return whether the account holds a role itself; in these organisations no group does."""
    return account.is_super_admin or bool(account.role_ids)


def expected(found: Organisation, rule: Callable[[GoogleAccount], object]) -> dict[str, object]:
    return {each.address: rule(each) for each in found.google.accounts}


def settings_by_account(found: Reading) -> dict[str, set[Any]]:
    """Return the settings facts of each unit by its path, those of its classes included."""
    scopes: dict[str, set[Any]] = defaultdict(set)
    for each in found.of("settings"):
        scopes[each.scope.partition(" (")[0]].add(each)
    return scopes


def test_a_child_unit_that_overrides_only_the_allowed_factor_keeps_the_enforcement_of_the_unit_above() -> None:
    found = organisation(
        enforced(unit("/"), 201, ALWAYS),
        (FACTOR, unit("/"), 201.1, {"allowedSignInFactorSet": "NO_TELEPHONY"}),
        (FACTOR, unit("/Staff/IT"), 203, {"allowedSignInFactorSet": "PASSKEY_ONLY"}),
    )
    facts = reading(found)
    for each in facts.of("settings"):
        factors = "passkey_only" if each.scope == "/Staff/IT" else "no_telephony"
        assert (each.mfa_required, each.google_workspace.second_factors) == (True, factors), each.scope
    for account in facts.of("account"):
        assert account.mfa_enforced_by == (f"2-Step Verification enforced in {account.unit}",)


def test_a_grandchild_inherits_from_its_parent_where_that_differs_from_the_top() -> None:
    found = organisation(forwarding(unit("/"), 201, allowed=False), forwarding(unit("/Staff"), 202, allowed=True))
    assert any(each.unit == "/Staff/IT" for each in found.google.accounts)
    assert forwards(found) == expected(found, lambda each: each.unit.startswith("/Staff"))


def test_a_group_overrides_the_unit_for_its_members_alone() -> None:
    found = organisation(
        forwarding(unit("/"), 201, allowed=False), forwarding(f"{group('Press')} && {unit('/')}", 399, allowed=True)
    )
    press = next(each for each in found.google.catalogue.groups if each.name == "Press")
    inside = {member["id"] for member in press.members}
    assert inside
    assert forwards(found) == expected(found, lambda each: each.id in inside)


def licensed(*further: Policy) -> Organisation:
    return organisation(
        forwarding(unit("/"), 201, allowed=False), forwarding(f"{unit('/')} && {LICENCE}", 202, allowed=True), *further
    )


def test_a_licence_clause_holds_for_those_who_have_the_licence() -> None:
    found = licensed()
    assert {each.security.sku == ENTERPRISE for each in found.google.accounts} == {True, False}
    assert forwards(found, licences=True) == expected(found, lambda each: each.security.sku == ENTERPRISE)


def test_a_licence_clause_without_licences_is_unknown_for_those_alone_to_whom_it_may_matter() -> None:
    found = licensed(forwarding(unit("/Volunteers"), 301, allowed=False))
    facts = reading(found)
    told = {each.address: each.may_forward for each in facts.of("account")}
    # A stronger policy of their unit decides for the volunteers, whatever licence they have.
    assert told == expected(found, lambda each: False if each.unit == "/Volunteers" else UNSET)
    gap = next(gap for gap in facts.gaps if gap.target == "settings-of-licences")
    assert gap.fields == ("may_forward", "mfa_enforced_by")
    assert "licences: true" in gap.remedy
    assert "apps.licensing" in gap.remedy
    scopes = settings_by_account(facts)
    assert {each.accounts for each in scopes["/Staff"]} == {UNSET}
    assert {each.auto_forwarding_allowed for each in scopes["/Staff"]} == {True, False}
    assert {each.accounts for each in scopes["/Volunteers"]} != {UNSET}


def test_where_settings_differ_by_licence_for_nobody_no_licence_is_missed() -> None:
    facts = reading(organisation(forwarding(f"{unit('/')} && {LICENCE}", 202, allowed=True)))
    assert not [gap for gap in facts.gaps if gap.kind == "account"]


def test_licences_that_are_refused_are_a_gap_with_the_scope() -> None:
    with practice(of=licensed()) as server:
        facts = read(server, only="settings", given=replace(access(server), licences=True))
    gap = next(gap for gap in facts.gaps if gap.target == "settings-of-licences")
    assert "apps.licensing" in gap.remedy
    assert "licences: true" not in gap.remedy


def test_licences_are_asked_for_by_the_customers_own_id() -> None:
    with practice(of=licensed()) as server:
        server.permissions = server.permissions.with_licensing()
        facts = read(server, only="settings", given=replace(access(server), licences=True, customer="my_customer"))
    assert {each.may_forward for each in facts.of("account")} == {True, False}


def test_a_date_in_the_future_enforces_nothing_yet() -> None:
    found = organisation(enforced(unit("/"), 201, ALWAYS), enforced(unit("/Field"), 202, LATER))
    facts = reading(found)
    for account in facts.of("account"):
        enforces = () if account.unit == "/Field" else (f"2-Step Verification enforced in {account.unit}",)
        assert account.mfa_enforced_by == enforces
    assert {each.scope for each in facts.of("settings") if each.mfa_required is False} == {"/Field"}


def test_a_negated_clause_holds_for_everybody_else() -> None:
    found = organisation(
        forwarding(unit("/"), 201, allowed=False), forwarding(f"{unit('/')} && !{group('Press')}", 300, allowed=True)
    )
    press = next(each for each in found.google.catalogue.groups if each.name == "Press")
    inside = {member["id"] for member in press.members}
    assert forwards(found) == expected(found, lambda each: each.id not in inside)


def test_the_pseudo_group_of_all_administrators_is_everybody_who_administers() -> None:
    found = organisation(enforced(unit("/"), 201, NEVER), enforced(f"{ADMINS} && {unit('/')}", 399.00055, ALWAYS))
    facts = reading(found)
    admins = {each.address for each in found.google.accounts if is_administrator(each)}
    assert admins
    for account in facts.of("account"):
        assert bool(account.mfa_enforced_by) == (account.address in admins)


POLICY_OF_ALL_ADMINISTRATORS = json.loads("""{
  "name": "policies/awz2frpjeslov265asjnvrfpueffg", "customer": "customers/C03krtfe4", "type": "SYSTEM",
  "policyQuery": {
    "query": "entity.groups.exists(group, group.group_id == groupId('WORKSPACE_ALL_ADMIN_GROUP')) && \
entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('04jha4ab0pkg0mx'))",
    "group": "groups/WORKSPACE_ALL_ADMIN_GROUP", "orgUnit": "orgUnits/04jha4ab0pkg0mx", "sortOrder": 399.00055
  },
  "setting": {
    "type": "settings/security.two_step_verification_enforcement", "value": {"enforcedFrom": "2024-01-30T05:30:00Z"}
  }
}""")


def test_the_policy_of_all_administrators_as_google_sends_it_is_read() -> None:
    policy = parse_policy(POLICY_OF_ALL_ADMINISTRATORS)
    assert (policy.by_google, policy.order) == (True, 399.00055)
    top = frozenset({"04jha4ab0pkg0mx"})
    assert policy.query.matches(AccountClass(top, frozenset({ALL_ADMINS}))) is True
    assert policy.query.matches(AccountClass(top)) is False


@pytest.mark.parametrize("path", ["/", "/Field"])
def test_every_class_says_how_many_are_in_it_and_names_one_of_them(path: str) -> None:
    found = organisation(forwarding(unit("/"), 201, allowed=False), forwarding(ADMINS, 399, allowed=True))
    facts = settings_by_account(reading(found))[path]
    active = [each for each in found.google.accounts if each.unit == path and not each.suspended and not each.archived]
    assert sum(each.accounts for each in facts) == len(active)
    for each in facts:
        members = {one.address for one in active if is_administrator(one) == ("all administrators" in each.scope)}
        assert (each.accounts, each.example) == (len(members), min(members, default=None))
