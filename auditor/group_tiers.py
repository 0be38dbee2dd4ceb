"""Tiers by group: what membership gives to accounts, and what it may give to those of whom it is not known. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import get_args

from auditor.errors import GapReason
from auditor.facts import Account, Membership, Tier
from auditor.models import Coverage, Gap

_RANK = {tier: rank for rank, tier in enumerate(get_args(Tier))}  # the most important first
_KIND = "membership"


@dataclass(frozen=True, slots=True)
class GroupTiers:
    """What groups say of accounts. Of each tier the address of the group that gives it comes along, for people."""

    members: Mapping[tuple[str, str], tuple[Tier, str]] = field(default_factory=lambda: MappingProxyType({}))
    """By tenant and key of an account, the most important tier that a group gives it."""
    everybody: Mapping[str, tuple[Tier, str]] = field(default_factory=lambda: MappingProxyType({}))
    """By tenant, the most important tier that a group gives to all accounts."""
    possible: Mapping[str, tuple[Tier, str]] = field(default_factory=lambda: MappingProxyType({}))
    """By tenant, the most important tier of a group of which it is not known who belongs to it."""

    def given(self, account: Account) -> tuple[Tier, str] | None:
        """Return the tier that groups give to an account for certain, and by which group."""
        found = [each for each in (self.members.get(_id(account)), self.everybody.get(account.tenant)) if each]
        return min(found, key=_rank) if found else None

    def maybe(self, account: Account) -> tuple[Tier, str] | None:
        """Return the tier that an account may have by a group that could not be read."""
        return self.possible.get(account.tenant)


NO_GROUPS = GroupTiers()


def group_tiers(groups: Mapping[str, Tier], memberships: Iterable[Membership], tenants: Iterable[str]) -> GroupTiers:
    """Return what ``groups``, tiers by address, say of the accounts of ``tenants``, those that let us in.

    A group that none of them has is one of which nobody knows who belongs to it: it may have got another address, or
    lie in a tenant that was not read.
    """
    members: dict[tuple[str, str], tuple[Tier, str]] = {}
    everybody: dict[str, tuple[Tier, str]] = {}
    possible: dict[str, tuple[Tier, str]] = {}
    read = _by_group(memberships)
    places = sorted(tenants)
    for address, tier in sorted(groups.items(), key=lambda each: (_RANK[each[1]], each[0])):
        here, given = read.get(address, {}), (tier, address)
        for tenant in places:
            row = here.get(tenant)
            if row is None or not _is_known(row) or not _is_found(here):
                possible.setdefault(tenant, given)
            elif row.everybody is True:
                everybody.setdefault(tenant, given)
            for key in row.accounts if row is not None and isinstance(row.accounts, tuple) else ():
                members.setdefault((tenant, key), given)
    return GroupTiers(members, everybody, possible)


def with_gaps(
    coverage: tuple[Coverage, ...],
    groups: Mapping[str, Tier],
    memberships: Iterable[Membership],
    tenants: Iterable[str],
) -> tuple[Coverage, ...]:
    """Return the coverage with a gap for each group of which nobody knows who belongs to it, if none says so yet."""
    added: defaultdict[str, list[Gap]] = defaultdict(list)
    told = {(row.tenant, gap.target) for row in coverage if row.kind == _KIND for gap in row.gaps}
    read = _by_group(memberships)
    for gap in _gaps(groups, read, sorted(tenants)):
        if (gap.tenant, gap.target) not in told:
            added[gap.tenant].append(gap)
    if not added:
        return coverage
    rows = {(row.tenant, row.kind): row for row in coverage}
    for tenant, gaps in added.items():
        row = rows.get((tenant, _KIND)) or Coverage(tenant=tenant, kind=_KIND, targets=len(gaps), read=0)
        rows[tenant, _KIND] = row.model_copy(update={"gaps": (*row.gaps, *gaps)})
    return tuple(rows[key] for key in sorted(rows))


def _gaps(
    groups: Mapping[str, Tier], read: Mapping[str, Mapping[str, Membership]], tenants: list[str]
) -> Iterator[Gap]:
    for address, tier in sorted(groups.items()):
        here = read.get(address, {})
        unread = [tenant for tenant in tenants if tenant not in here or not _is_known(here[tenant])]
        for tenant in unread:
            detail = f"Who belongs to {address}, which gives the tier {tier}, was not read."
            yield _gap(tenant, address, GapReason.PARTIAL, detail, "Audit again with this configuration.")
        if tenants and not unread and not _is_found(here):
            detail = f"No tenant that was read has the group {address}, which gives the tier {tier}."
            remedy = "Audit all tenants; or correct its address under people: groups: in the configuration."
            yield _gap(tenants[0], address, GapReason.SUSPICIOUS, detail, remedy)


def _gap(tenant: str, address: str, reason: GapReason, detail: str, remedy: str) -> Gap:
    return Gap(
        tenant=tenant, kind=_KIND, source="tier_groups", target=address, label=address, owner=None,
        reason=reason, detail=detail, remedy=remedy,
    )  # fmt: skip


def _by_group(memberships: Iterable[Membership]) -> Mapping[str, Mapping[str, Membership]]:
    found: defaultdict[str, dict[str, Membership]] = defaultdict(dict)
    for each in memberships:
        found[each.address][each.tenant] = each
    return found


def _is_known(row: Membership) -> bool:
    return row.exists is False or isinstance(row.accounts, tuple)


def _is_found(rows: Mapping[str, Membership]) -> bool:
    return any(row.exists is True for row in rows.values())


def _rank(given: tuple[Tier, str]) -> int:
    return _RANK[given[0]]


def _id(account: Account) -> tuple[str, str]:
    return account.tenant, account.key
