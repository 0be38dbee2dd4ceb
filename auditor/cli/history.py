"""``auditor history``: list, show, forget and export the audits that were kept."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from auditor import config
from auditor.cli import wiring
from auditor.cli.audit import now
from auditor.cli.output import Format, write_private, write_report
from auditor.cli.slots import SlotName, within
from auditor.errors import AuditRunningError, UsageError
from auditor.exit_codes import ExitCode
from auditor.mails import merged
from auditor.models import OPEN, Standing, State
from auditor.reports.neutral import neutral
from auditor.reports.words import how_many, moment_words, severity_counts
from auditor.store import KeptAudit
from auditor.store.locks import refuse

app = typer.Typer(name="history", help="List, show, forget and export the audits that were kept.", no_args_is_help=True)

Configuration = Annotated[Path, typer.Option("--config", metavar="PATH", help="The configuration.")]
CONFIG = Path("config.yaml")
_SHORTEST_ID = 4
_LONGEST = 36500


def found(audits: tuple[KeptAudit, ...], name: str) -> KeptAudit:
    """Return the audit that goes by a number, or the beginning of an id. Raises ``UsageError`` unless there is one."""
    numbered = [audit for audit in audits if str(audit.number) == name]
    fitting = numbered or [audit for audit in audits if len(name) >= _SHORTEST_ID and audit.id.startswith(name)]
    if len(fitting) != 1:
        which = "no audit" if not fitting else "more than one audit"
        raise UsageError(f"There is {which} '{neutral(name)}'.", "`auditor history list` lists numbers and ids.")
    return fitting[0]


@app.command("list")
def list_audits(path: Configuration = CONFIG) -> None:
    """List the audits, oldest first: when, how they ended, what they found and what changed."""
    with wiring.history(config.load(path)) as store:
        for audit in store.audits():
            typer.echo(_line(audit))


@app.command("show")
def show_audit(
    audit: Annotated[str, typer.Argument(metavar="[AUDIT]", help="Number or id; the last whole one without.")] = "",
    path: Configuration = CONFIG,
) -> None:
    """Show what stood after an audit: findings, what was hidden, what was unknown."""
    with wiring.history(config.load(path)) as store:
        audits = store.audits()
        whole = [each for each in audits if each.state == "whole"]
        if not audit and not whole:
            raise UsageError("The history holds no whole audit yet.", "Run: auditor audit")
        shown = found(audits, audit) if audit else whole[-1]
        typer.echo(_line(shown))
        for tenant in shown.tenants:
            standing = store.standing(tenant.tenant, shown.number)
            if standing:
                typer.echo(_page(standing))


@app.command("report")
def show_report(
    format_: Annotated[Format, typer.Option("--format", help="How to write the report.")] = Format.TERMINAL,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there, for you alone.")] = None,
    path: Configuration = CONFIG,
) -> None:
    """Write the newest report again, in full; it is kept where mails or alerts are configured."""
    configured = config.load(path)
    with wiring.history(configured) as store:
        kept = store.reports()
    if not kept:
        remedy = "Say in the configuration to whom mails go (mail), then run: auditor audit"
        raise UsageError("No report has been kept.", remedy)
    tenants = {each.id: each.connector for each in configured.tenants}
    report = merged([each.report for each in kept], organisation=configured.organisation, tenants=tenants)
    write_report(report, format_, output)


@app.command("prune")
def prune(
    days: Annotated[
        int | None, typer.Option(min=1, max=_LONGEST, help="Forget audits that are older, and what ended then.")
    ] = None,
    evidence_days: Annotated[
        int | None, typer.Option(min=1, max=_LONGEST, help="Forget the words and values of what ended longer ago.")
    ] = None,
    path: Configuration = CONFIG,
    slot: SlotName = None,
) -> None:
    """Forget what is old. What still stands, and the last audit of each tenant, is kept."""
    configured = config.load(path)
    audits, evidence = configured.store.retention.audits, configured.store.retention.evidence
    audits = audits if days is None else timedelta(days=days)
    evidence = evidence if evidence_days is None else timedelta(days=evidence_days)
    if audits is None and evidence is None:
        remedy = "Give --days or --evidence-days, or change 'retention' under 'store'."
        raise UsageError("The configuration says to keep everything forever.", remedy)
    today = now()
    with wiring.history(configured) as store, within(store, slot, configured) as held:
        gone = store.prune(
            before=None if audits is None else today - audits,
            evidence_before=None if evidence is None else today - evidence,
            wait=refuse if held is None else _patiently,
        )
        if held:
            store.slots.finish(held, now(), ExitCode.CLEAN)
    typer.echo(
        f"Forgotten: {how_many(gone.audits, 'audit')}, {how_many(gone.intervals, 'row')} of what was over, "
        f"{how_many(gone.evidence, 'piece')} of evidence."
    )


@app.command("export")
def export(
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there, for you alone.")] = None,
    path: Configuration = CONFIG,
) -> None:
    """Write everything that is kept as JSON, a row on each line."""
    with wiring.history(config.load(path)) as store:
        lines = "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in store.export())
    if output is None:
        typer.echo(lines, nl=False)
    else:
        write_private(output, lines)


def _patiently(_error: AuditRunningError) -> None:
    """Wait while audits run. The daemon ends this if it takes too long."""
    time.sleep(1)


def _line(audit: KeptAudit) -> str:
    """Return one audit on one line."""
    found_here = [severity for tenant in audit.tenants for severity, n in tenant.findings.items() for _ in range(n)]
    ended = f"exit {audit.exit_code}" if audit.exit_code is not None else "no end"
    parts = [f"{audit.number:>5}  {audit.id[:8]}  {moment_words(audit.started)}  {audit.state:<11}  {ended:<8}"]
    if audit.tenants:
        unknown = sum(tenant.unknown for tenant in audit.tenants)
        parts.append(f"{severity_counts(found_here) or 'nothing'} open, {unknown:,} unknown")
        opened, back, resolved, dark = (
            sum(getattr(tenant.counts, name) for tenant in audit.tenants)
            for name in ("opened", "came_back", "resolved", "went_dark")
        )
        parts.append(f"{opened:,} new, {back:,} back, {resolved:,} resolved, {dark:,} dark")
    return "  ".join([*parts, neutral(" ".join(audit.asked))])


def _page(standing: Standing) -> str:
    """Return what stood of one tenant, the worst first."""
    outcomes = sorted(
        standing.outcomes.values(), key=lambda o: (o.state not in OPEN, -o.severity.rank, o.policy, o.text)
    )
    rows = [
        f"  {outcome.severity.value if outcome.state is State.FAIL else outcome.state.value:<14}  "
        f"{neutral(outcome.policy, 100)}  {neutral(outcome.text or outcome.fact.label, 240)}"
        for outcome in outcomes
    ]
    return "\n".join([f"\n{neutral(standing.tenant)}: {how_many(len(standing.accounts), 'account')}", *rows])
