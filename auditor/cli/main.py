"""The command ``auditor``: its sub-commands, and what becomes of errors."""

from __future__ import annotations

import sys
from typing import Annotated

import structlog
import typer

from auditor import __version__
from auditor.cli import exempt, history, mail, people, policies, practice, store
from auditor.cli.audit import audit
from auditor.cli.daemon import daemon
from auditor.cli.demo import demo
from auditor.cli.diff import diff
from auditor.cli.self_check import self_check
from auditor.cli.status import status
from auditor.errors import AuditorError, DocumentError
from auditor.exit_codes import ExitCode
from auditor.logs import configure
from auditor.reports.neutral import neutral

app = typer.Typer(
    name="auditor",
    help="Which of your people can be taken over today, and what each of them must do about it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(audit)
app.command()(daemon)
app.command()(demo)
app.command()(diff)
app.command()(self_check)
app.command()(status)
app.add_typer(exempt.app)
app.add_typer(history.app)
app.add_typer(mail.app)
app.add_typer(people.app)
app.add_typer(policies.app)
app.add_typer(practice.app)
app.add_typer(store.app)


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"auditor {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")] = False,  # noqa: ARG001 - the callback acts
    debug: Annotated[bool, typer.Option("--debug", help="Log every call to standard error.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log only warnings.")] = False,
) -> None:
    """Set up logging: a line a step, unless a terminal shows the progress."""
    calm = quiet or sys.stderr.isatty()
    configure(level="debug" if debug else "warning" if calm else "info")


def run() -> None:
    """Run the command line; every error ends with what happened, the remedy, and an exit code of the table."""
    try:
        app()
    except AuditorError as error:
        lines = [str(problem) for problem in error.problems] if isinstance(error, DocumentError) else [error.message]
        for line in (*lines, error.remedy):
            typer.echo(neutral(line, 2_000), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception:  # noqa: BLE001 - the last line: a defect must not look like a finding
        structlog.get_logger(__name__).exception("defect")
        typer.echo("This is a defect of the auditor; no report was made. Please report the lines above.", err=True)
        sys.exit(ExitCode.DEFECT)
