"""Unknown judgements that no gap on the page explains, so that none is without its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.models import Gap, Outcome, Report, Unknown
from auditor.reports.unseen import LOCKED_OUT
from auditor.reports.words import how_many

_FIELDS = "not collected: "


@dataclass(frozen=True, slots=True)
class Doubt:
    """Facts of one tenant that one policy could not judge for the same reason."""

    title: str
    """That of the policy."""
    tenant: str
    reason: str
    what: str
    """How many: ``2 facts``."""
    labels: tuple[str, ...]
    kind: str = ""
    """Kind of these facts."""


def doubts(report: Report) -> tuple[Doubt, ...]:
    """Return the unknown judgements that none of the report's gaps explains, by policy, tenant and reason.

    What is not certain to be explained by a gap is returned: better said twice than never.
    """
    causes = _causes(report)
    titles = {result.policy: result.title for result in report.results}
    alike: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for result in report.results:
        for unknown in result.unknowns:
            if not _explained(unknown, causes):
                alike[result.policy, result.tenant, unknown.reason, unknown.fact.kind].append(unknown.fact.label)
        if result.outcome is Outcome.UNKNOWN and not result.unknowns:
            alike[result.policy, result.tenant, "nobody said why", ""] = []
    return tuple(
        Doubt(titles[policy], tenant, reason, how_many(len(labels), "fact"), tuple(sorted(labels)), kind)
        for (policy, tenant, reason, kind), labels in sorted(alike.items())
    )


@dataclass(frozen=True, slots=True)
class _Causes:
    """What may explain an unknown judgement."""

    gaps: Mapping[tuple[str, str], Sequence[Gap]]
    """By tenant and kind."""
    locked: frozenset[str]
    """Tenants that let nobody in."""
    doubtful: frozenset[tuple[str, str]]
    """Tenant and key of every fact that could not be judged, and of its owner: a gap about one is about no other."""


def _causes(report: Report) -> _Causes:
    gaps: dict[tuple[str, str], list[Gap]] = defaultdict(list)
    for row in report.coverage:
        for gap in row.gaps:
            gaps[gap.tenant, gap.kind].append(gap)
    unknowns = [unknown for result in report.results for unknown in result.unknowns]
    return _Causes(
        gaps=gaps,
        locked=frozenset(gap.tenant for some in gaps.values() for gap in some if gap.source == LOCKED_OUT),
        doubtful=frozenset((unknown.tenant, key) for unknown in unknowns for key in _keys(unknown)),
    )


def _explained(unknown: Unknown, causes: _Causes) -> bool:
    """Whether the page says elsewhere why this could not be judged."""
    tenant, about = unknown.tenant, unknown.fact
    if tenant in causes.locked:
        return True
    whole = (gap for gap in causes.gaps.get((tenant, about.kind), ()) if not gap.fields)
    if any((gap.target, gap.detail) == (about.key, unknown.reason) for gap in whole):
        return True
    fields = unknown.reason.removeprefix(_FIELDS)
    return fields != unknown.reason and all(_named(field, unknown, causes) for field in fields.split(", "))


def _named(spelling: str, unknown: Unknown, causes: _Causes) -> bool:
    """Whether a gap names the field that a policy spells ``account.last_sign_in`` or ``owner.last_sign_in``."""
    root, _, path = spelling.partition(".")
    name = path.split(".")[0]
    gaps = causes.gaps.get((unknown.tenant, "account" if root == "owner" else root), ())
    return any(
        name in {field.split(".")[0] for field in gap.fields} and _concerns(gap, unknown, causes) for gap in gaps
    )


def _concerns(gap: Gap, unknown: Unknown, causes: _Causes) -> bool:
    """Whether a gap is about this fact or its owner, or about nobody in particular and so about all."""
    if gap.target in _keys(unknown) or gap.owner in _keys(unknown):
        return True
    return gap.owner is None and (gap.tenant, gap.target) not in causes.doubtful


def _keys(unknown: Unknown) -> tuple[str, ...]:
    owner = unknown.fact.owner
    return (unknown.fact.key,) if owner is None else (unknown.fact.key, owner.key)
