"""What is kept comes back as it was, in both databases."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keeping import keep
from remembering import START, TENANT, World
from sqlalchemy import create_engine, text
from worlds import WORLDS

from auditor.changes import compare
from auditor.errors import AuditRunningError, StoreError
from auditor.models import ChangeKind, Standing
from auditor.store import open_store

Place = Path | str
BAD = World({"ana": {"r1": "bad", "r2": "good"}, "ben": {}})


def test_what_stands_after_an_audit_comes_back_as_it_was(place: Place) -> None:
    with open_store(place) as store:
        for number, world in enumerate((BAD, World({"ana": {"r1": "bad"}}, dark={"ana"}), World({"ana": {}}), BAD)):
            _, now = keep(store, number, world)
            assert store.standing(TENANT) == now
        assert store.check() == ()


def test_what_stood_after_an_earlier_audit_can_be_asked(place: Place) -> None:
    with open_store(place) as store:
        stood = [keep(store, number, world)[1] for number, world in enumerate((BAD, World({"ana": {}}), BAD))]
        assert [store.standing(TENANT, number) for number in (0, 1, 2, 3, 9)] == [None, *stood, stood[-1]]


def test_a_history_is_still_there_after_it_was_closed(place: Place) -> None:
    with open_store(place) as store:
        _, now = keep(store, 0, BAD)
    with open_store(place) as store:
        assert store.standing(TENANT) == now
        assert [audit.id for audit in store.audits()] == ["audit-0"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds=st.lists(WORLDS, min_size=1, max_size=6))
def test_every_sequence_of_audits_comes_back_as_it_was(worlds: Sequence[World]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "history.db") as store:
        stood: list[Standing | None] = []
        for number, world in enumerate(worlds):
            stood.append(keep(store, number, world)[1])
            assert store.standing(TENANT) == stood[-1]
        assert [store.standing(TENANT, number + 1) for number in range(len(worlds))] == stood
        assert store.check() == ()


def test_an_audit_that_changes_nothing_adds_a_handful_of_rows(place: Place) -> None:
    with open_store(place) as store:
        keep(store, 0, BAD)
        before = list(store.export())
        keep(store, 1, BAD)
        added = [row["table"] for row in list(store.export()) if row not in before]
    assert sorted(added) == ["audits", "coverage", "coverage", "summaries"]


def test_an_audit_is_summarised_for_trends(place: Place) -> None:
    with open_store(place) as store:
        keep(store, 0, BAD)
        keep(store, 1, World({"ana": {"r1": "bad", "r3": "bad"}, "ben": {}}, dark={"ben"}))
        (first, second) = store.audits()
    assert (first.state, first.asked, first.exit_code) == ("whole", (TENANT,), 1)
    (tenant,) = second.tenants
    assert (tenant.accounts, sum(tenant.findings.values()), tenant.unknown, tenant.gaps) == (2, 2, 1, 1)
    assert (tenant.counts.opened, tenant.counts.still_open, tenant.counts.went_dark) == (1, 1, 1)


def test_a_rename_changes_the_name_of_what_is_kept_and_nothing_else(place: Place) -> None:
    with open_store(place) as store:
        keep(store, 0, World({"ana": {"r1": "bad"}}, label="Old"))
        keep(store, 1, World({"ana": {"r1": "bad"}}, label="New"))
        rows = list(store.export())
    assert [row["label"] for row in rows if row["table"] == "facts" and row["kind"] == "mail_rule"] == ["New"]
    assert len([row for row in rows if row["table"] == "outcomes"]) == 1


@pytest.mark.parametrize("label", ["nul\x00", "lone \ud800 surrogate", "back\\slash \\0000", "x" * 10_000, "\u202efdp"])
def test_hostile_names_come_back_as_they_were(place: Place, label: str) -> None:
    world = World({"ana": {"r1": "bad"}}, label=label)
    with open_store(place) as store:
        _, now = keep(store, 0, world)
        assert store.standing(TENANT) == now


def test_an_audit_that_is_not_kept_is_interrupted_and_compared_with_nothing(place: Place) -> None:
    with open_store(place) as store:
        _, stood = keep(store, 0, BAD)
        with store.auditing(audit_id="b", organisation="X", tenants=[TENANT], started=START):
            pass
        with store.auditing(audit_id="c", organisation="X", tenants=[TENANT], started=START) as record:
            reading = World({"ana": {}}).reading(1, stood)
            record.keep(World({"ana": {}}).report(reading), {})
        assert [audit.state for audit in store.audits()] == ["whole", "interrupted", "interrupted"]
        assert store.standing(TENANT) == stood
        report, _ = keep(store, 3, World({"ana": {}}))
    assert report.changes
    assert [change.kind for change in report.changes.changes] == [ChangeKind.RESOLVED]


def test_a_second_audit_of_a_tenant_is_told_who_runs(place: Place) -> None:
    with open_store(place) as one, open_store(place) as other:
        begun = one.auditing(audit_id="a", organisation="X", tenants=[TENANT], started=START)
        with begun, pytest.raises(AuditRunningError) as caught:
            other.auditing(audit_id="b", organisation="X", tenants=[TENANT, "z"], started=START).__enter__()
        assert caught.value.exit_code == 75
        assert f"Another audit of '{TENANT}' is running: auditor " in caught.value.message
        assert ", since 20" in caught.value.message
        keep(other, 1, BAD)


def test_a_second_audit_can_wait_for_the_first(place: Place) -> None:
    with open_store(place) as one, open_store(place) as other:
        first = one.auditing(audit_id="a", organisation="X", tenants=[TENANT], started=START)
        first.__enter__()
        told: list[str] = []

        def wait(error: AuditRunningError) -> None:
            told.append(error.message)
            first.__exit__(None, None, None)

        with other.auditing(audit_id="b", organisation="X", tenants=[TENANT], started=START, wait=wait):
            assert len(told) == 1
        assert [audit.state for audit in other.audits()] == ["interrupted", "interrupted"]


def test_audits_of_different_tenants_run_at_the_same_time(place: Place) -> None:
    with open_store(place) as one, open_store(place) as other:
        first = one.auditing(audit_id="a", organisation="X", tenants=["a"], started=START)
        second = other.auditing(audit_id="b", organisation="X", tenants=["b"], started=START)
        with first, second:
            assert [audit.state for audit in one.audits()] == ["running", "running"]


def test_nothing_is_forgotten_or_migrated_while_an_audit_runs(place: Place) -> None:
    with (
        open_store(place) as one,
        open_store(place) as other,
        one.auditing(audit_id="a", organisation="X", tenants=[TENANT], started=START),
    ):
        for upkeep in (other.migrate, other.prune):
            with pytest.raises(AuditRunningError, match="The history is in use"):
                upkeep()


def test_what_is_old_and_over_is_forgotten_and_what_stands_is_not(place: Place) -> None:
    worlds = [
        BAD,
        World({"ana": {"r2": "bad"}}, dark={"ben"}),
        World({"ana": {"r2": "bad"}}),
        World({"ana": {"r2": "bad"}}),
    ]
    with open_store(place) as store:
        for number, world in enumerate(worlds):
            _, now = keep(store, number, world)
        assert now
        pruned = store.prune(before=START + timedelta(weeks=3))
        assert (pruned.audits, pruned.evidence) == (3, 1)
        assert [audit.id for audit in store.audits()] == ["audit-3"]
        left = store.standing(TENANT)
        assert left
        assert (left.outcomes, left.accounts, left.verdicts) == (now.outcomes, now.accounts, now.verdicts)
        assert left.past == now.past != frozenset()
        assert store.check() == ()
        report, _ = keep(store, 4, World({"ana": {}}))
        assert report.changes
        assert [change.kind for change in report.changes.changes] == [ChangeKind.RESOLVED]


def test_what_was_resolved_before_the_oldest_audit_that_is_left_comes_back(place: Place) -> None:
    good = World({"ana": {}, "ben": {}})
    with open_store(place) as store:
        for number, world in enumerate((BAD, good, good, good, good)):
            keep(store, number, world)
            store.prune(before=START + timedelta(weeks=number))
        assert len(store.audits()) == 1
        assert not any(row["table"] in {"outcomes", "evidence"} for row in store.export())
        report, _ = keep(store, 5, BAD)
        assert report.changes
        assert [change.kind for change in report.changes.changes] == [ChangeKind.CAME_BACK]
        assert store.check() == ()


def test_the_last_audit_is_never_forgotten(place: Place) -> None:
    with open_store(place) as store:
        _, now = keep(store, 0, BAD)
        assert store.prune(before=START + timedelta(days=9999)).audits == 0
        assert store.standing(TENANT) == now


def test_evidence_can_be_forgotten_before_the_finding(place: Place) -> None:
    with open_store(place) as store:
        keep(store, 0, BAD)
        keep(store, 1, World({"ana": {"r9": "bad"}}))
        keep(store, 2, World({"ana": {"r9": "bad"}}))
        assert store.prune(evidence_before=START + timedelta(weeks=2)).evidence == 1
        before = store.standing(TENANT, 1)
        assert before
        assert [outcome.text for outcome in before.outcomes.values()] == [""]
        now = store.standing(TENANT)
        assert now
        assert [outcome.text for outcome in now.outcomes.values()] == ["r9 is bad"]


def test_two_audits_of_the_past_can_be_compared(place: Place) -> None:
    with open_store(place) as store:
        for number, world in enumerate((BAD, World({"ana": {}}), BAD)):
            keep(store, number, world)
        stood = [store.standing(TENANT, number) for number in (1, 2, 3)]

    def kinds(before: int, after: int) -> list[ChangeKind]:
        now = stood[after]
        assert now
        return [change.kind for change in compare([(stood[before], now)]).changes]

    assert [kinds(0, 1), kinds(1, 2), kinds(0, 2)] == [[ChangeKind.RESOLVED], [ChangeKind.CAME_BACK], []]


def test_another_program_s_database_is_left_alone(new_database: Callable[[], str]) -> None:
    address = new_database()
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE donors (name text)"))
    engine.dispose()
    with pytest.raises(StoreError, match="it holds other tables"):
        open_store(address)
