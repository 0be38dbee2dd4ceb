"""What the mail for whoever is responsible says: 120 words and three people at most, read in twenty seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from auditor.mails.dates import day_words, minutes_words, moment_words
from auditor.mails.incidents import CALL
from auditor.mails.judging import beware, judged, labels, tally
from auditor.mails.material import Material
from auditor.mails.plain import called, told
from auditor.models import Effort, Person, Report
from auditor.reports.entries import Entry, Task
from auditor.reports.neutral import neutral
from auditor.reports.outline import Outline
from auditor.reports.unseen import Unseen
from auditor.reports.verdict import Level, verdict
from auditor.reports.words import how_many, kind_words, listed, severity_counts, tier_word

WORDS: Final = 120
"""Words of the text at the most."""
PEOPLE: Final = 3
"""People, or groups of people, of whom it speaks."""

_NOT_READ: Final = "not everything that decides was read."
_SHORTENED: Final = ("label", "better", "rest", "organisation", "ask2", "ask1", "ask0", "verdict", "unseen", "next")
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
    better: str
    next: str


def brief(material: Material, page: Outline, report: Report, *, spent: int = 0) -> Brief:
    """Return what the mail says within its words, of which ``spent`` stand above; ``page`` is made of ``report``."""
    found = judged(material, page)
    efforts = {result.policy: result.effort for result in report.results}
    chosen = sorted(page.people, key=_place)[:PEOPLE]
    said = {
        "verdict": tuple(f"{found.call}: {each}" for each in _sentences(material, page, chosen, report)),
        "label": (" ".join(labels(material)), " ".join(labels(material, brief=True))),
        **{f"ask{place}": _ask(entry, efforts) for place, entry in enumerate(chosen)},
        "rest": _rest(page, chosen),
        "organisation": _organisation(page, efforts),
        "unseen": _unseen(page, report.people),
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


def _sentences(material: Material, page: Outline, chosen: Sequence[Entry], report: Report) -> tuple[str, ...]:
    """Return the verdict's reason, the same without names, and in few words.

    It is not told by name where it names somebody of whom the mail does not speak otherwise: three people are enough.
    """
    found = judged(material, page)
    somebody = tuple(person.model_copy(update={"name": "somebody"}) for person in report.people)
    nameless = judged(material, replace(page, verdict=verdict(report.model_copy(update={"people": somebody}))))
    if found.level == "unseen":
        number = len(page.dark)
        short = f"{how_many(number, 'person', 'people')} could not be assessed fully." if number else _NOT_READ
    else:
        short = f"{severity_counts(finding.severity for finding in page.findings) or 'nothing'} open."
    wordings = (told(nameless.sentence, 600), f"{short}{beware(material)}")
    spoken = {person.address for entry in chosen if len(entry.people) == 1 for person in entry.people}
    others = [person for person in report.people if person.address not in spoken]
    return wordings if _named(found.sentence, others) else (told(found.sentence, 600), *wordings)


def _named(words: str, people: Iterable[Person]) -> bool:
    """Whether anybody is named in words, as the verdict names people."""
    return any(neutral(person.name or person.address, 60) in words for person in people)


def _place(entry: Entry) -> tuple[bool, int]:
    """Return the sort key: whoever must be called first, then by severity; ties as in the report."""
    return all(task.urgent != CALL for task in entry.tasks), -entry.worst.rank


def _rest(page: Outline, chosen: Sequence[Entry]) -> tuple[str, str]:
    """Return how many people there are besides, and how many of them must be called."""
    others = [entry for entry in page.people if entry not in chosen]
    left = sum(len(entry.people) for entry in others)
    if not left:
        return "", ""
    calls = sum(any(task.urgent == CALL for task in entry.tasks) for entry in others)
    beside = f", {calls:,} of them to call" if calls else ""
    return f"{how_many(left, 'more person', 'more people')}{beside}: ask IT.", f"{left:,} more{beside}."


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


def _unseen(page: Outline, people: Sequence[Person]) -> tuple[str, ...]:
    """Return what could not be checked; there is always a sentence, because silence would be taken for a yes."""
    reasons = len(page.unseen) + len(page.doubts)
    if page.whole and not reasons:
        return ("Everything was read that should be.",)
    if not reasons:
        return ("Could not be checked: not everything was read.",)
    doubtful = (f"{told(each.what, 40)} by one policy" if each.labels else "one policy" for each in page.doubts)
    names = [*(_what(group, people) for group in page.unseen), *doubtful]
    return (
        f"Could not be checked: {listed(names, 3)}.",
        f"Could not be checked: {listed(names, 1)}.",
        f"Could not be checked: {how_many(reasons, 'thing')}: ask IT.",
    )


def _what(group: Unseen, people: Sequence[Person]) -> str:
    label = group.labels[0] if len(group.labels) == 1 else ""
    somebody = any(word and word in label for person in people for word in (person.name, person.address))
    what = called(label) if label and not somebody and not group.suspicious else called(group.what)
    kinds = listed([kind_words(kind) for kind in group.kinds], 1)
    return f"{what} ({told(kinds, 40)})" if kinds else what


def _better(material: Material) -> tuple[str, str]:
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
    return f"{resolved}{when}; {new:,} new.", f"{resolved}; {new:,} new."


def _next(material: Material) -> tuple[str, str]:
    when = moment_words(material.next_due, material.zone) if material.next_due else "when it is due"
    return f"Next mail: {when}. This was mail {material.sequence:,}.", f"Next: {when}. Mail {material.sequence:,}."
