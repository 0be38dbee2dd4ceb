"""How the auditor itself is: its last runs, what will expire, what it may not read any more, what it could not send."""

from __future__ import annotations

from datetime import datetime

from auditor.models.base import Document
from auditor.models.slot import Slot


class Expiry(Document):
    """A certificate, a secret or a consent that ends on some day, and with it what the auditor can read or send."""

    what: str
    """Such as ``the certificate of the tenant microsoft``."""
    ends: datetime | None = None
    """None where nobody could find out, which is no good news."""


class Health(Document):
    """What the auditor knows of itself. Everything empty and ``checked`` null means that nobody has looked."""

    checked: datetime | None = None
    """When the self-check ran last."""
    runs: tuple[Slot, ...] = ()
    """The last slot of each job."""
    expiring: tuple[Expiry, ...] = ()
    """All credentials, also those that are good for long."""
    drift: tuple[str, ...] = ()
    """What could be read last time and cannot now, in sentences."""
    undelivered: tuple[str, ...] = ()
    """What did not arrive, or may not have, in sentences without names."""
    problems: tuple[str, ...] = ()
    """What is wrong with the store, the disk or the daemon, in sentences."""
