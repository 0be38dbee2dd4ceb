"""Settings in words: whom a policy is for, and what says that a value holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors.google_workspace.effective_settings import Basis, Effective, Origin
from connectors.google_workspace.policy_query import ALL_ADMINS, Clause, Query

Names = Mapping[str, str]
"""Paths of organisational units, by their id."""

_BASES = {
    Basis.DOCUMENTED: "set by nobody; Google documents it",
    Basis.OPEN: "set by nobody, and Google documents nothing",
    Basis.HIDDEN: "left open by the policy that decides, and set by a weaker one",
    Basis.UNREAD: "depends on groups or licences that were not read",
}


def source_words(effective: Effective, names: Names) -> str:
    """Return what says that a value holds, such as ``policy for /Staff`` or ``set by nobody; Google documents it``."""
    return ", or ".join(dict.fromkeys(_source(source, names) for source in effective.sources))


def class_words(having: Iterable[str]) -> str:
    """Return groups and licences that tell a class of accounts from the others of its unit."""
    return ", ".join(map(_having, sorted(having, key=lambda name: (_is_licence(name), name))))


def _source(source: Origin | Basis, names: Names) -> str:
    if isinstance(source, Basis):
        return _BASES[source]
    return f"policy{' of Google' if source.by_google else ''} for {_query(source.query, names)}"


def _query(query: Query, names: Names) -> str:
    if isinstance(query, Clause):
        return " or ".join(
            _unit(value, names) if query.kind == "unit" else _having(value) for value in sorted(query.values)
        )
    parts = [_query(part, names) for part in query.parts]
    if query.operator == "!":
        return f"all but {parts[0]}" if isinstance(query.parts[0], Clause) else f"all but ({parts[0]})"
    word = " and " if query.operator == "&&" else " or "
    return word.join(
        part if isinstance(inner, Clause) else f"({part})" for part, inner in zip(parts, query.parts, strict=True)
    )


def _unit(unit: str, names: Names) -> str:
    return names.get(unit, "a unit that was deleted")


def _having(name: str) -> str:
    if name == ALL_ADMINS:
        return "all administrators"
    return f"licence {name}" if _is_licence(name) else f"members of group {name}"


def _is_licence(name: str) -> bool:
    """Whether this names a licence: a path, which the id of a group never is."""
    return "/" in name
