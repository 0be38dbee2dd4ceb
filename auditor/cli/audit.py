"""``auditor audit``: audit the configured tenants once, and report."""

from __future__ import annotations

import signal
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from auditor import config, engine
from auditor.cli import delivering, wiring
from auditor.cli.choices import one_of
from auditor.cli.output import Format, demand_writable, write_report
from auditor.cli.progress import display
from auditor.cli.slots import SlotName, within
from auditor.cli.snapshot import Identity, keeping, told
from auditor.errors import AuditRunningError, InterruptedAuditError, UsageError
from auditor.exit_codes import ExitCode
from auditor.models import Report, Severity
from auditor.ports import Keeper
from auditor.reports.neutral import neutral
from auditor.snapshots import Snapshot
from auditor.store import Record

Formats = Annotated[
    Format,
    typer.Option("--format", parser=one_of(Format), metavar="FORMAT", help="How to write it: terminal, html or json."),
]


def audit(
    path: Annotated[Path, typer.Option("--config", metavar="PATH", help="The configuration.")] = Path("config.yaml"),
    tenant: Annotated[str | None, typer.Option(help="Audit this tenant alone.")] = None,
    policies: Annotated[
        list[str] | None, typer.Option(metavar="PACK", help="A pack by name, or a folder; may be repeated.")
    ] = None,
    fail_on: Annotated[
        Severity | None,
        typer.Option(parser=one_of(Severity), metavar="SEVERITY", help="Least severity that ends with exit code 1."),
    ] = None,
    format_: Formats = Format.TERMINAL,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report there, for you alone.")] = None,
    keep_snapshot: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Keep what is read in this file, or in a file in this folder.")
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Encrypt it for this public key of age's; may be repeated."),
    ] = None,
    from_snapshot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Judge what was kept in this file; nothing is read.")
    ] = None,
    identity: Identity = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait while another audit of the same tenant runs.")] = False,  # noqa: FBT002 - an option
    slot: SlotName = None,
) -> None:
    """Audit the configured tenants once, read-only, and report."""
    demand_writable(output)
    packs = tuple(policies or ())
    configured = config.load(path)
    if from_snapshot is not None:
        if tenant or keep_snapshot or recipient:
            remedy = "Leave out --tenant, --keep-snapshot and --recipient."
            raise UsageError("A snapshot is judged as it is.", remedy)
        judged = wiring.rules(configured, packs=packs, fail_on=fail_on)
        report = engine.audit_again(judged, Snapshot(from_snapshot, identity))
        write_report(report, format_, output)
        raise typer.Exit(report.audit.exit_code)
    if identity or (recipient and not keep_snapshot):
        remedy = "--identity belongs to --from-snapshot, and --recipient to --keep-snapshot."
        raise UsageError("There is no snapshot to open or to encrypt.", remedy)
    recipients = tuple(recipient or configured.snapshots.recipients)
    # Whatever keeps an alert from being sent is told before the audit, and costs nothing of it.
    troubles = delivering.troubles(configured, clock=now) if configured.alerts.to else ()
    for trouble in troubles:
        typer.echo(neutral(f"Nothing can be sent as things are: {trouble}", 1000), err=True)
    with stopping() as stop:
        plan = wiring.plan(configured, clock=now, stop=stop, tenant=tenant, packs=packs, fail_on=fail_on)
        # Judged by other policies it is another question than that which the history answers.
        remembered = remembering(configured, plan, stop, wait=wait, slot=slot) if not packs else nullcontext()
        with keeping(keep_snapshot, recipients) as kept, remembered as record:
            report = run(plan, stop, keeper=kept, history=record)
            write_report(report, format_, output)
    unkept = told(kept)
    if record and record.failure:
        raise record.failure
    if configured.alerts.to and record and not delivering.tell(configured, plan.policies, clock=now).whole:
        unkept = unkept or ExitCode.DELIVERY
    unkept = unkept or (ExitCode.DELIVERY if troubles else ExitCode.CLEAN)
    raise typer.Exit(unkept or report.audit.exit_code)


def run(
    plan: engine.Plan, stop: threading.Event, *, keeper: Keeper | None = None, history: Record | None = None
) -> Report:
    """Carry out a plan and return the report."""
    audit_id = history.audit_id if history else uuid.uuid4().hex
    with display() as progress:
        return engine.audit(
            plan, audit_id=audit_id, clock=now, stop=stop, progress=progress, keeper=keeper, history=history
        )


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Give the event that Ctrl-C and SIGTERM set, so that reading ends in good order."""
    stop = threading.Event()

    def end(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler)  # a second Ctrl-C does not wait

    earlier = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


@contextmanager
def remembering(
    configured: config.Config, plan: engine.Plan, stop: threading.Event, *, wait: bool, slot: str | None = None
) -> Iterator[Record | None]:
    """Give the record of an audit in the history, alone with its tenants; None where none is kept.

    An audit that is made for a slot waits for others of the same tenants. Raises ``typer.Exit`` if the slot is over.
    """
    if not configured.store.keep:
        yield None
        return

    def again(error: AuditRunningError) -> None:
        if not (wait or slot):
            raise error
        if stop.wait(1):
            raise InterruptedAuditError("Stopped while another audit was running.", "Run it again.")

    with (
        wiring.history(configured, make=True) as store,
        within(store, slot, configured) as held,
        store.auditing(
            audit_id=uuid.uuid4().hex,
            organisation=configured.organisation,
            tenants=list(plan.connectors),
            started=now(),
            wait=again,
            keep_report=configured.mail is not None or bool(configured.alerts.to),
            slot=held,
        ) as record,
    ):
        yield record


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
