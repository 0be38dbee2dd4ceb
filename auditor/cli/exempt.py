"""``auditor exempt``: add, list and check exemptions."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from auditor import config
from auditor.cli import wiring
from auditor.cli.output import write_private
from auditor.errors import DocumentError, UsageError
from auditor.exemption_file import with_one_more
from auditor.exemptions import SOON, last_day
from auditor.models import Exemption
from auditor.reports.neutral import neutral

app = typer.Typer(name="exempt", help="Accept risks until a day.", no_args_is_help=True)

Configuration = Annotated[Path, typer.Option("--config", metavar="PATH", help="The configuration.")]
_CONFIG = Path("config.yaml")
_LONGEST_PROBLEM = 1000


_MOVING = ("account.last_sign_in",)
"""Evidence that changes by itself from day to day: pinned, it would end an exemption that nobody took back."""


@app.command("add")
def add_exemption(
    fingerprint: Annotated[str, typer.Argument(metavar="FINGERPRINT", help="The finding's, from the JSON report.")],
    report: Annotated[Path, typer.Option("--report", metavar="FILE", help="The JSON report it stands in.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why the risk is accepted.")],
    owner: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it.")],
    granted_by: Annotated[str, typer.Option(metavar="NAME", help="Who accepted it.")],
    days: Annotated[int, typer.Option(min=1, help="For how many days from today.")] = 90,
    pin: Annotated[bool, typer.Option(help="Whether it returns when its evidence becomes something else.")] = True,  # noqa: FBT002 - an option
    path: Configuration = _CONFIG,
) -> None:
    """Exempt one finding: it returns when the days are over, or when its evidence becomes something else."""
    configured = config.load(path)
    if configured.exemptions is None:
        raise UsageError(
            "The configuration names no file of exemptions.",
            "Write into it: exemptions: exemptions.yaml (`auditor exempt add` makes the file).",
        )
    if days > configured.exemption_days:
        remedy = "Ask for less, or change exemption_days in the configuration."
        raise UsageError(f"At most {configured.exemption_days} days are allowed.", remedy)
    today = datetime.now(UTC).date()
    result, finding = _finding(report, fingerprint)
    terms = {
        "reason": reason,
        "owner": owner,
        "granted_by": granted_by,
        "granted": today,
        "expires": today + timedelta(days=days),
        "evidence": {name: value for name, value in finding["evidence"].items() if pin and name not in _MOVING},
    }
    exemption = _of_finding(result, finding, terms)
    file = configured.exemptions
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} could not be read.", "Look at who may read it, and whether it is UTF-8.") from error
    policies = wiring.configured_policies(configured)
    documents = {policy.document.id: policy.document for policy in policies.policies}
    tenants = [each.id for each in configured.tenants]
    added = with_one_more(text, exemption, file=str(file), policies=documents, tenants=tenants)
    write_private(file, added, what="The exemption")
    if text is None:
        typer.echo(f"{neutral(str(file), 1000)} was made.")
    typer.echo(f"Exempted until {exemption.expires}: {neutral(exemption.policy)} in {neutral(exemption.tenant)}.")


@app.command("list")
def list_exemptions(path: Configuration = _CONFIG) -> None:
    """List the exemptions, the first to end first."""
    configured = config.load(path)
    today = datetime.now(UTC).date()
    exemptions = _loaded(configured, err=True)
    for each in sorted(exemptions, key=lambda each: (last_day(each, configured.exemption_days), each.policy)):
        until = last_day(each, configured.exemption_days)
        about = ", ".join(neutral(part) for part in (each.account, each.key) if part)
        line = f"{until}  {_state(each, until, today):<9}  {neutral(each.policy)} in {neutral(each.tenant)}: {about}"
        typer.echo(f"{line}. {neutral(each.reason)} ({neutral(each.owner)}; granted by {neutral(each.granted_by)})")


@app.command("check")
def check_exemptions(path: Configuration = _CONFIG) -> None:
    """Look for mistakes in the exemptions: exit code 0 without any, 2 with all of them as file:line:column."""
    configured = config.load(path)
    exemptions, today = _loaded(configured, err=False), datetime.now(UTC).date()
    states = [_state(each, last_day(each, configured.exemption_days), today) for each in exemptions]
    typer.echo(f"Exemptions: {len(states)}. No mistakes.")
    typer.echo(f"Ended: {states.count('ended')}. Ending soon: {states.count('ends soon')}.")


def _loaded(configured: config.Config, *, err: bool) -> tuple[Exemption, ...]:
    """Return the exemptions; with mistakes in them, print all and leave with exit code 2."""
    try:
        policies = wiring.configured_policies(configured)
        return wiring.exemptions(configured, policies)
    except DocumentError as error:
        for problem in error.problems:
            typer.echo(neutral(str(problem), _LONGEST_PROBLEM), err=err)
        typer.echo(f"Mistakes: {len(error.problems)}. No exemption was loaded.", err=True)
        raise typer.Exit(2) from error


def _state(exemption: Exemption, until: date, today: date) -> str:
    if today < exemption.granted:
        return "not yet"
    return "ended" if today > until else "ends soon" if until - today <= SOON else "holds"


def _finding(report: Path, fingerprint: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a result of a JSON report, and its finding of that fingerprint."""
    try:
        document = json.loads(report.read_bytes())
        found = [
            (result, finding)
            for result in document["results"]
            for finding in result["findings"]
            if finding["fingerprint"] == fingerprint
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "Make one with: auditor audit --format json --output report.json"
        raise UsageError(f"{report} is no JSON report of the auditor.", remedy) from error
    if not found:
        remedy = "Copy the fingerprint of an open finding from the report."
        raise UsageError(f"There is no finding {neutral(fingerprint, 60)} in {report}.", remedy)
    return found[0]


def _of_finding(result: dict[str, Any], finding: dict[str, Any], terms: dict[str, object]) -> Exemption:
    """Return the exemption for a finding."""
    fact = finding["fact"]
    owner = fact["owner"] or {}
    try:
        return Exemption.model_validate(
            {
                "policy": result["policy"],
                "tenant": result["tenant"],
                "account": owner.get("address") or None,
                "key": fact["key"],
                **terms,
            }
        )
    except ValidationError as error:
        what = "; ".join(each["msg"] for each in error.errors(include_url=False, include_input=False))
        raise UsageError(f"This cannot be an exemption: {neutral(what)}.", "Write it by hand.") from error
