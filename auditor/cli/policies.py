"""``auditor policies``: list, show, lint and test the policies of packs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.cli.choices import one_of
from auditor.errors import PolicyError, Problem
from auditor.models import Policy
from auditor.policy import CheckedPolicy, load_packs, run_tests
from auditor.policy.reference import facts_markdown
from auditor.reports.neutral import neutral
from auditor.validation import did_you_mean

app = typer.Typer(name="policies", help="List, show, lint and test policies.", no_args_is_help=True)

_BASELINE = "baseline"
_LONGEST_PROBLEM = 1000
_VENDORS = {"google_workspace": "Google Workspace", "microsoft_365": "Microsoft 365"}

Packs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH]...", help="Packs by name, folders or files; the baseline pack without any."),
]
Pack = Annotated[
    list[str] | None,
    typer.Option("--pack", metavar="PATH", help="A pack by name, or a folder; the baseline pack without any."),
]


class ListFormat(StrEnum):
    """How ``list`` writes the policies."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


@app.command("list")
def list_policies(
    pack: Pack = None,
    format_: Annotated[
        ListFormat,
        typer.Option("--format", parser=one_of(ListFormat), metavar="FORMAT", help="table, json or markdown."),
    ] = ListFormat.TABLE,
) -> None:
    """List the policies of a pack."""
    policies = [policy.document for policy in _loaded(pack)]
    if format_ is ListFormat.JSON:
        typer.echo(json.dumps([_summary(policy) for policy in policies], indent=2))
    elif format_ is ListFormat.MARKDOWN:
        typer.echo(markdown(policies))
    elif sys.stdout.isatty():
        draw(policies, Console(file=sys.stdout))
    else:
        for policy in policies:
            typer.echo(f"{policy.severity:<8}  {neutral(policy.id):<40}  {neutral(policy.title)}".rstrip())


@app.command("show")
def show_policy(
    policy_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the policy.")], pack: Pack = None
) -> None:
    """Show everything that a policy says."""
    policies = {policy.document.id: policy.document for policy in _loaded(pack)}
    if policy_id not in policies:
        hint = did_you_mean(policy_id, policies) or "`auditor policies list` lists them."
        typer.echo(f"There is no policy '{neutral(policy_id)}'. {hint}", err=True)
        raise typer.Exit(2)
    typer.echo(_page(policies[policy_id]))


@app.command("lint")
def lint_policies(packs: Packs = None) -> None:
    """Look for mistakes in packs: exit code 0 without any, 2 with all of them listed as file:line:column."""
    policies = _loaded(packs, err=False)
    typer.echo(f"Policies: {len(policies)}. No mistakes.")


@app.command("test")
def run_policy_tests(packs: Packs = None) -> None:
    """Run the tests that stand in policies: exit code 0 if all pass, 1 if some fail, 2 if a pack cannot be loaded."""
    results = [result for policy in _loaded(packs) for result in run_tests(policy)]
    failed = [result for result in results if not result.passed]
    for result in failed:
        what = f"'{result.name}' of {result.policy} should be {result.expected}, but is {result.outcome}"
        typer.echo(neutral(str(Problem(result.file, result.line, result.column, what)), _LONGEST_PROBLEM))
    typer.echo(f"Tests: {len(results)}. Failed: {len(failed)}.")
    if failed:
        raise typer.Exit(1)


@app.command("facts")
def list_facts() -> None:
    """List the facts that policies judge, with every field, as Markdown."""
    typer.echo(facts_markdown())


def draw(policies: Sequence[Policy], console: Console) -> None:
    """Draw the policies as a table on a terminal; nothing in their words reaches it as a command."""
    table = Table("Severity", "Policy", "What has to hold", box=None, pad_edge=False, header_style="bold")
    for policy in policies:
        # Text, not str: rich would obey markup in the words of a stranger's pack.
        table.add_row(*(Text(neutral(part)) for part in (policy.severity, policy.id, policy.title)))
    console.print(table)


def markdown(policies: Sequence[Policy]) -> str:
    """Return the reference of the policies, and of their parameters, as two Markdown tables."""
    lines = ["| Policy | Severity | What has to hold | For | Controls |", "|---|---|---|---|---|"]
    for policy in policies:
        vendors = ", ".join(_VENDORS[name] for name in policy.connectors)
        controls = "; ".join(f"{name}: {', '.join(ids)}" for name, ids in sorted(policy.maps.items()))
        lines.append(_row(f"`{policy.id}`", policy.severity, policy.title, vendors, controls or "none"))
    lines += ["", "| Policy | Parameter | Type | Default | Meaning |", "|---|---|---|---|---|"]
    for policy in policies:
        for name, parameter in policy.params.items():
            default = f"`{_written(parameter.default)}`"
            lines.append(_row(f"`{policy.id}`", f"`{name}`", parameter.type, default, parameter.help))
    return "\n".join(lines)


def _loaded(packs: Sequence[str] | None, *, err: bool = True) -> tuple[CheckedPolicy, ...]:
    """Return the policies of ``packs``; with mistakes in them, print all and leave with exit code 2."""
    try:
        return load_packs(packs or [_BASELINE]).policies
    except PolicyError as error:
        for problem in error.problems:
            typer.echo(neutral(str(problem), _LONGEST_PROBLEM), err=err)
        typer.echo(f"Mistakes: {len(error.problems)}. No policy was loaded.", err=True)
        raise typer.Exit(2) from error


def _summary(policy: Policy) -> dict[str, object]:
    return {
        "id": policy.id,
        "title": policy.title,
        "severity": policy.severity,
        "fact": policy.fact,
        "connectors": policy.connectors,
        "params": {name: parameter.default for name, parameter in policy.params.items()},
        "maps": dict(sorted(policy.maps.items())),
    }


def _page(policy: Policy) -> str:
    """Return what ``show`` prints: title, the two expressions, why, what to click, parameters and controls."""
    vendors = ", ".join(_VENDORS[name] for name in policy.connectors)
    parts = [
        neutral(policy.title),
        f"{policy.id}: {policy.severity}, about {policy.fact}, for {vendors}",
        _lines(policy.why),
        f"When\n{_indented(policy.when)}",
        f"Require\n{_indented(policy.require)}",
        *(f"Fix in {_VENDORS[name]}\n{_indented(fix)}" for name, fix in policy.fix.items()),
    ]
    if policy.params:
        rows = (
            f"{name} ({parameter.type}, {_written(parameter.default)}): {parameter.help}"
            for name, parameter in policy.params.items()
        )
        parts.append("Parameters\n" + _indented("\n".join(rows)))
    if policy.maps:
        controls = (f"{name}: {', '.join(ids)}" for name, ids in sorted(policy.maps.items()))
        parts.append("Controls\n" + _indented("\n".join(controls)))
    return "\n\n".join(parts)


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(text: str) -> str:
    return "\n".join(neutral(line, _LONGEST_PROBLEM) for line in text.strip().splitlines())


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in _lines(text).splitlines())


def _row(*cells: str) -> str:
    return "| " + " | ".join(neutral(cell, _LONGEST_PROBLEM).replace("|", "\\|") for cell in cells) + " |"
