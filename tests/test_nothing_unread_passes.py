"""Whatever is taken away from an audit or breaks under it: nothing that could not be read ever counts as good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from practice_audit import TODAY, audited

from auditor.errors import GapReason
from auditor.models import Outcome, Report
from connectors.google_workspace import scopes
from connectors.microsoft_365 import refusals
from connectors.practice.faults import Fault, Faults
from connectors.practice.generator import generate
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer

CONTAINED = {
    "Application.Read.All",
    "Domain.Read.All",
    "GroupMember.Read.All",
    "Organization.Read.All",
    "User.Read.All",
}
"""Permissions that Directory.Read.All contains, so that it has to go with each of them."""
NAMED = {value.name for value in vars(refusals).values() if isinstance(value, refusals.Permission)}
UNSEEN = {"Organization.Read.All"}
"""Without it only the name of the organisation is missing, and its id stands there instead."""
MISSING = [
    *((scope.url,) for scope in scopes.ALL),
    *((name,) for name in sorted(NAMED - CONTAINED - {"Files.Read.All"})),
    ("Files.Read.All", "Sites.Read.All"),  # either opens the items of sites
    *((name, "Directory.Read.All") for name in sorted(CONTAINED - UNSEEN)),
]
WHOLE = [
    Fault(kind, rate)
    for kind in ("denied", "server_error", "rate_limited", "quota", "malformed")
    for rate in (0.1, 1.0)
]
BROKEN = [Fault(kind, rate) for kind in ("reset", "cut", "redirect", "unauthorized") for rate in (0.1, 1.0)]
LINKS = [Fault("foreign_link"), Fault("repeated_link")]
INNER = [
    Fault(kind, rate, inner=True)
    for kind in ("denied", "server_error", "rate_limited", "quota", "malformed", "unauthorized")
    for rate in (0.05, 1.0)
]


@pytest.fixture(scope="module")
def server() -> Iterator[PracticeServer]:
    with PracticeServer(generate(accounts=25, seed=3, today=TODAY), clock=lambda: TODAY) as running:
        yield running


@pytest.fixture(scope="module")
def whole(server: PracticeServer) -> Report:
    return audited(server)


@pytest.fixture(autouse=True)
def _healed(server: PracticeServer) -> Iterator[None]:
    yield
    server.faults, server.permissions = Faults(), Permissions()


def hidden(whole: Report, report: Report) -> set[tuple[str, str]]:
    """Return policies and tenants in which findings of the whole audit are missing and nothing says so."""
    seen = {finding.fingerprint for finding in report.findings}
    lost = {(finding.policy, finding.tenant) for finding in whole.findings if finding.fingerprint not in seen}
    doubted = {(result.policy, result.tenant) for result in report.results if result.unknowns}
    judged = {result.tenant for result in report.results}  # of a tenant that lets nobody in there are no results
    return {(policy, tenant) for policy, tenant in lost - doubted if tenant in judged}


@pytest.mark.parametrize("missing", MISSING, ids="+".join)
def test_a_missing_permission_is_named_in_a_remedy_and_hides_nothing(
    missing: tuple[str, ...], server: PracticeServer, whole: Report
) -> None:
    server.permissions = Permissions().without(*missing)
    report = audited(server)
    remedies = [gap.remedy for row in report.coverage for gap in row.gaps]
    assert report.audit.exit_code in {1, 3}
    assert any(missing[0] in remedy for remedy in remedies)
    assert hidden(whole, report) == set()


@pytest.mark.parametrize(
    "missing", ["google_super_admin", "exchange_role", "premium", "governance", "gmail.googleapis.com"]
)
def test_a_missing_role_licence_or_interface_hides_nothing(missing: str, server: PracticeServer, whole: Report) -> None:
    server.permissions = Permissions().without(missing)
    report = audited(server)
    assert report.audit.exit_code in {1, 3}
    assert any(row.gaps for row in report.coverage)
    assert hidden(whole, report) == set()


@pytest.mark.parametrize(
    "fault", [*WHOLE, *BROKEN, *LINKS, *INNER], ids=lambda fault: f"{fault.kind}-{fault.rate}-{fault.inner}"
)
def test_a_fault_of_the_vendors_hides_nothing(fault: Fault, server: PracticeServer, whole: Report) -> None:
    server.faults = Faults((fault,))
    report = audited(server)
    assert report.audit.exit_code in {1, 3, 4}
    assert hidden(whole, report) == set()
    assert all(gap.remedy for row in report.coverage for gap in row.gaps)
    assert server.writes.total() == 0


def test_a_tenant_that_cannot_be_reached_is_unknown_throughout(server: PracticeServer) -> None:
    server.faults = Faults((Fault("reset"),))
    report = audited(server)
    assert report.audit.exit_code == 4
    assert {tenant.id for tenant in report.tenants} == {result.tenant for result in report.results}
    assert {result.outcome for result in report.results} == {Outcome.UNKNOWN}
    assert {gap.reason for row in report.coverage for gap in row.gaps} == {GapReason.UNREACHABLE}
    assert ("google", "meeting_policy") not in {(row.tenant, row.kind) for row in report.coverage}
