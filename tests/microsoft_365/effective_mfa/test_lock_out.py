"""Which policies could lock out an account for emergencies, whose owner has a password and a key."""

from __future__ import annotations

from typing import Any

import pytest
from sign_in_wire import BLOCK, Wire, countries, inputs, person, policy, strength

from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa import Evaluator, Inputs

HOME = countries("home", "US")
ABROAD = {"includeLocations": ["All"], "excludeLocations": ["home"]}


def by(*wire: Wire, **others: Any) -> object:  # noqa: ANN401 - whatever inputs take
    return Evaluator(inputs(list(wire), (HOME,), **others)).locked_out_by(person())


def controls(*names: str, operator: str = "OR") -> Wire:
    return {"operator": operator, "builtInControls": list(names)}


@pytest.mark.parametrize(
    "wire",
    [
        policy("P", grant=BLOCK),
        policy("P", grant=BLOCK, locations=ABROAD),
        policy("P", grant=BLOCK, signInRiskLevels=["high"]),
        policy("P", grant=controls("compliantDevice")),
        policy("P", grant=controls("mfa", "compliantDevice", operator="AND")),
        policy("P", grant=controls("compliantDevice", "domainJoinedDevice")),
        policy("P", grant=strength("password,microsoftAuthenticatorPush")),
        policy("P", grant=BLOCK, applications={"includeApplications": ["MicrosoftAdminPortals"]}),
        policy("P", grant=BLOCK, users={"includeUsers": ["ana"]}),
    ],
    ids=lambda wire: str(wire["grantControls"]),
)
def test_what_password_and_key_do_not_satisfy_locks_out(wire: Wire) -> None:
    assert by(wire) == ("P",)


@pytest.mark.parametrize(
    "wire",
    [
        policy("P"),
        policy("P", grant=strength("fido2")),
        policy("P", grant=controls("mfa", "compliantDevice")),
        policy("P", grant=controls("mfa", "passwordChange", operator="AND")),
        policy("P", grant=None),
        policy("P", grant=BLOCK, state="enabledForReportingButNotEnforced"),
        policy("P", grant=BLOCK, state="disabled"),
        policy("P", grant=BLOCK, clientAppTypes=["exchangeActiveSync", "other"]),
        policy("P", grant=BLOCK, authenticationFlows={"transferMethods": "deviceCodeFlow"}),
        policy("P", grant=BLOCK, users={"excludeUsers": ["ana"]}),
        policy("P", grant=BLOCK, users={"excludeGroups": ["staff"]}),
        policy("P", grant=BLOCK, applications={"includeApplications": ["00000003-0000-0ff1-ce00-000000000000"]}),
    ],
    ids=lambda wire: f"{wire['grantControls']} {wire['state']}",
)
def test_what_password_and_key_satisfy_or_what_is_about_something_else_does_not(wire: Wire) -> None:
    assert by(wire) == ()


def test_every_policy_that_does_is_named_though_two_may_have_one_name() -> None:
    found = by(policy("Abroad", grant=BLOCK, locations=ABROAD), policy("MFA"), policy("Devices", grant=BLOCK))
    assert found == ("Abroad", "Devices")
    assert by(policy("P"), policy("P", grant=BLOCK)) == ("P",)


def test_none_is_known_to_only_where_everything_was_read() -> None:
    assert Evaluator(Inputs()).locked_out_by(person()) is UNSET
    assert by(policy("P"), complete=False) is UNSET
    assert by(policy("P", grant=BLOCK), complete=False) == ("P",)
    left_out = policy("P", grant=BLOCK, users={"excludeGroups": ["board"]})
    assert by(left_out, unread_groups=frozenset({"board"})) is UNSET
    assert by(policy("P", grant=strength())) is UNSET
