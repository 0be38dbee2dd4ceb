"""The store: the history of audits, in a file of SQLite's or in PostgreSQL. One code path for both."""

from __future__ import annotations

from auditor.store.opening import open_store
from auditor.store.passing import Passed
from auditor.store.reading import KeptAudit, TenantSummary
from auditor.store.record import Record
from auditor.store.reports import KeptReport
from auditor.store.store import Store

__all__ = ["KeptAudit", "KeptReport", "Passed", "Record", "Store", "TenantSummary", "open_store"]
