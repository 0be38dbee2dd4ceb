"""Sites: places where a team keeps its files, and how many links lead into them."""

from __future__ import annotations

from auditor.facts.base import UNSET, Fact, Read


class Site(Fact, frozen=True, kw_only=True, gc=False):
    """A site as the vendor's own count sees it: a cheap look at what single files would show."""

    address: Read[str | None] = UNSET
    """Its address; null where the vendor conceals it."""
    links_for_anyone: Read[int] = UNSET
    """How many links open for whoever has them."""
    links_for_guests: Read[int] = UNSET
    """How many links open for named people from outside."""
    links_for_organisation: Read[int] = UNSET
    """How many links open for everybody in the organisation."""
