"""What cannot be true beside the audit before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.errors import GapReason
from auditor.models import Coverage, Gap, Standing
from auditor.suspicion import suspicions

LAST = datetime(2026, 1, 5, tzinfo=UTC)


def told(
    facts: dict[str, int], was: dict[str, int], *, vendor: str = "C1", now: datetime = LAST + timedelta(weeks=1)
) -> list[Gap]:
    before = Standing(tenant="t", audit="a", finished=LAST, vendor_id="C1", facts=was)
    rows = [Coverage(tenant="t", kind=kind, targets=1, read=1, facts=number) for kind, number in facts.items()]
    return list(suspicions(before, tenant="t", vendor_id=vendor, coverage=rows, now=now))


@pytest.mark.parametrize(
    ("kind", "was", "now"),
    [
        ("account", 41, 0),
        ("account", 1, 0),
        ("account", 41, 20),
        ("domain", 2, 0),
        ("mail_rule", 20, 0),
        ("shared_item", 900, 0),
    ],
)
def test_a_listing_that_came_back_empty_or_much_smaller_is_a_gap(kind: str, was: int, now: int) -> None:
    (gap,) = told({kind: now}, {kind: was})
    assert (gap.kind, gap.reason, gap.owner, gap.fields) == (kind, GapReason.SUSPICIOUS, None, ())
    assert f"{was} facts" in gap.detail
    assert f"holds {now}." in gap.detail
    assert "run the audit again" in gap.remedy


@pytest.mark.parametrize(
    ("kind", "was", "now"),
    [
        ("account", 41, 21),
        ("account", 4, 2),
        ("account", 0, 0),
        ("account", 10, 500),
        ("mail_rule", 19, 0),
        ("shared_item", 900, 1),
        ("new", 0, 0),
    ],
)
def test_what_people_may_well_have_done_is_not_suspicious(kind: str, was: int, now: int) -> None:
    assert told({kind: now}, {kind: was}) == []


def test_a_listing_that_is_a_gap_already_is_not_told_twice() -> None:
    before = Standing(tenant="t", audit="a", finished=LAST, vendor_id="C1", facts={"account": 41})
    row = Coverage(tenant="t", kind="account", targets=2, read=1, facts=0)
    assert list(suspicions(before, tenant="t", vendor_id="C1", coverage=[row], now=LAST)) == []


def test_another_tenant_behind_the_same_name_is_a_gap() -> None:
    (gap,) = told({}, {}, vendor="C2")
    assert (gap.kind, gap.detail) == ("tenant", "Behind 't' was the tenant C1, and now it is C2.")


@pytest.mark.parametrize("now", [LAST - timedelta(days=1), LAST + timedelta(days=500)])
def test_a_clock_that_jumped_is_a_gap(now: datetime) -> None:
    (gap,) = told({}, {}, now=now)
    assert "2026-01-05 00:00 UTC" in gap.detail


def test_the_first_audit_is_compared_with_nothing() -> None:
    assert list(suspicions(None, tenant="t", vendor_id="C1", coverage=[], now=LAST)) == []
