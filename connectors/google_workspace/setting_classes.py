"""Classes of accounts of one organisational unit that settings treat alike, and who is in them. Pure.

A class is told from its unit by the groups and licences that make a difference, and by no others, so that people whose
settings are the same are in the same class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from auditor.facts import UNSET, Account, Read
from connectors.google_workspace.effective_settings import Effective, Policies, with_more
from connectors.google_workspace.policy_query import AccountClass, clauses

Resolve = Callable[[AccountClass], Mapping[str, Effective]]
_NOBODY: frozenset[str] = frozenset()


@dataclass(slots=True)
class Members:
    """The active accounts of a class; ``certain`` is off where others may belong to it too, or some of them not."""

    accounts: list[Account] = field(default_factory=list)
    certain: bool = True

    @property
    def number(self) -> Read[int]:
        """How many there are."""
        return len(self.accounts) if self.certain else UNSET

    @property
    def example(self) -> Read[str | None]:
        """The address of one of them; None where there are none."""
        addresses = sorted(account.address for account in self.accounts)
        return addresses[0] if addresses else None if self.certain else UNSET


def combinations_named(policies: Policies) -> list[frozenset[str]]:
    """Return the groups and licences that may make a difference: each alone, and those that one query joins."""
    found: set[frozenset[str]] = set()
    for query in (each.query for values in policies.values() for each in values):
        special = [clause for clause in clauses(query) if clause.kind != "unit"]
        found |= {frozenset({value}) for clause in special for value in clause.values}
        found.add(frozenset(min(clause.values) for clause in special))
    return sorted(found - {_NOBODY}, key=sorted)


def classes(
    plain: AccountClass,
    people: Sequence[tuple[Account, AccountClass]] | None,
    named: Sequence[frozenset[str]],
    resolve: Resolve,
) -> dict[frozenset[str], Members]:
    """Return who is in which class of a unit, by what tells the class from the unit; the unit itself comes first.

    ``plain`` is the class of those who have none of the groups and licences ``named``; ``people`` the active accounts
    of the unit with their own classes, None if they were not all read. Where it is not known who belongs to a class, it
    is there, with members unknown.
    """
    found: dict[frozenset[str], Members] = {_NOBODY: Members()}
    if people is None:
        anybody = replace(plain, unread=frozenset().union(*named))
        for each in (_NOBODY, *_possible(anybody, named, resolve)):
            found.setdefault(each, Members()).certain = False
        return found
    alike: dict[AccountClass, list[frozenset[str]]] = {}
    for account, own in people:
        possible = alike[own] if own in alike else alike.setdefault(own, _possible(own, named, resolve))
        for each in possible:
            members = found.setdefault(each, Members())
            if len(possible) == 1:
                members.accounts.append(account)
            else:
                members.certain = False
    return found


def _possible(own: AccountClass, named: Sequence[frozenset[str]], resolve: Resolve) -> list[frozenset[str]]:
    """Return the classes that accounts may be in: one, unless groups or licences that were not read matter."""
    worlds = [with_more(own, ()), *(with_more(own, each) for each in _unread(own, named))]
    return list(dict.fromkeys(_needed(each, resolve) for each in worlds))


def _unread(own: AccountClass, named: Sequence[frozenset[str]]) -> Iterator[frozenset[str]]:
    return (each & own.unread for each in named if each & own.unread)


def _needed(own: AccountClass, resolve: Resolve) -> frozenset[str]:
    """Return the groups and licences of a class without those that make no difference."""
    settings, needed = resolve(own), own.having
    while True:
        without = (needed - {name} for name in sorted(needed))
        fewer = next((each for each in without if _same(resolve(replace(own, having=each)), settings)), None)
        if fewer is None:
            return needed
        needed = fewer


def _same(first: Mapping[str, Effective], second: Mapping[str, Effective]) -> bool:
    return all(first[path].value == each.value for path, each in second.items())


def units_by_id(units: Mapping[str, Iterable[str]]) -> Mapping[str, str]:
    """Return the path of each unit by its id; ``units`` holds the id of a unit and then those above it, by its path."""
    return {next(iter(ids)): path for path, ids in units.items()}
