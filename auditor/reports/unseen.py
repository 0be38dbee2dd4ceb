"""What was not seen: gaps with the same cause put together, and how much of each kind was read in each tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auditor.errors import GapReason
from auditor.models import Coverage, Gap, Report
from auditor.reports.verdict import unexplained
from auditor.reports.words import REASONS, how_many

_MAIL = frozenset({"mail_rule", "mailbox_grant"})
LOCKED_OUT: Final = "sign_in"
"""Source of the gaps of a tenant that let nobody in."""
_NOT_SIGNED_IN: Final = "it could not be signed in to"


@dataclass(frozen=True, slots=True)
class Unseen:
    """Things of one tenant that stayed unread for the same reason and are mended by the same remedy."""

    tenant: str
    what: str
    """How many of what: ``24 mailboxes``."""
    kinds: tuple[str, ...]
    """Kinds of facts that are missing; empty when it is the whole tenant."""
    fields: tuple[str, ...]
    """The missing fields, when the facts are there otherwise."""
    labels: tuple[str, ...]
    """Names of what was not read; empty when nobody said."""
    reason: str
    """The rest of the sentence "not seen, because …"."""
    details: tuple[str, ...]
    remedy: str
    suspicious: bool = False
    """Whether it was read, and cannot be true: shown first, and in red."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How much of one kind was read in one tenant."""

    targets: int
    read: int
    not_applicable: int
    facts: int
    complete: bool


def unseen_groups(report: Report) -> tuple[Unseen, ...]:
    """Return what was not seen, by tenant, the largest groups first, whatever left no reason behind at the end."""
    alike: dict[tuple[str, str, str, tuple[str, ...]], list[Gap]] = defaultdict(list)
    for row in report.coverage:
        for gap in row.gaps:
            reason = _NOT_SIGNED_IN if gap.source == LOCKED_OUT else REASONS[gap.reason]
            alike[gap.tenant, reason, gap.remedy, gap.fields].append(gap)
    groups = [
        (tenant, -len({gap.target for gap in gaps}), reason, remedy, _group(gaps))
        for (tenant, reason, remedy, _), gaps in alike.items()
    ]
    groups.sort(key=lambda group: (not group[4].suspicious, *group[:4], group[4].fields))
    return tuple([group[4] for group in groups] + [_silent(row) for row in _rows(report) if unexplained(row)])


def coverage_table(report: Report) -> dict[tuple[str, str], Cell]:
    """Return how much was read, by kind and tenant, in the order of both."""
    rows: dict[tuple[str, str], list[Coverage]] = defaultdict(list)
    for row in _rows(report):
        rows[row.kind, row.tenant].append(row)
    return {pair: _cell(same) for pair, same in rows.items()}


def _rows(report: Report) -> list[Coverage]:
    return sorted(report.coverage, key=lambda row: (row.kind, row.tenant, row.targets, row.read))


def _cell(rows: Sequence[Coverage]) -> Cell:
    return Cell(
        targets=sum(row.targets for row in rows),
        read=sum(row.read for row in rows),
        not_applicable=sum(row.not_applicable for row in rows),
        facts=sum(row.facts for row in rows),
        complete=all(row.complete for row in rows),
    )


def _group(gaps: Sequence[Gap]) -> Unseen:
    targets = {gap.target: gap.label for gap in sorted(gaps, key=lambda gap: (gap.label, gap.target, gap.kind))}
    first = gaps[0]
    if first.source == LOCKED_OUT:
        return _locked_out(gaps)
    kinds = {gap.kind for gap in gaps}
    mailboxes = kinds <= _MAIL and all(gap.owner is not None for gap in gaps)
    noun = (
        ("mailbox", "mailboxes")
        if mailboxes
        else ("account", "accounts")
        if kinds == {"account"}
        else ("place", "places")
    )
    return Unseen(
        tenant=first.tenant,
        what=how_many(len(targets), *noun),
        kinds=tuple(sorted(kinds)),
        fields=first.fields,
        labels=tuple(targets.values()),
        reason=REASONS[first.reason],
        details=tuple(sorted({gap.detail for gap in gaps})),
        remedy=first.remedy,
        suspicious=first.reason is GapReason.SUSPICIOUS,
    )


def _locked_out(gaps: Sequence[Gap]) -> Unseen:
    """Return a tenant that let nobody in as one thing, for every kind is missing from the same cause."""
    return Unseen(
        tenant=gaps[0].tenant,
        what=f"the whole tenant {gaps[0].tenant}",
        kinds=(),
        fields=(),
        labels=(),
        reason=_NOT_SIGNED_IN,
        details=tuple(sorted({gap.detail for gap in gaps})),
        remedy=gaps[0].remedy,
    )


def _silent(row: Coverage) -> Unseen:
    """Return targets that vanished without a gap: a defect of ours, said aloud rather than passed over."""
    return Unseen(
        tenant=row.tenant,
        what=how_many(unexplained(row), "place"),
        kinds=(row.kind,),
        fields=(),
        labels=(),
        reason="nobody said why",
        details=(),
        remedy="Run the audit again; if this stays, report it as a defect of the auditor.",
    )
