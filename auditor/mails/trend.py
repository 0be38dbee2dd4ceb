"""The trend: how many findings were open at the end of each of the last weeks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from auditor.models import Severity
from auditor.store import KeptAudit, TenantSummary

WEEKS: Final = 12
"""How many weeks are told."""
_GRAVE: Final = (Severity.CRITICAL, Severity.HIGH)


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week; ``findings`` and ``grave`` are None where no audit was kept in it."""

    year: int
    number: int
    findings: int | None = None
    """Open findings after the last audit of each tenant in that week."""
    grave: int | None = None
    """Those among them that are high or critical."""


def weeks(audits: Iterable[KeptAudit], *, now: datetime, zone: tzinfo, most: int = WEEKS) -> tuple[Week, ...]:
    """Return the last ``most`` weeks, oldest first, that of ``now`` included; weeks begin on Monday in ``zone``."""
    found: dict[tuple[int, int], dict[str, TenantSummary]] = {}
    for audit in audits:
        if audit.finished is not None:
            year, number, _ = audit.finished.astimezone(zone).isocalendar()
            found.setdefault((year, number), {}).update({tenant.tenant: tenant for tenant in audit.tenants})
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    days = [monday - timedelta(weeks=back) for back in reversed(range(most))]
    return tuple(
        _week(year, number, list(found.get((year, number), {}).values()))
        for year, number, _ in (day.isocalendar() for day in days)
    )


def _week(year: int, number: int, tenants: list[TenantSummary]) -> Week:
    if not tenants:
        return Week(year, number)
    findings = sum(sum(tenant.findings.values()) for tenant in tenants)
    grave = sum(tenant.findings.get(severity, 0) for tenant in tenants for severity in _GRAVE)
    return Week(year, number, findings, grave)


def trend_words(trend: tuple[Week, ...]) -> tuple[str, ...]:
    """Return the trend in numbers: what the picture shows, for those who do not see it."""
    if not any(week.findings is not None for week in trend):
        return ("There is no audit to compare with yet.",)
    known = [place for place, week in enumerate(trend) if week.findings is not None]
    trend = trend[known[0] :]
    findings = ", ".join("none" if week.findings is None else f"{week.findings:,}" for week in trend)
    grave = ", ".join("none" if week.grave is None else f"{week.grave:,}" for week in trend)
    when = f"weeks {trend[0].number} to {trend[-1].number}" if len(trend) > 1 else f"week {trend[0].number}"
    words = [
        f"Open findings in {when}: {findings}.",
        f"High or critical among them: {grave}.",
    ]
    if any(week.findings is None for week in trend):
        words.append("None: no audit was kept in that week.")
    return tuple(words)
