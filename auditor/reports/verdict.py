"""The verdict of a report: that of the worst principal or administrator, and never green about what was not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from auditor.models import Coverage, Finding, Outcome, Person, Report, Severity
from auditor.reports.neutral import neutral
from auditor.reports.words import how_many, kind_words, listed, severity_counts, tier_rank, tier_word

IMPORTANT: Final = ("principal", "administrator")
"""Tiers that decide the verdict."""

Level = Literal["critical", "high", "medium", "low", "unseen", "clear"]
"""``unseen`` is grey and never green; ``clear`` is green and means that everything that decides was read."""

_CALLS: Final = {
    Severity.CRITICAL: "Act today",
    Severity.HIGH: "Act this week",
    Severity.MEDIUM: "Act this month",
    Severity.LOW: "Nothing pressing",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence for the first line, and what must be said with it."""

    level: Level
    call: str
    """What to do: ``Act today``."""
    sentence: str
    """Why; names are neutral already."""
    caveats: tuple[str, ...] = ()
    """What the sentence does not say: things unseen, findings of people who do not decide."""
    nameless: str = ""
    """The sentence in numbers, where it speaks of people; they are principals and administrators: ``who decide``."""
    people: tuple[str, ...] = ()
    """Addresses of all those of whom the sentence speaks."""


def verdict(report: Report) -> Verdict:
    """Judge the report by its principals, its administrators, and what belongs to the organisation and so to them.

    A high or critical finding decides. Otherwise anything unseen about them makes the verdict grey, also beside lesser
    findings. Only when all of it was read and nothing is open, or only lesser things are, does the verdict say so.
    """
    important = sorted((p for p in report.people if p.tier in IMPORTANT), key=lambda p: (tier_rank(p.tier), p.address))
    open_findings = {finding.fingerprint: finding for finding in report.findings}
    claimed = {fingerprint for person in report.people for fingerprint in person.findings}
    theirs = {p.address: [open_findings[f] for f in p.findings if f in open_findings] for p in important}
    common = [finding for finding in report.findings if finding.fingerprint not in claimed]
    deciding = [*common, *(finding for findings in theirs.values() for finding in findings)]
    worst = max((finding.severity for finding in deciding), key=lambda s: s.rank, default=None)
    unseen = tuple(_unseen(report, important))
    decided = {finding.fingerprint for finding in deciding}
    others = [finding for finding in open_findings.values() if finding.fingerprint not in decided]
    accepted = sum(len(result.exempted) for result in report.results)
    caveats: tuple[str, ...] = (_of_others(others),) if others else ()
    caveats += (f"Not counted: {how_many(accepted, 'finding')} that somebody accepted.",) if accepted else ()
    if worst and (worst.rank >= Severity.HIGH.rank or not unseen):
        if unseen:
            caveats = ("Not everything that decides could be seen: " + "; ".join(unseen) + ".", *caveats)
        sentence, nameless, people = _blame(worst, important, theirs, common)
        return Verdict(worst.value, _CALLS[worst], sentence, caveats, nameless, people)
    if unseen:
        if deciding:
            caveats = (f"Among what was seen: {severity_counts(f.severity for f in deciding)}.", *caveats)
        if len(unseen) > 1:
            caveats = ("Also: " + "; ".join(unseen[1:]) + ".", *caveats)
        dark = dark_people(report, important)
        about = bool(dark) and unseen[0] == _not_assessed(dark)
        nameless = f"{_deciding(len(dark))} could not be assessed fully." if about else ""
        people = tuple(person.address for person in dark) if about else ()
        return Verdict("unseen", "Could not be seen", unseen[0] + ".", caveats, nameless, people)
    who = how_many(len(important), "principal or administrator", "principals and administrators")
    return Verdict("clear", "Nothing open", f"{who}, and everything about them was seen.", caveats)


def dark_people(report: Report, people: Iterable[Person]) -> tuple[Person, ...]:
    """Return those of the people about whom something was not read or could not be judged."""
    owners = frozenset((gap.tenant, gap.owner) for row in report.coverage for gap in row.gaps if gap.owner is not None)
    return tuple(p for p in people if p.unknowns or any((a.tenant, a.key) in owners for a in p.accounts))


def _blame(
    worst: Severity, important: list[Person], theirs: dict[str, list[Finding]], common: list[Finding]
) -> tuple[str, str, tuple[str, ...]]:
    """Return who has the worst findings: as a sentence, the same in numbers, and the addresses of these people."""
    holders = [person for person in important if any(f.severity is worst for f in theirs[person.address])]
    shared = sum(finding.severity is worst for finding in common)
    if not holders:
        return f"the organisation has {how_many(shared, f'{worst} finding')}.", "", ()
    names = [
        f"{neutral(person.name or person.address, 60)} ({neutral(tier_word(person.tier), 30)})" for person in holders
    ]
    number = len({f.fingerprint for person in holders for f in theirs[person.address] if f.severity is worst})
    verb = "has" if len(holders) == 1 else "have"
    beside = f"; the organisation itself has {shared:,}" if shared else ""
    said = f"{verb} {how_many(number, f'{worst} finding')}{beside}."
    people = tuple(person.address for person in holders)
    return f"{listed(names, 2)} {said}", f"{_deciding(len(holders))} {said}", people


def _of_others(findings: list[Finding]) -> str:
    """Return what people who do not decide have open, and how much of it cannot wait."""
    critical = sum(finding.severity is Severity.CRITICAL for finding in findings)
    calls = sum(finding.urgent == "call" and finding.severity is not Severity.CRITICAL for finding in findings)
    grave = f", {critical:,} of them critical" if critical else ""
    grave += f"{' and' if critical else ','} {calls:,} {'more ' if critical else ''}to call about" if calls else ""
    return f"Other people have {how_many(len(findings), 'open finding')}{grave}."


def _unseen(report: Report, important: list[Person]) -> Iterator[str]:
    """Yield what keeps the verdict from being green, each as the middle of a sentence."""
    if report.audit.exit_code == 130:  # noqa: PLR2004 - the shell's code for an interrupted program
        yield "the audit was interrupted"
    listings = {row.tenant: row for row in report.coverage if row.kind == "account"}
    blind = [t.label or t.id for t in report.tenants if t.id not in listings or _broken_off(listings[t.id])]
    if blind or not report.tenants:
        names = listed([neutral(name, 40) for name in blind], 3) or "any tenant"
        yield f"the accounts of {names} were not read to the end"
    if not important:
        yield "no principal and no administrator is known"
    if dark := dark_people(report, important):
        yield _not_assessed(dark)
    kinds = sorted({neutral(kind_words(kind), 40) for kind in _commonly_unread(report)})
    if kinds:
        yield f"what belongs to the organisation was not all read ({listed(kinds, 4)})"
    if any(result.outcome is Outcome.UNKNOWN and not result.unknowns for result in report.results):
        yield "some policies could not be judged"


def _not_assessed(dark: Sequence[Person]) -> str:
    """Return who could not be assessed fully, as the middle of a sentence."""
    names = listed([neutral(person.name or person.address, 60) for person in dark], 2)
    missing = sum(person.unknowns for person in dark)
    return f"{names} could not be assessed fully" + (f" ({how_many(missing, 'judgement')} missing)" if missing else "")


def _deciding(number: int) -> str:
    return how_many(number, "person who decides", "people who decide")


def _broken_off(row: Coverage) -> bool:
    """Whether whole facts of this kind are missing, rather than some of their fields."""
    return row.targets == 0 or unexplained(row) > 0 or any(not gap.fields and gap.owner is None for gap in row.gaps)


def _commonly_unread(report: Report) -> Iterator[str]:
    """Yield the kinds of which something was not seen that hangs on nobody in particular, or on nobody knows whom."""
    for row in report.coverage:
        if any(gap.owner is None for gap in row.gaps) or unexplained(row):
            yield row.kind
    for result in report.results:
        # An account hangs on nobody but is somebody: the judgements missing about it are counted with the person.
        yield from (u.fact.kind for u in result.unknowns if u.fact.owner is None and u.fact.kind != "account")


def unexplained(row: Coverage) -> int:
    """Return how many targets were neither read, nor without anything to read, nor reported as a gap."""
    return max(0, row.targets - row.read - row.not_applicable - len({gap.target for gap in row.gaps}))
