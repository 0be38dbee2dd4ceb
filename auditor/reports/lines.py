"""The lines that a page for the terminal is made of; every text becomes neutral here or before."""

from __future__ import annotations

from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.models import Finding, Person
from auditor.reports.entries import Task
from auditor.reports.neutral import neutral
from auditor.reports.words import how_many, raised_words, steps, tier_word

NAME: Final = 60
"""Characters of a name at the most."""
SENTENCE: Final = 240
"""Characters of a message."""
FIX: Final = 300
"""Characters of a fix or a remedy."""

STYLES: Final = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "yellow",
    "low": "cyan",
    "unseen": "bold reverse",
    "clear": "bold green",
    "pass": "green",
}
"""Style of each level, of each severity, and of what passed."""


def line(mark: str, text: RenderableType) -> RenderableType:
    """Return a text that hangs beside its severity."""
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(width=8)
    row.add_column()
    row.add_row(Text(mark, STYLES.get(mark, "")), text)
    return Padding(row, (0, 0, 0, 2), expand=False)


def under(text: Text) -> RenderableType:
    """Return a text that stands under its heading."""
    return Padding(text, (0, 0, 0, 2), expand=False)


def fix(task: Task) -> RenderableType:
    """Return what to click, under the finding that it mends."""
    hanging = Table.grid(padding=(0, 1, 0, 0))
    for number, step in enumerate(steps(task.fix)):
        hanging.add_row(Text("" if number else "Fix:", "dim"), words(step, FIX, "dim"))
    return line("", hanging)


def words(text: str, limit: int, style: str = "") -> Text:
    """Return a text that somebody else wrote, neutral and no longer than ``limit`` characters."""
    return Text(neutral(text, limit), style)


def said(finding: Finding) -> Text:
    """Return what a finding says, and why it weighs more than its policy does."""
    text = words(finding.message, SENTENCE)
    if finding.raised_from is not None:
        text.append(f" ({raised_words(finding)})", "dim")
    return text


def name(person: Person) -> str:
    """Return a person as ``Ana Rivera, principal``."""
    return f"{neutral(person.name or person.address, NAME)}, {neutral(tier_word(person.tier), NAME)}"


def more(number: int, one: str, many: str) -> Text:
    """Return the line that stands where a long list was cut."""
    return Text(f"and {how_many(number, f'more {one}', f'more {many}')} (see --format json)", "dim")
