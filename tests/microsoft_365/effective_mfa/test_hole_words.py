"""What the verdict says beyond yes and no: the holes, what nearly stopped the thief, and the open registration."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from sign_in_wire import BLOCK, GLOBAL_ADMINISTRATOR, Wire, countries, guest, inputs, office, person, policy, strength

from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa import Evaluator, Inputs, Result, Scenario, Subject, Verdict, evaluate

ANY_APP = Scenario.ANY_APP
NAMES = {"staff": "Staff", "payroll": "Payroll", GLOBAL_ADMINISTRATOR: "Global Administrator"}
PROTECT_REGISTRATION = {"includeApplications": [], "includeUserActions": ["urn:user:registersecurityinfo"]}
WHERE_TRUSTED = {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}


def verdict(*wire: Wire, locations: tuple[Wire, ...] = (), who: Subject | None = None) -> Verdict:
    return evaluate(inputs(list(wire), locations, names=NAMES), who or person())


def near(found: Verdict, scenario: Scenario = ANY_APP) -> list[str]:
    return [str(miss) for miss in found.scenarios[scenario].near_misses]


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        (policy(users={"excludeUsers": ["ana"]}), "leaves out this account by name"),
        (policy(users={"excludeGroups": ["staff"]}), "leaves out the group “Staff”, in which this account is"),
        (
            policy(users={"excludeRoles": [GLOBAL_ADMINISTRATOR]}),
            "leaves out the role “Global Administrator”, which this account has",
        ),
        (policy(state="disabled"), "is switched off"),
        (policy(state="enabledForReportingButNotEnforced"), "only reports and enforces nothing"),
        (policy(applications={"excludeApplications": ["payroll"]}), "does not hold for “Payroll”"),
        (policy(applications={"includeApplications": ["payroll"]}), "holds only for “Payroll”"),
        (policy(clientAppTypes=["browser"]), "holds only for browsers"),
        (policy(platforms={"includePlatforms": ["windows"]}), "holds only for windows"),
        (
            policy(platforms={"includePlatforms": ["all"], "excludePlatforms": ["linux", "macOS"]}),
            "does not hold for linux and macOS",
        ),
        (policy(signInRiskLevels=["high"]), "holds only for high sign-in risk"),
        (policy(locations={"includeLocations": ["office"]}), "holds only for “Office”"),
        (
            policy(locations={"includeLocations": ["All"], "excludeLocations": ["office"]}),
            "does not hold for “Office”",
        ),
        (policy(authenticationFlows={"transferMethods": "deviceCodeFlow"}), "holds only for a sign-in by device code"),
        (
            policy(grant={"operator": "OR", "builtInControls": ["mfa"], "termsOfUse": ["t"]}),
            "is satisfied without MFA by accepting terms of use",
        ),
        (policy(grant=strength("fido2", "sms")), "asks for “Our strength”, which one factor satisfies"),
        (policy(grant=strength("palmReader")), "asks for “Our strength”, which may not be MFA"),
        (policy(moonPhase={"include": ["full"]}), "has a condition that is not known here (moonPhase)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_near_miss_says_what_lets_the_thief_through(wire: Wire, told: str) -> None:
    who = person(roles=frozenset({GLOBAL_ADMINISTRATOR}))
    assert near(verdict(wire, locations=(office(trusted=False),), who=who)) == [f"“MFA” {told}"]


def test_all_reasons_of_a_near_miss_are_told() -> None:
    found = verdict(policy(state="disabled", users={"excludeUsers": ["ana"]}, signInRiskLevels=["high"]))
    assert near(found) == [
        "“MFA” is switched off, and leaves out this account by name, and holds only for high sign-in risk"
    ]


def test_a_policy_for_other_people_is_no_near_miss() -> None:
    assert near(verdict(policy(users={"includeUsers": ["bob"]}))) == []


def test_a_policy_that_blocks_one_thing_is_no_near_miss_of_another() -> None:
    assert near(verdict(policy(grant=BLOCK, clientAppTypes=["other"]))) == []


def test_a_block_that_leaves_this_account_out_is_a_near_miss() -> None:
    block = policy(
        "No legacy", grant=BLOCK, clientAppTypes=["exchangeActiveSync", "other"], users={"excludeUsers": ["ana"]}
    )
    assert near(verdict(block), Scenario.LEGACY_CLIENT) == ["“No legacy” leaves out this account by name"]


def test_a_managed_device_that_is_enough_is_named() -> None:
    either = policy(grant={"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]})
    found = verdict(either)
    assert found.enforced is True
    assert found.always is False
    assert found.holes == ("managed_device_open",)
    assert near(found, Scenario.MANAGED_DEVICE) == ["“MFA” is satisfied without MFA by a compliant device"]


def test_the_example_is_a_sign_in_that_gets_through() -> None:
    at_home = {"includeLocations": ["All"], "excludeLocations": ["home"]}
    found = verdict(policy(locations=at_home, clientAppTypes=["browser"]), locations=(countries("US"),))
    assert found.scenarios[ANY_APP].example in {"mobile and desktop apps", "browsers; “Home”"}


def test_a_name_that_imitates_other_places_hides_none_of_them() -> None:
    lab = office(trusted=False, key="lab", ranges=("192.0.2.0/28",))
    imitation = office(trusted=False, key="x", ranges=("198.51.100.0/24",)) | {"displayName": "Lab” and “Office"}
    all_but = {"includeLocations": ["All"], "excludeLocations": ["x"]}
    here = {"includeLocations": ["lab", "office"]}
    found = verdict(
        policy("A", locations=all_but), policy("B", locations=here), locations=(office(trusted=False), lab, imitation)
    )
    assert found.scenarios[ANY_APP].result == "open"


def test_the_example_names_a_few_and_counts_the_rest() -> None:
    apps = [f"app-{number}" for number in range(9)]
    found = verdict(policy(applications={"excludeApplications": apps}))
    assert found.scenarios[ANY_APP].example == "app-0, app-1, app-2 or 6 more"


def test_what_was_not_collected_is_named() -> None:
    asked = policy(
        users={"excludeGroups": ["secret"]}, locations={"includeLocations": ["All"], "excludeLocations": ["x"]}
    )
    given = inputs([asked], UNSET, unread_groups=frozenset({"secret"}), security_defaults=UNSET)
    assert evaluate(given, person(per_user_mfa=UNSET)).scenarios[ANY_APP].missing == (
        "security defaults",
        "the members of the group “secret”",
        "the named location x",
        "the per-user MFA state",
        "when Microsoft finds MFA necessary under security defaults",
    )


def test_what_does_not_matter_is_not_missing() -> None:
    given = inputs(
        [policy(users={"includeUsers": ["bob"], "excludeGroups": ["secret"]})], unread_groups=frozenset({"secret"})
    )
    assert evaluate(given, person()).scenarios[ANY_APP].missing == ()


def test_policies_that_protect_only_together_are_named_together() -> None:
    found = verdict(
        policy("A", applications={"excludeApplications": ["payroll"]}),
        policy("B", applications={"includeApplications": ["payroll"]}),
        policy("C", signInRiskLevels=["high"]),
    )
    assert found.enforced_by == ("A", "B")


def test_policies_of_which_each_is_enough_are_all_named() -> None:
    found = verdict(policy("A"), policy("B"), policy("C", signInRiskLevels=["high"]))
    assert found.enforced_by == ("A", "B")
    assert found.scenarios[Scenario.WHATEVER].by == ("A", "B")


def test_a_policy_that_is_enough_by_itself_is_named_alone() -> None:
    found = verdict(policy("A", grant=strength("fido2")), policy("B", grant=BLOCK))
    assert {answer.by for name, answer in found.scenarios.items() if name is not Scenario.LEGACY_CLIENT} == {("B",), ()}
    assert found.scenarios[Scenario.LEGACY_CLIENT].by == ("A", "B")


def test_an_operator_that_we_do_not_know_is_named() -> None:
    strange = policy(grant={"operator": "XOR", "builtInControls": ["mfa"], "termsOfUse": ["t"]})
    assert verdict(strange).scenarios[ANY_APP].missing == ("the operator of “MFA”",)


def test_the_example_of_an_unknown_is_what_is_doubtful() -> None:
    found = verdict(
        policy("A", applications={"excludeApplications": ["payroll"]}),
        policy("B", applications={"includeApplications": ["Office365"]}),
    )
    answer = found.scenarios[ANY_APP]
    assert (answer.result, answer.example) == ("unknown", "“Payroll”")
    assert answer.missing == ("which applications “B” means by Office 365",)


def test_the_strength_that_is_demanded_is_named() -> None:
    assert verdict(policy(grant=strength("fido2"))).scenarios[ANY_APP].strengths == ("Our strength",)


# ── Registration ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_has_the_password_may_register_the_missing_second_factor() -> None:
    found = verdict(policy(), who=person(mfa_registered=False))
    assert found.enforced is True
    assert found.registration_open is True
    assert found.holes == ("registration_open",)


@pytest.mark.parametrize(
    "guard",
    [
        policy("R", applications=PROTECT_REGISTRATION),
        policy("R", applications=PROTECT_REGISTRATION, grant=BLOCK, locations=WHERE_TRUSTED),
        policy(
            "R", applications=PROTECT_REGISTRATION, grant={"operator": "OR", "builtInControls": ["compliantDevice"]}
        ),
    ],
    ids=["by MFA, such as a temporary access pass", "in trusted places only", "on managed devices only"],
)
def test_a_registration_that_is_guarded_is_not_open(guard: Wire) -> None:
    assert verdict(policy(), guard, who=person(mfa_registered=False)).registration_open is False


def test_a_guard_that_leaves_the_account_out_guards_nothing() -> None:
    guard = policy("R", applications=PROTECT_REGISTRATION, users={"excludeGroups": ["staff"]})
    found = verdict(policy(), guard, who=person(mfa_registered=False))
    assert found.registration_open is True
    assert near(found, Scenario.REGISTRATION) == ["“R” leaves out the group “Staff”, in which this account is"]


def test_a_policy_for_all_applications_does_not_guard_the_registration() -> None:
    assert verdict(policy()).scenarios[Scenario.REGISTRATION].result == "open"


def test_a_second_factor_that_exists_cannot_be_registered_by_a_thief() -> None:
    assert verdict(policy()).registration_open is False


def test_without_the_registration_report_nothing_is_said() -> None:
    assert verdict(policy(), who=person(mfa_registered=UNSET)).registration_open is UNSET


@pytest.mark.parametrize(("trusted", "expected"), [(True, False), (False, True), (UNSET, UNSET)])
def test_a_guest_whose_own_second_factor_counts_registers_none_here(*, trusted: bool, expected: bool) -> None:
    here = inputs([policy()], foreign_mfa=trusted)
    assert evaluate(here, guest(mfa_registered=False)).registration_open is expected
    for inside in (guest("internalGuest", mfa_registered=False), person(mfa_registered=False)):
        assert evaluate(here, inside).registration_open is True


def test_where_no_mfa_is_demanded_the_registration_is_not_the_hole() -> None:
    found = verdict(who=person(mfa_registered=False))
    assert found.registration_open is False
    assert found.holes[0] == "any_app_open"


# ── Many accounts ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_accounts_that_no_rule_tells_apart_share_one_verdict() -> None:
    evaluator = Evaluator(inputs([policy(users={"excludeUsers": ["bob"], "excludeGroups": ["board"]})]))
    ana, eve = person(key="ana"), person(key="eve", groups=frozenset({"choir"}), roles=frozenset({"a reader"}))
    assert evaluator.verdict(ana) is evaluator.verdict(eve)
    assert evaluator.verdict(person(key="bob")).enforced is False
    assert evaluator.verdict(person(groups=frozenset({"board"}))).enforced is False


def test_conditions_too_entangled_to_examine_are_unknown() -> None:
    wire = [
        policy("A", applications={"excludeApplications": ["payroll"]}, platforms={"includePlatforms": ["all"]}),
        policy("B", applications={"includeApplications": ["payroll"]}),
    ]
    hurried = Evaluator(inputs(wire), patience=1).verdict(person()).scenarios[ANY_APP]
    assert (hurried.result, hurried.missing) == ("unknown", ("more combinations of conditions than can be examined",))
    assert Evaluator(inputs(wire)).verdict(person()).scenarios[ANY_APP].result == "mfa"


def test_an_empty_verdict_needs_nothing() -> None:
    assert evaluate(Inputs(), Subject()).enforced is UNSET


def test_every_scenario_and_answer_is_explained_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "effective-mfa.md").read_text(encoding="utf-8")
    assert [name for name in (*Scenario, *get_args(Result)) if f"| `{name}` |" not in page] == []
