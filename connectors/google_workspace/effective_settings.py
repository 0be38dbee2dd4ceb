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
from connectors.google_workspace.values import text

DEFAULTS: Mapping[str, object] = {
    "security.two_step_verification_enrollment.allowEnrollment": True,
    "security.two_step_verification_enforcement_factor.allowedSignInFactorSet": "ALL",
    "gmail.auto_forwarding.enableAutoForwarding": True,
    "drive_and_docs.external_sharing.externalSharingMode": "ALLOWED",
    "drive_and_docs.external_sharing.allowPublishingFiles": True,
}
"""What Google's page documents for settings that nobody changed. For others an absent value is not known."""

FIELDS = (
    "security.two_step_verification_enrollment.allowEnrollment",
    "security.two_step_verification_enforcement.enforcedFrom",
    "security.two_step_verification_enforcement_factor.allowedSignInFactorSet",
    "gmail.auto_forwarding.enableAutoForwarding",
    "gmail.mail_delegation.enableMailDelegation",
    "drive_and_docs.external_sharing.externalSharingMode",
    "drive_and_docs.external_sharing.allowPublishingFiles",
)
"""Setting and field of every value that is read."""

SETTINGS = frozenset(field.rpartition(".")[0] for field in FIELDS)
"""The settings that are read; what is strange about another one is no concern of ours."""


@dataclass(frozen=True, slots=True)
class SetValue:
    """One explicitly set policy: for whom, how strong, and the fields of its value."""

    query: Query
    order: float
    values: Mapping[str, object]


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


def resolve(policies: Mapping[str, Sequence[SetValue]], accounts: AccountClass) -> dict[str, object]:
    """Return the value of each field that we read for a class: the strongest that matches, else Google's default.

    ``policies`` are given by setting. A field that is neither set nor documented is None.
    """
    resolved: dict[str, object] = {}
    for path in FIELDS:
        setting, _, field = path.rpartition(".")
        matching = [each for each in policies.get(setting, ()) if field in each.values and each.query.matches(accounts)]
        strongest = max(matching, key=lambda each: each.order, default=None)
        resolved[path] = strongest.values[field] if strongest else DEFAULTS.get(path)
    return resolved


def exceptions(policies: Mapping[str, Sequence[SetValue]]) -> list[tuple[Clause, ...]]:
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
