"""``auditor people``: who is what, and whom the configuration may lack."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from auditor import config
from auditor.cli import wiring
from auditor.cli.audit import now
from auditor.cli.progress import display
from auditor.cli.snapshot import Identity
from auditor.engine import Plan
from auditor.facts import Account
from auditor.group_tiers import GroupTiers
from auditor.people import addresses_of, join, tier_of_unit
from auditor.proposals import propose, yaml
from auditor.reports.neutral import neutral
from auditor.reports.words import tier_word
from auditor.roster import Roster, kept_roster, read_roster
from auditor.snapshots import Snapshot

app = typer.Typer(name="people", help="Show who is what, and propose tiers.", no_args_is_help=True)

Configuration = Annotated[Path, typer.Option("--config", metavar="PATH", help="The configuration.")]
From = Annotated[Path | None, typer.Option(metavar="FILE", help="Take the accounts of this snapshot; nothing is read.")]
_CONFIG = Path("config.yaml")
_NAME = 80


@app.command("list")
def list_people(path: Configuration = _CONFIG, from_snapshot: From = None, identity: Identity = None) -> None:
    """List everybody with all accounts, their tier, and why they have it."""
    plan, roster = _roster(path, from_snapshot, identity)
    accounts = {(account.tenant, account.key): account for account in roster.accounts}
    for person in join(roster.accounts, (), (), plan.links):
        theirs = [accounts[account.tenant, account.key] for account in person.accounts]
        tenants = ", ".join(sorted({account.tenant for account in theirs}))
        who = f"{neutral(person.address, _NAME)} ({neutral(person.name, _NAME)})"
        reason = neutral(_reason(theirs, plan, roster.groups), 2 * _NAME)
        typer.echo(f"{tier_word(person.tier):<14}  {who} in {tenants}: {reason}")


@app.command("suggest")
def suggest_people(path: Configuration = _CONFIG, from_snapshot: From = None, identity: Identity = None) -> None:
    """Propose tiers, units, groups and links that the configuration may lack, as YAML to paste. You decide."""
    plan, roster = _roster(path, from_snapshot, identity, with_groups=True)
    if not roster.named_complete:
        typer.echo("Not all groups could be read: some may be missing. `auditor audit` says why.", err=True)
    proposals = propose(
        roster.accounts, roster.named, tiers=plan.tiers, units=plan.units, links=plan.links, by_group=plan.groups
    )
    if not proposals:
        typer.echo("There is nothing to propose.", err=True)
        return
    typer.echo("# Keep what is right, and put it into the configuration. Nothing here was decided by anybody.")
    typer.echo(yaml(proposals, {each.reason: neutral(each.reason, 2 * _NAME) for each in proposals}), nl=False)


def _roster(
    path: Path, snapshot: Path | None, identity: Path | None, *, with_groups: bool = False
) -> tuple[Plan, Roster]:
    """Return the rules and all accounts; say so if they are not all."""
    configured, stop = config.load(path), threading.Event()
    if snapshot is not None:
        plan = wiring.rules(configured)
        roster = kept_roster(plan, Snapshot(snapshot, identity))
    else:
        plan = wiring.plan(configured, clock=now, stop=stop)
        with display() as progress:
            roster = read_roster(plan, stop=stop, progress=progress, with_groups=with_groups)
    for address in sorted({address for _, address in roster.groups.possible.values()}):
        known = "everybody who may belong to it has its tier. `auditor audit` says why."
        typer.echo(f"Who belongs to {neutral(address, _NAME)} is not known: {known}", err=True)
    if not roster.complete:
        typer.echo("Not all accounts could be read: people may be missing. `auditor audit` says why.", err=True)
    return plan, roster


def _reason(accounts: list[Account], plan: Plan, groups: GroupTiers) -> str:
    """Return why somebody has the tier that they have."""
    roles = [each for each in accounts if each.is_admin is True]
    if roles and all(each.tier != "principal" for each in accounts):
        held = [role for each in roles if isinstance(each.admin_roles, tuple) for role in each.admin_roles]
        return f"holds {', '.join(sorted(set(held)))}" if held else "holds an administrator role"
    usual = "a guest" if all(each.type == "guest" for each in accounts) else "nobody says otherwise"
    return _configured(accounts, plan, groups) or usual


def _configured(accounts: list[Account], plan: Plan, groups: GroupTiers) -> str:
    """Return what in the configuration gives somebody the tier that they have; empty if nothing does."""
    addresses = {address for account in accounts for address in addresses_of(account)}
    if named := sorted(address for address in addresses if address in plan.tiers):
        return f"configured by {named[0]}"
    tiers = {account.tier for account in accounts}
    if units := sorted(str(each.unit) for each in accounts if tier_of_unit(each.unit, plan.units) in tiers):
        return f"configured by the unit {units[0]}"
    given = [each for account in accounts if (each := groups.given(account))]
    if by_group := sorted(address for tier, address in given if tier in tiers):
        return f"belongs to {by_group[0]}"
    maybe = [each for account in accounts if (each := groups.maybe(account))]
    if unread := sorted(address for tier, address in maybe if tier in tiers):
        return f"may belong to {unread[0]}, whose members could not be read"
    return ""
