"""What holds for whom: the policies that somebody set, resolved for a class of accounts. Pure.

What holds for an account is, field by field, the value of the greatest ``sortOrder`` among those whose query matches
it; what nobody set has Google's documented default. A unit inherits from those above it, whose ``sortOrder`` is lower.
Source: Google, "Cloud Identity Policy API overview" and "Supported settings".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET
from connectors.google_workspace.client import Wire
from connectors.google_workspace.policy_query import AccountClass, Clause, Combined, Query, clauses, parse
from connectors.google_workspace.setting_fields import OF_BOTH, OF_GOOGLE
from connectors.google_workspace.values import text

READ = (*OF_BOTH, *OF_GOOGLE)

DEFAULTS: Mapping[str, object] = {field.path: field.default for field in READ if field.documented}
"""What Google's page documents for settings that nobody changed. For others an absent value is not known."""

FIELDS = tuple(dict.fromkeys(field.path for field in READ))
"""Setting and field of every value that is read."""

SETTINGS = frozenset(field.rpartition(".")[0] for field in FIELDS)
"""The settings that are read; what is strange about another one is no concern of ours."""


@dataclass(frozen=True, slots=True)
class SetValue:
    """One explicitly set policy: for whom, how strong, and the fields of its value."""

    query: Query
    order: float
    values: Mapping[str, object]


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
    if not isinstance(value, dict) or not isinstance(order, int | float):
        raise ReadError(GapReason.MALFORMED, "A setting came in an unknown shape.", "Run again.")
    return SetValue(_query(scope), order, value)


def parse_units(units: Iterable[Wire]) -> Mapping[str, tuple[str, ...]]:
    """Return the ids of each organisational unit and then its ancestors, by its path. Raises ``ReadError``.

    Google may leave the root out; its children name it as their parent.
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
    if not all(above in ids for path in ("/", *ids) for above in _upwards(path)):
        raise ReadError(GapReason.MALFORMED, "Not every organisational unit is listed.", "Run again.")
    return {path: tuple(ids[above] for above in _upwards(path)) for path in ids}


def resolve(policies: Policies, accounts: AccountClass) -> dict[str, object]:
    """Return the value of each field that we read for a class: the strongest that matches, else Google's default.

    A field that is neither set nor documented is None, and so is one whose policies disagree while it is not known
    which of them holds.
    """
    resolved: dict[str, object] = {}
    for path in FIELDS:
        candidates = _candidates(policies, path, accounts)
        values = [each.values[path.rpartition(".")[2]] for each in candidates]
        if not candidates or candidates[-1].query.matches(accounts) is UNSET:
            values.append(DEFAULTS.get(path))
        resolved[path] = values[0] if all(value == values[0] for value in values) else None
    return resolved


def set_by_nobody(policies: Policies, accounts: AccountClass) -> frozenset[str]:
    """Return the fields for which Google's documented default holds, because no policy that matches sets them."""
    return frozenset(path for path in DEFAULTS if not _candidates(policies, path, accounts))


def _candidates(policies: Policies, path: str, accounts: AccountClass) -> list[SetValue]:
    """Return the policies that may decide a field, the strongest first, down to the first that certainly matches."""
    setting, _, field = path.rpartition(".")
    found: list[SetValue] = []
    for each in sorted(policies.get(setting, ()), key=lambda each: each.order, reverse=True):
        match = each.query.matches(accounts) if field in each.values else False
        if match is not False:
            found.append(each)
        if match is True:
            break
    return found


def exceptions(policies: Policies) -> list[tuple[Clause, ...]]:
    """Return the groups and licences that may make a difference: each alone, and those that one query joins."""
    found: set[tuple[Clause, ...]] = set()
    for query in (each.query for values in policies.values() for each in values):
        special = sorted((clause for clause in clauses(query) if clause.kind != "unit"), key=_place)
        found |= {(clause,) for clause in special} | {tuple(special)}
    return sorted(found - {()}, key=lambda each: [*map(_place, each)])


def with_exception(accounts: AccountClass, exception: Sequence[Clause]) -> AccountClass:
    """Return the class of those accounts that are also in the groups, and have the licences, of ``exception``."""
    groups = (clause.values for clause in exception if clause.kind == "group")
    licences = (clause.values for clause in exception if clause.kind == "licences")
    return AccountClass(accounts.units, frozenset[str]().union(*groups), frozenset[str]().union(*licences))


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


def _place(clause: Clause) -> tuple[str, list[str]]:
    return clause.kind, sorted(clause.values)
