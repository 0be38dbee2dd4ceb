"""What came and went between two audits is known, in both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from keeping import keep
from remembering import START, TENANT, World

from auditor.store import Store, open_store

Place = Path | str
NONE, BAD = World({"ana": {}}), World({"ana": {"r": "bad"}})
HIDDEN = World({"ana": {}}, dark={"ana"})


def keys(store: Store, since: int = 1) -> list[str]:
    return [each.outcome.fact.key for each in store.came_and_went(TENANT, since)]


def test_a_finding_that_came_and_went_is_told_with_its_words_and_moments(place: Place) -> None:
    with open_store(place) as store:
        for number, world in enumerate((NONE, BAD, BAD, NONE)):
            keep(store, number, world)
        (passed,) = store.came_and_went(TENANT, 1)
        assert (passed.tenant, passed.outcome.text, passed.outcome.fact.owner is not None) == (TENANT, "r is bad", True)
        weeks = ((moment - START) // timedelta(weeks=1) for moment in (passed.first, passed.last))
        assert tuple(weeks) == (1, 2)


def test_what_began_before_is_no_news_here_nor_is_what_is_still_there(place: Place) -> None:
    with open_store(place) as store:
        keep(store, 0, World({"ana": {"old": "bad"}}))
        keep(store, 1, World({"ana": {"old": "bad", "new": "bad"}}))
        keep(store, 2, World({"ana": {"new": "bad"}}))
        assert keys(store) == []
        assert [keys(store, since) for since in (2, 3)] == [[], []]


@pytest.mark.parametrize(
    ("worlds", "told"),
    [
        ((NONE, BAD, NONE, BAD, NONE), ["r"]),
        ((NONE, BAD, NONE, BAD), []),
        ((BAD, NONE, BAD, NONE), []),
        ((NONE, BAD, HIDDEN, NONE), ["r"]),
        ((BAD, HIDDEN, NONE), []),
        ((NONE, BAD, HIDDEN), []),
    ],
)
def test_what_came_twice_is_told_once_and_what_is_hidden_did_not_go(
    place: Place, worlds: tuple[World, ...], told: list[str]
) -> None:
    with open_store(place) as store:
        for number, world in enumerate(worlds):
            keep(store, number, world)
        assert keys(store) == told


def test_of_a_tenant_that_had_not_been_read_nobody_knows_what_came(place: Place) -> None:
    with open_store(place) as store:
        keep(store, 0, BAD)
        keep(store, 1, NONE)
        assert keys(store, 0) == []
        assert store.came_and_went("another", 1) == ()


def test_what_came_and_went_is_told_also_where_its_words_are_forgotten(place: Place) -> None:
    with open_store(place) as store:
        for number, world in enumerate((NONE, BAD, NONE, NONE)):
            keep(store, number, world)
        store.prune(evidence_before=START + timedelta(weeks=9))
        (passed,) = store.came_and_went(TENANT, 1)
        assert passed.outcome.text == ""
