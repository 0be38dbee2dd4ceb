"""``auditor audit``: audit the configured tenants once, and report."""

from __future__ import annotations

import signal
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from auditor import config, engine
from auditor.cli import wiring
from auditor.cli.output import Format, write_report
from auditor.cli.progress import display
from auditor.cli.snapshot import keeping, told
from auditor.errors import UsageError
from auditor.models import Report, Severity
from auditor.ports import Keeper
from auditor.snapshots import Snapshot

Formats = Annotated[Format, typer.Option("--format", help="How to write the report.")]


def audit(
    path: Annotated[Path, typer.Option("--config", metavar="PATH", help="The configuration.")] = Path("config.yaml"),
    tenant: Annotated[str | None, typer.Option(help="Audit this tenant alone.")] = None,
    policies: Annotated[
        list[str] | None, typer.Option(metavar="PACK", help="A pack by name, or a folder; may be repeated.")
    ] = None,
    fail_on: Annotated[Severity | None, typer.Option(help="Least severity that ends with exit code 1.")] = None,
    format_: Formats = Format.TERMINAL,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report there, for you alone.")] = None,
    keep_snapshot: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Keep what is read in this file, or in a file in this folder.")
    ] = None,
    from_snapshot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Judge what was kept in this file; nothing is read.")
    ] = None,
) -> None:
    """Audit the configured tenants once, read-only, and report."""
    packs = tuple(policies or ())
    configured = config.load(path)
    if from_snapshot is not None:
        if tenant or keep_snapshot:
            raise UsageError("A snapshot is judged as it is.", "Leave out --tenant and --keep-snapshot.")
        report = engine.audit_again(wiring.rules(configured, packs=packs, fail_on=fail_on), Snapshot(from_snapshot))
        write_report(report, format_, output)
        raise typer.Exit(report.audit.exit_code)
    with keeping(keep_snapshot) as kept:
        report = run(configured, tenant=tenant, packs=packs, fail_on=fail_on, keeper=kept)
    write_report(report, format_, output)
    raise typer.Exit(told(kept) or report.audit.exit_code)


def run(
    configured: config.Config,
    *,
    tenant: str | None = None,
    packs: tuple[str | Path, ...] = (),
    fail_on: Severity | None = None,
    keeper: Keeper | None = None,
) -> Report:
    """Audit what is configured and return the report. Ctrl-C and SIGTERM end the reading in good order."""
    stop = threading.Event()

    def end(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler)  # a second Ctrl-C does not wait

    earlier = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        plan = wiring.plan(configured, clock=now, stop=stop, tenant=tenant, packs=packs, fail_on=fail_on)
        with display() as progress:
            return engine.audit(plan, audit_id=uuid.uuid4().hex, clock=now, stop=stop, progress=progress, keeper=keeper)
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
