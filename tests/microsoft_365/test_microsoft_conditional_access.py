"""MFA is enforced only where nothing is left open: each trap in which other tools were caught."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import UNSET
from connectors.microsoft_365.conditional_access import Rules, Subject, covers, enforced, left_out
from connectors.microsoft_365.sign_in_policies import parse_grant, parse_policy

Wire = dict[str, Any]
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
ANA = Subject("ana", "person", from_outside=False, roles=frozenset())
ADMIN = Subject("root", "person", from_outside=False, roles=frozenset({GLOBAL_ADMINISTRATOR}))
GUEST = Subject("guest", "guest", from_outside=True, roles=frozenset())
STRENGTH = {
    "id": "00000000-0000-0000-0000-000000000004",
    "allowedCombinations": ["fido2"],
    "requirementsSatisfied": "mfa",
}


def policy(
    *, grant: Wire | None = None, state: str = "enabled", users: Wire | None = None, **conditions: object
) -> Wire:
    """Wire JSON of a policy that demands MFA of everybody, always and everywhere, but for what is given."""
    return {
        "id": "p1",
        "displayName": "MFA",
        "state": state,
        "conditions": {
            "userRiskLevels": [],
            "signInRiskLevels": [],
            "clientAppTypes": ["all"],
            "platforms": None,
            "locations": None,
            "devices": None,
            "applications": {
                "includeApplications": ["All"],
                "excludeApplications": [],
                "includeUserActions": [],
                "applicationFilter": None,
            },
            "users": {
                "includeUsers": ["All"],
                "excludeUsers": [],
                "includeGroups": [],
                "excludeGroups": [],
                "includeRoles": [],
                "excludeRoles": [],
                "includeGuestsOrExternalUsers": None,
                "excludeGuestsOrExternalUsers": None,
                **(users or {}),
            },
            **conditions,
        },
        "grantControls": {
            "operator": "OR",
            "builtInControls": ["mfa"],
            "customAuthenticationFactors": [],
            "termsOfUse": [],
            "authenticationStrength": None,
            **(grant or {}),
        },
    }


def rules(*wires: Wire, defaults: object = False, complete: bool = True, **members: frozenset[str] | None) -> Rules:
    known = defaults if isinstance(defaults, bool) else UNSET
    return Rules(tuple(parse_policy(each) for each in wires), complete, known, members)


def verdict(*wires: Wire, subject: Subject = ANA, **given: Any) -> object:  # noqa: ANN401 - passed on
    return enforced(subject, rules(*wires, **given))[0]


def test_a_policy_for_everybody_and_everything_enforces_mfa() -> None:
    assert enforced(ANA, rules(policy())) == (True, ("MFA",))
    assert verdict(policy(), subject=GUEST) is True


def test_without_any_policy_nothing_is_enforced() -> None:
    assert enforced(ANA, rules()) == (False, ())


@pytest.mark.parametrize("state", ["disabled", "enabledForReportingButNotEnforced"])
def test_a_policy_that_is_off_or_only_reports_enforces_nothing(state: str) -> None:
    assert verdict(policy(state=state)) is False


def test_a_state_that_we_do_not_know_is_unknown() -> None:
    assert verdict(policy(state="enabledSomehow")) is UNSET


@pytest.mark.parametrize(
    "conditions",
    [
        {"signInRiskLevels": ["high"]},
        {"userRiskLevels": ["high"]},
        {"clientAppTypes": ["browser"]},
        {"clientAppTypes": []},
        {"platforms": {"includePlatforms": ["windows"], "excludePlatforms": []}},
        {"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["iOS"]}},
        {"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}},
        {"devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}}},
        {"authenticationFlows": {"transferMethods": "deviceCodeFlow"}},
        {"invented": {"tomorrow": True}},
    ],
)
def test_a_narrowed_policy_is_neither_enforcement_nor_its_absence(conditions: Wire) -> None:
    assert verdict(policy(**conditions)) is UNSET
    assert parse_policy(policy(**conditions)).narrowed_by == tuple(conditions)


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
    assert verdict(policy(**conditions)) is True


@pytest.mark.parametrize(
    ("controls", "strongest_way_in"),
    [
        ({"builtInControls": ["mfa", "compliantDevice"]}, UNSET),  # a known device gets in without
        ({"builtInControls": ["mfa", "compliantDevice"], "operator": "AND"}, True),
        ({"builtInControls": ["compliantDevice"]}, False),
        ({"builtInControls": [], "authenticationStrength": STRENGTH}, True),
        ({"builtInControls": ["mfa"], "termsOfUse": ["t1"]}, UNSET),
        ({"builtInControls": [], "customAuthenticationFactors": ["Duo"]}, False),
        ({"builtInControls": ["block"]}, True),
        ({"builtInControls": ["mfa", "unknownFutureValue"]}, UNSET),
        ({"builtInControls": "mfa"}, UNSET),
    ],
)
def test_only_mfa_without_an_easier_way_in_is_enforcement(controls: Wire, strongest_way_in: object) -> None:
    assert verdict(policy(grant=controls)) is strongest_way_in


def test_a_policy_that_only_limits_sessions_demands_nothing() -> None:
    assert verdict({**policy(), "grantControls": None}) is False
    assert parse_grant(None) == ("nothing", False)


def test_a_strength_is_worth_what_it_allows() -> None:
    def strength(**fields: object) -> object:
        return parse_grant({**policy()["grantControls"], "builtInControls": [], "authenticationStrength": fields})[0]

    assert strength(allowedCombinations=["fido2", "windowsHelloForBusiness"]) == "phishing_resistant_mfa"
    assert strength(allowedCombinations=["fido2", "password,sms"], requirementsSatisfied="mfa") == "mfa"
    assert strength(allowedCombinations=["password"], requirementsSatisfied="none") == "other"
    assert strength(id="00000000-0000-0000-0000-000000000002") == "mfa"
    assert strength(id="somebody's own") == "other"


def test_a_policy_for_some_apps_proves_nothing() -> None:
    some: Wire = {"includeApplications": ["MicrosoftAdminPortals"], "excludeApplications": []}
    all_but_one: Wire = {"includeApplications": ["All"], "excludeApplications": ["app"]}
    actions: Wire = {"includeApplications": [], "includeUserActions": ["urn:user:registersecurityinfo"]}
    assert verdict(policy(applications=some)) is UNSET
    assert verdict(policy(applications=all_but_one)) is UNSET
    assert verdict(policy(applications=actions)) is False


def test_blocking_old_programs_is_no_mfa_for_the_others() -> None:
    legacy = policy(clientAppTypes=["exchangeActiveSync", "other"], grant={"builtInControls": ["block"]})
    assert verdict(legacy) is False


def test_somebody_excluded_by_name_group_or_role_is_not_protected() -> None:
    assert verdict(policy(users={"excludeUsers": ["ana"]})) is False
    assert verdict(policy(users={"excludeGroups": ["g"]}), g=frozenset({"ana"})) is False
    assert verdict(policy(users={"excludeGroups": ["g"]}), g=frozenset({"bob"})) is True
    assert verdict(policy(users={"excludeRoles": [GLOBAL_ADMINISTRATOR]}), subject=ADMIN) is False


def test_a_second_policy_may_cover_whom_the_first_leaves_out() -> None:
    second = {**policy(users={"includeUsers": [], "includeGroups": ["g"]}), "displayName": "Second"}
    assert enforced(ANA, rules(policy(users={"excludeUsers": ["ana"]}), second, g=frozenset({"ana"}))) == (
        True,
        ("Second",),
    )


def test_a_group_or_roles_that_could_not_be_read_leave_it_open() -> None:
    assert verdict(policy(users={"excludeGroups": ["g"]}), g=None) is UNSET
    unknown_roles = Subject("x", "person", from_outside=False, roles=None)
    assert verdict(policy(users={"excludeRoles": ["r"]}), subject=unknown_roles) is UNSET
    assert verdict(policy(), subject=unknown_roles) is True


def test_guests_may_be_meant_in_part() -> None:
    whole: Wire = {"guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest", "externalTenants": None}
    part: Wire = {"guestOrExternalUserTypes": "b2bCollaborationGuest", "externalTenants": None}
    homes: Wire = {**whole, "externalTenants": {"membershipKind": "enumerated", "members": ["t"]}}
    for meant, expected in ((whole, False), (part, UNSET), (homes, UNSET)):
        assert verdict(policy(users={"excludeGuestsOrExternalUsers": meant}), subject=GUEST) is expected
        assert verdict(policy(users={"excludeGuestsOrExternalUsers": meant})) is True
    assert verdict(policy(users={"excludeUsers": ["GuestsOrExternalUsers"]}), subject=GUEST) is False


def test_a_list_that_is_missing_or_unreadable_is_no_empty_list() -> None:
    for broken in ("ana", {"a": 1}):
        assert verdict(policy(users={"excludeUsers": broken})) is UNSET
    wire = policy()
    del wire["conditions"]["users"]["excludeGroups"]
    assert verdict(wire) is UNSET


def test_a_listing_that_broke_off_proves_no_absence() -> None:
    assert verdict(complete=False) is UNSET
    assert verdict(policy(), complete=False) is True


def test_security_defaults_bind_administrators_and_prove_nothing_for_others() -> None:
    assert enforced(ADMIN, rules(defaults=True)) == (True, ("Security defaults",))
    assert verdict(defaults=True) is UNSET
    assert verdict(defaults=None) is UNSET


def test_who_is_left_out_is_resolved_to_people() -> None:
    wire = parse_policy(
        policy(users={"excludeUsers": ["gone"], "excludeGroups": ["g"], "excludeRoles": [GLOBAL_ADMINISTRATOR]})
    )
    everybody = (ANA, ADMIN, GUEST)
    assert left_out(wire, everybody, {"g": frozenset({"guest"})}) == ("guest", "root")
    assert left_out(wire, everybody, {"g": None}) is UNSET


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["All", "None", "mfa", "block"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(place=st.sampled_from([("state",), ("grantControls",), ("conditions",)]), value=JSON)
def test_no_answer_of_any_shape_is_taken_for_enforcement_by_accident(place: tuple[str, ...], value: object) -> None:
    wire = policy(users={"excludeGroups": ["g"]})
    wire[place[0]] = value
    assert enforced(ANA, rules(wire, g=None))[0] is not True


@given(
    field=st.sampled_from(
        ["includeUsers", "excludeUsers", "excludeGroups", "excludeRoles", "excludeGuestsOrExternalUsers"]
    ),
    value=JSON,
)
def test_broken_users_never_stop_the_audit(field: str, value: object) -> None:
    parsed = parse_policy(policy(users={field: value}))
    assert covers(parsed, ANA, {}) in {True, False, None}
