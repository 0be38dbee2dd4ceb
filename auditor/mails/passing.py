"""What came and went between two mails: it stands in neither audit, and would be told nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from auditor.config_delivery import Names
from auditor.mails.changed import Group, group, message
from auditor.mails.condition import Line
from auditor.mails.dates import day_words
from auditor.mails.incidents import SENTENCE, quiet
from auditor.mails.naming import renamed
from auditor.models import Change, ChangeKind, Changes, Counts, Report
from auditor.reports.words import how_many
from auditor.store import Passed

HEADING: Final = "Came and went"


@dataclass(frozen=True, slots=True)
class Passing:
    """Something that came and went, as it may be told."""

    change: Change
    """That it was opened."""
    first: datetime
    last: datetime
    """The first and the last moment at which it is known to have been there."""

    @property
    def urgent(self) -> bool:
        """Whether somebody is to be called about it."""
        return self.change.message.endswith(SENTENCE)


def opened(each: Passed) -> Change:
    """Return the news that it would have been when it began."""
    found = each.outcome
    return Change(
        kind=ChangeKind.OPENED,
        policy=found.policy,
        tenant=each.tenant,
        fingerprint=found.fingerprint,
        severity=found.severity,
        fact=found.fact,
        message=found.text,
    )


def told_of(passed: Sequence[Passed], report: Report, changes: Sequence[Change]) -> tuple[Passing, ...]:
    """Return what came and went, discreetly; ``changes`` are the news of it, and of ``report`` the people's names."""
    said = quiet(report, changes)
    return tuple(Passing(change, each.first, each.last) for change, each in zip(said, passed, strict=True))


def named(passed: Sequence[Passed], report: Report, names: Names) -> tuple[Change, ...]:
    """Return the news that it would have been, in the same order, with people named as they shall be."""
    news = Changes(changes=tuple(map(opened, passed)), counts=Counts(), tenants=())
    shown = renamed(report.model_copy(update={"changes": news}), names).changes
    return shown.changes if shown else ()


def passing_group(passing: Sequence[Passing], zone: tzinfo, most: int) -> tuple[Group, ...]:
    """Return the group of lines for IT; none where nothing came and went."""
    return (group(HEADING, _lines(passing, zone), most),) if passing else ()


def _lines(passing: Sequence[Passing], zone: tzinfo) -> Iterator[Line]:
    """Yield a line each, whoever is to be called first; of them nothing else is said, not even when."""
    for each in sorted(passing, key=lambda each: (not each.urgent, -each.change.severity.rank)):
        if each.urgent:
            yield Line(each.change.severity.value, message(each.change))
        else:
            yield Line("pass", message(each.change), _when(each, zone))


def _when(each: Passing, zone: tzinfo) -> str:
    first, last = day_words(each.first, zone), day_words(each.last, zone)
    return f"seen on {first}" if first == last else f"seen from {first} to {last}"


def passing_words(passing: Sequence[Passing]) -> tuple[str, str]:
    """Return what the principal learns: that something urgent came and went, in full and in few words."""
    number = sum(each.urgent for each in passing)
    urgent = how_many(number, "urgent finding")
    return (f"{urgent} came and went in between: call IT.", f"{urgent} came and went.") if number else ("", "")
