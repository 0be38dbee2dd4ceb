"""What a report for people says and in which order: who must do what, the organisation, what was not seen, what passed.

Formats for people draw this; they decide about words and space, never about content. Text in it is not neutral yet.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from auditor.models import Exempted, Finding, Notice, Outcome, Person, PolicyResult, Report
from auditor.reports.doubts import Doubt, doubts
from auditor.reports.entries import Entry, Task, entries, tasks
from auditor.reports.news import News, news
from auditor.reports.unseen import Cell, Unseen, coverage_table, unseen_groups
from auditor.reports.verdict import IMPORTANT, Verdict, dark_people, verdict
from auditor.reports.words import tier_rank

_NOT_WHOLE: Final = frozenset({3, 4, 130})
"""Exit codes that say that something was not seen."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The report as people read it, from the verdict to the policies that passed."""

    verdict: Verdict
    news: News | None
    """What changed since the last audit; null where no history is kept."""
    people: tuple[Entry, ...]
    calm: tuple[Person, ...]
    """Principals and administrators without an open finding, of whom everything was seen."""
    dark: tuple[Person, ...]
    """Those of whom it was not: nothing is known to be open, and nothing known to be well."""
    organisation: tuple[Task, ...]
    exempted: tuple[Exempted, ...]
    """Findings that somebody accepted, the first to return first."""
    notices: tuple[Notice, ...]
    unseen: tuple[Unseen, ...]
    doubts: tuple[Doubt, ...]
    """Unknown judgements that nothing in ``unseen`` explains."""
    whole: bool
    """Whether everything that was asked for was read to the end and could be judged."""
    coverage: dict[tuple[str, str], Cell]
    """By kind and tenant; a pair that is missing was not read at all."""
    passed: dict[str, tuple[str, ...]]
    """Title of each policy that passed, with the tenants in which it did."""
    unjudged: tuple[PolicyResult, ...]
    """Results that are unknown: neither passed nor failed."""
    findings: tuple[Finding, ...]
    unknowns: int
    gaps: int


def outline(report: Report) -> Outline:
    """Arrange a report for people. Equal content gives an equal outline, whatever the order of its parts."""
    results = sorted(report.results, key=lambda result: (result.policy, result.tenant))
    titles = {result.policy: result.title for result in results}
    findings = {finding.fingerprint: finding for finding in report.findings}
    claimed = {fingerprint for person in report.people for fingerprint in person.findings}
    people = sorted(report.people, key=lambda person: (tier_rank(person.tier), person.address, person.name))
    theirs = [(person, tasks((findings[f] for f in person.findings if f in findings), titles)) for person in people]
    calm = [person for person, mine in theirs if person.tier in IMPORTANT and not mine]
    dark = dark_people(report, calm)
    passed: dict[str, list[str]] = defaultdict(list)
    for result in results:
        if result.outcome is Outcome.PASS:
            passed[result.title].append(result.tenant)
    unseen, doubtful = unseen_groups(report), doubts(report)
    unknowns = sum(result.unknown for result in results)
    return Outline(
        verdict=verdict(report),
        news=news(report.changes),
        people=entries(theirs),
        calm=tuple(person for person in calm if person not in dark),
        dark=dark,
        organisation=tasks((finding for finding in report.findings if finding.fingerprint not in claimed), titles),
        exempted=tuple(sorted((each for result in results for each in result.exempted), key=_first_to_return)),
        notices=tuple(sorted(report.notices, key=lambda notice: (notice.id, notice.message, notice.remedy))),
        unseen=unseen,
        doubts=doubtful,
        whole=not (unseen or doubtful or unknowns or report.audit.exit_code in _NOT_WHOLE) and bool(report.coverage),
        coverage=coverage_table(report),
        passed={title: tuple(tenants) for title, tenants in passed.items()},
        unjudged=tuple(result for result in results if result.outcome is Outcome.UNKNOWN),
        findings=report.findings,
        unknowns=unknowns,
        gaps=sum(len(row.gaps) for row in report.coverage),
    )


def _first_to_return(each: Exempted) -> tuple[str, int, str, str]:
    finding = each.finding
    return each.until.isoformat(), -finding.severity.rank, finding.policy, finding.fingerprint
