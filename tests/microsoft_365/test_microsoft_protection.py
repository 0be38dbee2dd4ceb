"""From what was read to what a sign-in meets: policies in a few words, kinds of accounts, verdicts for people."""

from __future__ import annotations

from typing import Any

import pytest
from microsoft_reading import Outcome, read
from msgspec.structs import replace

from auditor.errors import GapReason
from auditor.facts import UNSET, Account, SignIn, SignInPolicy
from connectors.microsoft_365.effective_mfa import Inputs, Subject, evaluate, parse_policy
from connectors.microsoft_365.policy_terms import every_app, grant, narrowed_by
from connectors.microsoft_365.protection import fields, kinds, sign_in, undecided
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer

Wire = dict[str, Any]
MEMBER = Subject(
    key="ana",
    kinds=frozenset({"member"}),
    groups=frozenset(),
    roles=frozenset(),
    per_user_mfa="disabled",
    mfa_registered=True,
)
EVERYTHING: Wire = {"includeApplications": ["All"], "excludeApplications": []}


def policy(**conditions: object) -> Wire:
    """Wire JSON of a policy that demands MFA of everybody, always and everywhere, but for what is given."""
    return {
        "id": "p1",
        "displayName": "MFA",
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": EVERYTHING,
            "users": {"includeUsers": ["All"]},
            **conditions,
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    }


def inputs(*policies: Wire) -> Inputs:
    parsed = tuple(parse_policy(each) for each in policies)
    return Inputs(policies=parsed, locations=(), strengths=(), security_defaults=False)


# --- a policy in a few words


@pytest.mark.parametrize(
    "conditions",
    [
        {"signInRiskLevels": ["high"]},
        {"clientAppTypes": ["browser"]},
        {"clientAppTypes": []},
        {"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["iOS"]}},
        {"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}},
        {"devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}}},
        {"authenticationFlows": {"transferMethods": "deviceCodeFlow"}},
        {"invented": {"tomorrow": True}},
    ],
)
def test_a_condition_that_holds_sometimes_narrows(conditions: Wire) -> None:
    assert narrowed_by(policy(**conditions)["conditions"]) == tuple(conditions)


@pytest.mark.parametrize(
    "conditions",
    [
        {"platforms": {"includePlatforms": ["all"], "excludePlatforms": []}},
        {"locations": {"includeLocations": ["All"], "excludeLocations": []}},
        {"clientAppTypes": ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"]},
        {"devices": {"deviceFilter": None}},
    ],
)
def test_a_condition_that_always_holds_narrows_nothing(conditions: Wire) -> None:
    assert narrowed_by(policy(**conditions)["conditions"]) == ()


@pytest.mark.parametrize(
    ("controls", "expected"),
    [
        ({"builtInControls": ["mfa", "compliantDevice"]}, "other"),
        ({"builtInControls": ["mfa", "compliantDevice"], "operator": "AND"}, "mfa"),
        ({"builtInControls": ["block"]}, "block"),
        ({"builtInControls": ["mfa"], "termsOfUse": ["t1"]}, "other"),
        ({"builtInControls": ["mfa", "block"], "operator": "XOR"}, UNSET),
        ({"builtInControls": "mfa"}, UNSET),
        ({"builtInControls": []}, "nothing"),
        ({"authenticationStrength": {"allowedCombinations": ["fido2"]}}, "phishing_resistant_mfa"),
        ({"authenticationStrength": {"allowedCombinations": ["sms"], "requirementsSatisfied": "none"}}, "other"),
        ({"authenticationStrength": {"id": "00000000-0000-0000-0000-000000000002"}}, "mfa"),
        ({"authenticationStrength": {"id": "somebody's own"}}, "other"),
    ],
)
def test_the_weakest_alternative_counts(controls: Wire, expected: object) -> None:
    assert grant({"operator": "OR", "builtInControls": [], **controls}) == expected


def test_a_policy_without_controls_asks_for_nothing_and_a_missing_one_is_not_known() -> None:
    assert grant(None) == "nothing"
    assert grant(UNSET) is UNSET


def test_a_policy_for_all_apps_leaves_none_out() -> None:
    assert every_app(EVERYTHING) is True
    assert every_app({**EVERYTHING, "excludeApplications": ["app"]}) is False
    assert every_app({"includeApplications": ["MicrosoftAdminPortals"]}) is False
    assert every_app(None) is UNSET


# --- kinds of accounts


@pytest.mark.parametrize(
    ("kind", "address", "expected"),
    [
        ("person", "ana@org.example", {"member"}),
        ("person", "ana_home.example#ext#@org.example", {"b2bCollaborationMember"}),
        ("guest", "ana_home.example#ext#@org.example", {"b2bCollaborationGuest"}),
        ("guest", "ana@org.example", {"internalGuest"}),
        ("shared", "press@org.example", {"member"}),
    ],
)
def test_the_type_and_the_home_of_an_account_tell_its_kind(kind: Any, address: str, expected: set[str]) -> None:  # noqa: ANN401 - a literal
    assert kinds(Account(tenant="t", key="k", label="l", address=address, type=kind)) == expected


def test_an_account_whose_type_is_not_known_may_be_anything() -> None:
    assert kinds(Account(tenant="t", key="k", label="l", address="a@org.example")) is UNSET


# --- verdicts told to people


def test_a_protected_account_meets_mfa_everywhere() -> None:
    verdict = evaluate(inputs(policy()), MEMBER)
    assert fields(verdict)["mfa_enforced"] is True
    assert fields(verdict)["mfa_enforced_by"] == ("MFA",)
    assert sign_in(verdict) == SignIn(
        any_app="mfa",
        admin_portals="mfa",
        legacy_client="blocked",
        device_code="mfa",
        trusted_place="mfa",
        managed_device="mfa",
        always=True,
        holes=(),
        registration_open=False,
    )


def test_an_open_account_is_told_once_and_with_the_policy_that_nearly_protected_it() -> None:
    verdict = evaluate(inputs(policy(users={"includeUsers": ["All"], "excludeUsers": ["ana"]})), MEMBER)
    told = sign_in(verdict)
    assert (fields(verdict)["mfa_enforced"], fields(verdict)["mfa_enforced_by"]) == (False, ())
    assert (told.any_app, told.trusted_place, told.always) == ("open", "open", False)
    assert told.holes is not UNSET
    assert [each.partition(":")[0].partition(" (")[0] for each in told.holes] == [
        "A password is enough",
        "A password is enough for an old mail program",
        "A password is enough with a code from another device",
    ]
    assert all("“MFA” leaves out this account by name" in each for each in told.holes)


def test_what_was_not_read_is_named_and_makes_only_what_hangs_on_it_unknown() -> None:
    by_place = policy(locations={"includeLocations": ["All"], "excludeLocations": ["office"]})
    unread = replace(inputs(by_place), locations=UNSET)
    verdict = evaluate(unread, MEMBER)
    assert fields(verdict)["mfa_enforced"] is UNSET
    assert fields(verdict)["mfa_enforced_by"] is UNSET
    assert sign_in(verdict).depends_on == ("the named location office",)
    assert fields(evaluate(replace(inputs(policy()), locations=UNSET), MEMBER))["mfa_enforced"] is True


def test_an_open_question_names_what_would_settle_it() -> None:
    unread = replace(inputs(), security_defaults=UNSET)
    error = undecided([evaluate(unread, MEMBER)])
    assert error is not None
    assert error.reason is GapReason.LIMITATION
    assert "1 accounts" in error.message
    assert "security defaults" in error.message
    assert undecided([evaluate(inputs(), MEMBER)]) is None


# --- against the practice organisation


def test_the_hole_of_an_excluded_person_names_the_group_that_makes_it(everything: Outcome) -> None:
    treasurer = next(account for account in everything.of(Account) if account.label == "Walter Castillo")
    assert treasurer.sign_in is not None
    assert treasurer.sign_in.holes
    assert "leaves out the group “MFA exceptions”" in treasurer.sign_in.holes[0]


def test_the_per_user_state_is_read_only_of_those_whose_verdict_depends_on_it(server: PracticeServer) -> None:
    before = server.requests
    outcome = read(server)
    asked = [call for call in server.requests - before if "authentication/requirements" in str(call)]
    assert all(account.mfa_enforced is not UNSET for account in outcome.of(Account))
    unprotected = [account for account in outcome.of(Account) if account.sign_in and account.sign_in.always is False]
    assert len(asked) <= len(unprotected)


def test_named_locations_that_may_not_be_read_cost_nothing_where_nothing_hangs_on_them(server: PracticeServer) -> None:
    server.permissions = Permissions().without("Policy.Read.All")
    outcome = read(server)
    assert outcome.of(SignInPolicy) == []
    assert all(account.mfa_enforced is UNSET for account in outcome.of(Account))
