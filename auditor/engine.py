"""The story of one audit, from top to bottom: sign in, read, judge, report.

Every tenant is read by itself: what fails in one hides nothing of another. All directories are read before anything is
judged, because an address in one tenant's domain is no outsider to the other.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

import structlog

from auditor.changes import compare
from auditor.collection import collect
from auditor.errors import SignInError
from auditor.exit_codes import ExitCode
from auditor.facts import Directory, Fact, Tenant
from auditor.judgement import Judgement, Plan, stand_in
from auditor.ledger import Ledger
from auditor.models import Coverage, Report, Standing, TenantReference
from auditor.ports import Clock, Connector, History, Keeper, Progress
from auditor.snapshots import Snapshot
from auditor.standing import TenantReading, stand, watched
from auditor.suspicion import suspicions
from auditor.watch import Watch

__all__ = ["Plan", "audit", "audit_again", "sign_in"]

_log = structlog.get_logger(__name__)


class _Forgetful:
    """Keeps nothing."""

    def begin(
        self,
        organisation: str,
        audit: str,
        started: datetime,
        tenants: Sequence[TenantReference],
        identified: Mapping[str, Tenant],
    ) -> None:
        """Keep nothing."""

    def keep(self, facts: Iterable[Fact]) -> None:
        """Keep nothing."""

    def listed(self, coverage: Iterable[Coverage]) -> None:
        """Keep nothing."""

    def end(self, finished: datetime, coverage: Iterable[Coverage], *, stopped: bool) -> None:
        """Keep nothing."""


def audit(
    plan: Plan,
    *,
    audit_id: str,
    clock: Clock,
    stop: threading.Event,
    progress: Progress,
    history: History | None = None,
    keeper: Keeper | None = None,
) -> Report:
    """Run one audit and return its report, exit code included; the connectors are closed afterwards.

    With a ``history`` the report says what changed, and is kept in it; an interrupted audit is kept as such, and
    compared with nothing. A ``keeper`` is handed everything that is read.

    Raises ``ForbiddenRequestError`` if a connector tries anything but a read. Everything else that goes wrong while
    reading is in the report.
    """
    started, ledger, keeper = clock(), Ledger(), keeper or _Forgetful()
    before = {tenant: history.before(tenant) if history else None for tenant in plan.connectors}
    watches = {tenant: Watch(watched(standing)) for tenant, standing in before.items()}
    try:
        tenants = sign_in(plan.connectors, ledger)
        references = [_reference(tenant, connector, tenants) for tenant, connector in plan.connectors.items()]
        keeper.begin(plan.organisation, audit_id, started, references, tenants)
        directory_collectors = {tenant: plan.connectors[tenant].directory_collectors() for tenant in tenants}
        first: defaultdict[str, list[Fact]] = defaultdict(list)
        for batch in collect(directory_collectors, ledger, threads=plan.threads, stop=stop, progress=progress):
            first[batch.task.tenant] += batch.facts
            keeper.keep(batch.facts)
        listed = ledger.coverage()
        keeper.listed(listed)

        judgement = Judgement(
            plan, references=references, tenants=tenants, first=first, listed=listed, started=started, watches=watches
        )
        directories = judgement.directories
        rest = {tenant: plan.connectors[tenant].collectors(directory) for tenant, directory in directories.items()}
        for tenant, collectors in rest.items():
            ledger.miss_unlisted(tenant, [each for each in collectors if each.per_account])
        for batch in collect(rest, ledger, threads=plan.threads, stop=stop, progress=progress):
            judgement.add(batch.task.tenant, batch.facts)
            keeper.keep(batch.facts)
    finally:
        for connector in plan.connectors.values():
            connector.close()

    _suspect(before, directories, ledger, started)
    coverage, finished, stopped = ledger.coverage(), clock(), stop.is_set()
    keeper.end(finished, coverage, stopped=stopped)
    report = judgement.report(audit_id=audit_id, finished=finished, coverage=coverage, stopped=stopped)
    return report if history is None else _remember(report, history, before, directories, watches)


def audit_again(plan: Plan, snapshot: Snapshot) -> Report:
    """Judge what a snapshot holds and return the report: that of the audit which made it, id and times included.

    No connector is asked, no history is consulted, and the plan's policies, tiers and exemptions are what counts.
    Raises ``SnapshotError`` for a snapshot that is not whole.
    """
    first: defaultdict[str, list[Fact]] = defaultdict(list)
    with snapshot:
        beginning = snapshot.begin()
        for fact in snapshot.facts():
            first[fact.tenant].append(fact)
        judgement = Judgement(
            replace(plan, organisation=beginning.organisation),
            references=beginning.tenants,
            tenants=beginning.identified,
            first=first,
            listed=snapshot.coverage(),
            started=beginning.started,
        )
        for tenant, facts in groupby(snapshot.facts(), key=attrgetter("tenant")):
            judgement.add(tenant, facts)
        coverage, end = snapshot.coverage(), snapshot.end()
    return judgement.report(audit_id=beginning.audit, finished=end.finished, coverage=coverage, stopped=end.interrupted)


def _suspect(
    before: Mapping[str, Standing | None], directories: Mapping[str, Directory], ledger: Ledger, now: datetime
) -> None:
    """Enter into the ledger what was read and cannot be true beside what was read before."""
    for tenant, directory in directories.items():
        vendor_id, rows = directory.tenant.vendor_id, ledger.coverage()
        for gap in suspicions(before[tenant], tenant=tenant, vendor_id=vendor_id, coverage=rows, now=now):
            ledger.suspect(gap)


def _remember(
    report: Report,
    history: History,
    before: Mapping[str, Standing | None],
    directories: Mapping[str, Directory],
    watches: Mapping[str, Watch],
) -> Report:
    """Return the report with what changed, and keep it; what was interrupted is compared with nothing."""
    standings: dict[str, Standing] = {}
    if report.audit.exit_code != ExitCode.INTERRUPTED:
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


def sign_in(connectors: Mapping[str, Connector], ledger: Ledger) -> dict[str, Tenant]:
    """Return the tenants that let us in; of the others nothing will be known, and the ledger says so."""
    tenants = {}
    for tenant, connector in sorted(connectors.items()):
        try:
            tenants[tenant] = connector.identify()
        except SignInError as error:
            _log.warning("not signed in", tenant=tenant, reason=error.message)
            ledger.lock_out(tenant, error, _kinds(tenant, connector))
    return tenants


def _kinds(tenant: str, connector: Connector) -> Iterator[str]:
    """Yield the kinds of facts that a connector would have read."""
    yield "account"
    for collector in connector.directory_collectors():
        yield from collector.kinds
    nobody = Directory(tenant=stand_in(_reference(tenant, connector, {})))
    for collector in connector.collectors(nobody):
        yield from collector.kinds


def _reference(tenant: str, connector: Connector, tenants: Mapping[str, Tenant]) -> TenantReference:
    """Return how the report names a tenant, also one that did not let us in."""
    label = tenants[tenant].label if tenant in tenants else tenant
    return TenantReference(id=tenant, label=label, connector=connector.name)
