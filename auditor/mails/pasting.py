"""The message that IT pastes to a person: what was found, what to do about it, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from auditor.mails.dates import minutes_words
from auditor.mails.incidents import CALL
from auditor.mails.plain import FIX, called, told
from auditor.models import Person, PolicyResult
from auditor.reports.entries import Task
from auditor.reports.neutral import neutral
from auditor.reports.words import steps

Results = Mapping[tuple[str, str], PolicyResult]
"""Results by policy and tenant."""

_MOST_TASKS, _MOST_MESSAGES = 3, 3


def by_policy(results: Iterable[PolicyResult]) -> Results:
    """Return the results by policy and tenant."""
    return {(result.policy, result.tenant): result for result in results}


def for_the_person(tasks: Iterable[Task], results: Results) -> tuple[Task, ...]:
    """Return the tasks that the person has to mend, worst first; none if there is anything to call about."""
    every = tuple(tasks)
    if any(task.urgent == CALL for task in every):
        return ()
    efforts = ((task, results.get((task.policy, task.tenant))) for task in every)
    return tuple(task for task, result in efforts if result and result.effort and result.effort.who == "person")


def greeting(person: Person | None) -> str:
    """Return how a message begins: ``Hello Priya,``; without a name where there is none, or none to be told."""
    words = person.name.split() if person and "@" in person.address else []
    first = called(words[0], words=1, limit=20) if words and words[0][:1].isalpha() else ""
    return f"Hello {first}," if first else "Hello,"


def paragraphs(tasks: Sequence[Task], results: Results, *, organisation: str, person: Person | None) -> tuple[str, ...]:
    """Return the message, a paragraph each, for one person; or, without one, for several who share one task."""
    chosen = tasks[:_MOST_TASKS]
    one = len(chosen) == 1
    what = "something that only you can mend" if one else f"{len(chosen)} things that only you can mend"
    parts = [
        greeting(person),
        f"the weekly security audit of {told(organisation, 60)} found {what}.",
    ]
    for number, task in enumerate(chosen, start=1):
        parts += _task(task, results, mark="" if one else f"{number}. ", alone=person is not None)
    return (*parts, "Please answer when it is done. If anything looks strange, call me before you click.")


def _task(task: Task, results: Results, *, mark: str, alone: bool) -> list[str]:
    result = results[task.policy, task.tenant]
    found = [told(each.message) for each in task.findings[:_MOST_MESSAGES]]
    more = len(task.findings) - len(found)
    beside = f" (and {more:,} more of the same kind)" if more > 0 else ""
    what = f"{'; '.join(found)}{beside}" if alone else f"Not so with you yet: {neutral(task.title)}"
    number = len(task.findings) if alone else 1
    time = f" It takes about {minutes_words(result.effort.minutes * number)}." if result.effort else ""
    clicks = " ".join(neutral(step, FIX) for step in steps(task.fix))
    parts = [f"{mark}{_ended(what)}", f"What to do: {_ended(clicks)}{time}"]
    return [*parts, f"Why: {neutral(' '.join(result.why.split()), FIX)}"] if result.why else parts


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", ":")) else f"{sentence}."
