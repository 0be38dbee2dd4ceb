"""What could not be checked, in plain words for whoever is responsible: ``the mail rules of 39 mailboxes``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from auditor.mails.plain import NAME, told
from auditor.models import Gap, Report
from auditor.reports.outline import Outline
from auditor.reports.unseen import LOCKED_OUT
from auditor.reports.verdict import unexplained
from auditor.reports.words import how_many, kind_words, listed

_OF_MAILBOXES: Final = {
    "mail_rule": "mail rules",
    "mailbox_grant": "delegates",
    "mailbox": "settings",
    "forwarding_policy": "forwarding",
}
"""What a mailbox has, by the kind of fact that is missing."""
_OF_ACCOUNTS: Final = {
    "last_sign_in": "last sign-ins",
    "mfa": "second factors",
    "may_forward": "forwarding",
    "": "details",
}
"""What an account has, by how the missing field begins."""
_MOST: Final = 3


def unchecked(page: Outline, report: Report) -> tuple[str, ...]:
    """Return what could not be checked, in ever fewer words.

    There is always a sentence, because silence would be taken for a yes. Nobody and nothing of strangers is named.
    """
    names = _names(page, report)
    if not names:
        return (
            ("Everything was read that should be." if page.whole else "Could not be checked: not everything was read."),
        )
    wordings = [f"Could not be checked: {listed(names, most)}." for most in (_MOST, 1)]
    return (*wordings, f"Could not be checked: {how_many(len(names), 'thing')}: ask IT.")


def _names(page: Outline, report: Report) -> list[str]:
    """Return what is not known, what concerns a whole tenant first, then the most places."""
    gaps = [gap for row in report.coverage for gap in row.gaps]
    locked = sorted({gap.tenant for gap in gaps if gap.source == LOCKED_OUT})
    gaps = [gap for gap in gaps if gap.source != LOCKED_OUT]
    names = [f"everything in {told(tenant, NAME)}" for tenant in locked]
    names += _listings(report, [gap for gap in gaps if gap.owner is None])
    names += _places(gap for gap in gaps if gap.owner is not None)
    questions: defaultdict[str, int] = defaultdict(int)
    for doubt in page.doubts:
        questions[doubt.kind] += len(doubt.labels)
    names += [
        f"{how_many(number, 'question')} about {told(kind_words(kind), NAME)}"
        for kind, number in sorted(questions.items(), key=lambda each: (-each[1], each[0]))
        if number
    ]
    policies = sum(not doubt.labels for doubt in page.doubts)
    return [*names, how_many(policies, "whole policy", "whole policies")] if policies else names


def _listings(report: Report, gaps: Iterable[Gap]) -> list[str]:
    """Return what hangs on nobody in particular: all of a kind of fact, or some."""
    kinds = {gap.kind for gap in gaps if not gap.fields} | {row.kind for row in report.coverage if unexplained(row)}
    seen = {row.kind for row in report.coverage if row.read}
    names = [f"{'some' if kind in seen else 'all'} {told(kind_words(kind), NAME)}" for kind in sorted(kinds)]
    fields = {name for gap in gaps if gap.fields and gap.kind not in kinds for name in _fields(gap)}
    return names + sorted(fields)


def _fields(gap: Gap) -> Iterator[str]:
    """Yield what is missing of facts that were read otherwise."""
    if gap.kind == "account":
        yield from (f"{_of_account(field)} of some accounts" for field in gap.fields)
    else:
        yield (
            "details of the organisation" if gap.kind == "tenant" else f"details of {told(kind_words(gap.kind), NAME)}"
        )


def _of_account(field: str) -> str:
    return next(words for beginning, words in _OF_ACCOUNTS.items() if field.startswith(beginning))


def _places(gaps: Iterable[Gap]) -> list[str]:
    """Return what hangs on people, put together where the same is missing of the same; the most places first."""
    owners: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for gap in gaps:
        noun, parts = ("mailbox", [_OF_MAILBOXES[gap.kind]]) if gap.kind in _OF_MAILBOXES else _of_people(gap)
        for part in parts:
            owners[noun, part].add((gap.tenant, str(gap.owner)))
    alike: defaultdict[tuple[str, frozenset[tuple[str, str]]], list[str]] = defaultdict(list)
    for (noun, part), places in sorted(owners.items()):
        alike[noun, frozenset(places)].append(part)
    ordered = sorted(alike.items(), key=lambda each: (-len(each[0][1]), each[1]))
    return [f"the {listed(parts, 4)} of {_counted(noun, len(places))}" for (noun, places), parts in ordered]


def _counted(noun: str, number: int) -> str:
    return how_many(number, "mailbox", "mailboxes") if noun == "mailbox" else how_many(number, noun)


def _of_people(gap: Gap) -> tuple[str, list[str]]:
    if gap.kind != "account":
        return "account", [told(kind_words(gap.kind), NAME)]
    return "account", sorted({_of_account(field) for field in gap.fields}) or ["details"]
