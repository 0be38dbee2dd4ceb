"""Reads the practice organisation's Google Workspace customer with the real connector, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from auditor.collection import collect
from auditor.errors import GapReason
from auditor.facts import Account, Directory, Domain, Fact, Tenant, kind_of
from auditor.ledger import Ledger
from auditor.models import Coverage, Gap
from connectors.google_workspace import Access, GoogleConnector
from connectors.patience import Patience
from connectors.practice.campaign.google_groups import SIGN_IN_PILOT
from connectors.practice.credentials import Credentials
from connectors.practice.faults import Fault
from connectors.practice.generator import generate
from connectors.practice.organisation import Organisation
from connectors.practice.server import PracticeServer

TODAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HASTY = Patience(budget=30, tries=3, throttled_tries=3, first_wait=0.001, longest_wait=0.002, timeout=5)
TENANT = "campaign"


@dataclass(frozen=True)
class Reading:
    """What came of reading: facts, coverage by kind, and how many requests it took."""

    facts: Sequence[Fact]
    rows: Mapping[str, Coverage]
    requests: int

    def of(self, kind: str) -> list[Any]:
        return [fact for fact in self.facts if kind_of(fact) == kind]

    @property
    def gaps(self) -> list[Gap]:
        return [gap for row in self.rows.values() for gap in row.gaps]

    @property
    def reasons(self) -> set[GapReason]:
        return {gap.reason for gap in self.gaps}

    @property
    def incomplete(self) -> set[str]:
        return {kind for kind, row in self.rows.items() if not row.complete}


class Nowhere:
    """A display that shows nothing."""

    def advance(self, tenant: str, source: str, done: int, total: int) -> None:
        """Show nothing."""


@cache
def credentials() -> Credentials:
    """Return credentials that all tests share, because making keys takes time."""
    return Credentials.fresh()


def made(*, accounts: int = 25, seed: int = 3, hostile_names: bool = False, today: datetime = TODAY) -> Organisation:
    """Return a practice organisation in which nothing is unresolved.

    No group holds an administrator role, and nobody signs in elsewhere, of whose second factor nobody could tell.
    """
    found = generate(accounts=accounts, seed=seed, today=today, hostile_names=hostile_names)
    for group in found.google.catalogue.groups:
        group.role_ids.clear()
        if group.name == SIGN_IN_PILOT:
            group.members.clear()
    return found


@cache
def organisation() -> Organisation:
    """Return the smallest practice organisation; nobody may change it."""
    return made()


def access(server: PracticeServer, patience: Patience = HASTY) -> Access:
    """Return what opens the customer of ``server``: the key, and a super administrator who serves all roles."""
    return Access(
        tenant=TENANT,
        customer=server.organisation.google.customer_id,
        admin=server.organisation.google.admin,
        key=json.dumps(server.credentials.service_account()).encode(),
        endpoints=server.endpoints,
        patience=patience,
    )


def connector(
    server: PracticeServer,
    patience: Patience = HASTY,
    now: Callable[[], datetime] = lambda: TODAY,
    *,
    given: Access | None = None,
) -> GoogleConnector:
    """Return the connector, signed in to nothing yet; ``given`` goes before what usually opens the customer."""
    return GoogleConnector(given or access(server, patience), stop=threading.Event(), now=now)


@contextmanager
def practice(
    *faults: Fault,
    without: Sequence[str] = (),
    of: Organisation | None = None,
    key: Credentials | None = None,
    clock: Callable[[], datetime] = lambda: TODAY,
) -> Iterator[PracticeServer]:
    """Run the practice server, whose clock stands still unless a test gives it another one."""
    with PracticeServer(of or organisation(), faults=faults, credentials=key or credentials(), clock=clock) as server:
        server.permissions = server.permissions.without(*without)
        yield server


def read(
    server: PracticeServer,
    patience: Patience = HASTY,
    *,
    only: str | None = None,
    now: Callable[[], datetime] = lambda: TODAY,
    given: Access | None = None,
) -> Reading:
    """Read everything as an audit does: first the directory, then what hangs on it, or ``only`` one collector of that.

    Raises ``SignInError``.
    """
    google, ledger, stop = connector(server, patience, now, given=given), Ledger(), threading.Event()
    try:
        tenant = google.identify()
        found: defaultdict[str, list[Fact]] = defaultdict(list)
        for batch in collect({TENANT: google.directory_collectors()}, ledger, threads=4, stop=stop, progress=Nowhere()):
            for fact in batch.facts:
                found[kind_of(fact)].append(fact)
        directory = Directory(
            tenant=next((fact for fact in found["tenant"] if isinstance(fact, Tenant)), tenant),
            accounts={fact.key: fact for fact in found["account"] if isinstance(fact, Account)},
            domains=frozenset(fact.name for fact in found["domain"] if isinstance(fact, Domain)),
            domains_complete=all(row.complete for row in ledger.coverage() if row.kind == "domain"),
        )
        facts = [fact for each in found.values() for fact in each]
        rest = [each for each in google.collectors(directory) if only in {None, each.name}]
        for batch in collect({TENANT: rest}, ledger, threads=4, stop=stop, progress=Nowhere()):
            facts += batch.facts
    finally:
        google.close()
    return Reading(facts, {row.kind: _asked_for(row) for row in ledger.coverage()}, google.requests)


def _asked_for(row: Coverage) -> Coverage:
    """Return a row without what these tests leave out on purpose, which is a gap in an audit."""
    left = tuple(gap for gap in row.gaps if not gap.detail.startswith("The configuration does not allow"))
    whole = sum(not gap.fields for gap in row.gaps if gap not in left)
    return row.model_copy(update={"gaps": left, "targets": row.targets - whole})
