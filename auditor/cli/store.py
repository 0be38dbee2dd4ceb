"""``auditor store``: bring the history up to date, copy it, and look whether it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor import config
from auditor.cli import wiring
from auditor.cli.history import CONFIG, Configuration
from auditor.exit_codes import ExitCode
from auditor.reports.neutral import neutral

app = typer.Typer(name="store", help="Bring the history up to date, copy it, check it.", no_args_is_help=True)


@app.command("migrate")
def migrate(path: Configuration = CONFIG) -> None:
    """Bring the history to the form that this version of the auditor writes."""
    with wiring.history(config.load(path), sound=False) as store:
        before, after = store.migrate()
        done = f"up to date (step {after})" if before == after else f"from step {before} to {after}"
        typer.echo(f"{neutral(store.place, 1000)}: {done}.")


@app.command("backup")
def back_up(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; must not exist.")],
    path: Configuration = CONFIG,
) -> None:
    """Write a whole copy of the history, for you alone; audits may go on meanwhile."""
    with wiring.history(config.load(path), sound=False) as store:
        store.back_up(target)
    typer.echo(f"{neutral(str(target), 1000)} holds the history as it is now.")


@app.command("check")
def check(path: Configuration = CONFIG) -> None:
    """Look whether the history is whole: exit code 0 if it is, 6 with everything that is wrong."""
    with wiring.history(config.load(path), sound=False) as store:
        wrong = store.check()
        for problem in wrong:
            typer.echo(neutral(problem, 1000))
        typer.echo(f"{neutral(store.place, 1000)}: {'damaged' if wrong else 'whole'}.")
    if wrong:
        raise typer.Exit(ExitCode.HISTORY)
