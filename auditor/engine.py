"""The story of one audit, from top to bottom: sign in, read, judge, report.

Every tenant is read by itself: what fails in one hides nothing of another. All directories are read before anything is
judged, because an address in one tenant's domain is no outsider to the other.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

import structlog

from auditor.changes import compare
from auditor.collection import collect
from auditor.errors import SignInError
from auditor.evaluation import TenantEvaluation
from auditor.exemptions import apply
from auditor.exit_codes import exit_code
from auditor.facts import Account, Directory, Domain, Fact, Tenant, Tier
from auditor.ledger import Ledger
from auditor.models import (
    AuditReference,
    Coverage,
    Exemption,
    PolicyResult,
    Report,
    Severity,
    Standing,
    TenantReference,
)
from auditor.people import assign_tiers, join, tiers_of_persons
from auditor.policy import PolicySet
from auditor.ports import Clock, Connector, History, Progress
from auditor.raising import raise_severities
from auditor.standing import TenantReading, stand, watched
from auditor.suspicion import suspicions
from auditor.watch import Watch

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
    exemptions: Sequence[Exemption] = ()
    exemption_days: int = 180
    """For how long an exemption may hold at the most."""


def audit(
    plan: Plan,
    *,
    audit_id: str,
    clock: Clock,
    stop: threading.Event,
    progress: Progress,
    history: History | None = None,
) -> Report:
    """Run one audit and return its report, exit code included; the connectors are closed afterwards.

    With a ``history`` the report says what changed, and is kept in it; an interrupted audit is kept as such, and
    compared with nothing.

    Raises ``ForbiddenRequestError`` if a connector tries anything but a read. Everything else that goes wrong while
    reading is in the report.
    """
    started, ledger = clock(), Ledger()
    before = {tenant: history.before(tenant) if history else None for tenant in plan.connectors}
    watches = {tenant: Watch(watched(standing)) for tenant, standing in before.items()}
    try:
        tenants = _sign_in(plan.connectors, ledger)
        first = {tenant: plan.connectors[tenant].directory_collectors() for tenant in tenants}
        kept: defaultdict[str, list[Fact]] = defaultdict(list)
        for batch in collect(first, ledger, threads=plan.threads, stop=stop, progress=progress):
            kept[batch.task.tenant] += batch.facts
        directories = _directories(plan, tenants, kept, ledger.coverage())

        judges = {
            tenant: TenantEvaluation(plan.policies, directory=directory, today=started, watch=watches[tenant])
            for tenant, directory in directories.items()
        }
        for tenant, judge in judges.items():
            judge.add(directories[tenant].accounts.values())
            judge.add(fact for fact in kept[tenant] if not isinstance(fact, Account))
        rest = {tenant: plan.connectors[tenant].collectors(directory) for tenant, directory in directories.items()}
        for tenant, collectors in rest.items():
            ledger.miss_unlisted(tenant, [each for each in collectors if each.per_account])
        for batch in collect(rest, ledger, threads=plan.threads, stop=stop, progress=progress):
            judges[batch.task.tenant].add(batch.facts)
    finally:
        for connector in plan.connectors.values():
            connector.close()

    for tenant, directory in directories.items():
        vendor_id, rows = directory.tenant.vendor_id, ledger.coverage()
        for gap in suspicions(before[tenant], tenant=tenant, vendor_id=vendor_id, coverage=rows, now=started):
            ledger.suspect(gap)
    coverage = ledger.coverage()
    accounts = [account for directory in directories.values() for account in directory.accounts.values()]
    tiers = tiers_of_persons(accounts)
    results = raise_severities(_results(judges, coverage), tiers)
    results, notices = apply(
        results, plan.exemptions, tiers=tiers, today=started.astimezone(UTC).date(), days=plan.exemption_days
    )
    unread = len(tenants) < len(plan.connectors)
    code = exit_code(results, coverage, fail_on=plan.fail_on, locked_out=unread, stopped=stop.is_set())
    findings = [finding for result in results for finding in result.findings]
    unknowns = [unknown for result in results for unknown in result.unknowns]
    _log.info("audited", findings=len(findings), unknowns=len(unknowns), exit_code=code)
    report = Report(
        organisation=plan.organisation,
        audit=AuditReference(id=audit_id, started=started, finished=clock(), exit_code=code),
        tenants=tuple(_reference(tenant, connector, tenants) for tenant, connector in sorted(plan.connectors.items())),
        coverage=coverage,
        results=results,
        people=join(accounts, findings, unknowns),
        notices=notices,
    )
    if history is None:
        return report
    standings: dict[str, Standing] = {}
    if not stop.is_set():
        readings = [_reading(report, reference, directories, watches[reference.id]) for reference in report.tenants]
        standings = {each.tenant: now for each in readings if (now := stand(before[each.tenant], each))}
        changes = compare([(before[tenant], now) for tenant, now in standings.items()], report.people)
        report = report.model_copy(update={"changes": changes})
    history.keep(report, standings)
    return report


def _reading(
    report: Report, tenant: TenantReference, directories: Mapping[str, Directory], watch: Watch
) -> TenantReading:
    """Return what the report says of one tenant, and what has been seen of what stood before."""
    directory = directories.get(tenant.id)
    accounts = directory.accounts.values() if directory else ()
    return TenantReading(
        tenant=tenant.id,
        label=tenant.label,
        key=directory.tenant.key if directory else "",
        audit=report.audit.id,
        finished=report.audit.finished,
        vendor_id=directory.tenant.vendor_id if directory else "",
        results=[result for result in report.results if result.tenant == tenant.id],
        coverage=[row for row in report.coverage if row.tenant == tenant.id],
        accounts={account.key: account.address for account in accounts},
        seen=watch.seen,
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
