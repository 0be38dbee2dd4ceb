"""The verdict of a mail: that of the report, never kinder; grey where what is known is old, calm about a backlog."""

from __future__ import annotations

from dataclasses import replace

from auditor.mails.dates import age_words, day_words
from auditor.mails.incidents import CALL
from auditor.mails.material import FIRST_WEEKS, Material
from auditor.models import ChangeKind, Report, Severity
from auditor.reports.outline import Outline
from auditor.reports.verdict import Verdict
from auditor.reports.words import how_many

_NEWS = frozenset({ChangeKind.OPENED, ChangeKind.CAME_BACK})
_ALARMING = frozenset({"critical", "high"})


def judged(material: Material, page: Outline) -> Verdict:
    """Return what the first line of a mail says, given the outline of its report.

    Nothing old is called well: a stale report is grey, unless what it knows is alarming all the same. In the first
    weeks what was there from the beginning is called a backlog, unless it is critical.
    """
    found = page.verdict
    if material.nothing_known:
        return Verdict("unseen", "Could not be seen", "no audit has been kept, so nothing is known.")
    if material.stale:
        if found.level in _ALARMING:
            nameless = f"{found.nameless}{beware(material)}" if found.nameless else ""
            return replace(found, sentence=f"{found.sentence}{beware(material)}", nameless=nameless)
        then = f"Then it said: {found.call}: {found.sentence}"
        return Verdict("unseen", "Could not be seen", f"what is known is {_old(material)}.", (then, *found.caveats))
    if material.first_weeks and found.level in {"high", "medium", "low"} and not _alarming_news(material):
        return replace(found, call=f"Baseline {material.sequence} of {FIRST_WEEKS}")
    return found


def beware(material: Material) -> str:
    """Return the sentence that says how old an alarm is, with a blank before it; empty where it is fresh."""
    return f" Beware: this is {_old(material)}." if material.stale and not material.nothing_known else ""


def _old(material: Material) -> str:
    return f"{age_words(material.age)} old"


def labels(material: Material, *, brief: bool = False) -> tuple[str, ...]:
    """Return what must be said about the mail itself: that it is late, or one of the first."""
    said = []
    if material.late:
        day = day_words(material.due, material.zone)
        said.append(f"Late: due {day}." if brief else f"This mail is late: it was due on {day}.")
    if material.first_weeks:
        calm = "What was open from the start is a backlog, not an alarm: three things a week are enough."
        said.append("The backlog is no alarm." if brief else calm)
    return tuple(said)


def tally(page: Outline, report: Report, level: str) -> str:
    """Return the number for the subject: how many people are at risk, could not be seen, or have something to do."""
    if level in _ALARMING:
        number = len(at_risk(page, report))
        return how_many(number, "person at risk", "people at risk") if number else "the organisation at risk"
    if level == "unseen":
        number = len(page.dark) or sum(person.unknowns > 0 for person in report.people)
        return how_many(number, "person", "people") + " not seen fully" if number else "not everything was read"
    if level == "clear":
        return "everything that decides was seen"
    number = sum(rank >= 0 for _, rank in _worst(page, report))
    return how_many(number, "person has", "people have") + " something to do" if number else "settings to mend"


def at_risk(page: Outline, report: Report) -> set[str]:
    """Return the addresses of all people about whom something high or critical is open, or who must be called."""
    urgent = {finding.fingerprint for finding in page.findings if finding.urgent == CALL}
    called = {person.address for person in report.people if urgent.intersection(person.findings)}
    return called.union(address for address, rank in _worst(page, report) if rank >= Severity.HIGH.rank)


def _worst(page: Outline, report: Report) -> list[tuple[str, int]]:
    """Return for each person the rank of the worst that is open, -1 for nothing."""
    rank = {finding.fingerprint: finding.severity.rank for finding in page.findings}
    return [(each.address, max((rank[m] for m in each.findings if m in rank), default=-1)) for each in report.people]


def _alarming_news(material: Material) -> bool:
    changes = material.changes.changes if material.changes else ()
    return any(each.kind in _NEWS and each.severity.rank >= Severity.HIGH.rank for each in changes)
