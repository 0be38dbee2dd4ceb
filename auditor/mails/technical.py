"""What the mail for IT says: what changed, who must click what, what was not seen, and how the auditor itself is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from auditor.mails.cards import Card, Job, card_of, job_of, more_words
from auditor.mails.changed import Group, groups
from auditor.mails.condition import Line, condition
from auditor.mails.dates import moment_words
from auditor.mails.incidents import CALL, STEPS
from auditor.mails.judging import judged, labels, tally
from auditor.mails.material import Material
from auditor.mails.passing import Passing, passing_group
from auditor.mails.pasting import by_policy
from auditor.mails.plain import FIX, NAME, SENTENCE, called, told
from auditor.models import Exempted, Report
from auditor.reports.doubts import Doubt
from auditor.reports.entries import Entry
from auditor.reports.neutral import neutral
from auditor.reports.news import News
from auditor.reports.outline import Outline
from auditor.reports.unseen import Unseen
from auditor.reports.verdict import Level
from auditor.reports.words import kind_words, listed, tier_word

ENDING: Final = timedelta(weeks=4)
"""Exemptions that end within so long are told."""
_MOST_CALLS: Final = 100
"""People to call who are named, however short the lists."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that was not seen."""

    what: str
    where: str
    reason: str
    remedy: str
    suspicious: bool


@dataclass(frozen=True, slots=True)
class Row:
    """How much was read of one kind in one tenant."""

    kind: str
    read: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The mail in parts. All text is safe."""

    level: Level
    tally: str
    call: str
    sentence: str
    caveats: tuple[str, ...]
    labels: tuple[str, ...]
    since: tuple[str, ...]
    changed: str
    groups: tuple[Group, ...]
    """Headings, each with its lines and how many more there are."""
    calls: tuple[str, ...]
    """Who must be called, each with the tier; nothing else is said of them."""
    more_calls: str
    steps: tuple[str, ...]
    """What to do about those who must be called."""
    cards: tuple[Card, ...]
    more_cards: str
    jobs: tuple[Job, ...]
    more_jobs: str
    ending: tuple[Line, ...]
    unread: tuple[Unread, ...]
    more_unread: str
    whole: str
    coverage: tuple[tuple[str, tuple[Row, ...]], ...]
    """By tenant."""
    health: tuple[Line, ...]
    next: str


def sheet(material: Material, page: Outline, report: Report, passing: Sequence[Passing] = (), *, most: int) -> Sheet:
    """Return what the mail says, with at most ``most`` entries in each list; ``page`` is made of ``report``."""
    found, results = judged(material, page), by_policy(report.results)
    calls = [entry for entry in page.people if _is_call(entry)]
    entries = [entry for entry in page.people if not _is_call(entry)]
    unread = (*map(_unread, page.unseen), *map(_doubtful, page.doubts))
    return Sheet(
        level=found.level,
        tally=tally(page, report, found.level),
        call=found.call,
        sentence=told(found.sentence, 600),
        caveats=tuple(told(caveat, 600) for caveat in found.caveats),
        labels=labels(material),
        since=_since(material, page.news),
        changed=_changed(page.news, len(passing)),
        groups=(
            *groups(report.changes.changes if report.changes else (), most),
            *passing_group(passing, material.zone, most),
        ),
        calls=tuple(_name(entry) for entry in calls[:_MOST_CALLS]),
        more_calls=more_words(len(calls) - _MOST_CALLS, "person to call", "people to call"),
        steps=STEPS,
        cards=tuple(card_of(entry, results, report.organisation, most) for entry in entries[:most]),
        more_cards=more_words(sum(len(entry.people) for entry in entries[most:]), "person", "people"),
        jobs=tuple(job_of(task, results, most, heading=True) for task in page.organisation[:most]),
        more_jobs=more_words(len(page.organisation) - most, "setting", "settings"),
        ending=tuple(_ending(page, material.now.date(), most)),
        unread=unread[:most],
        more_unread=more_words(len(unread) - most, "reason", "reasons"),
        whole="Everything that was asked for was read to the end." if page.whole and not unread else "",
        coverage=_coverage(page, most),
        health=condition(material),
        next=_next(material),
    )


def _is_call(entry: Entry) -> bool:
    return any(task.urgent == CALL for task in entry.tasks)


def _name(entry: Entry) -> str:
    person = entry.people[0]
    return f"{told(person.name or person.address, NAME)}, {told(tier_word(person.tier), NAME)}"


def _since(material: Material, news: News | None) -> tuple[str, ...]:
    if material.sequence == 1:
        return ("This is the first mail: what is open now is the baseline, and not new.",)
    return tuple(told(each) for each in news.since) if news else ()


def _changed(news: News | None, passed: int) -> str:
    said = news.sentence if news else "What changed since the last mail cannot be said."
    return f"{said} {passed:,} came and went in between." if passed else said


def _ending(page: Outline, today: date, most: int) -> list[Line]:
    """Return the exemptions that end soon, and whatever else is to be said about exemptions."""
    soon = [each for each in page.exempted if each.until - today <= ENDING]
    lines = [Line(each.finding.severity.value, _excused(each), f"until {each.until}") for each in soon[:most]]
    lines += [Line("", told(each.message), told(each.remedy)) for each in page.notices[:most]]
    left = len(soon[most:]) + len(page.notices[most:])
    return [*lines, Line("", more_words(left, "exemption", "exemptions"))] if left else lines


def _excused(each: Exempted) -> str:
    return f"{told(each.finding.message)} ({called(each.exemption.owner)} answers for it)"


def _unread(group: Unseen) -> Unread:
    names = [told(label, NAME) for label in group.labels]
    what = names[0] if len(names) == 1 else f"{told(group.what)}: {listed(names, 8)}" if names else told(group.what)
    missing = ", ".join(told(kind_words(kind), NAME) for kind in group.kinds)
    fields = f" ({', '.join(told(field, NAME) for field in group.fields)})" if group.fields else ""
    detail = "".join(f" {told(detail)}" for detail in group.details[:1])
    return Unread(
        what=what,
        where=told(group.tenant, NAME) if group.kinds else "",
        reason=f"{missing}{fields} not seen: {group.reason}.{detail}".strip(),
        remedy=told(group.remedy, FIX),
        suspicious=group.suspicious,
    )


def _doubtful(doubt: Doubt) -> Unread:
    names = listed([told(label, NAME) for label in doubt.labels], 3)
    reason = f"{told(doubt.what, NAME)}: {names}. " if names else ""
    return Unread(
        what=neutral(doubt.title, SENTENCE),
        where=told(doubt.tenant, NAME),
        reason=f"{reason}Not judged ({told(doubt.reason).rstrip('.')}).",
        remedy="",
        suspicious=False,
    )


def _coverage(page: Outline, most: int) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """Return the table by tenant; of tenants beyond ``most``, only what is incomplete."""
    tenants = sorted({tenant for _, tenant in page.coverage})
    found = []
    for place, tenant in enumerate(tenants):
        cells = [(kind, cell) for (kind, other), cell in page.coverage.items() if other == tenant]
        rows = tuple(
            Row(
                kind=told(kind_words(kind), NAME),
                read=f"{cell.read:,} of {cell.targets:,}"
                + (f", {cell.not_applicable:,} with nothing to read" if cell.not_applicable else ""),
                complete=cell.complete,
            )
            for kind, cell in cells
            if place < most or not cell.complete
        )
        found.append((told(tenant, NAME), rows[: 2 * most]))
    return tuple(found[: 2 * most])


def _next(material: Material) -> str:
    when = moment_words(material.next_due, material.zone) if material.next_due else "when it is due"
    return f"This is mail {material.sequence:,} for IT. The next one comes {when}."
