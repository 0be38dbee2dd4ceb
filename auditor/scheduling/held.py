"""A slot from the inside: the command that does it holds its lock, so that nobody else does it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from auditor.errors import AuditRunningError, UsageError
from auditor.models import Slot, SlotState
from auditor.models.slot import parted
from auditor.store import Store

_TRIES = 20
_PAUSE = 0.1

_log = structlog.get_logger(__name__)


@contextmanager
def held(store: Store, name: str, pause: Callable[[float], object]) -> Iterator[Slot | None]:
    """Hold the slot of that name, such as ``mail@2026-11-23T12:00:00Z``; give None if it has come to its end already.

    Whoever does the slot writes itself that it is done (``Slots.finish``, or together with an audit): without that, it
    is tried again. Raises ``UsageError`` for what nobody claimed, and ``AuditRunningError`` while somebody else is at a
    slot of the job.
    """
    parts = parted(name)
    if parts is None:
        raise UsageError("This is no slot.", "Slots are given by the daemon; leave out --slot.")
    job, due = parts
    tries = iter(range(_TRIES))

    def wait(error: AuditRunningError) -> None:
        # Whoever looks whether it is held holds it for a moment.
        if next(tries, None) is None:
            raise error
        pause(_PAUSE)

    with store.slots.holding(job, wait):
        slot = store.slots.find(job, due)
        if slot is None:
            raise UsageError("Nobody has claimed this slot.", "Slots are given by the daemon; leave out --slot.")
        if slot.state not in {SlotState.CLAIMED, SlotState.AGAIN}:
            _log.info("slot over", slot=slot.name, state=slot.state)
            yield None
        else:
            yield slot
