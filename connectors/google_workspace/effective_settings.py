"""What holds for whom: the policies that somebody set, resolved for a class of accounts. Pure.

The policies of a setting whose query matches are reduced as Google documents it, the greatest ``sortOrder`` being the
strongest; what nobody set has Google's documented default. A unit inherits from those above it, whose ``sortOrder`` is
lower. Source: Google, "Policy API concepts" and "Policy API supported settings".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, combinations

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET
from connectors.google_workspace.client import Wire
from connectors.google_workspace.policy_query import AccountClass, Clause, Combined, Query, clauses, parse
from connectors.google_workspace.reducers import reduced, reduction_of
from connectors.google_workspace.setting_fields import OF_BOTH, OF_GOOGLE
from connectors.google_workspace.values import text

READ = (*OF_BOTH, *OF_GOOGLE)

DEFAULTS: Mapping[str, object] = {field.path: field.default for field in READ if field.documented}
"""What Google's page documents for settings that nobody changed. For others an absent value is not known."""

FIELDS = tuple(dict.fromkeys(field.path for field in READ))
"""Setting and field of every value that is read."""

SETTINGS: Mapping[str, Sequence[str]] = {
    setting: tuple(path for path in FIELDS if path.rpartition(".")[0] == setting)
    for setting in dict.fromkeys(path.rpartition(".")[0] for path in FIELDS)
}
"""The settings that are read, and their fields; what is strange about another one is no concern of ours."""

_MOST_UNREAD = 8
"""Groups, licences and units that are tried with and without each other; what depends on more of them is not known."""


class Basis(StrEnum):
    """Where a value comes from that no policy sets."""

    DOCUMENTED = "documented"  # Google's page says what holds when nobody set it
    OPEN = "open"  # nobody set it, and no page says what holds then
    HIDDEN = "hidden"  # the policy that decides leaves it open, and a weaker one sets it: no page says which counts
    UNREAD = "unread"  # it depends on groups or licences that were not read


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a policy comes from: for whom it is, and whether Google set it itself."""

    query: Query
    by_google: bool


@dataclass(frozen=True, slots=True)
class SetValue:
    """One explicitly set policy: for whom, how strong, and the fields of its value."""

    query: Query
    order: float
    values: Mapping[str, object]
    by_google: bool = False

    @property
    def origin(self) -> Origin:
        """Where it comes from."""
        return Origin(self.query, self.by_google)


@dataclass(frozen=True, slots=True)
class Effective:
    """What holds for one field, None if that is not known, and what says so."""

    value: object
    sources: tuple[Origin | Basis, ...]

    @property
    def by_default(self) -> bool:
        """Whether it holds because nobody set anything else."""
        return self.sources == (Basis.DOCUMENTED,)


Policies = Mapping[str, Sequence[SetValue]]
"""The policies that somebody set, by the setting that they set."""


def setting_of(wire: Wire) -> str:
    """Return which setting a policy sets, such as ``gmail.auto_forwarding``. Raises ``ReadError``."""
    setting = wire.get("setting")
    name = text(setting.get("type")) if isinstance(setting, dict) else UNSET
    if name is UNSET:
        raise ReadError(GapReason.MALFORMED, "A setting came without a name.", "Run again.")
    return name.removeprefix("settings/")


def parse_policy(wire: Wire) -> SetValue:
    """Return for whom a policy sets what. Raises ``ReadError`` when it is not what Google documents."""
    setting, scope = wire.get("setting"), wire.get("policyQuery")
    if not isinstance(setting, dict) or not isinstance(scope, dict):
        raise ReadError(GapReason.MALFORMED, "A setting came without value or query.", "Run again.")
    value, order = setting.get("value", {}), scope.get("sortOrder", 0)
    finite = isinstance(order, int) or (isinstance(order, float) and math.isfinite(order))
    if not isinstance(value, dict) or not finite:
        raise ReadError(GapReason.MALFORMED, "A setting came in an unknown shape.", "Run again.")
    return SetValue(_query(scope), order, value, wire.get("type") == "SYSTEM")


def parse_units(units: Iterable[Wire]) -> Mapping[str, tuple[str, ...]]:
    """Return the ids of each organisational unit and then its ancestors, by its path. Raises ``ReadError``.

    Google may leave the root out; its children name it as their parent. The id of an ancestor that is not listed is "".
    """
    ids: dict[str, str] = {}
    for unit in units:
        path, unit_id = text(unit.get("orgUnitPath")), text(unit.get("orgUnitId"))
        if path is UNSET or unit_id is UNSET:
            raise ReadError(GapReason.MALFORMED, "An organisational unit came without path or id.", "Run again.")
        ids[path] = unit_id.removeprefix("id:")
        parent, parent_id = text(unit.get("parentOrgUnitPath")), text(unit.get("parentOrgUnitId"))
        if parent is not UNSET and parent_id is not UNSET:
            ids.setdefault(parent, parent_id.removeprefix("id:"))
    if not ids:
        raise ReadError(GapReason.SUSPICIOUS, "Google lists no organisational unit, not even the root.", "Run again.")
    return {path: tuple(ids.get(above, "") for above in _upwards(path)) for path in ids}


def unlisted(units: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the paths of units that are not listed although units below them are, and of the root if that is not."""
    return sorted({above for path in ("/", *units) for above in _upwards(path)} - units.keys())


def resolve(policies: Policies, accounts: AccountClass) -> dict[str, Effective]:
    """Return what holds in each field that we read for a class of accounts.

    A field is not known when it would differ with the groups or licences that were not read.
    """
    resolved: dict[str, Effective] = {}
    for setting, fields in SETTINGS.items():
        ordered = sorted(policies.get(setting, ()), key=lambda each: each.order, reverse=True)
        possible = [_resolve(setting, ordered, world) for world in _worlds(ordered, accounts)]
        resolved |= {path: _agreed([each[path] for each in possible]) for path in fields}
    return resolved


def _resolve(setting: str, ordered: Sequence[SetValue], accounts: AccountClass) -> dict[str, Effective]:
    """Return the fields of one setting for accounts of which all groups and licences are known."""
    matching = [each for each in ordered if each.query.matches(accounts) is True]
    whole = reduced(reduction_of(setting), [each.values for each in matching])
    found: dict[str, Effective] = {}
    for path in SETTINGS[setting]:
        field = path.rpartition(".")[2]
        if field in whole:
            found[path] = Effective(whole[field].value, tuple(matching[place].origin for place in whole[field].sources))
        elif any(field in each.values for each in matching):
            found[path] = Effective(None, (Basis.HIDDEN,))
        else:
            found[path] = Effective(DEFAULTS.get(path), (Basis.DOCUMENTED if path in DEFAULTS else Basis.OPEN,))
    return found


def _worlds(policies: Sequence[SetValue], accounts: AccountClass) -> Iterator[AccountClass]:
    """Yield the classes that the accounts may be in as far as these policies tell classes apart.

    None at all where there are too many; then nothing is known.
    """
    named = [clause for each in policies for clause in clauses(each.query)]
    units = frozenset[str]().union(*(clause.values for clause in named if clause.kind == "unit"))
    others = frozenset[str]().union(*(clause.values for clause in named if clause.kind != "unit"))
    doubtful = [(True, name) for name in sorted(units & accounts.unlisted)]
    doubtful += [(False, name) for name in sorted(others & accounts.unread)]
    if len(doubtful) > _MOST_UNREAD:
        return
    for chosen in chain.from_iterable(combinations(doubtful, size) for size in range(len(doubtful) + 1)):
        above = frozenset(name for of_unit, name in chosen if of_unit)
        world = with_more(accounts, (name for of_unit, name in chosen if not of_unit))
        yield replace(world, units=world.units | above, unlisted=frozenset())


def with_more(accounts: AccountClass, having: Iterable[str]) -> AccountClass:
    """Return the class of accounts that have these groups and licences too, and no others that were not read."""
    return replace(accounts, having=accounts.having | frozenset(having), unread=frozenset())


def _agreed(possible: Sequence[Effective]) -> Effective:
    if not possible or any(each.value != possible[0].value for each in possible):
        return Effective(None, (Basis.UNREAD,))
    return Effective(possible[0].value, tuple(dict.fromkeys(source for each in possible for source in each.sources)))


def _query(scope: Wire) -> Query:
    """Return for whom a policy holds: by its query, or by the two fields beside it where there is none."""
    if scope.get("query"):
        return parse(str(scope["query"]))
    named = [
        Clause(kind, frozenset({str(scope[field]).rpartition("/")[2]}))
        for kind, field in (("unit", "orgUnit"), ("group", "group"))
        if scope.get(field)
    ]
    if not named:
        raise ReadError(GapReason.MALFORMED, "A setting does not say for whom it holds.", "Run again.")
    return Combined("&&", tuple(named))


def _upwards(path: str) -> Iterator[str]:
    """Yield the path of a unit, then those of its ancestors up to the root."""
    while path != "/":
        yield path
        path = path.rpartition("/")[0] or "/"
    yield "/"
