"""Gaps and coverage: what was not seen, whose it was, why, and how to mend it."""

from __future__ import annotations

from pydantic import Field

from auditor.errors import GapReason
from auditor.models.base import Document


class Gap(Document):
    """Something that could not be read. A gap yields ``unknown``, never ``pass``."""

    tenant: str
    kind: str
    """Kind of fact that is missing."""
    source: str
    """Name of the collector that tried."""
    target: str
    """Vendor's id of what could not be read."""
    label: str
    """The same for people."""
    owner: str | None = None
    """Key of the account it hangs on."""
    reason: GapReason
    detail: str
    """What happened, in one sentence, without secrets."""
    remedy: str
    """The exact thing to click, grant or type."""
    fields: tuple[str, ...] = ()
    """Fields that are missing from facts which were read otherwise; empty when whole facts are missing."""
    known: dict[str, str] = Field(default_factory=dict)
    """What is certain about the missing facts, such as their mechanism."""


class Coverage(Document):
    """How much of one kind of fact was read in one tenant."""

    tenant: str
    kind: str
    targets: int
    """Things that were to be read: mailboxes, drives, listings."""
    read: int
    """Those that were read to the end."""
    not_applicable: int = 0
    """Those that have nothing to read, such as an account without a mailbox."""
    facts: int = 0
    """Facts that came of it."""
    gaps: tuple[Gap, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything was seen. Only then may an absence count as good."""
        return not self.gaps and self.targets > 0 and self.read + self.not_applicable == self.targets
