"""What the mail to a person says: one thing to do, and never a word about an intruder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from auditor.mails.dates import minutes_words
from auditor.mails.incidents import CALL
from auditor.mails.pasting import by_policy, for_the_person, greeting
from auditor.mails.plain import FIX, SENTENCE, told
from auditor.models import Person, Report
from auditor.reports.entries import Task, tasks
from auditor.reports.neutral import neutral
from auditor.reports.words import steps

_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Request:
    """The mail in parts. All text is safe but the address, which has the form of one."""

    address: str
    greeting: str
    ask: str
    minutes: str
    said: tuple[str, ...]
    more: str
    steps: tuple[str, ...]
    why: str


def requests(report: Report) -> Iterator[Request]:
    """Yield one request for everybody who has something to mend, in the order of people.

    Nobody gets one about whom there is anything to call about, because an intruder may read the mailbox; nobody from
    outside, because strangers need not know; and nobody whose address is none.
    """
    findings = {finding.fingerprint: finding for finding in report.findings}
    titles = {result.policy: result.title for result in report.results}
    results = by_policy(report.results)
    for person in report.people:
        mine = tasks((findings[mark] for mark in person.findings if mark in findings), titles)
        if person.tier == "outside" or not _ADDRESS.fullmatch(person.address):
            continue
        if any(finding.urgent == CALL for task in mine for finding in task.findings):
            continue
        for task in for_the_person(mine, results)[:1]:
            result = results[task.policy, task.tenant]
            assert result.effort  # noqa: S101 - only such tasks are for the person
            yield _request(person, task, result.effort.ask, result.effort.minutes, result.why)


def _request(person: Person, task: Task, ask: str, minutes: int, why: str) -> Request:
    left = len(task.findings) - _MOST
    return Request(
        address=person.address,
        greeting=greeting(person),
        ask=neutral(ask, 60),
        minutes=minutes_words(minutes * len(task.findings)),
        said=tuple(told(finding.message, SENTENCE) for finding in task.findings[:_MOST]),
        more=f"and {left:,} more of the same kind" if left > 0 else "",
        steps=tuple(neutral(step, FIX) for step in steps(task.fix)),
        why=neutral(" ".join(why.split()), FIX),
    )
