"""Whom a setting of the Cloud Identity Policy API holds for: the language of ``policyQuery.query``.

Three clauses (organisational unit with its descendants, group, licence) joined by ``&&``, ``||``, ``!`` and brackets.
The query is the truth; the ``orgUnit`` and ``group`` fields beside it are only there when it has a single value.
Source: Google, "Cloud Identity Policy API overview".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Read

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<operator>&&|\|\||!|\(|\))
    | entity\.org_units\.exists\(\s*\w+\s*,\s*\w+\.org_unit_id\s*==\s*orgUnitId\(\s*['"](?P<unit>[\w-]+)['"]\s*\)\s*\)
    | entity\.groups\.exists\(\s*\w+\s*,\s*\w+\.group_id\s*==\s*groupId\(\s*['"](?P<group>[\w-]+)['"]\s*\)\s*\)
    | entity\.licenses\.exists\(\s*\w+\s*,\s*\w+\s+in\s+
        \[\s*(?P<licences>['"][^'"\]]+['"](?:\s*,\s*['"][^'"\]]+['"])*)\s*\]\s*\)
    )""",
    re.VERBOSE | re.ASCII,
)
ALL_ADMINS = "WORKSPACE_ALL_ADMIN_GROUP"
"""Not a group that anybody made: everybody with an administrator role."""
_LONGEST = 10_000
_DEEPEST = 100
"""Brackets and negations in one query; more would let a hostile one exhaust the stack."""


@dataclass(frozen=True, slots=True)
class AccountClass:
    """What accounts with equal settings have in common: unit ids up to the root, and what else tells them apart.

    ``having`` names groups and licences, whose names are never alike; ``unread`` those of which nobody knows whether
    these accounts have them, and ``unlisted`` units of which nobody knows whether they are above these accounts.
    """

    units: frozenset[str]
    having: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    unlisted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Clause:
    """One of the three clauses; ``values`` are alternatives."""

    kind: str
    values: frozenset[str]

    def matches(self, accounts: AccountClass) -> Read[bool]:
        """Whether the clause holds for these accounts."""
        of_units = self.kind == "unit"
        if self.values & (accounts.units if of_units else accounts.having):
            return True
        return UNSET if self.values & (accounts.unlisted if of_units else accounts.unread) else False


@dataclass(frozen=True, slots=True)
class Combined:
    """``&&`` or ``||`` over two parts, or ``!`` over one."""

    operator: str
    parts: tuple[Query, ...]

    def matches(self, accounts: AccountClass) -> Read[bool]:
        """Whether the combination holds for these accounts; not known when it depends on what is not known."""
        results = [part.matches(accounts) for part in self.parts]
        if self.operator == "!":
            return UNSET if results[0] is UNSET else not results[0]
        decisive = self.operator == "||"
        if decisive in results:
            return decisive
        return UNSET if UNSET in results else not decisive


Query = Clause | Combined


def parse(query: str) -> Query:
    """Parse a query. Raises ``ReadError`` (malformed) for anything outside the documented language."""
    tokens = _tokens(query)
    tree = _alternatives(tokens)
    if tokens:
        raise _strange()
    return tree


def clauses(query: Query) -> frozenset[Clause]:
    """Return all clauses of a query."""
    if isinstance(query, Clause):
        return frozenset({query})
    return frozenset().union(*(clauses(part) for part in query.parts))


def _tokens(query: str) -> list[str | Clause]:
    tokens: list[str | Clause] = []
    place = 0
    text = query.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or len(text) > _LONGEST:
            raise _strange()
        place = match.end()
        kind = str(match.lastgroup)
        value = match.group(kind)
        if kind == "operator":
            tokens.append(value)
        else:
            values = re.findall(r"""['"]([^'"]+)['"]""", value) if kind == "licences" else [value]
            tokens.append(Clause(kind, frozenset(values)))
    if tokens.count("(") + tokens.count("!") > _DEEPEST:
        raise _strange()
    tokens.reverse()  # so that the next one can be popped
    return tokens


def _alternatives(tokens: list[str | Clause]) -> Query:
    parts = [_conjunction(tokens)]
    while tokens and tokens[-1] == "||":
        tokens.pop()
        parts.append(_conjunction(tokens))
    return parts[0] if len(parts) == 1 else Combined("||", tuple(parts))


def _conjunction(tokens: list[str | Clause]) -> Query:
    parts = [_factor(tokens)]
    while tokens and tokens[-1] == "&&":
        tokens.pop()
        parts.append(_factor(tokens))
    return parts[0] if len(parts) == 1 else Combined("&&", tuple(parts))


def _factor(tokens: list[str | Clause]) -> Query:
    first = tokens.pop() if tokens else ""
    if isinstance(first, Clause):
        return first
    if first == "!":
        return Combined("!", (_factor(tokens),))
    if first == "(":
        inner = _alternatives(tokens)
        if tokens and tokens.pop() == ")":
            return inner
    raise _strange()


def _strange() -> ReadError:
    return ReadError(
        GapReason.MALFORMED,
        "A setting is limited to accounts by a query that is not understood.",
        "Report it, with the query from `cloudidentity.googleapis.com/v1/policies`.",
    )
