"""The organisation's domains. Source: Graph v1.0, ``domain``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Domain
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.refusals import DOMAINS, suspicious
from connectors.microsoft_365.values import Wire, boolean, text

_TARGET = Target("domains", "the list of domains")


@dataclass(frozen=True, slots=True)
class DomainsCollector:
    """Reads every domain of the tenant."""

    graph: Graph
    tenant: str

    name = "domains"
    kinds = ("domain",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Domain | Failure]:
        """Yield the domains."""
        del targets  # there is only one
        rows, broken = self.graph.listing("/domains", DOMAINS)
        if broken:
            yield Failure(_TARGET, broken, "domain")
        if not rows:
            raise suspicious("no domain at all, though every tenant has one")
        for row in rows:
            try:
                yield parse_domain(row, self.tenant)
            except ReadError as error:
                yield Failure(_TARGET, error, "domain")

    def names(self) -> Iterator[str]:
        """Yield the names of the domains. Raises ``ReadError`` when one cannot be read."""
        for each in self.read(()):
            if isinstance(each, Failure):
                raise each.error
            yield each.name


def parse_domain(wire: Wire, tenant: str) -> Domain:
    """Return the domain that a row describes; its id is its name. Raises ``ReadError`` without one."""
    name = text(wire.get("id"))
    if name is UNSET:
        raise malformed("a domain without a name")
    name = name.lower()
    return Domain(
        tenant=tenant,
        key=name,
        label=name,
        name=name,
        verified=boolean(wire.get("isVerified")),
        primary=boolean(wire.get("isDefault")),
    )
