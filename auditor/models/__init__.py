"""The documents that pass between the parts: gaps, coverage, findings, the report. Frozen, and knowing no I/O."""

from __future__ import annotations

from auditor.models.base import Document, Outcome, Severity
from auditor.models.gap import Coverage, Gap
from auditor.models.policy import Parameter, Policy, PolicyTest
from auditor.models.reading import Failure, NotApplicable, Target
from auditor.models.report import (
    AccountReference,
    AuditReference,
    FactReference,
    Finding,
    OwnerReference,
    Person,
    PolicyResult,
    Report,
    TenantReference,
    Unknown,
    fingerprint,
)

__all__ = [
    "AccountReference",
    "AuditReference",
    "Coverage",
    "Document",
    "FactReference",
    "Failure",
    "Finding",
    "Gap",
    "NotApplicable",
    "Outcome",
    "OwnerReference",
    "Parameter",
    "Person",
    "Policy",
    "PolicyResult",
    "PolicyTest",
    "Report",
    "Severity",
    "Target",
    "TenantReference",
    "Unknown",
    "fingerprint",
]
