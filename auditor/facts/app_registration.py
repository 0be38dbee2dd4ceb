"""Applications that are registered with the organisation, and what they prove their identity with."""

from __future__ import annotations

from datetime import datetime

from auditor.facts.base import UNSET, Fact, Read


class AppRegistration(Fact, frozen=True, kw_only=True, gc=False):
    """An application of the organisation's own. Whoever has one of its passwords or keys can do all that it may."""

    app: str
    """The vendor's id of the application."""
    passwords: Read[int] = UNSET
    """How many passwords still work."""
    oldest_password: Read[datetime | None] = UNSET
    """When the oldest of them was made; null when there is none."""
    last_password_ends: Read[datetime | None] = UNSET
    """When the last of them ends; null when there is none."""
    certificates: Read[int] = UNSET
    """How many certificates still work."""
    owners: Read[tuple[str, ...]] = UNSET
    """Addresses of its owners, each of whom can give it a new password."""
    blocked_owners: Read[tuple[str, ...]] = UNSET
    """Those of them whose sign-in is blocked."""
    guest_owners: Read[tuple[str, ...]] = UNSET
    """Those of them who are guests."""
