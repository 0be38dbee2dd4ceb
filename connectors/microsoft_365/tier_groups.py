"""Who belongs to the groups that give tiers, nested groups included.

Source: Graph v1.0, ``group`` and its ``transitiveMembers``. A group is known by its ``mail``; one without is not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Membership
from auditor.models import Failure, Target
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.group_facts import LISTING
from connectors.microsoft_365.groups import Groups
from connectors.microsoft_365.refusals import GROUPS
from connectors.microsoft_365.values import address, text

_KIND = "membership"


@dataclass(frozen=True, slots=True)
class TierGroupsCollector:
    """Reads the members of the groups that the configuration names by their addresses."""

    graph: Graph
    tenant: str
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
        rows, broken = self.graph.listing(LISTING, GROUPS)
        keys = {address(row.get("mail")): text(row.get("id")) for row in rows}
        members = Groups(self.graph)
        for target in targets:
            key = keys.get(target.key)
            try:
                if key is None and broken:
                    raise broken
                accounts = members.members(key) if key not in {None, UNSET} else frozenset[str]()
            except ReadError as error:
                yield Failure(target, error, _KIND)
                continue
            yield Membership(
                tenant=self.tenant, key=target.key, label=target.key, address=target.key,
                exists=key is not None, everybody=False, accounts=tuple(sorted(accounts)),
            )  # fmt: skip
