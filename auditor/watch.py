"""The watch: whether facts about which something stood in an earlier audit turn up again, and whom they concern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.facts import Fact


class Watch:
    """Keys of facts to look out for, by kind, and what became of those that turned up. Facts are not kept."""

    def __init__(self, keys: Mapping[str, set[str]]) -> None:
        self._keys = keys
        self.seen: dict[tuple[str, str], frozenset[str]] = {}
        """By kind and key, the policies that are certain not to concern the fact."""

    def among(self, kind: str, facts: Iterable[Fact]) -> Iterator[Fact]:
        """Yield those of ``facts``, all of one kind, that are looked out for."""
        keys = self._keys.get(kind)
        return (fact for fact in facts if fact.key in keys) if keys else iter(())

    def note(self, kind: str, fact: Fact, unconcerned: Iterable[str]) -> None:
        """Take note of a fact that turned up, and of the policies that do not concern it."""
        self.seen[kind, fact.key] = frozenset(unconcerned)
