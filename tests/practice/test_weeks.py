"""The organisation from week to week: the same people and things, a truth for each week, and nothing that drifts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from test_truth import find

from connectors.practice.campaign.hostile import HOSTILE_TEXTS
from connectors.practice.campaign.repairs import can_be_mended
from connectors.practice.campaign.weeks import WEEKS
from connectors.practice.generator import generate
from connectors.practice.organisation import Organisation
from connectors.practice.planted import Planted
from connectors.practice.truth import truth

TODAY = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
SEEDS = (1, 2, 3, 4, 5)
LAST = max(WEEKS)
Mark = tuple[str, str, str, str]


def of(week: int, *, seed: int = 1, accounts: int = 25, hostile_names: bool = False) -> Organisation:
    return generate(accounts=accounts, seed=seed, today=TODAY, week=week, hostile_names=hostile_names)


def as_bytes(organisation: Organisation) -> bytes:
    return json.dumps(asdict(organisation), default=str).encode()


def marks(planted: list[Planted]) -> set[Mark]:
    return {(each.cloud, each.kind, each.address, each.object_id) for each in planted}


def kinds(planted: list[Planted]) -> Counter[str]:
    return Counter(each.kind for each in planted)


def test_week_0_is_the_organisation_as_it_is_made() -> None:
    assert as_bytes(of(0)) == as_bytes(generate(today=TODAY))
    assert not any(asdict(of(0).changes).values())


def test_a_week_before_week_0_is_refused() -> None:
    with pytest.raises(ValueError, match="no week -1"):
        of(-1)


@pytest.mark.parametrize("week", [3, LAST, LAST + 20])
def test_the_same_week_is_the_same_byte_for_byte(week: int) -> None:
    assert as_bytes(of(week)) == as_bytes(of(week))
    assert json.dumps(truth(of(week))) == json.dumps(truth(of(week)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_oracle_finds_in_every_week_exactly_what_its_truth_lists(seed: int) -> None:
    for week in (*range(LAST + 3), LAST + 10, LAST + 20):
        organisation = of(week, seed=seed, hostile_names=seed == 2)
        planted = marks(organisation.problems)
        assert len(planted) == len(organisation.problems)
        assert (week, set(find(organisation))) == (week, planted)
        ids = {each.object_id for each in organisation.problems}
        assert ids.isdisjoint({each.object_id for each in organisation.decoys})


def test_the_oracle_agrees_in_a_larger_organisation() -> None:
    for week in (5, 8, LAST):
        organisation = of(week, seed=6, accounts=300)
        assert set(find(organisation)) == marks(organisation.problems)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_changed_leads_from_one_week_to_the_next(seed: int) -> None:
    before = of(0, seed=seed)
    ever = marks(before.problems)
    for week in range(1, LAST + 3):
        now = of(week, seed=seed)
        names = dict(now.changes.renamed)

        def translated(marked: set[Mark], names: dict[str, str] = names) -> set[Mark]:
            return {(cloud, kind, names.get(address, address), key) for cloud, kind, address, key in marked}

        was, ever = translated(marks(before.problems)), translated(ever)
        appeared = marks(now.changes.opened) | marks(now.changes.came_back)
        assert (was - marks(now.changes.resolved)) | appeared == marks(now.problems)
        assert marks(now.changes.came_back) <= ever - was
        assert not marks(now.changes.opened) & ever
        before, ever = now, ever | marks(now.problems)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_story_is_told_with_every_seed(seed: int) -> None:
    changes = [of(week, seed=seed).changes for week in range(LAST + 2)]
    assert all(not marks([*each.opened, *each.came_back, *each.resolved]) for each in (changes[1], changes[LAST + 1]))
    assert {"admin-not-enrolled", "not-enrolled", "public-link"} <= set(kinds(changes[2].resolved))
    assert kinds(changes[3].opened) == {"mailbox-forwarding": 1, "hiding-rule": 1, "hiding-filter": 1}
    assert marks(changes[4].resolved) == marks(changes[3].opened)
    assert {"forwarding-filter", "hiding-filter"} <= set(kinds(changes[5].went_dark))
    hidden = [each.object_id for each in changes[5].went_dark]  # whose address may be another one since
    assert [each.object_id for each in changes[6].seen_again] == hidden
    assert kinds(changes[7].came_back) == {"mailbox-forwarding": 1}
    assert marks(changes[7].came_back) <= marks(changes[3].opened)
    assert kinds(changes[8].opened) == {"not-enrolled": 1, "not-registered": 1}
    assert (len(changes[8].joined), len(changes[9].left), kinds(changes[9].opened)) == (3, 1, {"risky-app": 1})
    assert kinds(changes[10].opened) == {"outside-delegate": 1, "mailbox-full-access": 1}
    assert len(changes[LAST].resolved) > 15


@pytest.mark.parametrize("seed", SEEDS)
def test_of_principals_and_administrators_nothing_is_left_that_can_be_mended(seed: int) -> None:
    organisation = of(LAST, seed=seed)
    mighty = {each.address for each in organisation.people if each.tier in {"principal", "administrator"}}
    left = [each for each in organisation.problems if each.address in mighty]
    assert [each for each in left if can_be_mended(each)] == []
    assert "delegation-event" in kinds(left)


def test_a_person_keeps_ids_and_dates_of_creation() -> None:
    def identities(organisation: Organisation) -> list[tuple[str, datetime]]:
        google, microsoft = organisation.google, organisation.microsoft
        return [(each.id, each.created) for each in (*google.accounts[:25], *microsoft.accounts[:25])]

    def kept(organisation: Organisation) -> object:
        google, microsoft = organisation.google, organisation.microsoft
        boxes = [each.mailbox.exchange_guid for each in microsoft.accounts[:25] if each.mailbox]
        files = [(file.id, file.modified) for each in google.accounts for file in each.files]
        return google.customer_id, google.admin, microsoft.tenant_id, google.units, boxes, files

    assert identities(of(LAST + 2)) == identities(of(0))
    assert kept(of(LAST + 2)) == kept(of(0))
    assert of(LAST + 2).today == TODAY + timedelta(weeks=LAST + 2)
    assert of(LAST + 2).began == TODAY


def test_whoever_works_goes_on_signing_in_and_whoever_does_not_grows_stale() -> None:
    def idle(week: int) -> dict[str, timedelta]:
        organisation = of(week)
        days = {each.id: each.last_login for each in organisation.google.accounts[:25]}
        days |= {each.id: each.last_sign_in for each in organisation.microsoft.accounts[:25]}
        return {key: organisation.today - last for key, last in days.items() if last}

    early, late = idle(1), idle(10)
    left = {each.id for each in of(10).google.accounts if each.suspended}
    left |= {each.id for each in of(10).microsoft.accounts if not each.enabled}
    assert {key for key in early if late[key] != early[key]} == stale(early) | left & early.keys()
    assert all(late[key] == early[key] + timedelta(weeks=9) for key in stale(early))


def stale(idle: dict[str, timedelta]) -> set[str]:
    return {key for key, since in idle.items() if since > timedelta(days=61)}


@pytest.mark.parametrize("seed", SEEDS)
def test_somebody_with_another_name_is_the_same_person_at_another_address(seed: int) -> None:
    before, now = of(5, seed=seed), of(6, seed=seed)
    ((old, new),) = now.changes.renamed
    for earlier, later in ((before.google, now.google), (before.microsoft, now.microsoft)):
        was = next(each for each in earlier.accounts if each.address == old)
        became = next(each for each in later.accounts if each.id == was.id)
        assert became.address == new
        assert became.display_name != was.display_name
    assert next(each for each in now.google.accounts if each.address == new).aliases == [old]
    assert [each.address for each in now.people].count(new) == 1
    told = json.dumps(asdict(now), default=str).replace(json.dumps([old]), "").replace(json.dumps([[old, new]]), "")
    assert f'"{old}"' not in told


def test_hostile_names_are_on_what_appears_and_stay_where_they_are() -> None:
    third, seventh = of(3, hostile_names=True), of(7, hostile_names=True)
    assert marks(third.problems) == marks(of(3).problems)
    intruder = next(each for each in third.changes.opened if each.kind == "hiding-filter")
    assert intruder.label in HOSTILE_TEXTS
    labels = {(each.kind, each.object_id): each.label for each in third.problems}
    again = {(each.kind, each.object_id): each.label for each in seventh.problems}
    assert {key for key in labels.keys() & again.keys() if labels[key] != again[key]} == set()
    newcomer = of(8, hostile_names=True).google.accounts[-1]
    assert newcomer.display_name in HOSTILE_TEXTS


@pytest.mark.parametrize("seed", SEEDS)
def test_the_log_tells_in_every_week_which_applications_people_have_let_in(seed: int) -> None:
    for week in (0, 1, 6, LAST, LAST + 1, LAST + 20):
        organisation = of(week, seed=seed)
        oldest, latest = organisation.today - timedelta(days=180), {}
        for entry in reversed(organisation.google.catalogue.activities):  # the newest comes first in the log
            event = entry["events"][0]
            if event["name"] in {"authorize", "revoke"} and datetime.fromisoformat(entry["id"]["time"]) > oldest:
                latest[entry["actor"]["email"], event["parameters"][0]["value"]] = event["name"]
        active = [account for account in organisation.google.accounts if not account.suspended]
        held = {(account.address, token["clientId"]) for account in active for token in account.security.tokens}
        gone = {account.address for account in organisation.google.accounts if account.suspended}
        let_in = {key for key, event in latest.items() if event == "authorize" and key[0] not in gone}
        assert (week, let_in) == (week, held)
