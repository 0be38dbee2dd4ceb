"""The second half of an audit, from facts to the report: the same for facts from vendors and from a snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import structlog

from auditor.evaluation import TenantEvaluation
from auditor.exemptions import apply
from auditor.exit_codes import exit_code
from auditor.facts import Account, Directory, Domain, Fact, Membership, Tenant, Tier
from auditor.group_tiers import group_tiers, with_gaps
from auditor.models import (
    AuditReference,
    Coverage,
    Exemption,
    PolicyResult,
    Report,
    Severity,
    TenantReference,
)
from auditor.people import assign_tiers, join, tiers_of_persons
from auditor.policy import PolicySet
from auditor.ports import Connector
from auditor.raising import raise_severities
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
    units: Mapping[str, Tier] = field(default_factory=dict)
    """Tiers of organisational units, by path."""
    groups: Mapping[str, Tier] = field(default_factory=dict)
    """Tiers of groups, by address."""
    links: Sequence[Sequence[str]] = ()
    """Addresses that belong to one person."""


class Judgement:
    """Judges the facts of all tenants. Give it what hangs on the directories in any order, then ask for the report."""

    def __init__(
        self,
        plan: Plan,
        *,
        references: Sequence[TenantReference],
        tenants: Mapping[str, Tenant],
        first: Mapping[str, Sequence[Fact]],
        listed: Iterable[Coverage],
        started: datetime,
        watches: Mapping[str, Watch] | None = None,
    ) -> None:
        """Take all tenants, those that let us in, what was read first of them, and how much that is of it all."""
        self._plan = plan
        self._references = tuple(sorted(references, key=lambda reference: reference.id))
        self._started = started
        self._memberships = [fact for tenant in tenants for fact in first[tenant] if isinstance(fact, Membership)]
        self.directories = _directories(plan, len(self._references), tenants, first, listed)
        shut = {each.id: Directory(tenant=stand_in(each)) for each in references if each.id not in self.directories}
        self._judges = {
            tenant: TenantEvaluation(
                plan.policies, directory=directory, today=started, watch=(watches or {}).get(tenant)
            )
            for tenant, directory in (self.directories | shut).items()
        }
        for tenant, directory in self.directories.items():
            self._judges[tenant].add(directory.accounts.values())
            self._judges[tenant].add(fact for fact in first[tenant] if not isinstance(fact, Account))

    def add(self, tenant: str, facts: Iterable[Fact]) -> None:
        """Judge facts of one tenant; they are not kept."""
        self._judges[tenant].add(facts)

    def report(self, *, audit_id: str, finished: datetime, coverage: tuple[Coverage, ...], stopped: bool) -> Report:
        """Return the report, with exit code; ``coverage`` is that of everything."""
        plan = self._plan
        coverage = with_gaps(coverage, plan.groups, self._memberships, self.directories)
        accounts = [account for directory in self.directories.values() for account in directory.accounts.values()]
        tiers = tiers_of_persons(accounts, plan.links)
        results = raise_severities(self._results(coverage), tiers)
        results, notices = apply(
            results,
            plan.exemptions,
            tiers=tiers,
            today=self._started.astimezone(UTC).date(),
            days=plan.exemption_days,
        )
        unread = len(self.directories) < len(self._references)
        code = exit_code(results, coverage, fail_on=plan.fail_on, locked_out=unread, stopped=stopped)
        findings = [finding for result in results for finding in result.findings]
        unknowns = [unknown for result in results for unknown in result.unknowns]
        _log.info("audited", findings=len(findings), unknowns=len(unknowns), exit_code=code)
        return Report(
            organisation=plan.organisation,
            audit=AuditReference(id=audit_id, started=self._started, finished=finished, exit_code=code),
            tenants=self._references,
            coverage=coverage,
            results=results,
            people=join(accounts, findings, unknowns, plan.links),
            notices=notices,
        )

    def _results(self, coverage: Sequence[Coverage]) -> tuple[PolicyResult, ...]:
        """Return what every policy says of every tenant, gaps taken into account."""
        for row in coverage:
            for gap in row.gaps:
                if row.tenant in self._judges:
                    self._judges[row.tenant].gap(gap)
        results = (result for judge in self._judges.values() for result in judge.results(coverage))
        return tuple(sorted(results, key=lambda result: (result.policy, result.tenant)))


def stand_in(reference: TenantReference) -> Tenant:
    """Return what can be said of a tenant that did not let us in; everything else about it is unknown."""
    connector: Literal["google_workspace", "microsoft_365"] = (
        "google_workspace" if reference.connector == "google_workspace" else "microsoft_365"
    )
    return Tenant(tenant=reference.id, key=reference.id, label=reference.label, connector=connector, vendor_id="")


def _directories(
    plan: Plan,
    number: int,
    tenants: Mapping[str, Tenant],
    first: Mapping[str, Sequence[Fact]],
    listed: Iterable[Coverage],
) -> dict[str, Directory]:
    """Return the directory of each tenant: accounts with their tiers, and the domains of the whole organisation."""
    facts = [fact for tenant in tenants for fact in first[tenant]]
    listings = [row for row in listed if row.kind == "domain"]
    domains = frozenset(fact.name for fact in facts if isinstance(fact, Domain))
    complete = len(listings) >= number and all(row.complete for row in listings)
    accounts: defaultdict[str, dict[str, Account]] = defaultdict(dict)
    found = (fact for fact in facts if isinstance(fact, Account))
    groups = group_tiers(plan.groups, (fact for fact in facts if isinstance(fact, Membership)), tenants)
    for account in assign_tiers(found, plan.tiers, plan.units, plan.links, groups):
        accounts[account.tenant][account.key] = account
    return {
        tenant: Directory(
            tenant=next((fact for fact in first[tenant] if isinstance(fact, Tenant)), identified),
            accounts=accounts[tenant],
            domains=domains,
            domains_complete=complete,
        )
        for tenant, identified in tenants.items()
    }
