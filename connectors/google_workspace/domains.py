"""The customer's own domains: without them nobody could say who is outside.

Aliases are a listing of their own. Source: Directory API, ``domains.list`` and ``domainAliases.list``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Domain, Tenant
from auditor.models import Target
from connectors.google_workspace.client import Call, Client, Wire, listed
from connectors.google_workspace.scopes import DOMAINS
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import boolean, text


@dataclass(frozen=True, slots=True)
class DomainsCollector:
    """Reads domains and domain aliases."""

    client: Client
    tenant: Tenant

    name = "domains"
    kinds = ("domain",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (Target("domains", "the list of domains"),)

    def read(self, targets: Sequence[Target]) -> Iterator[Domain]:
        """Yield every domain, aliases included. Raises ``ReadError``."""
        del targets  # there is only one
        directory, customer = self.client.directory, self.tenant.vendor_id
        domains = self.client.get(Call(directory.domains().list(customer=customer), ADMINISTRATOR, DOMAINS))
        found = [self._domain(wire, "domainName") for wire in listed(domains, "domains")]
        if not found:
            raise ReadError(
                GapReason.SUSPICIOUS,
                "Google lists no domain at all.",
                "Check `customer:` in the configuration; every customer has a primary domain.",
            )
        yield from found
        aliases = self.client.get(Call(directory.domainAliases().list(customer=customer), ADMINISTRATOR, DOMAINS))
        yield from (self._domain(wire, "domainAliasName") for wire in listed(aliases, "domainAliases"))

    def names(self) -> Iterator[str]:
        """Yield the domains that mail can carry; the alias that Google gives every customer for tests is none.

        Raises ``ReadError``.
        """
        return (each.name for each in self.read(()) if not each.name.endswith(".test-google-a.com"))

    def _domain(self, wire: Wire, field: str) -> Domain:
        name = text(wire.get(field))
        if name is UNSET:
            raise ReadError(GapReason.MALFORMED, "A domain came without a name.", "Run again.")
        return Domain(
            tenant=self.tenant.key,
            key=name.lower(),
            label=name,
            name=name.lower(),
            verified=boolean(wire.get("verified")),
            primary=boolean(wire.get("isPrimary", False)),  # aliases have no such field
        )
