"""The roster: all accounts with their tiers, and groups, read from the tenants or out of a snapshot."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.collection import collect
from auditor.engine import sign_in
from auditor.facts import Account, Directory, Fact, Group, Membership, Tenant
from auditor.group_tiers import GroupTiers, group_tiers
from auditor.judgement import Plan
from auditor.ledger import Ledger
from auditor.models import Coverage
from auditor.people import assign_tiers
from auditor.ports import Collector, Progress
from auditor.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Roster:
    """Accounts with their tiers, whether they are all that there are, and what groups say of them."""

    accounts: tuple[Account, ...]
    complete: bool
    groups: GroupTiers
    """What the groups of the configuration say of them."""
    named: tuple[Group, ...] = ()
    """All groups there are, if they were read."""
    named_complete: bool = True


def read_roster(plan: Plan, *, stop: threading.Event, progress: Progress, with_groups: bool = False) -> Roster:
    """Read the directories of all tenants, and all groups if wanted; the connectors are closed afterwards."""
    ledger, facts = Ledger(), list[Fact]()
    try:
        tenants = sign_in(plan.connectors, ledger)
        collectors = {tenant: plan.connectors[tenant].directory_collectors() for tenant in tenants}
        for batch in collect(collectors, ledger, threads=plan.threads, stop=stop, progress=progress):
            facts += batch.facts
        listings = {tenant: _listings(plan, tenants[tenant], facts) for tenant in tenants if with_groups}
        for batch in collect(listings, ledger, threads=plan.threads, stop=stop, progress=progress):
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
        snapshot.coverage()
        facts += (fact for fact in snapshot.facts() if isinstance(fact, Group))
        coverage = snapshot.coverage()
        snapshot.end()  # only at its end a snapshot proves to be whole
    return _roster(plan, facts, coverage, beginning.identified, len(beginning.tenants))


def _roster(
    plan: Plan, facts: Sequence[Fact], coverage: Iterable[Coverage], tenants: Iterable[str], number: int
) -> Roster:
    """Return the accounts of the tenants that let us in, out of ``number``."""
    groups = group_tiers(plan.groups, (fact for fact in facts if isinstance(fact, Membership)), tenants)
    accounts = (fact for fact in facts if isinstance(fact, Account))
    coverage = tuple(coverage)
    rows = [row for row in coverage if row.kind == "account"]
    missed = any(map(_misses, rows))
    tiered = assign_tiers(accounts, plan.tiers, plan.units, plan.links, groups)
    return Roster(
        accounts=tiered,
        complete=len(rows) >= number and not missed,
        groups=groups,
        named=tuple(fact for fact in facts if isinstance(fact, Group)),
        named_complete=not any(_misses(row) for row in coverage if row.kind == "group"),
    )


def _listings(plan: Plan, tenant: Tenant, facts: Sequence[Fact]) -> list[Collector]:
    """Return the collectors that read the groups of a tenant."""
    accounts = {each.key: each for each in facts if isinstance(each, Account) and each.tenant == tenant.tenant}
    collectors = plan.connectors[tenant.tenant].collectors(Directory(tenant=tenant, accounts=accounts))
    return [each for each in collectors if "group" in each.kinds]


def _misses(row: Coverage) -> bool:
    """Whether whole facts are missing, rather than some of their fields."""
    return row.read + row.not_applicable < row.targets or any(not gap.fields for gap in row.gaps)
