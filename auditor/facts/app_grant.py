"""Grants to applications: what a program may do in somebody's name, or in its own."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditor.facts.base import UNSET, Fact, Read

AppRisk = Literal["low", "medium", "high", "critical"]
Consent = Literal["person", "everybody", "application"]


class AppGrant(Fact, frozen=True, kw_only=True, gc=False):
    """An application and what it was allowed. ``owner`` is who consented for themselves; null for the organisation."""

    app: str
    """The vendor's id of the application."""
    consent: Consent
    """``person``: in one account's name. ``everybody``: in every account's. ``application``: in its own name."""
    scopes: Read[tuple[str, ...]] = UNSET
    """Scopes or permissions, as the vendor spells them."""
    risk: Read[AppRisk] = UNSET
    """The worst of its scopes, by the risk classes that ship with the auditor."""
    reads_mail: Read[bool] = UNSET
    """Whether it can read mail."""
    reads_files: Read[bool] = UNSET
    """Whether it can read files."""
    admin_roles: Read[tuple[str, ...]] = UNSET
    """Names of the administrator roles that the application itself holds, where it can hold any."""
    people: Read[int] = UNSET
    """How many accounts use it, where the vendor tells."""
    publisher: Read[str | None] = UNSET
    """Verified publisher; null when there is none."""
    outside: Read[bool] = UNSET
    """Whether another organisation owns the application."""
    credentials_expire: Read[datetime | None] = UNSET
    """When the last of its passwords and certificates ends; null when it has none."""
    credentials_created: Read[datetime | None] = UNSET
    """When the oldest of them that still works was made."""
    owners: Read[tuple[str, ...]] = UNSET
    """Addresses of its owners, each of whom can give it a new password, where it acts in its own name."""
    blocked_owners: Read[tuple[str, ...]] = UNSET
    """Those of them whose sign-in is blocked."""
    guest_owners: Read[tuple[str, ...]] = UNSET
    """Those of them who are guests."""
    granted: Read[datetime | None] = UNSET
    """When it was allowed, where the vendor tells."""
