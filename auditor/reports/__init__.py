"""Formats of the report, one module each. A new one is a module with a ``render`` and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

from auditor.models import Report
from auditor.reports import html, json, terminal

__all__ = ["FORMATS", "Renderer"]


class Renderer(Protocol):
    """Turns a report into a document. Pure: equal reports and arguments give equal text."""

    def __call__(self, report: Report, *, width: int = 100, colour: bool = False) -> str:
        """Return the document; ``width`` in columns and ``colour`` matter to formats that are drawn with characters."""
        ...


FORMATS: Final[Mapping[str, Renderer]] = MappingProxyType(
    {
        "terminal": terminal.render,
        "json": json.render,
        "html": html.render,
    }
)
"""Every format by the name that the command line calls it."""
