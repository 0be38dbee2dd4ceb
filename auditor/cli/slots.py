"""The hidden option ``--slot``, by which the daemon says for which slot it started a command."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from auditor.config import Config
from auditor.models import Slot
from auditor.scheduling.dispatch import GRACE
from auditor.scheduling.held import held
from auditor.store import Store

SlotName = Annotated[str | None, typer.Option("--slot", hidden=True)]


@contextmanager
def within(store: Store, name: str | None, configured: Config) -> Iterator[Slot | None]:
    """Hold the slot of that name, if there is one. Raises ``typer.Exit`` if it is over, and what ``held`` raises.

    The daemon ends what takes too long. It may die meanwhile, and then an alarm does.
    """
    if name is None:
        yield None
        return
    signal.alarm(configured.daemon.minutes * 60 + 3 * int(GRACE))
    try:
        with held(store, name, time.sleep) as slot:
            if slot is None:
                raise typer.Exit
            yield slot
    finally:
        signal.alarm(0)
