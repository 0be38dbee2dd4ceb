"""The practice server in a process of its own, so that a benchmark does not share a processor with what it measures."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, cast

from connectors.practice.campaign.domain_names import dkim_selectors
from connectors.practice.credentials import Credentials
from connectors.practice.faults import Fault, Faults
from connectors.practice.generator import generate
from connectors.practice.permissions import Permissions
from connectors.practice.quotas import Quotas
from connectors.practice.server import PracticeServer

if TYPE_CHECKING:
    from datetime import datetime
    from multiprocessing.connection import Connection
    from types import TracebackType

    from connectors.practice.organisation import Organisation

PATIENCE = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Order:
    """What the child process is to serve; see ``generate`` and ``PracticeServer`` for what the fields mean."""

    accounts: int
    seed: int
    today: datetime
    hostile_names: bool
    faults: tuple[Fault, ...]
    fault_seed: int
    permissions: Permissions
    quotas: Quotas | None
    credentials: Credentials
    port: int
    week: int


@dataclass(frozen=True, slots=True)
class Served:
    """Where the practice organisation is, and what a configuration has to say about it."""

    address: str
    endpoints: dict[str, str]
    organisation: str
    google_customer: str
    google_domain: str
    google_admin: str
    microsoft_tenant: str
    emergencies: list[str]
    """Addresses of the accounts for emergencies, as a configuration lists them."""
    tiers: dict[str, list[str]]
    """Addresses of the people who matter more than others, by tier, as a configuration lists them."""
    dns: int
    """The name server's port on 127.0.0.1, for UDP and TCP."""
    dkim_selectors: dict[str, list[str]]
    """The selectors with which each domain signs its mail, which no interface of Google's tells."""


def serving(server: PracticeServer) -> Served:
    """Return what a configuration has to say about a running server."""
    organisation = server.organisation
    tiers: dict[str, list[str]] = {}
    for person in organisation.people:
        if person.tier in {"principal", "finance", "communications", "volunteer"}:
            tiers.setdefault(person.tier, []).append(person.address)
    return Served(
        address=server.address,
        endpoints=server.endpoints,
        organisation=organisation.name,
        google_customer=organisation.google.customer_id,
        google_domain=organisation.google.primary_domain,
        google_admin=organisation.google.admin,
        microsoft_tenant=organisation.microsoft.tenant_id,
        emergencies=list(organisation.microsoft.emergencies),
        tiers=tiers,
        dns=server.dns,
        dkim_selectors=dkim_selectors(organisation),
    )


class PracticeProcess:
    """A practice server in a child process; use it as a context manager.

    ``served`` is there once it is entered. The child ends with the ``with`` block, and also when the parent dies.
    """

    def __init__(
        self,
        *,
        accounts: int = 25,
        seed: int = 1,
        today: datetime,
        hostile_names: bool = False,
        faults: tuple[Fault, ...] = (),
        fault_seed: int = 1,
        permissions: Permissions | None = None,
        quotas: Quotas | None = None,
        credentials: Credentials | None = None,
        port: int = 0,
        week: int = 0,
    ) -> None:
        self.credentials = credentials or Credentials.fresh()
        self.served: Served
        self._order = Order(
            accounts=accounts,
            seed=seed,
            today=today,
            hostile_names=hostile_names,
            faults=faults,
            fault_seed=fault_seed,
            permissions=permissions or Permissions(),
            quotas=quotas,
            credentials=self.credentials,
            port=port,
            week=week,
        )

    def __enter__(self) -> Self:
        spawn = multiprocessing.get_context("spawn")
        self._line, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_serve, args=(self._order, theirs), name="practice", daemon=True)
        heeded = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends the child
        self._process.start()
        signal.signal(signal.SIGINT, heeded)
        theirs.close()
        try:
            self.served = self._line.recv()
        except EOFError as error:
            self._process.join(PATIENCE)
            raise RuntimeError("the practice server did not start; what it printed says why") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()  # which is what the child waits for
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def counted(self) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
        """Return the requests and the writes that the server has counted, as ``PracticeServer`` does."""
        self._line.send(None)
        return cast("tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]", self._line.recv())

    def become(self, week: int) -> None:
        """Let the server go on, or back, to another week of the same organisation, as ``PracticeServer.become``."""
        self._line.send(week)
        self._line.recv()


def _generated(order: Order, week: int) -> Organisation:
    return generate(
        accounts=order.accounts, seed=order.seed, today=order.today, week=week, hostile_names=order.hostile_names
    )


def _serve(order: Order, line: Connection) -> None:
    server = PracticeServer(
        _generated(order, order.week),
        permissions=order.permissions,
        quotas=order.quotas,
        faults=Faults(order.faults, order.fault_seed),
        credentials=order.credentials,
        port=order.port,
    )
    with server:
        line.send(serving(server))
        try:
            while True:
                week: int | None = line.recv()
                if week is not None:
                    server.become(_generated(order, week))
                line.send((server.requests, server.writes))
        except (EOFError, KeyboardInterrupt):
            pass  # the parent is done, or somebody pressed Ctrl-C
