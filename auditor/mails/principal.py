"""What the mail for whoever is responsible says: 120 words and three people at most, read in twenty seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from auditor.mails.dates import day_words, minutes_words, moment_words
from auditor.mails.incidents import CALL
from auditor.mails.judging import at_risk, beware, judged, labels, tally
from auditor.mails.material import Material
from auditor.mails.passing import Passing, passing_words
from auditor.mails.plain import called, told
from auditor.mails.unchecked import unchecked
from auditor.models import Counts, Effort, Person, Report
from auditor.reports.entries import Entry, Task
from auditor.reports.outline import Outline
from auditor.reports.verdict import Level
from auditor.reports.words import how_many, severity_counts, tier_word

WORDS: Final = 120
"""Words of the text at the most."""
PEOPLE: Final = 3
"""People, or groups of people, of whom it speaks."""

_NAMED: Final = 2
"""So many people the verdict names, and counts the rest."""
_NOT_READ: Final = "not everything that decides was read."
_SHORTENED: Final = (
    "label",
    "next",
    "better",
    "rest",
    "organisation",
    "ask2",
    "ask1",
    "ask0",
    "verdict",
    "unseen",
    "passed",
)
"""In this order the parts are said in fewer words, until all of them fit."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The mail in parts. All text is safe; each part is a sentence or two, and may be empty."""

    level: Level
    tally: str
    call: str
    sentence: str
    label: str
    asks: tuple[str, ...]
    rest: str
    organisation: str
    unseen: str
    passed: str
    better: str
    next: str


def brief(
    material: Material, page: Outline, report: Report, passing: Sequence[Passing] = (), *, spent: int = 0
) -> Brief:
    """Return what the mail says within its words, of which ``spent`` stand above; ``page`` is made of ``report``."""
    found = judged(material, page)
    efforts = {result.policy: result.effort for result in report.results}
    chosen = sorted(page.people, key=_place)[:PEOPLE]
    said = {
        "verdict": tuple(f"{found.call}: {each}" for each in _sentences(material, page, chosen)),
        "label": (" ".join(labels(material)), " ".join(labels(material, brief=True))),
        **{f"ask{place}": _ask(entry, efforts) for place, entry in enumerate(chosen)},
        "rest": _rest(page, chosen, at_risk(page, report) if found.level in {"critical", "high"} else frozenset()),
        "organisation": _organisation(page, efforts),
        "unseen": unchecked(page, report),
        "passed": passing_words(passing),
        "better": _better(material),
        "next": _next(material),
    }
    parts = _fitted(said, WORDS - spent - len(chosen))
    return Brief(
        level=found.level,
        tally=tally(page, report, found.level),
        call=found.call,
        sentence=parts["verdict"].removeprefix(f"{found.call}: "),
        label=parts["label"],
        asks=tuple(parts[f"ask{place}"] for place in range(len(chosen))),
        rest=parts["rest"],
        organisation=parts["organisation"],
        unseen=parts["unseen"],
        passed=parts["passed"],
        better=parts["better"],
        next=parts["next"],
    )


def _fitted(said: Mapping[str, Sequence[str]], most: int) -> dict[str, str]:
    """Return one wording of each part, the longest that all of them together allow."""
    parts = {name: wordings[0] for name, wordings in said.items()}
    for name in _SHORTENED:
        for wording in said.get(name, ()):
            if sum(len(part.split()) for part in parts.values()) <= most:
                return parts
            parts[name] = wording
    return parts


def _sentences(material: Material, page: Outline, chosen: Sequence[Entry]) -> tuple[str, ...]:
    """Return the verdict's reason, the same in numbers, and in few words.

    It is told by name only where the mail speaks of all whom it is about: three people are enough.
    """
    found = judged(material, page)
    if found.level == "unseen":
        number = len(page.dark)
        short = f"{how_many(number, 'person', 'people')} could not be assessed fully." if number else _NOT_READ
    else:
        short = f"{severity_counts(finding.severity for finding in page.findings) or 'nothing'} open."
    spoken = {person.address for entry in chosen if len(entry.people) == 1 for person in entry.people}
    few = len(found.people) <= _NAMED and spoken.issuperset(found.people)
    by_name = (told(found.sentence, 600),) if few else ()
    numbers = (told(found.nameless, 600),) if found.nameless else ()
    return (*by_name, *numbers, f"{short}{beware(material)}")


def _place(entry: Entry) -> tuple[bool, int]:
    """Return the sort key: whoever must be called first, then by severity; ties as in the report."""
    return all(task.urgent != CALL for task in entry.tasks), -entry.worst.rank


def _rest(page: Outline, chosen: Sequence[Entry], risky: AbstractSet[str]) -> tuple[str, str]:
    """Return how many people there are besides, how many of them are at risk and how many must be called.

    Those at risk of whom the mail speaks and those that are said here are together as many as the subject says.
    """
    spoken = {person.address for entry in chosen for person in entry.people}
    others = {p.address: p for entry in page.people for p in entry.people if p.address not in spoken}
    if not others:
        return "", ""
    urgent = {task.urgent == CALL and p.address for e in page.people for task in e.tasks for p in e.people}
    calls = len(urgent & others.keys())
    beside = f", {calls:,} of them to call" if calls else ""
    grave = len(risky & others.keys())
    lesser = len(others) - grave
    if not grave:
        return f"{how_many(lesser, 'more person', 'more people')}{beside}: ask IT.", f"{lesser:,} more{beside}."
    less = f", {lesser:,} with less" if lesser else ""
    short = f"{grave:,} more at risk{less}{beside}."
    return f"{how_many(grave, 'more person', 'more people')} at risk{less}{beside}: ask IT.", short


def _ask(entry: Entry, efforts: Mapping[str, Effort | None]) -> tuple[str, str]:
    """Return who must do what, and how long it takes; in full and in few words."""
    task, more = entry.tasks[0], len(entry.tasks) - 1
    also = f" And {how_many(more, 'thing')} more." if more else ""
    each = " each" if len(entry.people) > 1 else ""
    effort = efforts.get(task.policy)
    number = 1 if each else len(task.findings)
    time = f"{minutes_words(effort.minutes * number)}{each}" if effort else "time unknown"
    who = _who(entry.people)
    if task.urgent == CALL:
        minutes = max((e.minutes for each in entry.tasks if (e := efforts.get(each.policy))), default=0)
        time = minutes_words(minutes) if minutes else "time unknown"
        return f"{who}: call, do not mail ({time}).", f"{who}: call, do not mail."
    ask = told(effort.ask, 60) if effort else "Talk with IT"
    by = "" if effort and effort.who == "person" else "IT: "
    wanted = ask if by else ask[:1].lower() + ask[1:]
    return f"{who}: {by}{wanted} ({time}).{also}", f"{who}: {by}{wanted} ({time})."


def _who(people: Sequence[Person]) -> str:
    first = people[0]
    if len(people) == 1:
        return f"{called(first.name or first.address)} ({called(tier_word(first.tier), words=2)})"
    return f"{len(people):,} people ({called(tier_word(first.tier), words=2)})"


def _organisation(page: Outline, efforts: Mapping[str, Effort | None]) -> tuple[str, ...]:
    if not page.organisation:
        return ("",)
    minutes = sum(_minutes(task, efforts) for task in page.organisation)
    calls = any(task.urgent == CALL for task in page.organisation)
    call = "Call IT about the organisation's mail, do not write. " if calls else ""
    number = how_many(len(page.organisation), "thing")
    time = f", about {minutes_words(minutes)}" if minutes else ""
    return f"{call}For IT to mend once for everybody: {number}{time}.", f"{call}{number} for IT."


def _minutes(task: Task, efforts: Mapping[str, Effort | None]) -> int:
    effort = efforts.get(task.policy)
    return effort.minutes * len(task.findings) if effort else 0


def _better(material: Material) -> tuple[str, ...]:
    changes = material.changes
    if material.sequence == 1:
        return "This is the first mail; the next says what got better.", "First mail."
    if changes is None:
        return "What got better cannot be said this time.", "What got better is unknown."
    since = min((each.since.finished for each in changes.tenants if each.since.finished), default=None)
    when = f" since {day_words(since, material.zone)}" if since else ""
    counts = changes.counts
    new = counts.opened + counts.came_back
    resolved = f"Better: {counts.resolved:,} resolved" if counts.resolved else "Nothing got better"
    hidden, briefly = _hidden(counts)
    return (
        f"{hidden}{resolved}{when}; {new:,} new.",
        f"{hidden}{resolved}; {new:,} new.",
        f"{briefly}{resolved}; {new:,} new.",
    )


def _hidden(counts: Counts) -> tuple[str, str]:
    """Return how much could be seen last time and cannot any more, as a sentence; it comes before what got better."""
    findings = how_many(counts.unverified, "finding") if counts.unverified else ""
    others = how_many(counts.went_dark, "judgement") if counts.went_dark else ""
    if not findings and not others:
        return "", ""
    said = " and ".join(filter(None, (findings, others)))
    return f"Worse: {said} can no longer be seen. ", f"Worse: {counts.unverified + counts.went_dark:,} no longer seen. "


def _next(material: Material) -> tuple[str, str]:
    when = moment_words(material.next_due, material.zone) if material.next_due else "when it is due"
    return f"Next mail: {when}. This was mail {material.sequence:,}.", f"Next: {when}. Mail {material.sequence:,}."
