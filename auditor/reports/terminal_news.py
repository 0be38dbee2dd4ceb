"""News for a terminal: what changed since the last audit, line by line."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from auditor.reports.lines import FIX, SENTENCE, line, more, words
from auditor.reports.neutral import neutral
from auditor.reports.news import Item, News

_MOST = 12


def news_lines(news: News | None) -> list[RenderableType]:
    """Return what changed, with since when, and at most a dozen lines of each kind."""
    if news is None:
        return []
    parts: list[RenderableType] = [words(since, SENTENCE, "dim") for since in news.since]
    parts.append(Text(news.sentence))
    for heading, items in news.groups:
        parts += [Text(""), Text(heading, "bold"), *(_line(item) for item in items[:_MOST])]
        if len(items) > _MOST:
            parts.append(line("", more(len(items) - _MOST, "of the same kind", "of the same kind")))
    return parts


def _line(item: Item) -> RenderableType:
    reason = f" ({neutral(item.reason, FIX).rstrip('.')})" if item.reason else ""
    return line(item.mark, Text.assemble(neutral(item.text, SENTENCE), (reason, "dim")))
