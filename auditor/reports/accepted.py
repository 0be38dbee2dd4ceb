"""What was accepted, for a terminal: findings that exemptions excuse, and what is to be said about exemptions."""

from __future__ import annotations

from typing import Final

from rich.console import RenderableType
from rich.text import Text

from auditor.models import Exempted, Notice
from auditor.reports.lines import FIX, NAME, SENTENCE, line, more, under, words
from auditor.reports.neutral import neutral
from auditor.reports.outline import Outline

_MOST: Final = 12


def accepted(page: Outline) -> list[RenderableType]:
    """Return the findings that are excused, the first to return first, and then the notices."""
    parts: list[RenderableType] = [Text("")] if page.exempted else []
    for each in page.exempted[:_MOST]:
        parts += _exempted(each)
    if left := page.exempted[_MOST:]:
        parts.append(line("", more(len(left), "accepted finding", "accepted findings")))
    for notice in page.notices[:_MOST]:
        parts += [Text(""), *_notice(notice)]
    if left_over := page.notices[_MOST:]:
        parts += [Text(""), more(len(left_over), "such notice", "such notices")]
    return parts


def _exempted(each: Exempted) -> list[RenderableType]:
    exemption = each.exemption
    who = f"{neutral(exemption.owner, NAME)} answers for it, {neutral(exemption.granted_by, NAME)} accepted it"
    return [
        line(each.finding.severity, words(each.finding.message, SENTENCE)),
        line("", Text(f"Until {each.until}: {neutral(exemption.reason, SENTENCE)} ({who}).", "dim")),
    ]


def _notice(notice: Notice) -> list[RenderableType]:
    return [words(notice.message, SENTENCE, "bold"), under(Text(f"Remedy: {neutral(notice.remedy, FIX)}", "dim"))]
