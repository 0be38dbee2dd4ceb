"""The documents that pass between the parts: gaps, coverage, findings, the report. Frozen, and knowing no I/O."""

from __future__ import annotations

from auditor.models.base import Document, Outcome, Severity
from auditor.models.changes import (
    OPEN,
    Change,
    ChangeKind,
    Changes,
    Counts,
    PersonChanges,
    Since,
    Standing,
    StandingOutcome,
    State,
    TenantChanges,
)
from auditor.models.exemption import Exemption, Exemptions, Notice
from auditor.models.gap import Coverage, Gap
from auditor.models.health import Expiry, Health
from auditor.models.message import FINAL, Attachment, Message, MessageKind, Receipt, ReceiptState
from auditor.models.policy import Effort, Parameter, Policy, PolicyTest
from auditor.models.reading import Failure, NotApplicable, Target
from auditor.models.references import FactReference, OwnerReference
from auditor.models.report import (
    AccountReference,
    AuditReference,
    Exempted,
    Finding,
    Person,
    PolicyResult,
    Report,
    TenantReference,
    Unknown,
    fingerprint,
)
from auditor.models.slot import Lease, Slot, SlotState

__all__ = [
    "FINAL",
    "OPEN",
    "AccountReference",
    "Attachment",
    "AuditReference",
    "Change",
    "ChangeKind",
    "Changes",
    "Counts",
    "Coverage",
    "Document",
    "Effort",
    "Exempted",
    "Exemption",
    "Exemptions",
    "Expiry",
    "FactReference",
    "Failure",
    "Finding",
    "Gap",
    "Health",
    "Lease",
    "Message",
    "MessageKind",
    "NotApplicable",
    "Notice",
    "Outcome",
    "OwnerReference",
    "Parameter",
    "Person",
    "PersonChanges",
    "Policy",
    "PolicyResult",
    "PolicyTest",
    "Receipt",
    "ReceiptState",
    "Report",
    "Severity",
    "Since",
    "Slot",
    "SlotState",
    "Standing",
    "StandingOutcome",
    "State",
    "Target",
    "TenantChanges",
    "TenantReference",
    "Unknown",
    "fingerprint",
]
