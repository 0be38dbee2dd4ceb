"""``auditor practice``: keep a practice organisation running, for other people's clients as well as ours."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli import practice_folder
from auditor.cli.audit import now
from auditor.cli.practice_setup import write_configuration
from auditor.errors import UsageError
from connectors.practice import faults
from connectors.practice.campaign.roster import SMALLEST
from connectors.practice.control import HOST, LATEST
from connectors.practice.credentials import GOOGLE_KEY_FILE, MICROSOFT_CERTIFICATE_FILE, Credentials
from connectors.practice.generator import generate
from connectors.practice.organisation import Organisation
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
        typer.Option(
            metavar="DIR", help="Folder for credentials, configuration, truth: a new one, or one served before."
        ),
    ] = None,
    accounts: Annotated[int | None, typer.Option(min=25, max=20_000, help="Accounts in each cloud; 25 if new.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another number, another organisation; 1 if new.")] = None,
    week: Annotated[
        int | None, typer.Option(min=0, max=LATEST, help="Weeks gone by since it was made; 0 if new, else the last.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on 127.0.0.1; 0 for any.")] = 0,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="KIND=RATE", help="A fault, such as rate_limited=0.05; may be repeated.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A scope or permission that is missing; may be repeated.")
    ] = None,
    token_seconds: Annotated[
        int, typer.Option(metavar="N", min=1, max=3600, help="How long Google's access tokens last.")
    ] = 3600,
    *,
    hostile: Annotated[bool, typer.Option("--hostile", help="Give rules, files and people hostile names.")] = False,
) -> None:
    """Serve a practice organisation on 127.0.0.1 until Ctrl-C; print addresses and credentials."""
    struck, granted = _weather(fault or (), without or ())
    folder = folder or Path(tempfile.mkdtemp(prefix="auditor-practice-"))
    before = practice_folder.find(folder)
    if before is None:
        kept, credentials = _new(accounts or SMALLEST, 1 if seed is None else seed, week or 0, port, hostile=hostile)
    else:
        wishes = {"accounts": accounts, "seed": seed, "port": port or None, "hostile": hostile or None}
        practice_folder.demand_same(before, folder, wishes)
        kept = before if week is None else before.model_copy(update={"week": week})
        credentials = before.credentials(folder)
    lasting = replace(credentials, google_token_lifetime=timedelta(seconds=token_seconds))
    with _served(kept, lasting, struck, granted) as server:
        served = serving(server)
        if before is None:
            write_configuration(folder, served, credentials)
        kept = kept.model_copy(update={"port": server.port, "dns_port": server.dns})

        def turn(number: int) -> Organisation:
            organisation = _organisation(kept, number)
            practice_folder.keep(folder, kept.model_copy(update={"week": number}))
            write_truth(organisation, folder / practice_folder.TRUTH)
            return organisation

        turn(kept.week)
        server.obey(turn)
        typer.echo(_announcement(served, credentials, folder, kept.week))
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            typer.echo("Stopped.", err=True)


def _new(accounts: int, seed: int, week: int, port: int, *, hostile: bool) -> tuple[practice_folder.Kept, Credentials]:
    """Return what a new folder is to keep, and credentials that nobody has ever had before."""
    credentials = Credentials.fresh()
    kept = practice_folder.Kept(
        accounts=accounts,
        seed=seed,
        hostile=hostile,
        began=now() - timedelta(weeks=week),
        week=week,
        port=port,
        dns_port=0,
        microsoft_client_id=credentials.microsoft_client_id,
    )
    return kept, credentials


def _organisation(kept: practice_folder.Kept, week: int) -> Organisation:
    return generate(accounts=kept.accounts, seed=kept.seed, today=kept.began, week=week, hostile_names=kept.hostile)


def _served(
    kept: practice_folder.Kept, credentials: Credentials, struck: tuple[faults.Fault, ...], granted: Permissions
) -> PracticeServer:
    """Return a server that is about to run. Raises ``UsageError`` where somebody else has its port."""
    try:
        return PracticeServer(
            _organisation(kept, kept.week),
            credentials=credentials,
            faults=struck,
            permissions=granted,
            port=kept.port,
            dns_port=kept.dns_port,
        )
    except OSError as error:
        remedy = "Stop what uses it, or name another one with --port and a new folder with --folder."
        raise UsageError(f"A port on 127.0.0.1 is not free: {error}.", remedy) from error


def _weather(fault: Sequence[str], without: Sequence[str]) -> tuple[tuple[faults.Fault, ...], Permissions]:
    """Return the faults and permissions that the command line asks for. Raises ``UsageError``."""
    try:
        return faults.parse(fault), Permissions().without(*without)
    except ValueError as error:
        raise UsageError(str(error), "See docs/practice.md for kinds of faults and names of permissions.") from error


def _announcement(served: Served, credentials: Credentials, folder: Path, week: int) -> str:
    """Return what somebody needs who points a client at the practice organisation."""
    addresses = "\n".join(f"  {host:<43} {base}" for host, base in sorted(served.endpoints.items()))
    return (
        f"The practice organisation is up, week {week}. Addresses that stand for the vendors' hosts:\n{addresses}\n\n"
        f"Google customer           {served.google_customer}\n"
        f"Google administrator      {served.google_admin}\n"
        f"Google service account    {credentials.google_email}\n"
        f"Google key file           {folder / GOOGLE_KEY_FILE}\n"
        f"Microsoft tenant id       {served.microsoft_tenant}\n"
        f"Microsoft client id       {credentials.microsoft_client_id}\n"
        f"Microsoft client secret   {credentials.microsoft_secret}\n"
        f"Microsoft certificate     {folder / MICROSOFT_CERTIFICATE_FILE}\n"
        f"What is planted           {folder / practice_folder.TRUTH}\n\n"
        f"Audit it:  auditor audit --config {folder / practice_folder.CONFIGURATION}\n"
        f"Next week: curl -X PUT {served.address}/{HOST}/week/{week + 1}\n"
        "Stop it:   Ctrl-C"
    )
