"""Roles that never end, and what it takes to activate one: wire JSON first, then the practice organisation."""

from __future__ import annotations

from typing import Any

import pytest
from microsoft_reading import Outcome, read

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, AdminRole
from connectors.microsoft_365.role_rules import HIGHLY_PRIVILEGED, hours, parse_role
from connectors.microsoft_365.roles import without_end
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer

Wire = dict[str, Any]
GLOBAL = "62e90394-69f5-4237-9190-012177145e10"


def role(*rules: Wire, key: str = GLOBAL) -> AdminRole:
    return parse_role(
        {"roleDefinitionId": key, "policy": {"rules": list(rules)}}, "t", {GLOBAL: "Global Administrator"}
    )


def enabled(*names: str) -> Wire:
    return {"id": "Enablement_EndUser_Assignment", "enabledRules": list(names)}


def context(*, on: bool) -> Wire:
    return {"id": "AuthenticationContext_EndUser_Assignment", "isEnabled": on, "claimValue": "c1"}


@pytest.mark.parametrize(
    ("kind", "end", "expected"),
    [
        ("Assigned", None, True),
        ("Assigned", "2027-01-01T00:00:00Z", False),
        ("Activated", None, False),
        ("Activated", "2026-10-01T16:00:00Z", False),
    ],
)
def test_a_role_is_for_good_if_it_was_given_without_an_end(kind: str, end: object, *, expected: bool) -> None:
    assert without_end({"assignmentType": kind, "endDateTime": end}) is expected


@pytest.mark.parametrize("wire", [{"assignmentType": "Assigned"}, {"assignmentType": "New", "endDateTime": None}, {}])
def test_an_assignment_that_does_not_say_whether_it_ends_is_no_answer(wire: Wire) -> None:
    with pytest.raises(ReadError) as caught:
        without_end(wire)
    assert caught.value.reason is GapReason.MALFORMED


@pytest.mark.parametrize(
    ("length", "expected"),
    [("PT8H", 8), ("PT30M", 1), ("PT1H30M", 2), ("P1D", 24), ("P1DT1S", 25), ("P", UNSET), ("8", UNSET), (8, UNSET)],
)
def test_begun_hours_are_counted_whole(length: object, expected: object) -> None:
    assert hours(length) == expected


def test_a_role_has_its_name_and_is_privileged_by_its_id() -> None:
    assert (role().label, role().privileged) == ("Global Administrator", True)
    assert (role(key="other").label, role(key="other").privileged) == ("other", False)
    assert GLOBAL in HIGHLY_PRIVILEGED


def test_a_rule_that_is_not_there_is_not_known() -> None:
    found = role()
    assert {getattr(found, name) for name in found.__struct_fields__[5:]} == {UNSET}


def test_where_a_sign_in_policy_decides_about_the_second_factor_the_rules_do_not_tell() -> None:
    assert role(enabled("MultiFactorAuthentication"), context(on=True)).mfa_required is True
    assert role(enabled("Justification"), context(on=False)).mfa_required is False
    assert role(enabled("Justification"), context(on=True)).mfa_required is UNSET
    assert role(enabled("Justification")).mfa_required is UNSET


def test_somebody_hears_of_a_role_only_if_somebody_was_chosen_for_both_ways_to_it() -> None:
    def told(*recipients: int) -> object:
        names = ("Notification_Admin_Admin_Assignment", "Notification_Admin_Admin_Eligibility")
        pairs = zip(names, recipients, strict=False)
        return role(*({"id": name, "notificationRecipients": ["a@o"] * many} for name, many in pairs)).assignment_told

    assert (told(1, 1), told(1, 0), told(1), told(0)) == (True, False, UNSET, False)


@pytest.mark.parametrize("wire", [{}, {"roleDefinitionId": GLOBAL}, {"policy": {"rules": []}}])
def test_a_row_without_role_or_rules_is_malformed(wire: Wire) -> None:
    with pytest.raises(ReadError):
        parse_role(wire, "t", {})


# --- against the practice organisation


def planted(server: PracticeServer, kind: str) -> set[str]:
    return {each.object_id for each in server.organisation.problems if each.kind == kind}


def test_administrators_all_the_time_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    names = {found.label for found in everything.of(AdminRole) if found.privileged}
    powerful = [each for each in everything.of(Account) if names & set(each.permanent_roles or ())]
    assert {each.key for each in powerful if not each.break_glass} == planted(campaign, "permanent-admin")
    assert {each.break_glass for each in powerful} == {True, False}
    (decoy,) = [each for each in campaign.organisation.decoys if each.kind == "decoy-role-for-a-time"]
    (careful,) = [each for each in everything.of(Account) if each.key == decoy.object_id]
    assert careful.is_super_admin
    assert careful.permanent_roles == ()


def test_what_activating_a_role_takes_is_read(everything: Outcome, campaign: PracticeServer) -> None:
    roles = [each for each in everything.of(AdminRole) if each.privileged]
    assert {each.key for each in roles if not each.mfa_required} == planted(campaign, "role-without-mfa")
    assert {each.key for each in roles if (each.longest_hours or 0) > 8} == planted(campaign, "role-for-long")
    assert {each.key for each in roles if not each.activation_told} == planted(campaign, "role-untold")
    asked = {each.label: each.approval_required for each in roles}
    assert (asked["Global Administrator"], asked["Privileged Role Administrator"]) == (False, True)


def test_without_the_licence_for_it_roles_are_not_licensed_and_nobody_is_known_to_be_fine(
    server: PracticeServer,
) -> None:
    server.permissions = Permissions().without("governance")
    outcome = read(server)
    assert {failure.error.reason for failure in outcome.failures} == {GapReason.NOT_LICENSED}
    assert {failure.fields for failure in outcome.failures} == {("eligible_roles",), ("permanent_roles",)}
    assert outcome.escaped["role_rules"].reason is GapReason.NOT_LICENSED
    accounts = outcome.of(Account)
    assert {each.permanent_roles for each in accounts} == {each.eligible_roles for each in accounts} == {UNSET}
    assert outcome.of(AdminRole) == []


def test_without_the_permissions_for_roles_each_is_named(server: PracticeServer) -> None:
    server.permissions = Permissions().without(
        "RoleAssignmentSchedule.Read.Directory", "RoleManagementPolicy.Read.Directory"
    )
    outcome = read(server)
    assert "RoleManagementPolicy.Read.Directory" in outcome.escaped["role_rules"].remedy
    assert {failure.fields for failure in outcome.failures} == {("permanent_roles",)}
