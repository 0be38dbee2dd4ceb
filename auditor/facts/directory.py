"""The directory of a tenant: what is read first and kept, because everything else hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from auditor.facts.account import Account
from auditor.facts.base import UNSET, Read
from auditor.facts.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Directory:
    """Accounts by key and the organisation's domains, as far as they could be read."""

    tenant: Tenant
    accounts: Mapping[str, Account] = field(default_factory=lambda: MappingProxyType({}))
    domains: frozenset[str] = frozenset()
    """Domains of the organisation in all its tenants, aliases included, in lower case."""
    domains_complete: bool = False
    """Whether every listing of domains was read to its end; if not, an unlisted domain is not known to be outside."""

    def is_outside(self, address: str) -> Read[bool]:
        """Whether an address, or a bare domain, belongs to somebody else. A subdomain is not inside by itself."""
        if address.count("@") > 1 or any(character in ",;<>" or character.isspace() for character in address.strip()):
            return True  # several addresses, or none at all: the last of them must not vouch for the others
        if address.rpartition("@")[2].strip().lower().rstrip(".") in self.domains:
            return False
        return True if self.domains_complete else UNSET
