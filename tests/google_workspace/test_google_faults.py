"""Every fault of the practice server, rarely and always, around batches and inside them: facts or gaps only."""

from __future__ import annotations

from functools import cache

import pytest
from google_reading import Reading, organisation, practice, read

from auditor.errors import GapReason
from connectors.practice.faults import BREAKS_CONNECTION, KINDS, Fault, Kind

ANYWHERE_BUT_SIGN_IN = "^(?!/token)"
SILENT = {"latency", "foreign_link"}
"""Faults that Google's listings cannot show: slowness, and links, which Google does not give."""
CASES = [
    (kind, rate, inner) for kind in KINDS for rate in (0.05, 1.0) for inner in (False, True)
    if not (inner and kind in BREAKS_CONNECTION)
]  # fmt: skip


@cache
def everything() -> Reading:
    """Return what is read when nothing fails."""
    with practice() as server:
        return read(server)


@pytest.mark.parametrize(("kind", "rate", "inner"), CASES)
def test_whatever_fails_every_target_is_accounted_for(kind: Kind, rate: float, *, inner: bool) -> None:
    fault = Fault(kind, rate=rate, inner=inner, path="" if inner else ANYWHERE_BUT_SIGN_IN, seconds=0.0)
    with practice(fault) as server:
        found = read(server)
        struck = server.faults.struck()[fault]
    for row in found.rows.values():
        lost = {(gap.source, gap.target) for gap in row.gaps if not gap.fields}
        assert row.targets == row.read + row.not_applicable + len(lost)
        assert all(gap.remedy and gap.detail for gap in row.gaps)
    if found.rows["account"].complete:
        people = len(organisation().google.accounts)
        assert {found.rows[kind].targets for kind in ("mailbox", "mailbox_grant")} == {people}
    if rate == 1.0 and kind not in SILENT and not (inner and kind in {"repeated_link", "redirect", "empty"}):
        assert struck
    if kind != "empty":  # an empty answer to the question for filters may be true, so that nothing can be missed there
        for complete in set(found.rows) - found.incomplete:
            if not found.incomplete & {"account", "domain", "tenant", "settings"}:
                assert set(found.of(complete)) == set(everything().of(complete))
    if kind in SILENT:
        assert found.gaps == []


@pytest.mark.parametrize("kind", sorted(set(KINDS) - SILENT - {"empty", "repeated_link", "malformed"}))
def test_a_fault_that_never_ends_leaves_nothing_that_looks_complete(kind: Kind) -> None:
    with practice(Fault(kind, path=ANYWHERE_BUT_SIGN_IN, seconds=0.0)) as server:
        found = read(server)
    assert found.facts == []
    assert found.incomplete == set(found.rows)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("rate_limited", GapReason.THROTTLED),
        ("quota", GapReason.THROTTLED),
        ("server_error", GapReason.UNREACHABLE),
        ("denied", GapReason.DENIED),
        ("unauthorized", GapReason.DENIED),
        ("malformed", GapReason.MALFORMED),
        ("redirect", GapReason.MALFORMED),
        ("repeated_link", GapReason.PARTIAL),
    ],
)
def test_a_fault_inside_a_batch_is_named_for_what_it_is(kind: Kind, reason: GapReason) -> None:
    with practice(
        Fault(kind, inner=True, path="drive/v3/files", seconds=0.0, variant="html" if kind == "malformed" else "")
    ) as server:
        found = read(server)
    assert found.incomplete == {"shared_item"}
    assert found.reasons == {reason}


@pytest.mark.parametrize("kind", ["reset", "cut", "server_error", "rate_limited", "quota", "unauthorized"])
@pytest.mark.parametrize("inner", [False, True])
def test_a_fault_that_passes_is_as_if_nothing_had_happened(kind: Kind, *, inner: bool) -> None:
    if inner and kind in BREAKS_CONNECTION:
        pytest.skip("a part of a batch has no connection to break")
    with practice(Fault(kind, times=1, inner=inner, path=ANYWHERE_BUT_SIGN_IN, seconds=0.0)) as server:
        found = read(server)
    assert found.gaps == []
    assert set(found.facts) == set(everything().facts)


@pytest.mark.parametrize("kind", ["reset", "server_error", "rate_limited", "malformed"])
def test_a_sign_in_that_fails_once_is_tried_again_or_costs_one_scope(kind: Kind) -> None:
    with practice(
        Fault(kind, times=1, host="oauth2.googleapis.com", path="token", seconds=0.0, variant="content_type")
    ) as server:
        assert read(server, only="nothing").gaps == []
