"""``auditor demo``: audit a practice organisation on this machine, with everything real but the organisation."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from auditor import config
from auditor.cli import wiring
from auditor.cli.audit import Formats, now, run, stopping
from auditor.cli.output import Format, demand_writable, write_report
from auditor.cli.practice_setup import write_configuration
from connectors.practice.process import PracticeProcess


def demo(
    accounts: Annotated[int, typer.Option(min=25, max=20_000, help="Accounts in each cloud.")] = 25,
    seed: Annotated[int, typer.Option(help="Another number, another organisation.")] = 1,
    format_: Formats = Format.TERMINAL,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report there, for you alone.")] = None,
) -> None:
    """Audit a practice organisation in both clouds, here on this machine; nothing leaves it."""
    demand_writable(output)
    typer.echo(f"A practice organisation with {accounts} accounts in each cloud is audited.", err=True)
    with (
        tempfile.TemporaryDirectory(prefix="auditor-demo-") as folder,
        PracticeProcess(accounts=accounts, seed=seed, today=now()) as practice,
        stopping() as stop,
    ):
        path = write_configuration(Path(folder), practice.served, practice.credentials)
        report = run(wiring.plan(config.load(path), clock=now, stop=stop), stop)
    write_report(report, format_, output)
    raise typer.Exit(report.audit.exit_code)
