"""The story of one audit, from top to bottom: sign in, read, judge, report.

Every tenant is read by itself: what fails in one hides nothing of another. All directories are read before anything is
judged, because an address in one tenant's domain is no outsider to the other.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from auditor.collection import collect
from auditor.errors import SignInError
from auditor.evaluation import TenantEvaluation
from auditor.exit_codes import exit_code
from auditor.facts import Account, Directory, Domain, Fact, Tenant, Tier
from auditor.ledger import Ledger
from auditor.models import AuditReference, Coverage, PolicyResult, Report, Severity, TenantReference
from auditor.people import assign_tiers, join
from auditor.policy import PolicySet
from auditor.ports import Clock, Connector, Progress

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to audit and by what rules; connectors by the id of their tenant."""

    organisation: str
    connectors: Mapping[str, Connector]
    policies: PolicySet
    tiers: Mapping[str, Tier]
    fail_on: Severity
    threads: int


def audit(plan: Plan, *, audit_id: str, clock: Clock, stop: threading.Event, progress: Progress) -> Report:
    """Run one audit and return its report, exit code included; the connectors are closed afterwards.

    Raises ``ForbiddenRequestError`` if a connector tries anything but a read. Everything else that goes wrong while
    reading is in the report.
    """
    started, ledger = clock(), Ledger()
    try:
        tenants = _sign_in(plan.connectors, ledger)
        first = {tenant: plan.connectors[tenant].directory_collectors() for tenant in tenants}
        kept: defaultdict[str, list[Fact]] = defaultdict(list)
        for batch in collect(first, ledger, threads=plan.threads, stop=stop, progress=progress):
            kept[batch.task.tenant] += batch.facts
        directories = _directories(plan, tenants, kept, ledger.coverage())

        judges = {
            tenant: TenantEvaluation(plan.policies, directory=directory, today=started)
            for tenant, directory in directories.items()
        }
        for tenant, judge in judges.items():
            judge.add(directories[tenant].accounts.values())
            judge.add(fact for fact in kept[tenant] if not isinstance(fact, Account))
        rest = {tenant: plan.connectors[tenant].collectors(directory) for tenant, directory in directories.items()}
        for batch in collect(rest, ledger, threads=plan.threads, stop=stop, progress=progress):
            judges[batch.task.tenant].add(batch.facts)
    finally:
        for connector in plan.connectors.values():
            connector.close()

    coverage = ledger.coverage()
    results = _results(judges, coverage)
    unread = len(tenants) < len(plan.connectors)
    code = exit_code(results, coverage, fail_on=plan.fail_on, locked_out=unread, stopped=stop.is_set())
    findings = [finding for result in results for finding in result.findings]
    unknowns = [unknown for result in results for unknown in result.unknowns]
    accounts = [account for directory in directories.values() for account in directory.accounts.values()]
    _log.info("audited", findings=len(findings), unknowns=len(unknowns), exit_code=code)
    return Report(
        organisation=plan.organisation,
        audit=AuditReference(id=audit_id, started=started, finished=clock(), exit_code=code),
        tenants=tuple(_reference(tenant, connector, tenants) for tenant, connector in sorted(plan.connectors.items())),
        coverage=coverage,
        results=results,
        people=join(accounts, findings, unknowns),
    )


def _sign_in(connectors: Mapping[str, Connector], ledger: Ledger) -> dict[str, Tenant]:
    """Return the tenants that let us in; of the others nothing will be known, and the ledger says so."""
    tenants = {}
    for tenant, connector in sorted(connectors.items()):
        try:
            tenants[tenant] = connector.identify()
        except SignInError as error:
            _log.warning("not signed in", tenant=tenant, reason=error.message)
            ledger.lock_out(tenant, error)
    return tenants


def _directories(
    plan: Plan, tenants: Mapping[str, Tenant], kept: Mapping[str, Sequence[Fact]], coverage: Iterable[Coverage]
) -> dict[str, Directory]:
    """Return the directory of each tenant: accounts with their tiers, and the domains of the whole organisation."""
    facts = [fact for tenant in tenants for fact in kept[tenant]]
    listings = [row for row in coverage if row.kind == "domain"]
    domains = frozenset(fact.name for fact in facts if isinstance(fact, Domain))
    complete = len(listings) >= len(plan.connectors) and all(row.complete for row in listings)
    accounts = assign_tiers((fact for fact in facts if isinstance(fact, Account)), plan.tiers)
    return {
        tenant: Directory(
            tenant=next((fact for fact in kept[tenant] if isinstance(fact, Tenant)), identified),
            accounts={account.key: account for account in accounts if account.tenant == tenant},
            domains=domains,
            domains_complete=complete,
        )
        for tenant, identified in tenants.items()
    }


def _results(judges: Mapping[str, TenantEvaluation], coverage: Sequence[Coverage]) -> tuple[PolicyResult, ...]:
    """Return what every policy says of every tenant, gaps taken into account."""
    for row in coverage:
        for gap in row.gaps:
            if row.tenant in judges:
                judges[row.tenant].gap(gap)
    results = (result for judge in judges.values() for result in judge.results(coverage))
    return tuple(sorted(results, key=lambda result: (result.policy, result.tenant)))


def _reference(tenant: str, connector: Connector, tenants: Mapping[str, Tenant]) -> TenantReference:
    """Return how the report names a tenant, also one that did not let us in."""
    label = tenants[tenant].label if tenant in tenants else tenant
    return TenantReference(id=tenant, label=label, connector=connector.name)
