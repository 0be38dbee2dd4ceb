"""Alerts: what cannot wait for the weekly mail, one message for each finding and channel. Pure.

Only what is new, or came back, is told; what the first audit brings to light is one message with a number in it,
because a backlog is no emergency. A channel where strangers may read learns roles and no names, and what strangers
wrote (names of rules, addresses) is told only where people are named in full.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.config_delivery import Names
from auditor.mails.naming import initials
from auditor.models import Change, ChangeKind, Finding, Message, MessageKind, Person, Report
from auditor.reports.neutral import neutral
from auditor.reports.words import how_many, listed, tier_word

_NEW: Final = {ChangeKind.OPENED: "New", ChangeKind.CAME_BACK: "Back again"}
_DARK: Final = frozenset({ChangeKind.WENT_DARK, ChangeKind.UNVERIFIED})


@dataclass(frozen=True, slots=True)
class Channel:
    """Somewhere to tell alerts: its name, how people are named there, how many more it takes within this hour."""

    name: str
    names: Names
    room: int


@dataclass(frozen=True, slots=True)
class _News:
    """A finding that cannot wait, what is new about it, and whom it concerns."""

    change: Change
    finding: Finding
    title: str
    person: Person | None


def alerts(
    report: Report,
    channels: Iterable[Channel],
    *,
    alarming: Collection[str],
    sequence: int,
    told: Collection[str] = frozenset(),
) -> tuple[Message, ...]:
    """Return the messages to send after an audit, worst first; ``alarming`` are the policies of which one is told.

    ``sequence`` is the number of the first. ``told`` are the ids of messages that were made before: what they tell is
    not told again, alone or among the rest. The same report gives the same messages with the same ids.
    """
    news = _news(report, alarming)
    backlog = _backlog(report, alarming)
    made: list[Message] = []
    for channel in channels:
        if backlog:
            mark = f"backlog-{'-'.join(_first_audited(report))}"
            made.append(_message(report, channel, mark, *_of_backlog(report, backlog)))
        if dark := [each for each in _changes(report) if each.kind in _DARK and each.policy in alarming]:
            mark = f"dark-{report.audit.id[:12]}"
            made.append(_message(report, channel, mark, *_of_dark(dark)))
        last = f"rest-{report.audit.id[:12]}"
        if _id(last, channel) in told:
            continue
        fresh = [each for each in news if _id(_mark(report, each), channel) not in told]
        # One place is kept for the message that counts the rest.
        alone = len(fresh) if len(fresh) <= channel.room else max(0, channel.room - 1)
        for each in fresh[:alone]:
            mark = _mark(report, each)
            made.append(_message(report, channel, mark, *_of_finding(channel, each)))
        if rest := fresh[alone:]:
            made.append(_message(report, channel, last, *_of_rest(rest)))
    untold = (each for each in made if each.id not in told)
    return tuple(each.model_copy(update={"sequence": sequence + place}) for place, each in enumerate(untold))


def _mark(report: Report, news: _News) -> str:
    return f"{news.finding.fingerprint}-{report.audit.id[:12]}"


def _id(mark: str, channel: Channel) -> str:
    return f"alert-{mark}-{channel.name}"


def _news(report: Report, alarming: Collection[str]) -> Sequence[_News]:
    findings = {finding.fingerprint: finding for finding in report.findings}
    titles = {result.policy: result.title for result in report.results}
    people: Mapping[str, Person] = {mark: person for person in report.people for mark in person.findings}
    found = [
        _News(
            change,
            findings[change.fingerprint],
            titles.get(change.policy, change.policy),
            people.get(change.fingerprint),
        )
        for change in _changes(report)
        if change.kind in _NEW and change.policy in alarming and change.fingerprint in findings
    ]
    return sorted(found, key=lambda each: (-each.finding.severity.rank, each.finding.policy, each.finding.fingerprint))


def _changes(report: Report) -> Sequence[Change]:
    return report.changes.changes if report.changes else ()


def _first_audited(report: Report) -> Sequence[str]:
    """Return the tenants that were audited for the first time."""
    every = report.changes.tenants if report.changes else ()
    return [each.since.tenant for each in every if each.since.audit is None]


def _backlog(report: Report, alarming: Collection[str]) -> int:
    """Return how many alarming findings a first audit brought to light."""
    first = set(report.changes.baseline) if report.changes else set()
    return sum(finding.fingerprint in first and finding.policy in alarming for finding in report.findings)


def _of_backlog(report: Report, number: int) -> tuple[str, str]:
    what = how_many(number, "finding")
    where = listed([neutral(each, 60) for each in _first_audited(report)], 5) or neutral(report.organisation, 100)
    text = f"The first audit of {where} is done. From now on each of {what} would be an alarm. They may be old:"
    return f"{what} to look at first", f"{text} the report says which they are, and whom to call."


def _of_dark(dark: Sequence[Change]) -> tuple[str, str]:
    """Return what is said where an audit lost sight of something: whoever hides would begin with that."""
    hidden = sum(each.kind is ChangeKind.UNVERIFIED for each in dark)
    judged = how_many(len(dark) - hidden, "judgement")
    found = f", and {how_many(hidden, 'open finding is', 'open findings are')} hidden" if hidden else ""
    text = f"What could be read last time cannot be read now: {judged} went dark{found}."
    return "The auditor lost sight of something", f"{text} Somebody may have wished so. Look at once: auditor status"


def _of_finding(channel: Channel, news: _News) -> tuple[str, str]:
    rule = neutral(news.title, 200)
    lines = [f"{_NEW[news.change.kind]}, {news.finding.severity}. This does not hold any more: {rule}."]
    lines.append(f"Whom it concerns: {_who(news.person, channel.names)}.")
    if channel.names == "full":
        lines.append(neutral(news.finding.message, 400))
    if news.finding.urgent == "call":
        lines.append("Call, do not mail: somebody else may be reading the mailbox.")
    lines.append(f"Tenant: {neutral(news.finding.tenant, 60)}. What to click stands in the report.")
    return f"{_NEW[news.change.kind]}: {rule}", "\n".join(lines)


def _of_rest(rest: Sequence[_News]) -> tuple[str, str]:
    what = how_many(len(rest), "more alert")
    told = ", ".join(sorted(_counted(rest)))
    return what, f"{what} within this hour, not told one by one: {told}. All of them stand in the report."


def _counted(rest: Sequence[_News]) -> Iterator[str]:
    titles = [each.title for each in rest]
    yield from (f"{titles.count(title)} x {neutral(title, 200)}" for title in dict.fromkeys(titles))


def _who(person: Person | None, names: Names) -> str:
    """Return how a channel calls somebody."""
    if person is None:
        return "the organisation"
    role = tier_word(person.tier)
    name = neutral(person.name or person.address, 60)
    if names == "full":
        return f"{name}, {neutral(person.address, 80)} ({role})"
    return f"{initials(person)} ({role})" if names == "initials" else f"one account ({role})"


def _message(report: Report, channel: Channel, mark: str, subject: str, text: str) -> Message:
    """Return a message, which gets its number when it is known which of them are sent."""
    return Message(
        id=_id(mark, channel),
        kind=MessageKind.ALERT,
        sequence=0,
        due=report.audit.finished,
        subject=f"{neutral(report.organisation, 60)}: {subject}",
        text=text,
        recipients=(channel.name,),
    )
