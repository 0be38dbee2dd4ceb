"""Reads a practice tenant with the real connector over real HTTP, one collector after the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from auditor.errors import ReadError
from auditor.facts import Account, Directory, Domain, Fact
from auditor.models import Failure, NotApplicable
from auditor.ports import Collector, Connector
from connectors.microsoft_365 import Access, MicrosoftConnector
from connectors.patience import Patience
from connectors.practice.server import PracticeServer

TODAY = datetime(2026, 10, 1, 12, tzinfo=UTC)
QUICK = Patience(budget=30, tries=3, throttled_tries=4, first_wait=0.01, longest_wait=0.02, timeout=10)

_Fact = TypeVar("_Fact", bound=Fact)


@dataclass
class Outcome:
    """Everything that the collectors yielded, and the errors that escaped them by the collector's name."""

    facts: list[Fact] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    absent: list[NotApplicable] = field(default_factory=list)
    escaped: dict[str, ReadError] = field(default_factory=dict)

    def of(self, kind: type[_Fact]) -> list[_Fact]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    @property
    def errors(self) -> list[ReadError]:
        return [*self.escaped.values(), *(failure.error for failure in self.failures)]


def access(
    server: PracticeServer,
    *,
    certificate: bool = False,
    secret: str | None = None,
    items: bool = True,
    teams: bool = True,
) -> Access:
    held = server.credentials
    pem = (held.microsoft_key + held.microsoft_certificate).encode()
    return Access(
        tenant="microsoft",
        tenant_id=server.organisation.microsoft.tenant_id,
        client_id=held.microsoft_client_id,
        certificate=pem if certificate else None,
        secret=None if certificate else secret or held.microsoft_secret,
        items=items,
        teams=teams,
        break_glass=frozenset(server.organisation.microsoft.emergencies),
        endpoints=server.endpoints,
        patience=QUICK,
    )


def read(server: PracticeServer, *, only: str | None = None, items: bool = True, teams: bool = True) -> Outcome:
    """Read the whole tenant, or the directory and the one collector that is named."""
    return read_as(access(server, items=items, teams=teams), only=only)


def read_as(given: Access, *, only: str | None = None) -> Outcome:
    """Read as somebody else than ``access`` gives."""
    connector = MicrosoftConnector(given, stop=threading.Event())
    try:
        return _read(connector, only)
    finally:
        connector.close()


def _read(connector: Connector, only: str | None) -> Outcome:
    tenant = connector.identify()
    outcome = Outcome()
    _collect(connector.directory_collectors(), outcome, None)
    accounts = {account.key: account for account in outcome.of(Account)}
    domains = frozenset(domain.name for domain in outcome.of(Domain))
    directory = Directory(tenant, accounts, domains, domains_complete=bool(domains))
    _collect(connector.collectors(directory), outcome, only)
    return outcome


def _collect(collectors: Sequence[Collector], outcome: Outcome, only: str | None) -> None:
    for collector in collectors:
        if only not in {None, collector.name}:
            continue
        try:
            for reading in _readings(collector):
                if isinstance(reading, Failure):
                    outcome.failures.append(reading)
                elif isinstance(reading, NotApplicable):
                    outcome.absent.append(reading)
                else:
                    outcome.facts.append(reading)
        except ReadError as error:
            outcome.escaped[collector.name] = error


def _readings(collector: Collector) -> Iterator[Fact | Failure | NotApplicable]:
    targets = list(collector.targets())
    for start in range(0, len(targets), collector.batch_size):
        yield from collector.read(targets[start : start + collector.batch_size])
