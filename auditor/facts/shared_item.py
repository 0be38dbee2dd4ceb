"""Files, folders, drives, sites and calendars that somebody other than their owner can open."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditor.facts.base import UNSET, Fact, Read

Item = Literal["file", "folder", "drive", "site", "calendar"]
Exposure = Literal["anyone", "organisation", "outsiders", "people"]
AccessRole = Literal["reader", "commenter", "writer", "owner"]


class SharedItem(Fact, frozen=True, kw_only=True, gc=False):
    """One shared thing, with the widest circle of people who can open it."""

    item: Item
    """What is shared."""
    exposure: Read[Exposure] = UNSET
    """``anyone``: whoever has the link. ``organisation``: every account of the tenant. ``outsiders``: named people
    of other organisations. ``people``: named people of this one."""
    discoverable: Read[bool] = UNSET
    """Whether it can be found by searching, without having the link."""
    role: Read[AccessRole] = UNSET
    """The most that the widest circle may do."""
    outsiders: Read[tuple[str, ...]] = UNSET
    """Addresses of people outside the organisation who were given access by name, in lower case."""
    expires: Read[datetime | None] = UNSET
    """When the widest access ends; null for never."""
    managers: Read[int] = UNSET
    """How many people and groups may manage it, where somebody must: a shared drive belongs to nobody."""
