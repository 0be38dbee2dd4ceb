"""Three-valued logic in which an unknown carries the names of what would decide it.

A truth is ``True``, ``False``, or the set of the inputs that were not collected and on which it depends. The set is
never empty, and disappears as soon as the answer no longer depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

Missing: TypeAlias = frozenset[str]
"""Names of inputs, in words for a person."""

Truth: TypeAlias = bool | Missing
"""Known to hold, known not to hold, or the inputs that would tell."""

Values: TypeAlias = frozenset[str]

NOTHING_MISSING: Missing = frozenset()


def missing(name: str) -> Missing:
    """Return the truth that depends on one input that was not collected."""
    return frozenset({name})


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return whether at least one of ``truths`` holds."""
    needed = NOTHING_MISSING
    for truth in truths:
        if truth is True:
            return True
        if isinstance(truth, frozenset):
            needed |= truth
    return needed or False


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return whether all of ``truths`` hold."""
    return negated(any_of(negated(truth) for truth in truths))


def negated(truth: Truth) -> Truth:
    """Return whether ``truth`` does not hold."""
    return truth if isinstance(truth, frozenset) else not truth


class Span(NamedTuple):
    """A set of which some members are uncertain: ``sure`` lies within ``possible``, and ``missing`` would decide."""

    sure: Values
    possible: Values
    missing: Missing = NOTHING_MISSING

    def with_also(self, other: Span) -> Span:
        """Return what lies in this span or in the other."""
        return Span(self.sure | other.sure, self.possible | other.possible, self.missing | other.missing)

    def without(self, other: Span) -> Span:
        """Return what lies in this span and not in the other."""
        return Span(self.sure - other.possible, self.possible - other.sure, self.missing | other.missing)


def exactly(values: Iterable[str]) -> Span:
    """Return the span with nothing uncertain."""
    known = frozenset(values)
    return Span(known, known)


def perhaps(values: Iterable[str], name: str) -> Span:
    """Return the span of which every member depends on one input that was not collected."""
    return Span(frozenset(), frozenset(values), missing(name))
