"""Events of the vendors' own logs that leave no other trace: the only witness where no interface shows the state."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditor.facts.base import UNSET, Fact, Read

EventType = Literal[
    "mfa_disabled",
    "second_factor_removed",
    "recovery_changed",
    "advanced_protection_left",
    "forwarding_outside",
    "admin_role_granted",
    "mail_routing_changed",
    "delegation_granted",
    "app_authorised",
    "leaked_password",
    "government_attack",
    "data_export",
]


class Event(Fact, frozen=True, kw_only=True, gc=False):
    """Something that happened and should be known to somebody in charge."""

    type: EventType
    """What happened."""
    happened: datetime
    """When it happened."""
    actor: Read[str | None] = UNSET
    """Address of who did it; null when the vendor did."""
    object: Read[str | None] = UNSET
    """What it was done to: an address, an application, a setting."""
    open: Read[bool] = UNSET
    """Whether it still waits for somebody's attention."""
