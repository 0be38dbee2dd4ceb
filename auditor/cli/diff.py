"""``auditor diff``: what changed between two audits that were kept."""

from __future__ import annotations

import json
import shutil
import sys
from enum import StrEnum
from typing import Annotated

import typer

from auditor import config
from auditor.changes import compare
from auditor.cli import wiring
from auditor.cli.choices import one_of
from auditor.cli.history import CONFIG, Configuration, found
from auditor.errors import UsageError
from auditor.models import Changes
from auditor.reports.json import changes_document
from auditor.reports.news import news
from auditor.reports.terminal import draw
from auditor.reports.terminal_news import news_lines
from auditor.store import Store


class DiffFormat(StrEnum):
    """How to write the changes."""

    TERMINAL = "terminal"
    JSON = "json"


def diff(
    earlier: Annotated[str, typer.Argument(metavar="[A]", help="The earlier audit; the last but one without.")] = "",
    later: Annotated[str, typer.Argument(metavar="[B]", help="The later audit; the last without.")] = "",
    format_: Annotated[
        DiffFormat,
        typer.Option(
            "--format", parser=one_of(DiffFormat), metavar="FORMAT", help="terminal for people, or json for programs."
        ),
    ] = DiffFormat.TERMINAL,
    path: Configuration = CONFIG,
) -> None:
    """Say what changed between two audits: new, back, dark, hidden, resolved."""
    with wiring.history(config.load(path)) as store:
        changes = _changes(store, earlier, later)
    if format_ is DiffFormat.JSON:
        typer.echo(json.dumps(changes_document(changes), ensure_ascii=True, indent=2))
        return
    width = min(shutil.get_terminal_size((100, 24)).columns, 120) if sys.stdout.isatty() else 100
    typer.echo(draw(news_lines(news(changes)), width=width, colour=sys.stdout.isatty()), nl=False)


def _changes(store: Store, earlier: str, later: str) -> Changes:
    """Compare the two audits in every tenant that the later one read, or had been read by then."""
    audits = store.audits()
    whole = [audit for audit in audits if audit.state == "whole"]
    if not later and not whole:
        raise UsageError("The history holds no whole audit yet.", "Run: auditor audit")
    after = found(audits, later) if later else whole[-1]
    before = [audit for audit in whole if audit.number < after.number]
    first = found(audits, earlier).number if earlier else before[-1].number if before else 0
    if first >= after.number:
        raise UsageError("The audits stand the wrong way round.", "Name the earlier one first.")
    standings = {each.tenant: store.standing(each.tenant, after.number) for each in after.tenants}
    return compare([(store.standing(tenant, first), now) for tenant, now in standings.items() if now])
