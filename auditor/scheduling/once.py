"""One look for people without a daemon: what is due is done, and whoever looked waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from auditor.exit_codes import ExitCode
from auditor.models import SlotState
from auditor.scheduling.daemon import Wishes
from auditor.scheduling.dispatch import Dispatch, Ended
from auditor.scheduling.jobs import Job
from auditor.store import Store

_PAUSE: Final = 0.5


def once(dispatch: Dispatch, store: Store, jobs: Sequence[Job], wishes: Wishes, wait: Callable[[float], object]) -> int:
    """Do what is due, wait for it, and return the exit code: 0 if all is done, or that of what came to nothing."""
    bad: list[int] = []
    earlier = dispatch.ended

    def ended(how: Ended) -> None:
        earlier(how)
        if how.state is not SlotState.DONE and how.exit_code:
            bad.append(how.exit_code if how.exit_code > 0 else int(ExitCode.DEFECT))

    dispatch.ended = ended
    dispatch.look(store, jobs)
    while dispatch.running:
        if wishes.stop and not dispatch.stopping:
            dispatch.stop("it was stopped")
        wait(_PAUSE)
        dispatch.look(store, jobs)
    return bad[0] if bad else int(ExitCode.CLEAN)
