"""What a weekly mail is made of, put together before anybody writes a word."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

from auditor.config_delivery import Names
from auditor.mails.trend import Week
from auditor.models import Changes, Health, MessageKind, Report
from auditor.store import Passed

STALE: Final = timedelta(hours=24)
"""What is known is old when the audit ended longer ago."""
LATE: Final = timedelta(hours=4)
"""A mail is late when it is made so long after its slot: more than an audit takes that goes before it."""
FIRST_WEEKS: Final = 4
"""In so many mails what was there from the beginning is a backlog, and no alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything that a mail is made of."""

    kind: MessageKind
    report: Report
    """The newest of every tenant, as the audits made them."""
    changes: Changes | None
    """Since the mail before of this kind; None where that cannot be said."""
    passed: tuple[Passed, ...] = ()
    """What came and went since then."""
    sequence: int
    """Number of this mail among those of its kind, from 1."""
    due: datetime
    """The slot, in UTC."""
    now: datetime
    """When the mail is made."""
    next_due: datetime | None
    zone: tzinfo
    """In which moments are told."""
    recipients: tuple[str, ...]
    names: Names = "full"
    health: Health = field(default_factory=Health)
    weeks: tuple[Week, ...] = ()
    """The trend, oldest week first."""

    @property
    def nothing_known(self) -> bool:
        """Whether no report of any tenant is kept."""
        return not self.report.coverage

    @property
    def age(self) -> timedelta:
        """How old what is known is."""
        return self.now - self.report.audit.finished

    @property
    def stale(self) -> bool:
        """Whether what is known is so old that nothing of it may be called well."""
        return self.nothing_known or self.age > STALE

    @property
    def late(self) -> bool:
        """Whether the mail comes so late that it must say so."""
        return self.now - self.due > LATE

    @property
    def first_weeks(self) -> bool:
        """Whether this is one of the first mails."""
        return self.sequence <= FIRST_WEEKS
