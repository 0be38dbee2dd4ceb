"""How an audit ends, as a number that scripts and schedulers understand."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from auditor.models import Coverage, PolicyResult, Severity


class ExitCode(IntEnum):
    """Every exit code of every command."""

    CLEAN = 0
    """Everything was assessed and nothing is open at or above ``fail_on``."""
    FINDINGS = 1
    """Findings are open at or above ``fail_on``."""
    USAGE = 2
    """The command line, the configuration or a policy cannot be used; no audit was performed."""
    GAPS = 3
    """Nothing is open, but something could not be read, so that nobody can say it is fine."""
    SIGN_IN = 4
    """At least one tenant did not let the auditor in."""
    DELIVERY = 5
    """The audit is done, but a report could not be delivered, or a snapshot not be kept."""
    HISTORY = 6
    """The history of audits cannot be opened, or this audit could not be kept in it."""
    DEFECT = 70
    """A defect of the auditor itself; nothing was changed at any vendor."""
    RUNNING = 75
    """Another audit of this tenant, or another daemon of this history, is running."""
    INTERRUPTED = 130
    """Somebody stopped the audit; the report, if any, covers what was read until then."""


def exit_code(
    results: Iterable[PolicyResult], coverage: Iterable[Coverage], *, fail_on: Severity, locked_out: bool, stopped: bool
) -> ExitCode:
    """Return the exit code of an audit: the first that applies of 130, 4, 1, 3, 0."""
    results = tuple(results)
    if stopped:
        return ExitCode.INTERRUPTED
    if locked_out:
        return ExitCode.SIGN_IN
    if any(finding.severity.rank >= fail_on.rank for result in results for finding in result.findings):
        return ExitCode.FINDINGS
    if any(row.gaps for row in coverage) or any(result.unknown for result in results):
        return ExitCode.GAPS
    return ExitCode.CLEAN
