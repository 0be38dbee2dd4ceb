"""Who belongs to the groups that give tiers, nested groups included.

Groups are looked for in the listing, not by their address: for a group of another organisation Google answers like for
a permission that is missing. Source: Directory API, ``groups.list`` and ``members.list``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Membership, Tenant
from auditor.models import Failure, Target
from connectors.google_workspace.client import Call, Client
from connectors.google_workspace.memberships import all_members
from connectors.google_workspace.scopes import GROUPS
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import address, text

_KIND = "membership"
_NAMES = ("aliases", "nonEditableAliases")


@dataclass(frozen=True, slots=True)
class TierGroupsCollector:
    """Reads the members of the groups that the configuration names by their addresses."""

    client: Client
    tenant: Tenant
    groups: Sequence[str]

    name = "tier_groups"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1000
    """All at once: the groups are listed for all of them together."""

    def targets(self) -> Sequence[Target]:
        """Each of the addresses."""
        return [Target(each, each) for each in self.groups]

    def read(self, targets: Sequence[Target]) -> Iterator[Membership | Failure]:
        """Yield who belongs to each group. Raises ``ReadError`` if the groups cannot be listed."""
        found = self._listed()
        for target in targets:
            key = found.get(target.key)
            fact = Membership(tenant=self.tenant.tenant, key=target.key, label=target.key, address=target.key)
            try:
                yield self._membership(fact, key)
            except ReadError as error:
                yield Failure(target, error, _KIND)

    def _membership(self, fact: Membership, key: str | None) -> Membership:
        if key is None:
            return Membership(
                tenant=fact.tenant, key=fact.key, label=fact.label, address=fact.address,
                exists=False, everybody=False, accounts=(),
            )  # fmt: skip
        members = all_members(self.client, key)
        return Membership(
            tenant=fact.tenant, key=fact.key, label=fact.label, address=fact.address,
            exists=True, everybody=members.everybody, accounts=tuple(sorted(members.accounts)),
        )  # fmt: skip

    def _listed(self) -> dict[str, str]:
        """Return the ids of all groups by each of their addresses."""
        found: dict[str, str] = {}
        listing = self.client.directory.groups()
        request = listing.list(customer=self.tenant.vendor_id, maxResults=200)
        for wire in self.client.pages(listing, Call(request, ADMINISTRATOR, GROUPS), "groups"):
            key, more = text(wire.get("id")), [each for name in _NAMES for each in wire.get(name) or ()]
            for each in (wire.get("email"), *more):
                named = address(each)
                if named is not UNSET and key is not UNSET:
                    found[named] = key
        return found
