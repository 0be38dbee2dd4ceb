"""How long to wait, how often to try again, and when to give up: exponential, jittered, bounded by a budget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

from auditor.errors import GapReason, InterruptedAuditError, ReadError

Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Patience:
    """Bounds on trying again, in seconds and in tries."""

    budget: float = 1800.0
    """Seconds that one tenant may take in all; waiting never goes beyond."""
    tries: int = 6
    """Tries of one request that fails in transit or at the vendor."""
    throttled_tries: int = 20
    """Tries of one request that the vendor asks us to send later."""
    longest_wait: float = 64.0
    """Longest wait of our own choosing; a vendor's ``Retry-After`` is obeyed whatever it says."""
    first_wait: float = 0.5
    """The wait before the second try, doubled each time, jittered between half and whole."""
    timeout: float = 60.0
    """Seconds for one answer from the first byte asked to the last byte received."""


class Waiting:
    """Waits within the budget of a tenant, and wakes up when the audit is stopped."""

    def __init__(self, patience: Patience, stop: threading.Event, monotonic: Monotonic, random: Random) -> None:
        self.patience = patience
        self._stop = stop
        self._monotonic = monotonic
        self._random = random
        self._deadline = monotonic() + patience.budget

    def now(self) -> float:
        """Seconds of a clock that never jumps."""
        return self._monotonic()

    def backoff(self, tries: int) -> float:
        """Return the seconds to wait after that many failed tries."""
        ceiling = min(self.patience.longest_wait, self.patience.first_wait * 2.0 ** (tries - 1))
        return ceiling * self._random.uniform(0.5, 1.0)

    def sleep(self, seconds: float, reason: GapReason, detail: str) -> None:
        """Wait; raise ``ReadError`` if the budget does not allow it, ``InterruptedAuditError`` if stopped."""
        if self.now() + seconds > self._deadline:
            raise ReadError(reason, f"{detail}; the time allowed for this tenant is used up", _BUDGET_REMEDY)
        self._stop.wait(seconds)
        self.demand_going()

    def demand_going(self) -> None:
        """Raise ``InterruptedAuditError`` if somebody asked us to stop."""
        if self._stop.is_set():
            raise InterruptedAuditError("The audit was stopped.", "Run it again; nothing was changed.")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, or None without a readable one.

    A date is taken against the ``Date`` of the same answer, because the vendor's clock is not ours; ``now`` stands in
    for it. Source: RFC 9110, section 10.2.3.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    until = _date(value)
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("date", "")) or now)).total_seconds())


def _date(value: str) -> datetime | None:
    """Return an HTTP date, which is always in GMT, or None for anything else."""
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # the library's parser is not total
        return None


_BUDGET_REMEDY = (
    "Run again later, when the vendor is less busy, or raise `reading: {minutes: ...}` in the configuration."
)
