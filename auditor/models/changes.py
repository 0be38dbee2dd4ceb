"""What an audit is compared with, and what came of it: standings, and the changes between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from auditor.models.base import Document, Outcome, Severity
from auditor.models.references import FactReference


class State(StrEnum):
    """What stands about one policy and one fact after an audit. Nothing stands where the policy holds."""

    FAIL = "fail"
    EXEMPT = "exempt"
    UNKNOWN = "unknown"
    UNVERIFIED = "unverified"
    """It failed once, and since then nobody could look."""
    NOT_APPLICABLE = "not_applicable"
    """Something stood here once, and now the policy does not concern the fact."""


OPEN = frozenset({State.FAIL, State.UNVERIFIED})
"""States of a finding that nobody has seen resolved."""


class StandingOutcome(Struct, frozen=True, gc=False):
    """What stands about one policy and one fact. Small, because an audit may load hundreds of thousands."""

    fingerprint: str
    policy: str
    state: State
    severity: Severity
    fact: FactReference
    text: str
    """The finding's message, or the reason of what is unknown or unverified, as it was when it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of one tenant after an audit, and what the next one is compared with."""

    tenant: str
    audit: str
    """Id of the audit."""
    finished: datetime
    vendor_id: str
    outcomes: Mapping[str, StandingOutcome] = field(default_factory=lambda: MappingProxyType({}))
    """By fingerprint; where a policy holds, nothing stands."""
    verdicts: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))
    """What each policy said of the tenant as a whole, by policy id."""
    judged: frozenset[str] = frozenset()
    """Every policy that was judged in this audit or before."""
    accounts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Addresses by key of the accounts that were there."""
    facts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """How many facts of each kind came of a listing that was read to its end."""
    past: frozenset[str] = frozenset()
    """Fingerprints of findings that were resolved once."""


class ChangeKind(StrEnum):
    """What became of a finding, or of a judgement, between two audits. In the order in which people want to know."""

    OPENED = "opened"
    CAME_BACK = "came_back"
    WENT_DARK = "went_dark"
    """It was judged last time, and is unknown now."""
    UNVERIFIED = "unverified"
    """A finding that a gap hides: neither still there for certain, nor resolved."""
    RESOLVED = "resolved"
    EXEMPTED = "exempted"


class Change(Document):
    """One difference between two audits."""

    kind: ChangeKind
    policy: str
    tenant: str
    fingerprint: str
    severity: Severity
    """That of the finding; that of the policy where something went dark."""
    fact: FactReference
    message: str
    """What was found, as it was said when it was found; empty where something went dark."""
    reason: str = ""
    """Why it could not be seen, or why the policy does not concern it any more."""


class Since(Document):
    """With what a tenant was compared."""

    tenant: str
    audit: str | None = None
    """Id of the earlier audit; null for the first, whose findings are the baseline and not news."""
    finished: datetime | None = None


class Counts(Document):
    """How many changes there are of each kind, and how many findings did not change."""

    opened: int = 0
    came_back: int = 0
    went_dark: int = 0
    unverified: int = 0
    resolved: int = 0
    exempted: int = 0
    still_open: int = 0
    still_unverified: int = 0
    baseline: int = 0


class PersonChanges(Document):
    """The counts of one person, who is named by address."""

    address: str
    counts: Counts


class TenantChanges(Document):
    """The counts of one tenant, and with what it was compared."""

    since: Since
    counts: Counts


class Changes(Document):
    """What an audit changed, for the organisation, each tenant and each person."""

    changes: tuple[Change, ...]
    """In the order of their kinds, the worst first."""
    counts: Counts
    tenants: tuple[TenantChanges, ...]
    people: tuple[PersonChanges, ...] = ()
    """Those about whom something changed."""
    still_open: tuple[str, ...] = ()
    """Fingerprints of findings that were there before."""
    still_unverified: tuple[str, ...] = ()
    """Fingerprints of findings that were hidden before and still are."""
    baseline: tuple[str, ...] = ()
    """Fingerprints of findings that the first audit, or a policy judged for the first time, brought to light."""
