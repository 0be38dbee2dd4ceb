"""Collection: the only module with threads, and the only place where an error becomes a gap.

All tenants share one pool. Targets are read in batches, a bounded number of batches is under way, and facts are handed
on as they come, so that memory does not grow with the organisation.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

import structlog

from auditor.errors import AuditorError, ForbiddenRequestError, InterruptedAuditError
from auditor.ledger import Batch, Ledger, Task, failures_of
from auditor.models import Failure, NotApplicable, Target
from auditor.ports import Collector, Progress

_log = structlog.get_logger(__name__)
_AHEAD = 2
"""Batches under way per thread: one being read, one waiting, so that no thread idles and no list grows."""


def collect(
    collectors: Mapping[str, Sequence[Collector]],
    ledger: Ledger,
    *,
    threads: int,
    stop: threading.Event,
    progress: Progress,
) -> Iterator[Batch]:
    """Read everything that ``collectors``, given per tenant, have to read; yield batches in the order they are done.

    Whatever happens to a target, it ends in the ledger: read, not applicable, or as a gap. Once ``stop`` is set nothing
    more is started and the rest becomes gaps. Raises ``ForbiddenRequestError``, which no audit may survive.
    """
    steps = _Steps(progress)
    with ThreadPoolExecutor(threads, thread_name_prefix="read") as pool:
        tasks = _tasks(collectors, ledger, steps, stop)
        under_way: set[Future[Batch]] = set()
        try:
            while True:
                fresh = islice(tasks, threads * _AHEAD - len(under_way))
                under_way |= {pool.submit(_read, task, stop) for task in fresh}
                if not under_way:
                    break
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    batch = future.result()
                    ledger.settle(batch)
                    steps.done(batch)
                    yield batch
        except BaseException:
            stop.set()  # so that the threads still reading come home quickly
            raise
    steps.finish()


def _read(task: Task, stop: threading.Event) -> Batch:
    """Read one batch in a thread of the pool; every error of ours but a forbidden request becomes failures."""
    batch = Batch(task)
    try:
        if stop.is_set():
            raise _interrupted()
        for reading in task.collector.read(task.targets):
            if isinstance(reading, Failure):
                batch.failures.append(reading)
            elif isinstance(reading, NotApplicable):
                batch.absent.append(reading)
            else:
                batch.facts.append(reading)
    except ForbiddenRequestError:
        raise
    except AuditorError as error:
        batch.failures += failures_of(error, task.collector.kinds, task.targets)
    return batch


def _tasks(
    collectors: Mapping[str, Sequence[Collector]], ledger: Ledger, steps: _Steps, stop: threading.Event
) -> Iterator[Task]:
    """Yield the batches of all tenants, one tenant after the other in turn, so that none waits for the others' end."""
    queues = [_tenant_tasks(tenant, each, ledger, steps, stop) for tenant, each in collectors.items()]
    while queues:
        for queue in tuple(queues):
            task = next(queue, None)
            if task is None:
                queues.remove(queue)
            else:
                yield task


def _tenant_tasks(
    tenant: str, collectors: Sequence[Collector], ledger: Ledger, steps: _Steps, stop: threading.Event
) -> Iterator[Task]:
    for collector in collectors:
        ledger.expect(tenant, collector.kinds)
        reader: Collector = collector
        try:
            if stop.is_set():
                raise _interrupted()
            targets = list(collector.targets())
        except ForbiddenRequestError:
            raise
        except AuditorError as error:
            reader = _Broken(collector.name, collector.kinds, error)
            targets = [Target(collector.name, f"the list behind {collector.name}")]
        steps.start(tenant, collector.name, len(targets))
        listed = iter(targets)
        while batch := list(islice(listed, reader.batch_size)):
            yield Task(tenant, reader, batch)


@dataclass(frozen=True, slots=True)
class _Broken:
    """Stands for a collector whose list of targets could not be had."""

    name: str
    kinds: tuple[str, ...]
    error: AuditorError
    batch_size: int = 1
    per_account: bool = False

    def targets(self) -> Iterable[Target]:
        """Nothing."""
        return ()

    def read(self, targets: Sequence[Target]) -> Iterator[Failure]:
        """Yield what the error means."""
        return iter(failures_of(self.error, self.kinds, targets))


class _Steps:
    """Counts the targets of each collector, tells the display, and logs one line a step."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._total: Counter[tuple[str, str]] = Counter()
        self._done: Counter[tuple[str, str]] = Counter()
        self._started: dict[tuple[str, str], float] = {}

    def start(self, tenant: str, source: str, total: int) -> None:
        """Note a step and its size."""
        self._total[tenant, source] += total
        self._started[tenant, source] = time.monotonic()

    def done(self, batch: Batch) -> None:
        """Note a batch that is through."""
        step = (batch.task.tenant, batch.task.collector.name)
        self._done[step] += len(batch.task.targets)
        self._progress.advance(*step, self._done[step], max(self._total[step], self._done[step]))
        if self._done[step] >= self._total[step] and step in self._started:
            seconds = round(time.monotonic() - self._started.pop(step), 2)
            _log.info("collected", tenant=step[0], source=step[1], targets=self._done[step], seconds=seconds)

    def finish(self) -> None:
        """Note the steps that never had a target."""
        for tenant, source in self._started:
            _log.info("collected", tenant=tenant, source=source, targets=0)


def _interrupted() -> InterruptedAuditError:
    return InterruptedAuditError("The audit was stopped before this was read.", "Run it again.")
