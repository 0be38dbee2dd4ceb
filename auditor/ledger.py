"""The ledger of a collection: per tenant and kind, what was to be read, what was read, and every gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from auditor.errors import AuditorError, GapReason, InterruptedAuditError, ReadError
from auditor.facts import Fact, kind_of
from auditor.models import Coverage, Failure, Gap, NotApplicable, Target
from auditor.ports import Collector


@dataclass(frozen=True, slots=True)
class Task:
    """One batch of targets of one collector of one tenant."""

    tenant: str
    collector: Collector
    targets: Sequence[Target]


@dataclass(slots=True)
class Batch:
    """What came of a task: facts, and the gaps among its targets."""

    task: Task
    facts: list[Fact] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    absent: list[NotApplicable] = field(default_factory=list)
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True)
class _Account:
    """The running count of one kind in one tenant."""

    targets: int = 0
    read: int = 0
    not_applicable: int = 0
    facts: int = 0
    gaps: list[Gap] = field(default_factory=list)


class Ledger:
    """Counts targets in and out. Nothing is read that was not listed, nothing listed vanishes."""

    def __init__(self) -> None:
        self._accounts: defaultdict[tuple[str, str], _Account] = defaultdict(_Account)

    def expect(self, tenant: str, kinds: Iterable[str]) -> None:
        """Note that a kind is going to be read, so that it has a row even if no target turns up."""
        for kind in kinds:
            self._accounts[tenant, kind]

    def lock_out(self, tenant: str, error: AuditorError, kinds: Iterable[str]) -> None:
        """Note a tenant that did not let us in: every kind of fact that it would have given is missing."""
        whole = Target(tenant, "the whole tenant")
        for failure in failures_of(error, sorted(set(kinds)), [whole]):
            account = self._accounts[tenant, failure.kind]
            account.targets += 1
            account.gaps.append(_gap(tenant, "sign_in", failure))

    def miss_unlisted(self, tenant: str, collectors: Sequence[Collector]) -> None:
        """Note that accounts which were not listed will not be read either, by any collector that goes by accounts."""
        for cause in [gap for gap in self._accounts[tenant, "account"].gaps if not gap.fields]:
            for collector in collectors:
                for kind in collector.kinds:
                    missing = {"kind": kind, "source": collector.name, "label": f"accounts missing from {cause.label}"}
                    self._accounts[tenant, kind].targets += 1
                    self._accounts[tenant, kind].gaps.append(cause.model_copy(update=missing))

    def settle(self, batch: Batch) -> None:
        """Enter what came of a batch, and give it its gaps."""
        task = batch.task
        batch.gaps = tuple(_gap(task.tenant, task.collector.name, failure) for failure in batch.failures)
        absent = {each.target.key for each in batch.absent}
        for gap in batch.gaps:
            self._accounts[task.tenant, gap.kind].gaps.append(gap)
        for kind in task.collector.kinds:
            account = self._accounts[task.tenant, kind]
            missing = {gap.target for gap in batch.gaps if gap.kind == kind and not gap.fields}
            account.targets += len(task.targets)
            account.not_applicable += sum(each.key in absent - missing for each in task.targets)
            account.read += sum(each.key not in absent | missing for each in task.targets)
        for fact in batch.facts:
            self._accounts[task.tenant, kind_of(fact)].facts += 1

    def suspect(self, gap: Gap) -> None:
        """Note that what was read to the end cannot be true."""
        self._accounts[gap.tenant, gap.kind].gaps.append(gap)

    def coverage(self) -> tuple[Coverage, ...]:
        """Return all rows, ordered by tenant and kind, their gaps by target."""
        return tuple(
            Coverage(
                tenant=tenant,
                kind=kind,
                targets=account.targets,
                read=account.read,
                not_applicable=account.not_applicable,
                facts=account.facts,
                gaps=tuple(sorted(account.gaps, key=_place)),
            )
            for (tenant, kind), account in sorted(self._accounts.items())
        )


def failures_of(error: AuditorError, kinds: Iterable[str], targets: Sequence[Target]) -> list[Failure]:
    """Return what an error of a whole batch means for each of its targets and kinds.

    An interruption is one, and so is what kept a sign-in from being made; every other error that is no ``ReadError``
    means that the identity was refused.
    """
    if isinstance(error.__cause__, ReadError):
        error = ReadError(error.__cause__.reason, error.message, error.remedy)
    if isinstance(error, InterruptedAuditError):
        error = ReadError(GapReason.INTERRUPTED, "The audit was stopped before this was read.", "Run it again.")
    elif not isinstance(error, ReadError):
        error = ReadError(GapReason.DENIED, error.message, error.remedy)
    return [Failure(target, error, kind) for kind in kinds for target in targets]


def _gap(tenant: str, source: str, failure: Failure) -> Gap:
    return Gap(
        tenant=tenant,
        kind=failure.kind,
        source=source,
        target=failure.target.key,
        label=failure.target.label,
        owner=failure.target.owner,
        reason=failure.error.reason,
        detail=failure.error.message,
        remedy=failure.error.remedy,
        fields=failure.fields,
        known=dict(failure.known),
    )


def _place(gap: Gap) -> tuple[str, ...]:
    """Return by what gaps are ordered: everything, so that the order in which threads came home does not show."""
    known = (word for pair in sorted(gap.known.items()) for word in pair)
    return (gap.label, gap.target, gap.source, *known, gap.reason, gap.detail, gap.remedy, *gap.fields)
