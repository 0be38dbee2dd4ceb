"""Draws a mail from its parts: as text of 72 columns, and as HTML whose style stands in every tag.

Jinja2 escapes everything in the HTML, and every text is made neutral once more on its way out of either template.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Console
from rich.text import Text

from auditor.reports.neutral import neutral

COLUMNS: Final = 72
"""Of the text, so that it survives being quoted."""
_LONGEST: Final = 2_000


def text(template: str, **parts: object) -> str:
    """Return the text of a mail, with no line longer than 72 columns and no blank at the end of one."""
    drawn = _texts().get_template(f"{template}.txt.j2").render(**parts)
    lines = (line.rstrip() for line in drawn.splitlines())
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip("\n") + "\n"


def html(template: str, **parts: object) -> str:
    """Return the HTML of a mail: no script, nothing from anywhere, the style in the tags, for the dark once above."""
    return _inliner().inline(_pages().get_template(f"{template}.html.j2").render(**parts))


def hang(words: str, first: str = "", rest: str | None = None) -> str:
    """Return words in lines of 72 columns, the first behind ``first``, the others behind ``rest`` or blanks."""
    rest = " " * len(first) if rest is None else rest
    width = COLUMNS - max(len(first), len(rest))
    lines = Text(neutral(words, _LONGEST)).wrap(_console(), width)
    return "\n".join((first if place == 0 else rest) + line.plain.rstrip() for place, line in enumerate(lines))


@cache
def _console() -> Console:
    """Return something that knows how wide characters are. Cached, because it asks its surroundings a lot."""
    return Console(width=COLUMNS, _environ={})


@cache
def _texts() -> Environment:
    environment = _environment(escape=False)
    environment.filters["hang"] = hang
    return environment


@cache
def _pages() -> Environment:
    return _environment(escape=True)


def _environment(*, escape: bool) -> Environment:
    return Environment(
        loader=PackageLoader("auditor.mails", "templates"),
        autoescape=escape,  # noqa: S701 - off for plain text alone, where an escape would be what people read
        finalize=_neutral if escape else None,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    # The part of the style that cannot stand in a tag, that for the dark, says in the template that it stays.
    return css_inline.CSSInliner(load_remote_stylesheets=False)


def _neutral(value: object) -> object:
    """Make every text neutral just before it is escaped; what our own macros made is markup already."""
    return neutral(value, _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value
