"""The report as one self-contained page: no script, no request to anywhere, readable on a phone and on paper.

Jinja2 escapes everything, and every text is made neutral on its way out, so that the template cannot forget either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup
from pydantic import JsonValue

from auditor.models import Finding, Report
from auditor.reports import words
from auditor.reports.entries import Entry
from auditor.reports.neutral import neutral
from auditor.reports.outline import outline

MOST: Final = 500
"""Entries, messages and names of one list, so that a browser on a phone can still open the page."""
_SENTENCE, _NAME = 1000, 80


def render(report: Report, *, width: int = 100, colour: bool = False) -> str:  # noqa: ARG001 - every format's signature
    """Return the report as one HTML page in English, light or dark as the reader's system is."""
    page = outline(report)
    kinds = list(dict.fromkeys(kind for kind, _ in page.coverage))
    tenants = sorted({tenant for _, tenant in page.coverage})
    return _template().render(
        report=report,
        page=page,
        kinds=kinds,
        tenants=tenants,
        open_people={person.address for entry in page.people for person in entry.people},
    )


@cache
def _template() -> Template:
    """Return the compiled template. Cached, because compiling takes longer than drawing a report."""
    environment = Environment(
        loader=PackageLoader("auditor.reports", "templates"),
        autoescape=True,
        finalize=_neutral,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "brief": _brief,
        "entry_name": _entry_name,
        "evidence": _evidence,
        "kind": words.kind_words,
        "moment": words.moment_words,
        "raised": words.raised_words,
        "severity_counts": _severity_counts,
        "shared": _shared,
        "steps": words.steps,
        "tier": words.tier_word,
    }
    environment.globals |= {
        "EXITS": words.EXITS,
        "MOST": MOST,
        "how_many": words.how_many,
    }
    return environment.get_template("report.html.j2")


def _neutral(value: object) -> object:
    """Make every text neutral just before it is escaped; what our own macros made is markup already.

    Jinja2's ``join`` filter would turn strangers' text into markup as well: the template must use loops instead.
    """
    return neutral(value, _SENTENCE) if isinstance(value, str) and not isinstance(value, Markup) else value


def _brief(name: str) -> str:
    """Return a name as short as a heading bears."""
    return neutral(name, _NAME)


def _entry_name(entry: Entry) -> str:
    """Return the heading of an entry: a name, or how many of which tier."""
    person = entry.people[0]
    if len(entry.people) == 1:
        return _brief(person.name or person.address)
    return words.people_of(len(entry.people), _brief(person.tier))


def _shared(sentence: str) -> str:
    """Return what is said of each of several people: ``Each has no second factor``."""
    return "Each " + sentence.removeprefix("… ") if sentence.startswith("… ") else sentence


def _evidence(evidence: dict[str, JsonValue]) -> list[tuple[str, str]]:
    """Return field names with their values as text."""
    return [(_brief(name), _value(value)) for name, value in sorted(evidence.items())]


def _value(value: JsonValue) -> str:
    """Return one evidence value as text: lists with commas, nothing as a dash, what is deeper as JSON."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(_brief(str(item)) for item in value[:50]) or "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _severity_counts(findings: Iterable[Finding]) -> str:
    """Return how many findings there are of each severity."""
    return words.severity_counts(finding.severity for finding in findings)
