"""How several policies become one setting, by each of Google's five reducers."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.google_workspace.effective_settings import FIELDS, SETTINGS, SetValue, resolve
from connectors.google_workspace.policy_query import AccountClass, Clause
from connectors.google_workspace.reducers import EVERY, REDUCTIONS, Reducer, Reduction, reduced, reduction_of

MAX, MERGE, LIST = (Reduction(each) for each in (Reducer.MAX, Reducer.MERGE, Reducer.LIST))
MAX_MAP, MERGE_MAP = (Reduction(each, "id") for each in (Reducer.MAX_MAP, Reducer.MERGE_MAP))
EVERY_REDUCTION = (MAX, MERGE, LIST, MAX_MAP, MERGE_MAP)

each_reduction = pytest.mark.parametrize("how", EVERY_REDUCTION, ids=lambda how: how.reducer)


def values(how: Reduction, *policies: dict[str, Any]) -> dict[str, object]:
    return {field: each.value for field, each in reduced(how, policies).items()}


def test_max_takes_the_strongest_policy_whole() -> None:
    assert values(MAX, {"a": 1}, {"a": 2, "b": 3}) == {"a": 1}


def test_merge_takes_each_field_from_the_strongest_that_has_it_and_joins_lists() -> None:
    assert values(MERGE, {"a": 1, "l": [1]}, {"a": 2, "b": 3}, {"b": 4, "l": [2]}) == {"a": 1, "b": 3, "l": [1, 2]}


STRONG = [{"id": "x", "on": True}, {"id": "y", "on": True}]
WEAK = [{"id": "y", "on": False, "name": "why"}, {"id": "z", "on": False}]


def test_max_map_takes_each_entry_from_the_strongest_that_has_its_key() -> None:
    assert values(MAX_MAP, {"l": STRONG}, {"l": WEAK}) == {"l": [*STRONG, WEAK[1]]}


def test_merge_map_takes_each_field_of_an_entry_from_the_strongest_that_has_it() -> None:
    merged = {"id": "y", "on": True, "name": "why"}
    assert values(MERGE_MAP, {"l": STRONG}, {"l": WEAK}) == {"l": [STRONG[0], merged, WEAK[1]]}


def test_list_keeps_every_policy() -> None:
    assert values(LIST, {"a": 1}, {"a": 1}, {"b": 2}) == {EVERY: [{"a": 1}, {"a": 1}, {"b": 2}]}


def test_an_entry_without_a_key_stands_for_itself() -> None:
    assert values(MAX_MAP, {"l": [{"on": True}, 5]}, {"l": [{"on": True}, {"id": 7}]}) == {
        "l": [{"on": True}, 5, {"on": True}, {"id": 7}]
    }


def test_a_list_that_is_none_in_one_policy_is_not_joined_with_others() -> None:
    assert values(MERGE, {"l": None}, {"l": [1]}) == {"l": None}


@each_reduction
def test_of_no_policy_nothing_holds(how: Reduction) -> None:
    assert reduced(how, []) == {}


def test_every_value_says_which_policies_it_comes_from() -> None:
    found = reduced(MERGE, [{"a": 1}, {"l": [1], "a": 2}, {"l": [2], "b": 3}])
    assert {field: each.sources for field, each in found.items()} == {"a": (0,), "l": (1, 2), "b": (2,)}
    assert reduced(LIST, [{}, {}])[EVERY].sources == (0, 1)


def test_the_reducers_of_single_settings_are_googles() -> None:
    assert reduction_of("security.less_secure_apps") == MERGE
    assert reduction_of("gmail.email_address_lists") == MAX_MAP
    assert reduction_of("gmail.rule_states") == Reduction(Reducer.MAX_MAP, "ruleId")
    assert reduction_of("rule.system_defined_alerts") == LIST
    assert reduction_of("security.two_step_verification_enforcement") == MAX
    assert reduction_of("drive_and_docs.external_sharing") == MAX


def test_every_map_has_a_key() -> None:
    for how in REDUCTIONS.values():
        assert bool(how.key) == (how.reducer in {Reducer.MAX_MAP, Reducer.MERGE_MAP})


scalars = st.integers(0, 3) | st.booleans() | st.none()
entries = st.dictionaries(st.sampled_from(["on", "name"]), scalars).flatmap(
    lambda fields: st.sampled_from("xyz").map(lambda key: {"id": key, **fields})
)
setting = st.dictionaries(st.sampled_from("abc"), scalars) | st.dictionaries(
    st.sampled_from("lm"), st.lists(entries, max_size=3)
)
settings = st.lists(setting, min_size=1, max_size=4)


@given(st.sampled_from(EVERY_REDUCTION), settings)
def test_nothing_that_was_read_is_changed(how: Reduction, policies: list[dict[str, Any]]) -> None:
    before = deepcopy(policies)
    reduced(how, policies)
    assert policies == before


@given(st.sampled_from([MAX, MERGE]), settings, setting)
def test_a_weaker_policy_changes_no_field_that_a_stronger_one_has(
    how: Reduction, policies: list[dict[str, Any]], weaker: dict[str, Any]
) -> None:
    before, after = values(how, *policies), values(how, *policies, weaker)
    assert after.keys() == before.keys() | (weaker.keys() if how is MERGE else set())
    for field, value in before.items():
        assert after[field] == value or isinstance(value, list)


@given(st.sampled_from([MAX_MAP, MERGE_MAP]), settings)
def test_a_map_has_one_entry_for_each_key_that_any_policy_has(how: Reduction, policies: list[dict[str, Any]]) -> None:
    for field, value in values(how, *policies).items():
        having = [each[field] for each in policies if field in each]
        if isinstance(value, list) and all(isinstance(each, list) for each in having):
            keys = [entry["id"] for entry in value]
            assert sorted(keys) == sorted({entry["id"] for each in having for entry in each})
            assert value[0]["id"] == next(each[0]["id"] for each in having if each) if value else True


@given(st.sampled_from([MAX, MERGE, MAX_MAP, MERGE_MAP]), settings)
def test_a_policy_that_is_repeated_adds_nothing_but_to_lists_without_keys(
    how: Reduction, policies: list[dict[str, Any]]
) -> None:
    once, twice = values(how, *policies), values(how, *policies, *policies)
    for field, value in once.items():
        assert twice[field] == value or (how is MERGE and isinstance(value, list))


@given(st.permutations(range(6)), st.lists(st.sampled_from(FIELDS), min_size=6, max_size=6))
def test_what_holds_does_not_depend_on_the_order_in_which_policies_are_listed(
    order: list[int], fields: list[str]
) -> None:
    found: dict[str, list[SetValue]] = {}
    listed = [
        (path.rpartition(".")[0], SetValue(Clause("unit", frozenset({"u"})), number, {path.rpartition(".")[2]: number}))
        for number, path in enumerate(fields)
    ]
    for number in order:
        found.setdefault(listed[number][0], []).append(listed[number][1])
    straight = {name: sorted(each, key=lambda one: one.order) for name, each in found.items()}
    accounts = AccountClass(frozenset({"u"}))
    assert resolve(found, accounts) == resolve(straight, accounts)


def test_every_field_that_is_read_belongs_to_a_setting() -> None:
    assert sorted(path for paths in SETTINGS.values() for path in paths) == sorted(FIELDS)
