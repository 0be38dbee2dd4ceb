"""The record of one audit: what stood before it, and a place for what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import structlog
from sqlalchemy import Connection

from auditor.errors import StoreError
from auditor.models import Report, Slot, Standing
from auditor.store import saving
from auditor.store.audit_rows import end_audit
from auditor.store.reports import keep_report
from auditor.store.slots import finish

_log = structlog.get_logger(__name__)


class Record:
    """Where an audit that runs is kept (``ports.History``)."""

    def __init__(
        self,
        write: Callable[[], AbstractContextManager[Connection]],
        number: int,
        audit_id: str,
        standings: Mapping[str, Standing | None],
        *,
        keep_report: bool = False,
        slot: Slot | None = None,
    ) -> None:
        self._write = write
        self._number = number
        self.audit_id = audit_id
        self._standings = standings
        self._keep_report = keep_report
        self._slot = slot
        self.kept = False
        self.failure: StoreError | None = None
        """Why the audit could not be kept; raised by whoever has shown the report."""

    def before(self, tenant: str) -> Standing | None:
        """Return what stood of a tenant before this audit."""
        return self._standings.get(tenant)

    def keep(self, report: Report, standings: Mapping[str, Standing]) -> None:
        """Keep the audit, whole or as interrupted; a failure is noted in ``failure``, because the report goes first.

        A whole one ends the slot for which it was made in the same transaction.
        """
        try:
            with self._write() as connection:
                if standings:
                    saving.save(connection, self._number, report, self._standings, standings)
                    keep_report(connection, self._number, report if self._keep_report else None)
                    if self._slot:
                        finish(connection, self._slot, report.audit.finished, report.audit.exit_code)
                else:
                    end_audit(connection, self._number, "interrupted", report)
        except StoreError as error:
            _log.warning("audit not kept", reason=error.message)
            self.failure = error
        else:
            self.kept = True
