"""Exemptions through time: what is accepted is told once, and told again when it returns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from remembering import POLICY, START, TENANT, World

from auditor.changes import compare
from auditor.exemptions import apply
from auditor.models import ChangeKind, Changes, Exemption, Standing, State
from auditor.standing import stand

BAD = World({"ana": {"r1": "bad"}})


def accepted(first: int, last: int) -> Exemption:
    """Return an exemption of the rule from the day of one audit to the day before another; they are a week apart."""
    day = START.date()
    return Exemption(
        policy=POLICY, tenant=TENANT, key="r1", reason="for now", owner="Ben", granted_by="Ana",
        granted=day + timedelta(weeks=first), expires=day + timedelta(weeks=last, days=-1),
    )  # fmt: skip


def audits(exemption: Exemption, *worlds: World) -> list[tuple[Standing, Changes]]:
    before: Standing | None = None
    done = []
    for number, world in enumerate(worlds):
        reading = world.reading(number, before)
        today: date = reading.finished.date()
        results, _ = apply(reading.results, [exemption], tiers={}, today=today, days=180)
        now = stand(before, replace(reading, results=results))
        assert now
        done.append((now, compare([(before, now)])))
        before = now
    return done


def news(*worlds: World, exemption: Exemption) -> list[list[ChangeKind]]:
    return [[change.kind for change in changes.changes] for _, changes in audits(exemption, *worlds)]


def test_what_is_accepted_is_told_once_and_its_return_too() -> None:
    told = news(BAD, BAD, BAD, BAD, BAD, exemption=accepted(1, 3))
    assert told == [[], [ChangeKind.EXEMPTED], [], [ChangeKind.CAME_BACK], []]


def test_what_is_accepted_from_the_first_is_neither_news_nor_open() -> None:
    (standing, changes), *_ = audits(accepted(0, 9), BAD)
    assert [outcome.state for outcome in standing.outcomes.values()] == [State.EXEMPT]
    assert (changes.changes, changes.counts.baseline) == ((), 0)


def test_what_is_accepted_and_cannot_be_seen_stays_accepted() -> None:
    dark = replace(BAD, dark=frozenset({"ana"}))
    told = news(BAD, BAD, dark, BAD, exemption=accepted(1, 9))
    assert [kinds for kinds in told if ChangeKind.RESOLVED in kinds or ChangeKind.CAME_BACK in kinds] == []
