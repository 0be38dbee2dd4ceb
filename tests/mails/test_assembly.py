"""Mails of what the store remembers: what changed is what did since the mail before of the same kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from remembering import START, TENANT, World

from auditor.mails import Material, assemble, letters
from auditor.models import Health, Message, MessageKind
from auditor.standing import stand
from auditor.store import Store, open_store

BAD, GOOD = World({"ana": {"a": "bad"}}), World({"ana": {"a": "good"}})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "history.db") as opened:
        yield opened


def audit(store: Store, number: int, world: World) -> None:
    reading = world.reading(number, store.standing(TENANT))
    with store.auditing(
        audit_id=reading.audit, organisation="X", tenants=[TENANT], started=reading.finished, keep_report=True
    ) as record:
        standing = stand(record.before(TENANT), reading)
        assert standing
        record.keep(world.report(reading), {TENANT: standing})


def made(store: Store, week: int, kind: MessageKind = MessageKind.IT) -> tuple[Material, int | None]:
    now = START + timedelta(weeks=week, hours=1)
    return assemble(
        store, kind=kind, organisation="X", tenants={TENANT: "google_workspace"}, due=now, now=now, next_due=None,
        zone=ZoneInfo("UTC"), recipients=("it@x.example",), names="full", health=Health(),
    )  # fmt: skip


def send(store: Store, week: int, kind: MessageKind = MessageKind.IT) -> Message:
    material, newest = made(store, week, kind)
    (message,) = letters(material)
    assert store.outbox.put(message, audit=newest, now=material.now)
    return message


def test_the_first_mail_is_the_baseline_and_the_next_says_what_changed_since(store: Store) -> None:
    audit(store, 0, BAD)
    first = send(store, 0)
    assert "1 in the baseline." in first.text
    audit(store, 1, GOOD)
    audit(store, 2, GOOD)
    second = send(store, 2)
    assert (first.sequence, second.sequence) == (1, 2)
    assert "1 resolved." in second.text
    assert "Since 2026-01-05 00:00 UTC." in second.text
    audit(store, 3, BAD)
    assert "1 back again" in send(store, 3).text


def test_what_came_and_went_between_two_mails_is_told(store: Store) -> None:
    audit(store, 0, GOOD)
    send(store, 0)
    for number, world in enumerate((BAD, BAD, GOOD), 1):
        audit(store, number, world)
    text = " ".join(send(store, 3).text.split())
    assert "Nothing changed. 1 came and went in between." in text
    assert "Came and went over a is bad (seen from Monday 12 January to Monday 19 January)" in text
    audit(store, 4, GOOD)
    assert "ame and went" not in send(store, 4).text


def test_where_the_audit_of_the_mail_before_is_forgotten_nobody_says_what_changed(store: Store) -> None:
    audit(store, 0, BAD)
    send(store, 0)
    audit(store, 1, GOOD)
    audit(store, 2, GOOD)
    store.prune(before=START + timedelta(weeks=1, days=1))
    material, _ = made(store, 2)
    assert material.changes is None
    assert "What changed since the last mail cannot be said." in letters(material)[0].text


def test_every_kind_of_mail_has_its_own_before(store: Store) -> None:
    audit(store, 0, BAD)
    send(store, 0)
    audit(store, 1, GOOD)
    material, newest = made(store, 1, MessageKind.PRINCIPAL)
    assert (material.sequence, newest) == (1, 2)
    assert material.changes
    assert material.changes.counts.resolved == 0


def test_the_trend_comes_from_the_history(store: Store) -> None:
    for number, world in enumerate((BAD, GOOD, BAD)):
        audit(store, number, world)
    material, _ = made(store, 2)
    assert [week.findings for week in material.weeks[-3:]] == [1, 0, 1]


def test_without_any_audit_the_mail_says_that_nothing_is_known(store: Store) -> None:
    material, newest = made(store, 0)
    assert newest is None
    assert "no audit has been kept, so nothing is known." in " ".join(letters(material)[0].text.split())
