"""What must hold for every tenant, not only for those in the table."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sign_in_wire import BLOCK, EXCHANGE, GLOBAL_ADMINISTRATOR, Wire, countries, inputs, office, policy, strength

from auditor.errors import ReadError
from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa import Inputs, Scenario, Subject, Verdict, evaluate, parse_policy

SAFER = ["open", "unknown", "mfa", "phishing_resistant", "blocked"]
LOCATIONS = (office(), office(trusted=False, key="lab", ranges=("192.0.2.128/25", "198.51.100.0/24")))
LOCATIONS += (countries("US", "CA"), countries("US", "MX", key="away", unknown=True))
PLACES = ["office", "lab", "home", "away", "AllTrusted"]
APPS = [EXCHANGE, "Office365", "MicrosoftAdminPortals", "payroll"]
PLATFORMS = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"]
RISKS = ["high", "medium", "low", "none"]


def some(*values: str, least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True)


def pairs(
    what: str, include: st.SearchStrategy[list[str]], exclude: st.SearchStrategy[list[str]]
) -> st.SearchStrategy[Wire]:
    return st.fixed_dictionaries({f"include{what}": include, f"exclude{what}": exclude})


NARROWING: dict[str, st.SearchStrategy[Any]] = {
    "clientAppTypes": some("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"),
    "platforms": pairs("Platforms", some("all", *PLATFORMS), some(*PLATFORMS, least=0)),
    "locations": pairs("Locations", some("All", *PLACES), some(*PLACES, least=0)),
    "signInRiskLevels": some(*RISKS),
    "userRiskLevels": some(*RISKS),
    "authenticationFlows": st.just({"transferMethods": "deviceCodeFlow"}),
    "devices": st.sampled_from(
        [
            {"deviceFilter": {"mode": mode, "rule": f"device.isCompliant {operator} True"}}
            for mode in ("include", "exclude")
            for operator in ("-eq", "-ne", "-resembles")
        ]
    ),
    "moonPhase": st.just({"include": ["full"]}),
}
CONDITIONS = st.fixed_dictionaries({}, optional=NARROWING)
APPLICATIONS = st.one_of(
    pairs("Applications", st.just(["All"]), some(*APPS, least=0)),
    pairs("Applications", some(*APPS), st.just([])),
    st.just({"includeApplications": [], "includeUserActions": ["urn:user:registersecurityinfo"]}),
)
EXCLUSIONS: dict[str, st.SearchStrategy[Any]] = {
    "excludeUsers": some("ana", "bob", "GuestsOrExternalUsers"),
    "excludeGroups": some("staff", "board"),
    "excludeRoles": st.just([GLOBAL_ADMINISTRATOR]),
    "excludeGuestsOrExternalUsers": st.just({"guestOrExternalUserTypes": "internalGuest,serviceProvider"}),
}
PEOPLE = st.builds(
    dict.__or__,
    st.sampled_from([{}, {"includeUsers": [], "includeGroups": ["staff"]}, {"includeUsers": ["ana"]}]),
    st.fixed_dictionaries({}, optional=EXCLUSIONS),
)
CONTROLS = some("mfa", "block", "compliantDevice", "approvedApplication", "smile", least=0)
GRANTS = st.one_of(
    st.builds(
        lambda operator, names: {"operator": operator, "builtInControls": names},
        st.sampled_from(["AND", "OR"]),
        CONTROLS,
    ),
    st.builds(lambda names: strength(*names), some("fido2", "password,sms", "sms", "palmReader", least=0)),
    st.none(),
)
STATES = st.sampled_from(["enabled", "enabled", "enabled", "disabled", "enabledForReportingButNotEnforced", "new"])


@st.composite
def policies(draw: st.DrawFn) -> list[Wire]:
    count = draw(st.integers(0, 5))
    return [
        policy(
            f"Policy {number}",
            grant=draw(GRANTS),
            state=draw(STATES),
            users=draw(PEOPLE),
            applications=draw(APPLICATIONS),
            **draw(CONDITIONS),
        )
        for number in range(count)
    ]


KINDS = ["member", "internalGuest", "b2bCollaborationGuest"]
SUBJECTS = st.builds(
    Subject,
    key=st.sampled_from(["ana", "bob", "eve"]),
    kinds=st.sampled_from([frozenset({kind}) for kind in KINDS] + [frozenset(KINDS[1:]), UNSET]),
    groups=st.sampled_from([frozenset(), frozenset({"staff"}), frozenset({"staff", "board"}), UNSET]),
    roles=st.sampled_from([frozenset(), frozenset({GLOBAL_ADMINISTRATOR}), UNSET]),
    per_user_mfa=st.sampled_from(["disabled", "disabled", "enabled", "enforced", UNSET]),
    mfa_registered=st.sampled_from([True, False, UNSET]),
)
REST = st.fixed_dictionaries(
    {
        "security_defaults": st.sampled_from([False, False, True, UNSET]),
        "unread_groups": st.sampled_from([frozenset(), frozenset({"board"})]),
    }
)


def safety(verdict: Verdict) -> list[int]:
    return [SAFER.index(verdict.scenarios[scenario].result) for scenario in Scenario]


def proven(verdict: Verdict) -> list[int]:
    """How much protection is proven: unknown proves as little as open."""
    return [max(level, 1) for level in safety(verdict)]


def judge(wire: list[Wire], rest: dict[str, Any], who: Subject) -> Verdict:
    return evaluate(inputs(wire, LOCATIONS, **rest), who)


@given(policies(), REST, SUBJECTS, st.data())
def test_one_more_exclusion_or_condition_never_makes_an_account_safer(
    wire: list[Wire], rest: dict[str, Any], who: Subject, data: st.DataObject
) -> None:
    before = judge(wire, rest, who)
    for given_policy in wire:
        conditions = given_policy["conditions"]
        name = data.draw(st.sampled_from(sorted({*EXCLUSIONS, *NARROWING})))
        if name in EXCLUSIONS:
            conditions["users"].setdefault(name, [])
            conditions["users"][name] = conditions["users"][name] or data.draw(EXCLUSIONS[name])
        elif not conditions.get(name) or conditions[name] == ["all"]:
            conditions[name] = data.draw(NARROWING[name])
    after = judge(wire, rest, who)
    assert all(later <= earlier for later, earlier in zip(safety(after), safety(before), strict=True))


@given(policies(), REST, SUBJECTS, st.sampled_from(["mfa", "block"]))
def test_one_more_policy_without_conditions_never_makes_an_account_less_safe(
    wire: list[Wire], rest: dict[str, Any], who: Subject, control: str
) -> None:
    more = [*wire, policy("Another", grant={"operator": "OR", "builtInControls": [control]})]
    before, after = judge(wire, rest, who), judge(more, rest, who)
    assert all(later >= earlier for later, earlier in zip(safety(after), safety(before), strict=True))
    assert after.enforced is True


@given(policies(), policies(), REST, SUBJECTS)
def test_more_policies_of_any_kind_never_make_an_account_less_safe(
    wire: list[Wire], others: list[Wire], rest: dict[str, Any], who: Subject
) -> None:
    more = wire + [other | {"id": f"other {other['id']}", "displayName": "Other"} for other in others]
    before, after = judge(wire, rest, who), judge(more, rest, who)
    assert all(later >= earlier for later, earlier in zip(proven(after), proven(before), strict=True))


FORGETTING = ["policies", "complete", "locations", "strengths", "security_defaults", "groups", "roles", "kinds"]
FORGETTING += ["per_user_mfa", "mfa_registered", "unread_groups"]


@given(policies(), REST, SUBJECTS, st.sets(st.sampled_from(FORGETTING), min_size=1))
def test_knowing_less_never_proves_more(
    wire: list[Wire], rest: dict[str, Any], who: Subject, forgotten: set[str]
) -> None:
    known = inputs(wire, LOCATIONS, **rest)
    special = {"complete": False, "unread_groups": frozenset({"staff", "board"})}
    of_inputs = {name: special.get(name, UNSET) for name in forgotten if name in Inputs.__struct_fields__}
    of_subject = {name: UNSET for name in forgotten if name in Subject.__struct_fields__}
    before, after = evaluate(known, who), evaluate(replace(known, **of_inputs), replace(who, **of_subject))
    for scenario in Scenario:
        earlier, later = before.scenarios[scenario].result, after.scenarios[scenario].result
        assert later in {earlier, "unknown"} or SAFER.index("mfa") <= SAFER.index(later) < SAFER.index(earlier)
    assert after.enforced in {before.enforced, UNSET}
    assert after.always in {before.always, UNSET}
    assert after.registration_open in {before.registration_open, UNSET}


@given(policies(), REST, SUBJECTS, st.randoms(use_true_random=False))
def test_the_order_of_policies_does_not_matter(
    wire: list[Wire], rest: dict[str, Any], who: Subject, rng: Random
) -> None:
    shuffled = rng.sample(wire, len(wire))
    assert judge(shuffled, rest, who) == judge(wire, rest, who)


@given(policies(), REST, SUBJECTS)
def test_what_enforces_is_enough_and_nothing_of_it_is_superfluous(
    wire: list[Wire], rest: dict[str, Any], who: Subject
) -> None:
    for scenario, answer in judge(wire, rest, who).scenarios.items():
        own = [each for each in wire if each["displayName"] in answer.by]
        if answer.by and len(own) == len(answer.by):
            off = {"security_defaults": False, "unread_groups": rest["unread_groups"]}
            only = replace(who, per_user_mfa="disabled")
            assert judge(own, off, only).scenarios[scenario].result == answer.result
            each_alone = [judge([each], off, only).scenarios[scenario].result == answer.result for each in own]
            without = [[other for other in own if other is not each] for each in own]
            weaker = [judge(others, off, only).scenarios[scenario].result != answer.result for others in without]
            assert all(each_alone) or all(weaker)


# ── The same question asked of every single sign-in, in the plainest way ─────────────────────────────────────────────

ADDRESSES = {"192.0.2.1": {"office"}, "192.0.2.200": {"office", "lab"}, "198.51.100.1": {"lab"}, "203.0.113.1": set()}
COUNTRIES = {"US": {"home", "away"}, "CA": {"home"}, "MX": {"away"}, None: {"away"}, "FR": set()}


@st.composite
def plain_policies(draw: st.DrawFn) -> list[Wire]:
    names = {"clientAppTypes", "platforms", "locations", "signInRiskLevels", "authenticationFlows"}
    conditions = st.fixed_dictionaries({}, optional={name: NARROWING[name] for name in names})
    apps = pairs("Applications", some("All", "payroll", "wiki"), some("payroll", "wiki", least=0))
    grants = st.builds(
        lambda operator, controls: {"operator": operator, "builtInControls": controls},
        st.sampled_from(["AND", "OR"]),
        some("mfa", "block", "compliantDevice", "approvedApplication"),
    )
    numbers = range(draw(st.integers(1, 5)))
    return [policy(f"{n}", grant=draw(grants), applications=draw(apps), **draw(conditions)) for n in numbers]


def holds(conditions: Wire, at: dict[str, Any]) -> bool:
    """Whether the conditions hold for one sign-in, written down from Microsoft's documentation once more."""
    apps, clients, flows = (
        conditions["applications"],
        conditions["clientAppTypes"],
        conditions.get("authenticationFlows"),
    )
    platforms, locations = conditions["platforms"], conditions["locations"]
    inside = {"All", *at["place"], *({"AllTrusted"} if at["trusted"] else set())}
    platform = {"all", at["platform"]}
    return (
        not {"All", at["app"]}.isdisjoint(apps["includeApplications"])
        and at["app"] not in apps["excludeApplications"]
        and not {"all", at["client"]}.isdisjoint(clients)
        and (
            not platforms
            or (set(platforms["includePlatforms"]) & platform and at["platform"] not in platforms["excludePlatforms"])
        )
        and (
            not locations
            or (set(locations["includeLocations"]) & inside and not set(locations["excludeLocations"]) & inside)
        )
        and (not conditions["signInRiskLevels"] or at["risk"] in conditions["signInRiskLevels"])
        and (not flows or at["flow"] in flows["transferMethods"])
    )


def asked(grant: Wire, *, legacy: bool, managed: bool) -> int:
    worth = {"block": 3, "mfa": 3 if legacy else 1, "compliantDevice": 0 if managed and not legacy else 3}
    values = [worth.get(control, 0) for control in grant["builtInControls"]]
    return max(values) if grant["operator"] == "AND" else min(values)


def plainly(wire: list[Wire], *, legacy: bool, trusted: bool, managed: bool, flow: str) -> str:
    """Return the weakest answer over all single sign-ins of a scenario."""
    clients = ["exchangeActiveSync", "other"] if legacy else ["browser", "mobileAppsAndDesktopClients"]
    weakest = 3
    for app, client, platform, address, country, risk in itertools.product(
        ["payroll", "wiki", "mail"], clients, [*PLATFORMS, "?"], ADDRESSES, COUNTRIES, RISKS
    ):
        inside = ADDRESSES[address] | COUNTRIES[country]
        if ("office" in inside) is trusted:
            at = {"app": app, "client": client, "platform": platform, "place": inside, "trusted": trusted}
            at |= {"risk": risk, "flow": flow}
            applying = [each["grantControls"] for each in wire if holds(each["conditions"], at)]
            weakest = min(weakest, max((asked(each, legacy=legacy, managed=managed) for each in applying), default=0))
    return {0: "open", 1: "mfa", 3: "blocked"}[weakest]


@settings(max_examples=60, deadline=None)
@given(plain_policies())
def test_the_proof_agrees_with_trying_every_single_sign_in(wire: list[Wire]) -> None:
    scenarios = judge(
        wire,
        {},
        Subject(key="ana", kinds=frozenset({"member"}), groups=frozenset(), roles=frozenset(), per_user_mfa="disabled"),
    ).scenarios
    thief: dict[str, Any] = {"legacy": False, "trusted": False, "managed": False, "flow": "ordinary"}
    assert scenarios[Scenario.ANY_APP].result == plainly(wire, **thief)
    assert scenarios[Scenario.LEGACY_CLIENT].result == plainly(wire, **thief | {"legacy": True})
    assert scenarios[Scenario.DEVICE_CODE].result == plainly(wire, **thief | {"flow": "deviceCodeFlow"})
    assert scenarios[Scenario.MANAGED_DEVICE].result == plainly(wire, **thief | {"managed": True})


# ── Whatever Microsoft sends ─────────────────────────────────────────────────────────────────────────────────────────

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["All", "none", "mfa"])
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def places_in(wire: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = wire.items() if isinstance(wire, dict) else enumerate(wire) if isinstance(wire, list) else ()
    return [path, *(place for key, value in inner for place in places_in(value, (*path, key)))]


@given(policies(), JSON, st.data())
def test_whatever_microsoft_sends_is_judged_or_refused(wire: list[Wire], strange: object, data: st.DataObject) -> None:
    whole: list[Any] = [*wire, policy("Last", **data.draw(CONDITIONS))]
    *way, last = data.draw(st.sampled_from(places_in(whole)[1:]))
    target: Any = whole
    for step in way:
        target = target[step]
    target[last] = strange
    try:
        read = tuple(parse_policy(each) for each in whole)
    except ReadError:
        return
    assert len(evaluate(Inputs(policies=read), Subject()).scenarios) == len(Scenario)


@given(JSON)
def test_what_is_no_policy_is_refused(strange: object) -> None:
    with pytest.raises(ReadError, match="not as documented"):
        parse_policy(strange)


def test_a_block_is_the_safest_answer() -> None:
    assert set(safety(judge([policy(grant=BLOCK)], {}, Subject()))[:-1]) == {SAFER.index("blocked")}
