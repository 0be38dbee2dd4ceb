"""Whom a setting holds for, and what holds for whom."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
from google_reading import TODAY, made, organisation, practice, read
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Directory, Tenant
from connectors.google_workspace.customer_set import Set
from connectors.google_workspace.effective_settings import (
    DEFAULTS,
    FIELDS,
    Basis,
    Effective,
    Origin,
    SetValue,
    parse_policy,
    parse_units,
    setting_of,
    unlisted,
)
from connectors.google_workspace.effective_settings import resolve as resolved_with_sources
from connectors.google_workspace.memberships import Members
from connectors.google_workspace.policy_query import ALL_ADMINS, AccountClass, clauses, parse
from connectors.google_workspace.setting_classes import classes, combinations_named
from connectors.google_workspace.setting_words import source_words
from connectors.google_workspace.settings import active, inside

FORWARDING = "gmail.auto_forwarding.enableAutoForwarding"


def unit(name: str) -> str:
    return f"entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{name}'))"


def group(name: str) -> str:
    return f"entity.groups.exists(group, group.group_id == groupId('{name}'))"


def licence(*names: str) -> str:
    return f"entity.licenses.exists(license, license in [{', '.join(repr(name) for name in names)}])"


def some(units: str = "", groups: str = "", licences: str = "") -> AccountClass:
    return AccountClass(frozenset(units.split()), frozenset(f"{groups} {licences}".split()))


@pytest.mark.parametrize(
    ("query", "matching", "others"),
    [
        (unit("u"), [some("u"), some("u root")], [some("root"), some(), some(groups="u")]),
        (group("g"), [some("u", "g")], [some("u"), some("g")]),
        (licence("/product/a/sku/1"), [some(licences="/product/a/sku/1")], [some(licences="/product/a/sku/2")]),
        (licence("a", "b"), [some(licences="a"), some(licences="b c")], [some(licences="c"), some()]),
        (f"{unit('u')} && {group('g')}", [some("u", "g")], [some("u"), some(groups="g")]),
        (f"{unit('u')}||{group('g')}", [some("u"), some("", "g")], [some("v", "h")]),
        (f"!{group('g')}", [some("u")], [some("u", "g")]),
        (f"!!{group('g')}", [some("u", "g")], [some("u")]),
        (f"{unit('u')} && !({group('g')} || {group('h')})", [some("u")], [some("u", "g"), some("u", "h")]),
        (f"{unit('a')} || {unit('b')} && {group('g')}", [some("a"), some("b", "g")], [some("b")]),
        (f"({unit('a')} || {unit('b')}) && {group('g')}", [some("a", "g")], [some("a"), some("", "g")]),
        (f"  {unit('u')}\t&&\n {group('g')}  ", [some("u", "g")], [some("u")]),
        ('entity.org_units.exists( x ,x.org_unit_id==orgUnitId( "u" ) )', [some("u")], [some("v")]),
        (f"((({unit('u')})))", [some("u")], [some("v")]),
    ],
)
def test_a_query_holds_for_whom_it_says(query: str, matching: list[AccountClass], others: list[AccountClass]) -> None:
    tree = parse(query)
    assert [tree.matches(each) for each in matching] == [True] * len(matching)
    assert [tree.matches(each) for each in others] == [False] * len(others)


HOSTILE = {
    "nothing": "",
    "blanks": "  ",
    "an operator alone": "&&",
    "a clause too many": f"{unit('u')} {unit('v')}",
    "an open bracket": f"({unit('u')}",
    "a closing bracket": f"{unit('u')})",
    "empty brackets": "()",
    "an operator at the end": f"{unit('u')} ||",
    "an operator at the beginning": f"&& {unit('u')}",
    "half an operator": f"{unit('u')} & {unit('v')}",
    "another clause": "entity.names.exists(name, name == 'x')",
    "a constant": "true",
    "a quote in a name": unit("u' || true || '"),
    "an empty list of licences": "entity.licenses.exists(license, license in [])",
    "licences that are none": "entity.licenses.exists(license, license in ['a', b])",
    "nested brackets": "(" * 10_000,
    "nested brackets that close": "(" * 4_000 + unit("u") + ")" * 4_000,
    "negations": "!" * 9_000 + unit("u"),
    "a long text": f"{unit('u')} || " * 2_000 + unit("u"),
    "blanks without end": f"{unit('u')}" + " " * 50_000 + "x",
    "NUL": unit("u") + "\x00",
    "another script": unit("\u0443"),
}


@pytest.mark.parametrize("query", [*HOSTILE.values()], ids=[*HOSTILE])
def test_a_query_that_is_not_understood_is_malformed(query: str) -> None:
    with pytest.raises(ReadError) as caught:
        parse(query)
    assert caught.value.reason is GapReason.MALFORMED


def test_a_hundred_brackets_are_understood() -> None:
    assert parse("(" * 100 + unit("u") + ")" * 100).matches(some("u"))


words = st.sampled_from(["&&", "||", "!", "(", ")", " ", unit("u"), group("g"), licence("l"), "x", "entity."])


@given(st.lists(words, max_size=25).map("".join) | st.text(max_size=60))
@example("!" * 101)
def test_any_query_is_understood_or_malformed(query: str) -> None:
    try:
        tree = parse(query)
    except ReadError:
        return
    assert isinstance(tree.matches(some("u", "g")), bool)
    assert clauses(tree)


# --- policies


def wire(setting: str, query: Any, order: object = 1, /, **value: object) -> dict[str, Any]:  # noqa: ANN401 - wire JSON
    scope = {"query": query, "sortOrder": order} if isinstance(query, str) else query
    return {"policyQuery": scope, "setting": {"type": f"settings/{setting}", "value": value}}


def policies(*wires: dict[str, Any]) -> dict[str, list[SetValue]]:
    found: dict[str, list[SetValue]] = {}
    for each in wires:
        found.setdefault(setting_of(each), []).append(parse_policy(each))
    return found


def resolve(found: dict[str, list[SetValue]], accounts: AccountClass) -> dict[str, object]:
    """Return the values that hold, by field."""
    return {path: each.value for path, each in resolved_with_sources(found, accounts).items()}


def forwarding(query: str, order: float, allowed: object) -> dict[str, Any]:
    return wire("gmail.auto_forwarding", query, order, enableAutoForwarding=allowed)


def test_what_nobody_set_has_googles_documented_default_or_is_not_known() -> None:
    resolved = resolve({}, some("root"))
    assert resolved == {field: DEFAULTS.get(field) for field in FIELDS}
    assert resolved["gmail.mail_delegation.enableMailDelegation"] is None
    assert resolved[FORWARDING] is True


def test_the_greatest_sort_order_wins_in_whichever_order_they_come() -> None:
    wires = [forwarding(unit("root"), 101, allowed=True), forwarding(unit("root"), 201, allowed=False)]
    for each in (wires, wires[::-1]):
        assert resolve(policies(*each), some("root"))[FORWARDING] is False


def test_a_unit_inherits_and_a_grandchild_follows_its_parent_not_the_root() -> None:
    found = policies(forwarding(unit("root"), 201, allowed=False), forwarding(unit("child"), 202, allowed=True))
    assert resolve(found, some("root"))[FORWARDING] is False
    assert resolve(found, some("child root"))[FORWARDING] is True
    assert resolve(found, some("grandchild child root"))[FORWARDING] is True
    assert resolve(found, some("other root"))[FORWARDING] is False


def test_a_sort_order_beyond_every_float_is_one_all_the_same() -> None:
    assert parse_policy(forwarding(unit("u"), 10**400, allowed=True)).order == 10**400


def test_a_child_that_sets_one_field_inherits_the_others_where_google_merges_policies() -> None:
    sharing = "groups_for_business.groups_sharing"
    found = policies(
        wire(sharing, unit("root"), 201, createGroupsAccessLevel="ADMIN_ONLY", ownersCanAllowExternalMembers=True),
        wire(sharing, unit("child"), 202, createGroupsAccessLevel="ANYONE_CAN_CREATE"),
    )
    resolved = resolve(found, some("child root"))
    assert resolved[f"{sharing}.createGroupsAccessLevel"] == "ANYONE_CAN_CREATE"
    assert resolved[f"{sharing}.ownersCanAllowExternalMembers"] is True
    assert resolved[f"{sharing}.collaborationCapability"] == "DOMAIN_USERS_ONLY"  # Google's default


def test_what_the_policy_that_decides_leaves_open_is_not_taken_from_a_weaker_one() -> None:
    sharing = "drive_and_docs.external_sharing"
    found = policies(
        wire(sharing, unit("root"), 201, externalSharingMode="DISALLOWED", allowPublishingFiles=False),
        wire(sharing, unit("child"), 202, externalSharingMode="ALLOWED"),
    )
    resolved = resolved_with_sources(found, some("child root"))
    assert resolved[f"{sharing}.externalSharingMode"].value == "ALLOWED"
    hidden, default = (resolved[f"{sharing}.{field}"] for field in ("allowPublishingFiles", "warnForExternalSharing"))
    assert (hidden.value, hidden.sources) == (None, (Basis.HIDDEN,))
    assert (default.value, default.sources) == (True, (Basis.DOCUMENTED,))


def test_a_policy_of_a_deleted_unit_holds_for_nobody() -> None:
    found = policies(forwarding(unit("deleted"), 999, allowed=False))
    assert resolve(found, some("child root"))[FORWARDING] is True


def test_without_a_query_the_fields_beside_it_say_for_whom() -> None:
    value = parse_policy(wire("x", {"orgUnit": "orgUnits/u", "group": "groups/g"}))
    assert value.query.matches(some("u", "g"))
    assert not value.query.matches(some("u"))


@pytest.mark.parametrize(
    "policy",
    [
        wire("x", {}),
        wire("x", {"sortOrder": 999}),
        wire("x", {"orgUnit": ""}),
        wire("x", None),
        wire("x", {"query": 5}),
        wire("x", unit("u"), "high"),
        wire("x", unit("u"), None),
        wire("x", unit("u"), float("nan")),
        {"policyQuery": {"query": unit("u")}},
        {"policyQuery": {"query": unit("u")}, "setting": {"type": "x", "value": []}},
    ],
)
def test_a_policy_that_does_not_say_for_whom_or_what_is_malformed(policy: dict[str, Any]) -> None:
    with pytest.raises(ReadError) as caught:
        parse_policy(policy)
    assert caught.value.reason is GapReason.MALFORMED


# --- units


def org_unit(path: str, parent: str | None = None, **fields: object) -> dict[str, Any]:
    parents = {"parentOrgUnitPath": parent, "parentOrgUnitId": f"id:{parent}"} if parent else {}
    return {"orgUnitPath": path, "orgUnitId": f"id:{path}", **parents, **fields}


def test_a_unit_has_its_own_id_and_those_of_all_above_it() -> None:
    units = parse_units([org_unit("/"), org_unit("/a", "/"), org_unit("/a/b", "/a"), org_unit("/ab", "/")])
    assert units == {"/": ("/",), "/a": ("/a", "/"), "/a/b": ("/a/b", "/a", "/"), "/ab": ("/ab", "/")}


def test_a_root_that_google_leaves_out_is_known_from_its_children() -> None:
    assert parse_units([org_unit("/a", "/")]) == {"/a": ("/a", "/"), "/": ("/",)}


@pytest.mark.parametrize("units", [[], [org_unit("/", orgUnitId=None)], [org_unit("/", orgUnitPath=5)]])
def test_a_list_of_units_that_has_none_or_a_nameless_one_cannot_be_used(units: list[dict[str, Any]]) -> None:
    with pytest.raises(ReadError):
        parse_units(units)


SOME_UNITS = [
    {"orgUnitId": "id:01abc23defgh456", "name": "Root OU", "orgUnitPath": "/Root OU"},
    {"orgUnitId": "id:02ijk45lmnop789", "name": "Test OU 1", "orgUnitPath": "/Test OU 1"},
    {"orgUnitId": "id:03ph8a2z3oekqyk", "name": "1-1-1-1", "orgUnitPath": "/1/1-1/1-1-1/1-1-1-1"},
]
"""A listing in which units stand without those above them, as the practice of other tools has it."""


def test_a_unit_that_is_listed_without_those_above_it_inherits_from_we_do_not_know_whom() -> None:
    units = parse_units(SOME_UNITS)
    assert units["/1/1-1/1-1-1/1-1-1-1"] == ("03ph8a2z3oekqyk", "", "", "", "")
    assert unlisted(units) == ["/", "/1", "/1/1-1", "/1/1-1/1-1-1"]
    above, beside, own = unit("root"), unit("02ijk45lmnop789"), unit("03ph8a2z3oekqyk")
    there = person("1", unit="/1/1-1/1-1-1/1-1-1-1")
    for query, known in ((above, UNSET), (beside, False), (own, True)):
        found = Set(units, policies(forwarding(query, 201, allowed=False)), {})
        accounts = found.class_of(there)
        assert accounts is not None
        assert parse(query).matches(accounts) is known
    # Whether the unit of the policy is above this one is not known, but Google's default says the same.
    found = Set(units, policies(forwarding(above, 201, allowed=True)), {})
    assert resolve(found.policies, found.plain("/1/1-1/1-1-1/1-1-1-1"))[FORWARDING] is True
    found = Set(units, policies(forwarding(above, 201, allowed=False)), {})
    assert resolve(found.policies, found.plain("/1/1-1/1-1-1/1-1-1-1"))[FORWARDING] is None


TENANT = Tenant(tenant="t", key="t", label="t", connector="google_workspace", vendor_id="C0", active_people=3)


def person(key: str, **fields: Any) -> Account:  # noqa: ANN401 - fields of an account
    return Account(
        tenant="t", key=key, label=key, address=key, **{"status": "active", "unit": "/a", "is_admin": False} | fields
    )


def class_names(people: list[Account] | None, found: Set) -> dict[str, object]:
    """Return the number of accounts in each class of the unit /a, by what tells it from the unit."""
    classed = inside(people, "/a", found)
    named = combinations_named(found.policies)
    plain = AccountClass(frozenset(found.units["/a"]))
    found_classes = classes(plain, classed, named, lambda own: resolved_with_sources(found.policies, own))
    return {" ".join(sorted(having)): members.number for having, members in found_classes.items()}


UNITS = {"/": ("root",), "/a": ("a", "root")}
UNREAD = ReadError(GapReason.DENIED, "not granted", "Grant it.")


def test_accounts_are_in_the_class_of_those_groups_alone_that_make_a_difference() -> None:
    people = [person("1"), person("2", is_admin=True), person("3"), person("4", status="suspended")]
    everybody = active(Directory(TENANT, {each.key: each for each in people}))
    assert everybody is not None
    assert [each.key for each in everybody] == ["1", "2", "3"]
    found = Set(
        UNITS,
        policies(
            forwarding(unit("root"), 201, allowed=False),
            forwarding(group("g"), 301, allowed=True),
            forwarding(group("same"), 300, allowed=False),
            forwarding(group(ALL_ADMINS), 400, allowed=False),
        ),
        {"g": Members(frozenset({"1", "2", "9"})), "same": Members(everybody=True)},
    )
    # The second is in the group too, but what holds for administrators is what holds for the unit.
    assert class_names(everybody, found) == {"": 2, "g": 1}


def test_a_group_that_was_not_read_leaves_open_how_many_are_in_the_classes_that_it_tells_apart() -> None:
    found = Set(
        UNITS,
        policies(forwarding(unit("root"), 201, allowed=False), forwarding(group("g"), 301, allowed=True)),
        {"g": UNREAD},
    )
    assert class_names([person("1")], found) == {"": UNSET, "g": UNSET}
    harmless = Set(UNITS, policies(forwarding(unit("root"), 201, allowed=False)), {"g": UNREAD})
    assert class_names([person("1")], harmless) == {"": 1}


def test_an_account_of_which_it_is_not_known_whether_it_administers_is_in_no_class_for_certain() -> None:
    found = Set(UNITS, policies(forwarding(group(ALL_ADMINS), 400, allowed=False)), {})
    assert class_names([person("1", is_admin=UNSET), person("2")], found) == {"": UNSET, ALL_ADMINS: UNSET}


def test_a_unit_does_not_seem_empty_when_accounts_were_not_all_read() -> None:
    unread = Tenant(tenant="t", key="t", label="t", connector="google_workspace", vendor_id="C0")
    assert active(Directory(unread, {"1": person("1")})) is None
    assert active(Directory(TENANT, {"1": person("1", unit=UNSET)})) is None
    found = Set(UNITS, policies(forwarding(group("g"), 400, allowed=False)), {"g": Members()})
    assert class_names(None, found) == {"": UNSET, "g": UNSET}


def test_everybody_of_the_organisation_is_in_a_group_that_has_it_as_a_member() -> None:
    found = Set(UNITS, policies(forwarding(group("g"), 400, allowed=False)), {"g": Members(everybody=True)})
    own = found.class_of(person("1"))
    assert own is not None
    assert resolve(found.policies, own)[FORWARDING] is False


def test_what_depends_on_licences_that_were_not_read_is_not_known_unless_it_makes_no_difference() -> None:
    some_licence = AccountClass(frozenset({"root"}), unread=frozenset({"l"}))
    with_licence = forwarding(f"{unit('root')} && {licence('l')}", 300, allowed=True)
    for usual, known in ((False, None), (True, True)):
        found = policies(with_licence, forwarding(unit("root"), 200, allowed=usual))
        assert resolve(found, some_licence)[FORWARDING] is known
        assert resolve(found, some("root"))[FORWARDING] is usual
    assert resolve(policies(with_licence), some_licence)[FORWARDING] is True  # Google's default says the same
    elsewhere = AccountClass(frozenset({"other"}), unread=frozenset({"l"}))
    assert resolve(policies(with_licence, forwarding(unit("other"), 1, allowed=False)), elsewhere)[FORWARDING] is False


def test_two_policies_that_say_the_same_with_and_without_a_licence_leave_nothing_open() -> None:
    found = policies(
        forwarding(licence("l"), 300, allowed=False),
        forwarding(f"!{licence('l')}", 301, allowed=False),
    )
    assert resolve(found, AccountClass(frozenset({"root"}), unread=frozenset({"l"})))[FORWARDING] is False


simple = st.sampled_from([unit("root"), unit("other"), group("g"), group("h"), licence("l")])
queries = st.recursive(
    simple,
    lambda inner: (
        inner.map("!({})".format)
        | st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map("({0[0]}{0[1]}{0[2]})".format)
    ),
    max_leaves=4,
)


@given(
    st.lists(st.tuples(queries, st.booleans()), max_size=4),
    st.sets(st.sampled_from("ghl")),
    st.sets(st.sampled_from("ghl")),
)
def test_a_value_is_known_exactly_where_nothing_that_was_not_read_could_change_it(
    found: list[tuple[str, bool]], having: set[str], unread: set[str]
) -> None:
    listed = policies(*(forwarding(query, order, allowed) for order, (query, allowed) in enumerate(found)))
    doubtful = AccountClass(frozenset({"root"}), frozenset(having - unread), frozenset(unread))
    worlds = [
        AccountClass(frozenset({"root"}), frozenset(having - unread) | frozenset(more))
        for size in range(len(unread) + 1)
        for more in combinations(sorted(unread), size)
    ]
    possible = {resolve(listed, each)[FORWARDING] for each in worlds}
    assert resolve(listed, doubtful)[FORWARDING] == (possible.pop() if len(possible) == 1 else None)


def test_what_depends_on_very_many_groups_that_were_not_read_is_not_known() -> None:
    names = [f"g{number}" for number in range(9)]
    found = policies(*(forwarding(group(name), order, allowed=False) for order, name in enumerate(names)))
    assert resolve(found, some("root"))[FORWARDING] is True
    unread = resolved_with_sources(found, AccountClass(frozenset({"root"}), unread=frozenset(names)))
    assert (unread[FORWARDING].value, unread[FORWARDING].sources) == (None, (Basis.UNREAD,))


# --- the collector, over HTTP


def settings_of(*wires: dict[str, Any]) -> dict[str, Any]:
    """Return the settings by scope when the customer has just these policies."""
    copy = made()
    root = str(next(each["orgUnitId"] for each in copy.google.units if each["orgUnitPath"] == "/")).removeprefix("id:")
    number = {"name": "policies/x", "customer": f"customers/{copy.google.customer_id}", "type": "ADMIN"}
    copy.google.policies = [number | each for each in wires]
    for policy in copy.google.policies:
        query = policy["policyQuery"]
        assert isinstance(query, dict)
        if "query" in query:
            query["query"] = query["query"].replace("ROOT", root)
    with practice(of=copy) as server:
        found = read(server, only="settings")
    assert found.incomplete <= {"settings", "account"}
    assert all(gap.fields for gap in found.gaps) == bool(found.of("settings"))
    return {each.scope: each for each in found.of("settings")}


ENFORCEMENT = "security.two_step_verification_enforcement"


def enforced(start: str, query: str = unit("ROOT"), order: float = 201) -> dict[str, Any]:
    return wire(ENFORCEMENT, query, order, enforcedFrom=start)


@pytest.mark.parametrize(
    ("start", "required", "since"),
    [
        ("2026-01-01T00:00:00Z", True, datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-03-02T09:00:00Z", True, TODAY),
        ("2026-03-03T00:00:00Z", False, datetime(2026, 3, 3, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", False, None),
        ("soon", UNSET, UNSET),
    ],
)
def test_enforcement_protects_from_its_date_on(start: str, required: object, since: object) -> None:
    root = settings_of(enforced(start))["/"]
    assert root.mfa_required is required
    assert root.google_workspace.two_step_enforced_from == since


def test_enforcement_that_nobody_set_is_not_known_and_what_others_assume_is_labelled() -> None:
    root = settings_of(forwarding(unit("ROOT"), 201, allowed=False))["/"]
    assert (root.mfa_required, root.mail_delegation_allowed, root.auto_forwarding_allowed) == (UNSET, UNSET, False)
    google = root.google_workspace
    assert {"two_step_enforced_from: never", "enrollment_grace_days: 0", "mail_delegation_allowed: false"} < {
        *google.assumed
    }
    assert google.enrollment_grace_days is UNSET
    assert "second_factors" in google.by_default


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (unit("a"), "policy for /a"),
        (unit("gone"), "policy for a unit that was deleted"),
        (f"{unit('a')} && {group('g')}", "policy for /a and members of group g"),
        (f"{unit('a')} && !{group('g')}", "policy for /a and (all but members of group g)"),
        (f"{group(ALL_ADMINS)} || {group('g')}", "policy for all administrators or members of group g"),
        (f"!({unit('a')} || {unit('b')})", "policy for all but (/a or /b)"),
        (licence("/p/2", "/p/1"), "policy for licence /p/1 or licence /p/2"),
    ],
)
def test_a_policy_says_in_words_for_whom_it_is(query: str, words: str) -> None:
    effective = Effective("on", (Origin(parse(query), by_google=False),))
    assert source_words(effective, {"a": "/a", "b": "/b"}) == words


def test_what_several_policies_agree_on_names_them_all() -> None:
    google = Origin(parse(unit("a")), by_google=True)
    effective = Effective("on", (google, Basis.DOCUMENTED))
    assert source_words(effective, {"a": "/"}) == "policy of Google for /, or set by nobody; Google documents it"
    assert source_words(Effective(None, (Basis.UNREAD,)), {}) == "depends on groups or licences that were not read"


def test_every_value_says_where_it_comes_from() -> None:
    found = settings_of(
        forwarding(unit("ROOT"), 201, allowed=False),
        {**enforced("2024-01-01T00:00:00Z", f"{group(ALL_ADMINS)} && {unit('ROOT')}", 399), "type": "SYSTEM"},
    )
    special = next(each for scope, each in found.items() if "all administrators" in scope)
    sources = dict(line.split(": ", 1) for line in special.google_workspace.sources)
    assert sources["auto_forwarding_allowed"] == "policy for /"
    assert sources["two_step_enforced_from"] == "policy of Google for all administrators and /"
    assert sources["second_factors"] == "set by nobody; Google documents it"
    assert sources["mail_delegation_allowed"] == "set by nobody, and Google documents nothing"


@pytest.mark.parametrize(
    ("mode", "publishing", "limit"),
    [
        ("ALLOWED", True, "anyone"),
        ("ALLOWED", False, "new_guests"),
        ("ALLOWED", "yes", UNSET),
        ("ALLOWLISTED_DOMAINS", True, "allow_listed"),
        ("DISALLOWED", False, "nobody"),
        ("SOMETHING_NEW", False, UNSET),
    ],
)
def test_publishing_goes_further_than_naming_outsiders(mode: str, publishing: object, limit: object) -> None:
    sharing = wire(
        "drive_and_docs.external_sharing", unit("ROOT"), externalSharingMode=mode, allowPublishingFiles=publishing
    )
    assert settings_of(sharing)["/"].outside_sharing == limit


def test_the_group_of_all_administrators_is_an_exception_where_there_are_any() -> None:
    everybody = f"{group('WORKSPACE_ALL_ADMIN_GROUP')} && {unit('ROOT')}"
    found = settings_of(enforced("1970-01-01T00:00:00Z"), enforced("2024-01-01T00:00:00Z", everybody, 399.00055))
    special = {scope for scope in found if "all administrators" in scope}
    admins = [each for each in organisation().google.accounts if each.is_super_admin or each.role_ids]
    assert special == {f"{each.unit} (all administrators)" for each in admins if not each.suspended}
    for scope in special:
        assert found[scope].mfa_required is True
        assert found[scope].accounts > 0
        assert found[scope.removesuffix(" (all administrators)")].mfa_required is False


def test_an_exception_for_a_licence_that_was_not_read_is_shown_with_members_unknown() -> None:
    desk = next(each for each in organisation().google.catalogue.groups if each.name == "Help desk")
    found = settings_of(
        forwarding(unit("ROOT"), 201, allowed=False),
        forwarding(f"{unit('ROOT')} && {group(desk.id)} && {licence('/product/x/sku/1')}", 399, allowed=True),
    )
    special = {scope: each for scope, each in found.items() if "(" in scope}
    assert special
    assert all(scope.endswith(f"(members of group {desk.id}, licence /product/x/sku/1)") for scope in special)
    assert {(each.auto_forwarding_allowed, each.accounts) for each in special.values()} == {(True, UNSET)}
    assert found["/"].auto_forwarding_allowed is False
    assert len({each.key for each in found.values()}) == len(found)


def test_a_strange_query_of_a_setting_that_is_not_read_costs_nothing() -> None:
    found = settings_of(
        wire("chat.something_new", "entity.moon.exists()", x=1), forwarding(unit("ROOT"), 1, allowed=False)
    )
    assert found["/"].auto_forwarding_allowed is False


def test_a_strange_query_of_a_setting_that_is_read_leaves_all_settings_unknown() -> None:
    assert settings_of(forwarding("entity.moon.exists()", 1, allowed=False)) == {}
