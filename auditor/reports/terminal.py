"""The report for a terminal: what a volunteer reads in an evening, verdict first, then who must do what.

Every text is neutral and becomes a ``rich.text.Text``; rich's markup is never parsed. Without colour it is plain text
that reads well in a pipe, a mail or a ticket.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from auditor.models import Report
from auditor.reports.accepted import accepted
from auditor.reports.doubts import Doubt
from auditor.reports.entries import Entry, Task
from auditor.reports.lines import FIX, NAME, SENTENCE, STYLES, fix, line, more, name, said, under, words
from auditor.reports.neutral import neutral
from auditor.reports.outline import Outline, outline
from auditor.reports.terminal_news import news_lines
from auditor.reports.unseen import Cell, Unseen
from auditor.reports.verdict import IMPORTANT
from auditor.reports.words import (
    EXITS,
    how_many,
    kind_words,
    listed,
    moment_words,
    people_of,
    severity_counts,
)

NARROWEST: Final = 40
"""Columns below which nothing is drawn any narrower."""
_MOST_ENTRIES, _MOST_TASKS, _MOST_LINES, _MOST_NAMES, _MOST_REASONS = 20, 12, 3, 8, 40
_TENANT_COLUMN, _KIND_COLUMN = 20, 24


def render(report: Report, *, width: int = 100, colour: bool = False) -> str:
    """Return the report as lines of at most ``width`` columns (40 at least), with SGR sequences only for ``colour``."""
    return draw(_page(report, outline(report), max(width, NARROWEST)), width=width, colour=colour)


def draw(parts: Iterable[RenderableType], *, width: int, colour: bool) -> str:
    """Return parts of a page as lines, as ``render`` does the whole."""
    out = StringIO()
    # An empty environment: what is drawn depends on the arguments alone, not on NO_COLOR, COLUMNS or TERM.
    console = Console(
        file=out,
        width=max(width, NARROWEST),
        height=100,
        color_system="standard" if colour else None,
        force_terminal=colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip(" ") for line in out.getvalue().split("\n"))


def _page(report: Report, page: Outline, width: int) -> list[RenderableType]:
    """Return everything from the verdict to the exit code, in order."""
    verdict = page.verdict
    parts: list[RenderableType] = [
        Text.assemble((f"{verdict.call}:", STYLES[verdict.level]), " ", (verdict.sentence, "bold")),
        *(Text(caveat) for caveat in verdict.caveats),
        Text(""),
        words(report.organisation, SENTENCE, "bold"),
        Text(f"{how_many(len(report.tenants), 'tenant')}, audited {moment_words(report.audit.finished)}", "dim"),
    ]
    for heading, section in (
        ("Since the last audit", news_lines(page.news)),
        ("Who must do what", _people(page)),
        ("What belongs to the organisation", _organisation(page.organisation)),
        ("What was accepted", accepted(page)),
        ("What was not seen", _unseen(page, report.audit.exit_code)),
        ("What was read, of how much", _coverage(page.coverage, width)),
        ("What holds", _passed(page)),
    ):
        if section:
            parts += [Text(""), Text(heading.upper(), "bold"), *section]
    return [*parts, Text(""), *_ending(report, page)]


def _people(page: Outline) -> list[RenderableType]:
    """Return the entries, and then the principals and administrators of whom nothing is open."""
    first = [entry for entry in page.people if entry.people[0].tier in IMPORTANT]
    others = page.people[len(first) :]
    parts: list[RenderableType] = []
    for entry in (*first, *others[:_MOST_ENTRIES]):
        parts += [Text(""), *_entry(entry)]
    if left := others[_MOST_ENTRIES:]:
        parts += [Text(""), more(sum(len(entry.people) for entry in left), "person", "people")]
    for what, calm in (("Nothing found, but not everything seen", page.dark), ("Nothing open", page.calm)):
        if calm:
            parts += [Text(""), Text(f"{what}: {listed([name(person) for person in calm], _MOST_NAMES)}.")]
    return parts


def _entry(entry: Entry) -> list[RenderableType]:
    """Return one person, or people who share a task, with what they must do."""
    person = entry.people[0]
    if len(entry.people) == 1:
        heading = Text.assemble((name(person), "bold"), (f"  {neutral(person.address, NAME)}", "dim"))
        dark = f"{how_many(person.unknowns, 'judgement')} missing: not everything was seen."
        last: list[RenderableType] = [line("unseen", Text(dark))] if person.unknowns else []
        return [heading, *_tasks(entry.tasks), *last]
    names = listed([neutral(p.name or p.address, NAME) for p in entry.people], _MOST_NAMES)
    heading = Text.assemble((people_of(len(entry.people), neutral(person.tier, NAME)), "bold"), ": ", names)
    if entry.shared is None:
        return [heading, *_tasks(entry.tasks, _MOST_NAMES)]
    task = entry.tasks[0]
    shared = "each " + entry.shared.removeprefix("… ") if entry.shared.startswith("… ") else entry.shared
    return [heading, line(task.severity, words(shared, SENTENCE)), fix(task)]


def _tasks(tasks: Sequence[Task], most: int = _MOST_LINES) -> list[RenderableType]:
    """Return one line for each finding, then the fix that mends them."""
    parts: list[RenderableType] = []
    for task in tasks:
        parts += [line(finding.severity, said(finding)) for finding in task.findings[:most]]
        if len(task.findings) > most:
            parts.append(line("", more(len(task.findings) - most, "of the same kind", "of the same kind")))
        if task.urgent is not None:
            call = "Call, do not mail." if task.urgent == "call" else f"Urgent: {neutral(task.urgent, NAME)}"
            parts.append(line("", Text(call, "bold red")))
        parts.append(fix(task))
    return parts


def _organisation(tasks: Sequence[Task]) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for task in tasks[:_MOST_TASKS]:
        parts += [Text(""), *_tasks([task])]
    if left := tasks[_MOST_TASKS:]:
        parts += [Text(""), more(sum(len(task.findings) for task in left), "finding", "findings")]
    return parts


def _unseen(page: Outline, exit_code: int) -> list[RenderableType]:
    """Return why things stayed dark and how to mend that: in grey, never green; in red what is suspicious."""
    parts: list[RenderableType] = []
    for group in page.unseen[:_MOST_REASONS]:
        parts += [Text(""), *_gap(group)]
    if left := page.unseen[_MOST_REASONS:]:
        parts += [Text(""), more(len(left), "reason", "reasons")]
    for doubt in page.doubts[:_MOST_REASONS]:
        parts += [Text(""), *_doubt(doubt)]
    if left_over := page.doubts[_MOST_REASONS:]:
        parts += [Text(""), more(len(left_over), "policy not judged", "policies not judged")]
    if not page.coverage:
        parts += [Text(""), Text("Nothing was read at all.")]
    elif not parts and not page.whole:
        parts += [Text(""), Text(f"{EXITS[exit_code].capitalize()}.")]
    return parts


def _gap(group: Unseen) -> list[RenderableType]:
    names = listed([neutral(label, NAME) for label in group.labels], _MOST_NAMES)
    number = neutral(group.what, SENTENCE)
    what = names if len(group.labels) == 1 else f"{number}: {names}" if names else number
    missing = ", ".join(neutral(kind_words(kind), NAME) for kind in group.kinds)
    fields = f" ({', '.join(neutral(field, NAME) for field in group.fields)})" if group.fields else ""
    where = f" in {neutral(group.tenant, NAME)}" if group.kinds else ""
    return [
        Text.assemble((what, "bold"), where),
        under(Text(f"{missing}{fields} not seen: {group.reason}.".lstrip(), "bold red" if group.suspicious else "")),
        *(under(words(detail, SENTENCE)) for detail in group.details[:1]),
        under(Text(f"Remedy: {neutral(group.remedy, FIX)}", "dim")),
    ]


def _doubt(doubt: Doubt) -> list[RenderableType]:
    """Return one policy that could not be judged of some facts although no gap says why."""
    names = listed([neutral(label, NAME) for label in doubt.labels], _MOST_LINES)
    what = f"{doubt.what}: {names}. " if names else ""
    return [
        Text.assemble((neutral(doubt.title, SENTENCE), "bold"), f" in {neutral(doubt.tenant, NAME)}"),
        under(Text(f"{what}Not judged ({neutral(doubt.reason, SENTENCE).rstrip('.')}).")),
    ]


def _coverage(cells: dict[tuple[str, str], Cell], width: int) -> list[RenderableType]:
    """Return a table of kinds and tenants, in several parts when there are many tenants."""
    kinds = list(dict.fromkeys(kind for kind, _ in cells))
    tenants = sorted({tenant for _, tenant in cells})
    parts: list[RenderableType] = []
    at_once = max(1, width // _TENANT_COLUMN - 1)
    for start in range(0, len(tenants), at_once):
        some = tenants[start : start + at_once]
        table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
        table.add_column("", overflow="fold")
        for tenant in some:
            table.add_column(words(tenant, _TENANT_COLUMN - 2), justify="right")
        for kind in kinds:
            table.add_row(words(kind_words(kind), _KIND_COLUMN), *(_cell(cells.get((kind, t))) for t in some))
        parts += [Text(""), table]
    if any(not cell.complete for cell in cells.values()):
        parts.append(Text("! not everything was read", "dim"))
    return parts


def _cell(cell: Cell | None) -> Text:
    if cell is None:
        return Text("-", "dim")
    beside = f" +{cell.not_applicable:,} n/a" if cell.not_applicable else ""
    return Text(f"{cell.read:,} / {cell.targets:,}{beside}{'  ' if cell.complete else ' !'}")


def _passed(page: Outline) -> list[RenderableType]:
    """Return the policies that hold everywhere they were asked, and those of which nobody can tell."""
    parts: list[RenderableType] = []
    for title, tenants in list(page.passed.items())[:_MOST_TASKS]:
        where = ", ".join(neutral(tenant, NAME) for tenant in tenants)
        parts.append(line("pass", Text.assemble(neutral(title, SENTENCE), (f" ({where})", "dim"))))
    if len(page.passed) > _MOST_TASKS:
        parts.append(line("", more(len(page.passed) - _MOST_TASKS, "policy", "policies")))
    parts += [
        line("unseen", Text(f"{neutral(result.title, SENTENCE)} ({neutral(result.tenant, NAME)})"))
        for result in page.unjudged[:_MOST_TASKS]
    ]
    if len(page.unjudged) > _MOST_TASKS:
        parts.append(line("", more(len(page.unjudged) - _MOST_TASKS, "not judged", "not judged")))
    return [Text(""), *parts] if parts else []


def _ending(report: Report, page: Outline) -> list[RenderableType]:
    """Return the counts and what the exit code means, as the last line."""
    counts = severity_counts(finding.severity for finding in page.findings)
    exempt = f"{len(page.exempted):,} accepted, " if page.exempted else ""
    code = report.audit.exit_code
    return [
        Text(
            f"{how_many(len(page.findings), 'open finding')}{f' ({counts})' if counts else ''}, "
            f"{exempt}{how_many(page.unknowns, 'judgement')} missing, {how_many(page.gaps, 'gap')}. "
            f"Exit code {code}: {EXITS.get(code, 'an error')}."
        )
    ]
