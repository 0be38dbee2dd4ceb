"""``auditor practice``: keep a practice organisation running, for other people's clients as well as ours."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.audit import now
from auditor.cli.practice_setup import write_configuration
from auditor.errors import UsageError
from connectors.practice import faults
from connectors.practice.credentials import Credentials
from connectors.practice.generator import generate
from connectors.practice.permissions import Permissions
from connectors.practice.process import Served, serving
from connectors.practice.server import PracticeServer
from connectors.practice.truth import write_truth

app = typer.Typer(name="practice", help="Keep a practice organisation running.", no_args_is_help=True)


@app.callback()
def _practice() -> None:
    """Keep a practice organisation running."""


@app.command()
def serve(
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A new folder for credentials, configuration, truth; else a temporary one."),
    ] = None,
    accounts: Annotated[int, typer.Option(min=25, max=20_000, help="Accounts in each cloud.")] = 25,
    seed: Annotated[int, typer.Option(help="Another number, another organisation.")] = 1,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on 127.0.0.1; 0 for any.")] = 0,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="KIND=RATE", help="A fault, such as rate_limited=0.05; may be repeated.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A scope or permission that is missing; may be repeated.")
    ] = None,
    *,
    hostile: Annotated[bool, typer.Option("--hostile", help="Give rules, files and people hostile names.")] = False,
) -> None:
    """Serve a practice organisation on 127.0.0.1 until Ctrl-C; print addresses and credentials."""
    organisation = generate(accounts=accounts, seed=seed, today=now(), hostile_names=hostile)
    struck, granted = _weather(fault or (), without or ())
    with PracticeServer(organisation, faults=struck, permissions=granted, port=port) as server:
        served = serving(server)
        folder = folder or Path(tempfile.mkdtemp(prefix="auditor-practice-"))
        try:
            path = write_configuration(folder, served, server.credentials)
        except FileExistsError as error:
            raise UsageError(f"There is something in {folder} already.", "Name a new folder with --folder.") from error
        write_truth(organisation, folder / "truth.json")
        typer.echo(_announcement(served, server.credentials, folder, path))
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            typer.echo("Stopped.", err=True)


def _weather(fault: Sequence[str], without: Sequence[str]) -> tuple[tuple[faults.Fault, ...], Permissions]:
    """Return the faults and permissions that the command line asks for. Raises ``UsageError``."""
    try:
        return faults.parse(fault), Permissions().without(*without)
    except ValueError as error:
        raise UsageError(str(error), "See docs/practice.md for kinds of faults and names of permissions.") from error


def _announcement(served: Served, credentials: Credentials, folder: Path, path: Path) -> str:
    """Return what somebody needs who points a client at the practice organisation."""
    addresses = "\n".join(f"  {host:<43} {base}" for host, base in sorted(served.endpoints.items()))
    return (
        f"The practice organisation is up. Addresses that stand for the vendors' hosts:\n{addresses}\n\n"
        f"Google customer           {served.google_customer}\n"
        f"Google administrator      {served.google_admin}\n"
        f"Google service account    {credentials.google_email}\n"
        f"Google key file           {folder / 'google-service-account.json'}\n"
        f"Microsoft tenant id       {served.microsoft_tenant}\n"
        f"Microsoft client id       {credentials.microsoft_client_id}\n"
        f"Microsoft client secret   {credentials.microsoft_secret}\n"
        f"Microsoft certificate     {folder / 'microsoft-certificate.pem'}\n"
        f"What is planted           {folder / 'truth.json'}\n\n"
        f"Audit it:  auditor audit --config {path}\nStop it:   Ctrl-C"
    )
