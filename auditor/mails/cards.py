"""Who must do what: people with their tasks as a mail to IT has them, each with its clicks and a message to copy."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.mails.dates import minutes_words
from auditor.mails.incidents import CALL, TITLE
from auditor.mails.pasting import Results, for_the_person, paragraphs
from auditor.mails.plain import FIX, NAME, SENTENCE, told
from auditor.models import Finding
from auditor.reports.entries import Entry, Task
from auditor.reports.neutral import neutral
from auditor.reports.words import how_many, listed, people_of, raised_words, steps, tier_word

_MOST_MESSAGES = 5


@dataclass(frozen=True, slots=True)
class Job:
    """What one click path mends."""

    heading: str
    severity: str
    said: tuple[str, ...]
    more: str
    steps: tuple[str, ...]
    time: str


@dataclass(frozen=True, slots=True)
class Card:
    """One person, or several with the same task."""

    name: str
    who: str
    """Tier and address of one person; the names of several."""
    alone: bool
    jobs: tuple[Job, ...]
    paste: tuple[str, ...]
    """The message for the person, a paragraph each; empty where there is none to send."""
    dark: str


def card_of(entry: Entry, results: Results, organisation: str, most: int) -> Card:
    """Return the card of one entry of the report, with at most ``most`` tasks or names."""
    person = entry.people[0]
    theirs = for_the_person(entry.tasks, results)
    alone = len(entry.people) == 1
    jobs = tuple(job_of(task, results, most, shared=entry.shared) for task in entry.tasks[:most])
    # Without shared words each has findings of their own, which one message for all could not name.
    paste = (
        paragraphs(theirs, results, organisation=organisation, person=person if alone else None)
        if theirs and (alone or entry.shared is not None)
        else ()
    )
    if alone:
        address = f" <{told(person.address, NAME)}>" if "@" in person.address else ""
        dark = f"{how_many(person.unknowns, 'judgement')} missing: not everything was seen." if person.unknowns else ""
        return Card(
            name=told(person.name or person.address, NAME),
            who=f"{_tier(person.tier)}{address}",
            alone=True,
            jobs=jobs,
            paste=paste,
            dark=dark,
        )
    return Card(
        name=people_of(len(entry.people), neutral(person.tier, 30)),
        who=listed([told(each.name or each.address, NAME) for each in entry.people], most),
        alone=False,
        jobs=jobs,
        paste=paste,
        dark="",
    )


def _tier(tier: str) -> str:
    return told(tier_word(tier), 30)


def job_of(task: Task, results: Results, most: int, *, heading: bool = False, shared: str | None = None) -> Job:
    """Return one task as it is shown: ``shared`` is said of each of several; ``heading`` where nobody is named."""
    result = results.get((task.policy, task.tenant))
    effort = result.effort if result else None
    number = len(task.findings)
    shown = task.findings[: min(most, _MOST_MESSAGES)]
    said = (_each(shared),) if shared else tuple(_said(finding) for finding in shown)
    left = 0 if shared else number - len(said)
    title = TITLE if task.urgent == CALL else task.title
    by = "" if effort is None or effort.who == "administrator" else ", with the person"
    each = " each" if shared else ""
    time = f"about {minutes_words(effort.minutes * (1 if shared else number))}{each}{by}" if effort else ""
    return Job(
        heading=f"{neutral(title, SENTENCE)} ({told(task.tenant, NAME)})" if heading else "",
        severity=task.severity.value,
        said=said,
        more=more_words(left, "of the same kind", "of the same kind"),
        steps=tuple(neutral(step, FIX) for step in steps(task.fix)),
        time=time,
    )


def _each(shared: str) -> str:
    """Return what is said of each of several people: ``Each has no second factor``."""
    return told("Each " + shared.removeprefix("… ") if shared.startswith("… ") else shared)


def _said(finding: Finding) -> str:
    raised = f" ({raised_words(finding)})" if finding.raised_from is not None else ""
    return told(finding.message) + raised


def more_words(number: int, one: str, many: str) -> str:
    """Return the line that stands where a long list was cut; empty where it was not."""
    return f"and {how_many(number, f'more {one}', f'more {many}')} in the report" if number > 0 else ""
