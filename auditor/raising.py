"""Severity by whom it concerns: one step more for principals and administrators. The only place where it is raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from auditor.models import Finding, PolicyResult

RAISED: Final = frozenset({"principal", "administrator"})
"""Tiers of people whose findings weigh one step more than the policy says: whoever has them has everybody."""


def raise_severities(results: Iterable[PolicyResult], tiers: Mapping[tuple[str, str], str]) -> tuple[PolicyResult, ...]:
    """Return the results with every finding about a principal or administrator one step more severe.

    ``tiers`` are those of the persons behind accounts, by tenant and key of the account. A finding is about whoever
    the fact is, or hangs on. What is critical stays so, and the severity of the result itself is the policy's own.
    """
    return tuple(
        result.model_copy(update={"findings": tuple(_raised(finding, tiers) for finding in result.findings)})
        if result.findings
        else result
        for result in results
    )


def _raised(finding: Finding, tiers: Mapping[tuple[str, str], str]) -> Finding:
    owner = finding.fact.owner
    tier = tiers.get((finding.tenant, owner.key)) if owner else None
    if tier not in RAISED or finding.severity.raised is finding.severity:
        return finding
    return finding.model_copy(
        update={"severity": finding.severity.raised, "raised_from": finding.severity, "raised_for": tier}
    )
