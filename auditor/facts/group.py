"""Groups: mailing lists, access groups, teams; whoever gets into one gets what it may see."""

from __future__ import annotations

from typing import Literal

from auditor.facts.base import UNSET, Fact, Read

Audience = Literal["anyone", "organisation", "members", "managers", "owners", "nobody", "invited"]


class Group(Fact, frozen=True, kw_only=True, gc=False):
    """A group and who may join, read and write."""

    address: Read[str | None] = UNSET
    """Mail address in lower case; null for a group without one."""
    members: Read[int] = UNSET
    """Number of members, those of nested groups included."""
    owners: Read[tuple[str, ...]] = UNSET
    """Addresses of its owners."""
    blocked_owners: Read[tuple[str, ...]] = UNSET
    """Those of them whose sign-in is blocked, where the vendor lets such accounts own anything."""
    guest_owners: Read[tuple[str, ...]] = UNSET
    """Those of them who are guests, likewise."""
    outside_members: Read[tuple[str, ...]] = UNSET
    """Addresses of members outside the organisation, nested groups resolved, in lower case."""
    everybody: Read[bool] = UNSET
    """Whether all accounts of the organisation belong to it."""
    joining: Read[Audience] = UNSET
    """Who may become a member; ``invited`` when somebody must let them in."""
    reading: Read[Audience] = UNSET
    """Who may read its messages or content."""
    posting: Read[Audience] = UNSET
    """Who may write to it."""
    viewing_members: Read[Audience] = UNSET
    """Who may see the list of members."""
    outsiders_allowed: Read[bool] = UNSET
    """Whether its owners may let outsiders in."""
