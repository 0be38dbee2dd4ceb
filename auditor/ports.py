"""The seams: what the core asks of connectors, progress displays and clocks. Structural, so nobody need import them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from auditor.facts import Directory, Fact, Tenant
from auditor.models import Coverage, Failure, NotApplicable, Report, Standing, Target, TenantReference

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""

Reading = Fact | Failure | NotApplicable
"""What a collector yields."""


class Collector(Protocol):
    """Reads one kind of thing. Contains no threads, no retries and no handling of failures."""

    @property
    def name(self) -> str:
        """Name for coverage and logs, such as ``mail_settings``."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of facts it yields."""
        ...

    @property
    def batch_size(self) -> int:
        """How many targets one call of ``read`` takes at the most."""
        ...

    @property
    def per_account(self) -> bool:
        """Whether its targets are the accounts of the directory: an account that is not listed is not read then."""
        ...

    def targets(self) -> Iterable[Target]:
        """List what is to be read. Raises ``ReadError`` when even the list cannot be had."""
        ...

    def read(self, targets: Sequence[Target]) -> Iterator[Reading]:
        """Read a batch: facts, and for each target that gave none a ``Failure`` or ``NotApplicable``.

        A ``ReadError`` that escapes counts for every target of the batch.
        """
        ...


class Connector(Protocol):
    """One tenant of one vendor, read-only."""

    @property
    def name(self) -> str:
        """Name of the connector, such as ``google_workspace``."""
        ...

    def identify(self) -> Tenant:
        """Sign in and say which tenant this is. Raises ``SignInError``."""
        ...

    def directory_collectors(self) -> Sequence[Collector]:
        """Collectors of what is read first and kept: accounts, domains, settings."""
        ...

    def collectors(self, directory: Directory) -> Sequence[Collector]:
        """Collectors of what hangs on the directory: rules, grants, files."""
        ...

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        ...

    def close(self) -> None:
        """Give up connections and forget tokens."""
        ...


class Progress(Protocol):
    """Somewhere to show how far collection is. Called from one thread."""

    def advance(self, tenant: str, source: str, done: int, total: int) -> None:
        """Show how many targets of a collector are done, of how many known so far."""
        ...


class History(Protocol):
    """What earlier audits found, and a place for what this one finds."""

    def before(self, tenant: str) -> Standing | None:
        """Return what stood after the last whole audit of a tenant; None if there was none."""
        ...

    def keep(self, report: Report, standings: Mapping[str, Standing]) -> None:
        """Keep an audit, with what stands now of each tenant; without standings it is one that was interrupted.

        A failure to keep it must not raise: it never costs the report.
        """
        ...


class Keeper(Protocol):
    """Somewhere to keep what an audit reads, in the order of its story. It never raises: it never costs the report."""

    def begin(
        self,
        organisation: str,
        audit: str,
        started: datetime,
        tenants: Sequence[TenantReference],
        identified: Mapping[str, Tenant],
    ) -> None:
        """Take note of the audit, all its tenants, and those that let us in."""
        ...

    def keep(self, facts: Iterable[Fact]) -> None:
        """Keep facts as they came."""
        ...

    def listed(self, coverage: Iterable[Coverage]) -> None:
        """Take note that the directories are read, and how much of them."""
        ...

    def end(self, finished: datetime, coverage: Iterable[Coverage], *, stopped: bool) -> None:
        """Take note that everything is read that will be, and how much of it."""
        ...
