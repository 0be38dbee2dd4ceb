"""The newest report of every tenant is kept with its audit."""

from __future__ import annotations

import zlib
from pathlib import Path

from remembering import START, World
from sqlalchemy import create_engine, text

from auditor.models import Report, TenantReference
from auditor.standing import stand
from auditor.store import Store, open_store

Place = Path | str


def audit(store: Store, number: int, *tenants: str, keep_report: bool = True) -> Report:
    """Keep an audit of some tenants, and return its report."""
    world = World({"ana": {"r": "bad"}})
    reading = world.reading(number, None)
    standing = stand(None, reading)
    assert standing
    references = tuple(TenantReference(id=each, label=each, connector="x") for each in tenants)
    report = world.report(reading).model_copy(update={"tenants": references})
    with store.auditing(
        audit_id=reading.audit, organisation="X", tenants=tenants, started=START, keep_report=keep_report
    ) as record:
        record.keep(report, dict.fromkeys(tenants, standing))
        assert record.failure is None, record.failure
    return report


def test_the_newest_report_is_kept_with_its_audit(place: Place) -> None:
    with open_store(place) as store:
        audit(store, 0, "a", "b")
        newest = audit(store, 1, "a", "b")
        assert [(kept.number, kept.report) for kept in store.reports()] == [(2, newest)]


def test_an_older_report_is_kept_while_it_alone_tells_of_a_tenant(place: Place) -> None:
    with open_store(place) as store:
        both, alone = audit(store, 0, "a", "b"), audit(store, 1, "b")
        assert [kept.report for kept in store.reports()] == [both, alone]
        last = audit(store, 2, "a", "b")
        assert [kept.report for kept in store.reports()] == [last]


def test_no_report_is_kept_or_left_where_none_is_wanted(place: Place) -> None:
    with open_store(place) as store:
        audit(store, 0, "a")
        audit(store, 1, "a", keep_report=False)
        assert store.reports() == ()


def test_an_audit_that_was_interrupted_leaves_the_report_of_the_one_before(place: Place) -> None:
    with open_store(place) as store:
        whole = audit(store, 0, "a")
        with store.auditing(audit_id="b", organisation="X", tenants=["a"], started=START, keep_report=True) as record:
            record.keep(whole.model_copy(update={"organisation": "cut short"}), {})
        assert [kept.report for kept in store.reports()] == [whole]


def test_a_report_that_this_version_cannot_read_counts_as_none(tmp_path: Path) -> None:
    place = tmp_path / "history.db"
    with open_store(place) as store:
        audit(store, 0, "a")
        audit(store, 1, "b")
    engine = create_engine(f"sqlite:///{place}")
    with engine.begin() as connection:
        document = connection.execute(text("SELECT document FROM reports WHERE audit = 2")).scalar()
        older = zlib.compress(zlib.decompress(document).replace(b'"organisation"', b'"organization"', 1))
        connection.execute(text("UPDATE reports SET document = :new WHERE audit = 2"), {"new": older})
    engine.dispose()
    with open_store(place) as store:
        assert [kept.number for kept in store.reports()] == [1]
