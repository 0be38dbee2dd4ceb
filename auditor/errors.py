"""Every error of ours, each with a message (what happened) and a remedy (the exact thing to click, grant or type).

::

    AuditorError
    ├── DocumentError            something wrong in a file that a person wrote; carries every problem found   exit 2
    │   ├── ConfigurationError   the configuration
    │   ├── ExemptionError       the file of exemptions
    │   └── PolicyError          a policy or a pack
    ├── UsageError               the command line asks for what does not exist                                exit 2
    ├── SnapshotError            a snapshot is damaged, changed, encrypted or newer                           exit 2
    ├── SignInError              a vendor refused the auditor's own identity                                  exit 4
    ├── ReadError                one read failed; becomes a gap, never an empty list                          exit 3
    ├── StoreError               the history cannot be opened, read or kept                                   exit 6
    ├── ForbiddenRequestError    a request outside the written list of reads reached the door: our own defect
    ├── AuditRunningError        another audit of this tenant, or another daemon, is running                  exit 75
    └── InterruptedAuditError    somebody asked us to stop                                                    exit 130
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class GapReason(StrEnum):
    """Why something could not be read; the vocabulary of every gap."""

    DENIED = "denied"  # a permission, scope or role is missing
    NOT_LICENSED = "not_licensed"  # the vendor answers this only to a better licence
    THROTTLED = "throttled"  # the vendor asked us to wait longer than the budget allows
    UNREACHABLE = "unreachable"  # network, DNS, TLS, or a vendor's failure that did not pass
    MALFORMED = "malformed"  # an answer that is not what the vendor documents
    PARTIAL = "partial"  # a listing that broke off, looped, or says of itself that it is incomplete
    REFUSED_LINK = "refused_link"  # a next-page link or redirect that leads elsewhere
    SUSPICIOUS = "suspicious"  # an answer that cannot be true, such as a directory without accounts
    LIMITATION = "limitation"  # no interface of the vendor shows this
    INTERRUPTED = "interrupted"  # the audit was stopped before this was read


class AuditorError(Exception):
    """The root: ``str()`` gives the message, ``remedy`` what to do about it."""

    exit_code = 2

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file: where it is (line and column count from 1) and what to write instead."""

    file: str
    line: int
    column: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{remedy}"


class DocumentError(AuditorError):
    """A file is wrong; ``problems`` holds all mistakes in the order of their place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)), "Correct the places named and run again.")


class ConfigurationError(DocumentError):
    """The configuration cannot be used."""


class PolicyError(DocumentError):
    """A policy pack cannot be used; the policies that were active stay active."""


class ExemptionError(DocumentError):
    """The file of exemptions cannot be used."""


class UsageError(AuditorError):
    """The command line names something that does not exist."""


class SnapshotError(AuditorError):
    """A snapshot cannot be read, or is not what was written; nothing of it is judged."""


class SignInError(AuditorError):
    """A vendor refused the auditor's own identity, so nothing of that tenant was read."""

    exit_code = 4


class ReadError(AuditorError):
    """One read failed. ``reason`` says why; collection turns this into a gap."""

    exit_code = 3

    def __init__(self, reason: GapReason, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.reason = reason


class StoreError(AuditorError):
    """The history cannot be opened, read or kept. An audit that is done is reported all the same."""

    exit_code = 6


class ForbiddenRequestError(AuditorError):
    """A request that is not on the written list of reads; it was not sent."""

    exit_code = 70


class AuditRunningError(AuditorError):
    """Another audit of the same tenant, or another daemon of the same history, holds the lock."""

    exit_code = 75


class InterruptedAuditError(AuditorError):
    """A signal asked the audit to stop."""

    exit_code = 130
