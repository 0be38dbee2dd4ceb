"""News: what changed since the last audit, arranged for people. Text in it is not neutral yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auditor.models import Change, ChangeKind, Changes, TenantChanges
from auditor.reports.words import kind_words, moment_words

HEADINGS: Final = {
    ChangeKind.OPENED: "New",
    ChangeKind.CAME_BACK: "Back again",
    ChangeKind.WENT_DARK: "Seen last time, dark now",
    ChangeKind.UNVERIFIED: "Open last time, hidden now",
    ChangeKind.RESOLVED: "Resolved",
    ChangeKind.EXEMPTED: "Accepted",
}
"""What each kind of change is called, in the order in which people want to know."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of news."""

    mark: str
    """Severity of what is open; ``unseen`` for what is hidden, ``pass`` for what is well."""
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class News:
    """What changed, from the sentence that sums it up to the single lines."""

    since: tuple[str, ...]
    """With what it was compared, in sentences; tenant ids in them are the customer's own."""
    sentence: str
    groups: tuple[tuple[str, tuple[Item, ...]], ...]
    """Headings, each with its lines."""


def news(changes: Changes | None) -> News | None:
    """Arrange what changed; nothing where no history is kept."""
    if changes is None or not changes.tenants:
        return None
    by_kind: defaultdict[ChangeKind, list[Change]] = defaultdict(list)
    for change in changes.changes:
        by_kind[change.kind].append(change)
    groups = tuple((heading, _items(kind, by_kind[kind])) for kind, heading in HEADINGS.items() if by_kind[kind])
    return News(tuple(_since(changes.tenants)), _sentence(changes), groups)


def _since(tenants: Sequence[TenantChanges]) -> list[str]:
    """Return since when, for all tenants at once where that is the same."""
    compared = {each.since.tenant: each.since.finished for each in tenants}
    new = [tenant for tenant, finished in compared.items() if finished is None]
    sentences = []
    moments = sorted({finished for finished in compared.values() if finished is not None})
    for moment in moments:
        names = ", ".join(tenant for tenant, finished in compared.items() if finished == moment)
        whole = len(moments) == 1 and not new
        sentences.append(f"Since {moment_words(moment)}." if whole else f"{names}: since {moment_words(moment)}.")
    if new:
        names = "" if len(new) == len(compared) else f" of {', '.join(new)}"
        sentences.append(f"This is the first audit{names} in the history: what it found is the baseline, and not new.")
    return sentences


def _sentence(changes: Changes) -> str:
    """Return how much changed, and how much did not."""
    counts = changes.counts
    news = [
        (counts.opened, "new"),
        (counts.came_back, "back again"),
        (counts.went_dark, "went dark"),
        (counts.unverified, "hidden"),
        (counts.resolved, "resolved"),
        (counts.exempted, "accepted"),
    ]
    same = [
        (counts.still_open, "still open"),
        (counts.still_unverified, "still hidden"),
        (counts.baseline, "in the baseline"),
    ]
    told = ", ".join(f"{number:,} {what}" for number, what in news if number)
    if not told and any(each.since.finished for each in changes.tenants):
        told = "Nothing changed"
    rest = ", ".join(f"{number:,} {what}" for number, what in same if number)
    return "; ".join(filter(None, (told, rest))) + "." if told or rest else "Nothing is open."


def _items(kind: ChangeKind, changes: Sequence[Change]) -> tuple[Item, ...]:
    if kind is ChangeKind.WENT_DARK:
        return _dark(changes)
    hidden, well = kind is ChangeKind.UNVERIFIED, kind in {ChangeKind.RESOLVED, ChangeKind.EXEMPTED}
    return tuple(
        Item(
            "unseen" if hidden else "pass" if well else change.severity.value,
            change.message or f"{kind_words(change.fact.kind)}: {change.fact.label}",
            change.reason,
        )
        for change in changes
    )


def _dark(changes: Sequence[Change]) -> tuple[Item, ...]:
    """Return what went dark, one line for all policies that miss the same."""
    alike: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)
    for change in changes:
        owner = change.fact.owner
        whose = (owner.name or owner.address) if owner else change.fact.label
        alike[change.tenant, change.fact.kind, whose, change.reason] += 1
    return tuple(
        Item("unseen", f"{kind_words(kind)} of {whose}{f' ({number:,} judgements)' if number > 1 else ''}", reason)
        for (_, kind, whose, reason), number in alike.items()
    )
