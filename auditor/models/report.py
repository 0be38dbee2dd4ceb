"""The report: what an audit found, by policy and by person, and what it did not see."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import blake2b

from pydantic import Field, JsonValue

from auditor.models.base import Document, Outcome, Severity
from auditor.models.changes import Changes
from auditor.models.exemption import Exemption, Notice
from auditor.models.gap import Coverage
from auditor.models.policy import Effort
from auditor.models.references import FactReference


class Finding(Document):
    """One fact that violates one policy."""

    policy: str
    tenant: str
    fingerprint: str
    severity: Severity
    raised_from: Severity | None = None
    """The policy's own severity, where that of the finding is higher because of whom it concerns."""
    raised_for: str | None = None
    """Tier of the person for whom it was raised."""
    fact: FactReference
    message: str
    evidence: dict[str, JsonValue] = Field(default_factory=dict)
    """Field values that decided, never the content of a message."""
    fix: str
    """What to click, at this vendor."""
    urgent: str | None = None
    """``call`` when the person must be called, because an intruder may read the mailbox."""


class Exempted(Document):
    """A finding that an exemption excuses. It is not open, and kept in a place of its own."""

    finding: Finding
    exemption: Exemption
    until: date
    """The last day on which it is excused: before the exemption's own if that asks for too long."""


class Unknown(Document):
    """One fact, or one target, of which a policy could not say whether it holds."""

    policy: str
    tenant: str
    fact: FactReference
    reason: str
    """What was missing: the fields that were not collected, or the gap's own words."""


class PolicyResult(Document):
    """What one policy says of one tenant."""

    policy: str
    title: str
    severity: Severity
    tenant: str
    outcome: Outcome
    assessed: int
    """Facts judged: passed, failed and exempt."""
    not_applicable: int
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    exempted: tuple[Exempted, ...] = ()
    why: str = ""
    """Why the policy is there, for somebody who is no expert."""
    effort: Effort | None = None
    """What mending one of the findings costs; null where the policy does not say."""
    urgent: str | None = None
    """``call`` when the policy looks for intruders: what it finds, and what it found, is told by telephone alone."""

    @property
    def unknown(self) -> int:
        """How many facts or targets could not be judged."""
        return len(self.unknowns)


class AccountReference(Document):
    """An account of a person."""

    tenant: str
    key: str
    address: str


class Person(Document):
    """A person with all accounts in all tenants, joined by address."""

    address: str
    name: str
    tier: str
    accounts: tuple[AccountReference, ...]
    findings: tuple[str, ...] = ()
    """Fingerprints, worst first."""
    unknowns: int = 0
    """How many judgements about this person are missing."""


class TenantReference(Document):
    """A tenant as the report names it."""

    id: str
    label: str
    connector: str


class AuditReference(Document):
    """One run: when, and how it ended."""

    id: str
    started: datetime
    finished: datetime
    exit_code: int


class Report(Document):
    """Everything an audit has to say. ``verdict`` is that of the worst principal or administrator."""

    organisation: str
    audit: AuditReference
    tenants: tuple[TenantReference, ...]
    coverage: tuple[Coverage, ...]
    results: tuple[PolicyResult, ...]
    people: tuple[Person, ...]
    changes: Changes | None = None
    """What changed since the last audit; null where no history is kept, and for an audit that was interrupted."""
    notices: tuple[Notice, ...] = ()
    """What is to be said about exemptions."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, worst first, in a stable order."""
        every = (finding for result in self.results for finding in result.findings)
        return tuple(sorted(every, key=lambda f: (-f.severity.rank, f.policy, f.tenant, f.fact.key)))


def fingerprint(policy: str, tenant: str, kind: str, key: str) -> str:
    """Return the identity of a finding across audits: 24 hexadecimal digits over policy, tenant, kind and key."""
    # Lengths are written in front, so that no two different tuples give the same bytes.
    framed = "".join(f"{len(part)}:{part}" for part in (policy, tenant, kind, key))
    return blake2b(framed.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
