"""Memberships: who belongs to the groups from which the configuration takes tiers."""

from __future__ import annotations

from auditor.facts.base import UNSET, Fact, Read


class Membership(Fact, frozen=True, kw_only=True, gc=False):
    """Who belongs to one group that the configuration names, in one tenant; ``key`` is its address there."""

    address: str
    """The address by which the configuration names the group, in lower case."""
    exists: Read[bool] = UNSET
    """Whether the tenant has a group of that address."""
    everybody: Read[bool] = UNSET
    """Whether all accounts of the organisation belong to it."""
    accounts: Read[tuple[str, ...]] = UNSET
    """Keys of the accounts that belong to it, those of nested groups included."""
