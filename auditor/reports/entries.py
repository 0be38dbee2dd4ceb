"""Who must do what: findings put together into tasks, and tasks that many people share into one entry.

Nine volunteers without a second factor are one entry with nine names, so that the page stays short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from auditor.models import Finding, Person, Severity
from auditor.reports.verdict import IMPORTANT
from auditor.reports.words import tier_rank

_SAME_WORDS: Final = 3
"""So many people make one entry when the same is said of each but for the name."""
_SAME_POLICY: Final = 6
"""So many when only the policy and the fix are the same."""
_SHORTEST_NAME: Final = 3
_NAME: Final = "…"


@dataclass(frozen=True, slots=True)
class Task:
    """Findings of one policy in one tenant that the same clicks mend."""

    policy: str
    title: str
    severity: Severity
    tenant: str
    fix: str
    urgent: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One person with tasks, or several people of one tier with a task that they share."""

    people: tuple[Person, ...]
    tasks: tuple[Task, ...]
    shared: str | None = None
    """What is said of each of several people, when it is the same; ``…`` stands for the name."""

    @property
    def worst(self) -> Severity:
        """Severity of the worst task."""
        return max((task.severity for task in self.tasks), key=lambda severity: severity.rank)


_Members: TypeAlias = list[tuple[Person, Task]]


def tasks(findings: Iterable[Finding], titles: Mapping[str, str]) -> tuple[Task, ...]:
    """Put findings together into tasks, urgent ones first, then the worst; ``titles`` are those of the policies."""
    alike: dict[tuple[str, str, str, str | None], list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.policy, finding.tenant, finding.fix, finding.urgent].append(finding)
    found = []
    for (policy, tenant, fix, urgent), members in alike.items():
        ordered = tuple(sorted(members, key=lambda f: (-f.severity.rank, f.message, f.fact.key)))
        found.append(Task(policy, titles.get(policy, policy), ordered[0].severity, tenant, fix, urgent, ordered))
    return tuple(sorted(found, key=lambda t: (t.urgent is None, -t.severity.rank, t.policy, t.tenant, t.fix)))


def entries(people: Iterable[tuple[Person, Sequence[Task]]]) -> tuple[Entry, ...]:
    """Return the entries in order: principals, administrators, then by the worst task.

    Principals and administrators never share an entry, and nor does anything urgent: those are people to talk to.
    """
    sharing: dict[tuple[object, ...], _Members] = defaultdict(list)
    every = list(people)
    for person, mine in every:
        for task in mine:
            if person.tier not in IMPORTANT and task.urgent is None:
                sharing[person.tier, task.policy, task.tenant, task.fix, task.severity].append((person, task))
    groups = [group for members in sharing.values() for group in _groups(members)]
    moved = {(person.address, task.findings[0].fingerprint) for _, members in groups for person, task in members}
    found = [_entry(shared, members) for shared, members in groups]
    for person, mine in every:
        left = tuple(task for task in mine if (person.address, task.findings[0].fingerprint) not in moved)
        found.extend([Entry((person,), left)] if left else [])
    return tuple(sorted(found, key=_place))


def _groups(members: _Members) -> Iterator[tuple[str | None, _Members]]:
    """Yield the groups worth one entry among people of one tier with the same task, with the words they share."""
    by_words: dict[str | None, _Members] = defaultdict(list)
    for person, task in members:
        words = _without_names(task.findings[0], person) if len(task.findings) == 1 else None
        by_words[words].append((person, task))
    rest: _Members = []
    for words, alike in by_words.items():
        if words is not None and len(alike) >= _SAME_WORDS:
            yield words, alike
        else:
            rest.extend(alike)
    if len(rest) >= _SAME_POLICY:
        yield None, rest


def _entry(shared: str | None, members: _Members) -> Entry:
    """Return one entry for people who share a task."""
    members = sorted(members, key=lambda member: (member[0].name.casefold(), member[0].address))
    first = members[0][1]
    found = tuple(finding for _, task in members for finding in task.findings)
    task = Task(first.policy, first.title, first.severity, first.tenant, first.fix, None, found)
    return Entry(tuple(person for person, _ in members), (task,), shared)


def _without_names(finding: Finding, person: Person) -> str:
    """Return the message with every name of the person and of the fact replaced by one sign."""
    owner = finding.fact.owner
    names = {person.name, person.address, finding.fact.label} | ({owner.name, owner.address} if owner else set())
    words = finding.message
    for name in sorted(names, key=lambda name: (-len(name), name)):
        if len(name) >= _SHORTEST_NAME:
            words = words.replace(name, _NAME)
    return words


def _place(entry: Entry) -> tuple[int, bool, int, int, str]:
    """Return the sort key of an entry."""
    first = entry.people[0]
    rank = tier_rank(first.tier)
    leading = rank if first.tier in IMPORTANT else len(IMPORTANT)
    calm = all(task.urgent is None for task in entry.tasks)
    return leading, calm, -entry.worst.rank, rank, first.address
