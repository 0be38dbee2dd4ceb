"""The roster: all accounts with their tiers, read from the tenants or out of a snapshot, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.collection import collect
from auditor.engine import sign_in
from auditor.facts import Account, Fact, Membership
from auditor.group_tiers import GroupTiers, group_tiers
from auditor.judgement import Plan
from auditor.ledger import Ledger
from auditor.models import Coverage
from auditor.people import assign_tiers
from auditor.ports import Progress
from auditor.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Roster:
    """Accounts with their tiers, whether they are all that there are, and what groups say of them."""

    accounts: tuple[Account, ...]
    complete: bool
    groups: GroupTiers
    """What the groups of the configuration say of them."""


def read_roster(plan: Plan, *, stop: threading.Event, progress: Progress) -> Roster:
    """Read the directories of all tenants; the connectors are closed afterwards."""
    ledger, facts = Ledger(), list[Fact]()
    try:
        tenants = sign_in(plan.connectors, ledger)
        collectors = {tenant: plan.connectors[tenant].directory_collectors() for tenant in tenants}
        for batch in collect(collectors, ledger, threads=plan.threads, stop=stop, progress=progress):
            facts += batch.facts
    finally:
        for connector in plan.connectors.values():
            connector.close()
    return _roster(plan, facts, ledger.coverage(), tenants, len(plan.connectors))


def kept_roster(plan: Plan, snapshot: Snapshot) -> Roster:
    """Return the roster that a snapshot holds. Raises ``SnapshotError`` if it is not whole."""
    with snapshot:
        beginning = snapshot.begin()
        facts = list(snapshot.facts())
        coverage = snapshot.coverage()
        for _ in snapshot.facts():
            pass  # only at its end a snapshot proves to be whole
        snapshot.coverage()
        snapshot.end()
    return _roster(plan, facts, coverage, beginning.identified, len(beginning.tenants))


def _roster(
    plan: Plan, facts: Sequence[Fact], coverage: Iterable[Coverage], tenants: Iterable[str], number: int
) -> Roster:
    """Return the accounts of the tenants that let us in, out of ``number``."""
    groups = group_tiers(plan.groups, (fact for fact in facts if isinstance(fact, Membership)), tenants)
    accounts = (fact for fact in facts if isinstance(fact, Account))
    rows = [row for row in coverage if row.kind == "account"]
    missed = any(row.read + row.not_applicable < row.targets or _breaks_off(row) for row in rows)
    tiered = assign_tiers(accounts, plan.tiers, plan.units, plan.links, groups)
    return Roster(tiered, len(rows) >= number and not missed, groups)


def _breaks_off(row: Coverage) -> bool:
    """Whether whole accounts are missing, rather than some of their fields."""
    return any(not gap.fields for gap in row.gaps)
