"""``auditor self-check``: look after the auditor itself."""

from __future__ import annotations

import typer

from auditor import config
from auditor.cli import wiring
from auditor.cli.audit import now
from auditor.cli.history import CONFIG, Configuration
from auditor.cli.slots import SlotName, within
from auditor.exit_codes import ExitCode
from auditor.reports.neutral import neutral
from auditor.reports.words import how_many
from auditor.scheduling.health import health, worries


def self_check(path: Configuration = CONFIG, slot: SlotName = None) -> None:
    """Look whether credentials end soon, something may not be read any more, the history is whole, jobs are done."""
    configured = config.load(path)
    with wiring.history(configured) as store, within(store, slot, configured) as held:
        moment = now()
        found = worries(health(configured, store, moment, thorough=True), moment)
        code = ExitCode.FINDINGS if found else ExitCode.CLEAN
        for sentence in found:
            typer.echo(neutral(sentence, 1000))
        typer.echo(f"{how_many(len(found), 'thing')} to look at." if found else "All is well with the auditor itself.")
        if held:
            store.slots.finish(held, now(), code)
    raise typer.Exit(code)
