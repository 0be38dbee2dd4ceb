"""What changed, in lines for the mail to IT: what is said of several is said once, with a number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from auditor.mails.cards import more_words
from auditor.mails.condition import Line
from auditor.mails.incidents import SENTENCE
from auditor.mails.plain import NAME, told
from auditor.models import Change, ChangeKind
from auditor.reports.news import HEADINGS
from auditor.reports.words import how_many, kind_words, listed

Group = tuple[str, tuple[Line, ...], str]
"""A heading, its lines, and how many more there are."""

_HIDDEN: Final = frozenset({ChangeKind.WENT_DARK, ChangeKind.UNVERIFIED})
_WELL: Final = frozenset({ChangeKind.RESOLVED, ChangeKind.EXEMPTED})
_NAMED, _KINDS = 3, 4


def groups(changes: Iterable[Change], most: int) -> tuple[Group, ...]:
    """Return what changed by kind, with at most ``most`` lines each; ``changes`` are discreet already."""
    by_kind: defaultdict[ChangeKind, list[Change]] = defaultdict(list)
    for change in changes:
        by_kind[change.kind].append(change)
    return tuple(
        group(heading, _lines(kind, by_kind[kind]), most) for kind, heading in HEADINGS.items() if by_kind[kind]
    )


def group(heading: str, lines: Iterable[Line], most: int) -> Group:
    """Return a group of at most ``most`` lines, of which equal ones are one."""
    counted = Counter(lines)
    shown = [
        line if number == 1 else Line(line.mark, f"{line.text} ({how_many(number, 'finding')})", line.beside)
        for line, number in counted.items()
    ]
    return heading, tuple(shown[:most]), more_words(len(shown) - most, "of the same kind", "of the same kind")


def _lines(kind: ChangeKind, changes: Sequence[Change]) -> Iterator[Line]:
    if kind in _HIDDEN:
        yield from _hidden(changes)
        return
    for each in changes:
        yield Line("pass" if kind in _WELL else each.severity.value, message(each), told(each.reason).rstrip("."))


def message(change: Change) -> str:
    """Return what was found; where its words are forgotten, about what."""
    return told(change.message or f"{kind_words(change.fact.kind)}: {change.fact.label}")


def _hidden(changes: Sequence[Change]) -> Iterator[Line]:
    """Yield what cannot be seen any more: whoever is to be called for themselves, the others by reason."""
    alike: defaultdict[tuple[str, str], list[Change]] = defaultdict(list)
    for each in changes:
        if each.message.endswith(SENTENCE):
            yield Line("unseen", told(each.message))
        else:
            alike[each.tenant, each.reason].append(each)
    for (_, reason), some in alike.items():
        yield Line("unseen", _about(some), told(reason).rstrip("."))


def _about(changes: Sequence[Change]) -> str:
    """Return what cannot be seen of whom for one reason: one finding by its words, several by their number."""
    findings = sum(bool(each.message) for each in changes)
    if findings == len(changes) == 1:
        return message(changes[0])
    people = list(dict.fromkeys(told(_whose(each), NAME) for each in changes))
    noun = "finding" if findings else "judgement"
    number = f" ({how_many(len(changes), noun)})" if len(changes) > 1 else ""
    kinds = sorted({told(kind_words(each.fact.kind), NAME) for each in changes})
    return f"{listed(kinds, _KINDS)} of {listed(people, _NAMED)}{number}"


def _whose(change: Change) -> str:
    owner = change.fact.owner
    return (owner.name or owner.address) if owner else change.fact.label
