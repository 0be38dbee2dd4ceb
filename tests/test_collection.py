from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.collection import collect
from auditor.errors import (
    AuditorError,
    ForbiddenRequestError,
    GapReason,
    InterruptedAuditError,
    ReadError,
    SignInError,
)
from auditor.facts import Fact, MailRule
from auditor.ledger import Ledger
from auditor.models import Coverage, Failure, NotApplicable, Target

READ_ERROR = ReadError(GapReason.DENIED, "no", "grant it")
ERRORS: Mapping[str, AuditorError] = {
    "read": READ_ERROR,
    "sign_in": SignInError("refused", "a new key"),
    "interrupted": InterruptedAuditError("stopped", "again"),
}


class Silent:
    """A display that shows nothing and checks that it is told nothing impossible."""

    def advance(self, tenant: str, source: str, done: int, total: int) -> None:
        assert tenant
        assert source
        assert 0 < done <= total


@dataclass
class Fake:
    """A collector whose targets behave as their labels say."""

    behaviours: Sequence[str]
    batch_size: int = 2
    name: str = "fake"
    kinds: tuple[str, ...] = ("mail_rule",)
    listing: AuditorError | None = None
    before: Callable[[Sequence[Target]], None] = lambda _: None
    calls: list[int] = field(default_factory=list)

    def targets(self) -> Iterator[Target]:
        if self.listing:
            raise self.listing
        for number, behaviour in enumerate(self.behaviours):
            yield Target(f"{self.name}-{number}", behaviour)

    def read(self, targets: Sequence[Target]) -> Iterator[Fact | Failure | NotApplicable]:
        self.calls.append(len(targets))
        self.before(targets)
        for target in targets:
            if target.label in ERRORS:
                raise ERRORS[target.label]
            if target.label == "failure":
                yield Failure(target, READ_ERROR, "mail_rule", known={"mechanism": "filter"})
            elif target.label == "absent":
                yield NotApplicable(target, "suspended")
            else:
                for number in range(2):
                    yield MailRule(tenant="t", key=f"{target.key}/{number}", label="rule", mechanism="filter")


def run(
    collectors: Mapping[str, Sequence[Fake]], *, threads: int = 4, stop: threading.Event | None = None
) -> tuple[list[Fact], dict[str, Coverage], tuple[Coverage, ...]]:
    """Return all facts in order, the rows of ``mail_rule`` by tenant, and all rows."""
    ledger = Ledger()
    batches = collect(collectors, ledger, threads=threads, stop=stop or threading.Event(), progress=Silent())
    facts = sorted((fact for batch in batches for fact in batch.facts), key=lambda fact: fact.key)
    rows = ledger.coverage()
    return facts, {row.tenant: row for row in rows if row.kind == "mail_rule"}, rows


def threads_of_ours() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("read")]


def test_everything_that_can_be_read_is_read() -> None:
    facts, rows, _ = run({"t": [Fake(["good"] * 5)]})
    assert len(facts) == 10
    assert (rows["t"].targets, rows["t"].read, rows["t"].facts, rows["t"].complete) == (5, 5, 10, True)


behaviours = st.lists(
    st.sampled_from(["good", "good", "failure", "absent", "read", "sign_in", "interrupted"]), max_size=9
)
fakes = st.builds(
    Fake,
    behaviours,
    batch_size=st.integers(1, 4),
    listing=st.sampled_from([None, None, None, READ_ERROR, ERRORS["sign_in"], ERRORS["interrupted"]]),
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), st.lists(fakes, max_size=3), max_size=3), st.integers(1, 4))
def test_every_target_ends_as_read_as_not_applicable_or_as_a_gap(
    collectors: dict[str, list[Fake]], threads: int
) -> None:
    for tenant in collectors.values():
        for number, fake in enumerate(tenant):
            fake.name = f"fake-{number}"
    _, rows, _ = run(collectors, threads=threads)
    assert set(rows) == {tenant for tenant, each in collectors.items() if each}
    for tenant, row in rows.items():
        expected = sum(1 if fake.listing else len(fake.behaviours) for fake in collectors[tenant])
        assert row.targets == expected
        assert row.targets == row.read + row.not_applicable + len({gap.target for gap in row.gaps})
        whole = all(not fake.listing and set(fake.behaviours) <= {"good", "absent"} for fake in collectors[tenant])
        assert row.complete == (whole and expected > 0)
    assert threads_of_ours() == []


@settings(max_examples=25, deadline=None)
@given(st.lists(behaviours, min_size=1, max_size=4))
def test_the_ledger_does_not_depend_on_which_thread_comes_home_first(lists: list[list[str]]) -> None:
    tickets = count()

    def dawdle(_: Sequence[Target]) -> None:
        time.sleep(next(tickets) % 3 * 0.001)

    def collectors() -> dict[str, list[Fake]]:
        made = [Fake(each, name=f"f{number}", before=dawdle) for number, each in enumerate(lists)]
        return {"a": made, "b": made[:1]}

    assert run(collectors(), threads=4)[2] == run(collectors(), threads=1)[2]


def test_facts_that_came_before_a_failure_in_the_middle_of_a_batch_are_kept() -> None:
    facts, rows, _ = run({"t": [Fake(["good", "read", "good"], batch_size=3)]})
    assert [fact.key for fact in facts] == ["fake-0/0", "fake-0/1"]
    assert (rows["t"].read, rows["t"].facts, len(rows["t"].gaps)) == (0, 2, 3)


def test_a_failure_costs_its_own_batch_only() -> None:
    _, rows, _ = run({"t": [Fake(["good", "good", "read", "good", "good", "good"])], "u": [Fake(["good"])]})
    assert {gap.target for gap in rows["t"].gaps} == {"fake-2", "fake-3"}
    assert rows["t"].read == 4
    assert rows["u"].complete


def test_a_collector_whose_targets_cannot_be_listed_is_one_gap_per_kind() -> None:
    broken = Fake([], listing=READ_ERROR, kinds=("mail_rule", "mailbox_grant"))
    _, rows, every = run({"t": [broken, Fake(["good"], name="other")]})
    assert [(row.kind, len(row.gaps)) for row in every] == [("mail_rule", 1), ("mailbox_grant", 1)]
    assert rows["t"].gaps[0].remedy == "grant it"
    assert rows["t"].facts == 2
    assert broken.calls == []


def test_a_listing_that_breaks_off_in_the_middle_is_a_gap_too() -> None:
    class Breaking(Fake):
        def targets(self) -> Iterator[Target]:
            yield Target("first", "good")
            raise READ_ERROR

    _, rows, _ = run({"t": [Breaking(["good"])]})
    assert (rows["t"].targets, rows["t"].read, len(rows["t"].gaps)) == (1, 0, 1)


def test_a_collector_without_targets_has_a_row_that_is_not_complete() -> None:
    _, rows, _ = run({"t": [Fake([])]})
    assert (rows["t"].targets, rows["t"].complete) == (0, False)


@pytest.mark.parametrize(
    ("error", "reason"),
    [("sign_in", GapReason.DENIED), ("interrupted", GapReason.INTERRUPTED), ("read", GapReason.DENIED)],
)
def test_an_error_says_the_same_of_a_batch_and_of_a_listing(error: str, reason: GapReason) -> None:
    for fake in (Fake([error]), Fake([], listing=ERRORS[error])):
        _, rows, _ = run({"t": [fake]})
        assert [gap.reason for gap in rows["t"].gaps] == [reason]


@pytest.mark.parametrize("where", ["read", "targets"])
def test_a_forbidden_request_ends_the_audit(where: str) -> None:
    error = ForbiddenRequestError("off the list", "report it")

    def forbid(_: Sequence[Target]) -> None:
        raise error

    fake = Fake(["good"] * 50, before=forbid) if where == "read" else Fake([], listing=error)
    stop = threading.Event()
    with pytest.raises(ForbiddenRequestError):
        run({"t": [fake], "u": [Fake(["good"] * 50)]}, stop=stop)
    assert stop.is_set()
    assert threads_of_ours() == []


def test_a_defect_of_a_collector_is_not_hidden_as_a_gap() -> None:
    def fail(_: Sequence[Target]) -> None:
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        run({"t": [Fake(["good"] * 50, before=fail)]})
    assert threads_of_ours() == []


def test_after_a_stop_nothing_more_is_read_and_the_rest_are_gaps() -> None:
    stop = threading.Event()
    fake = Fake(["good"] * 100, batch_size=1)
    fake.before = lambda _: stop.set() if len(fake.calls) == 10 else None
    late = Fake(["good"] * 10, name="late")
    facts, rows, _ = run({"t": [fake, late]}, threads=2, stop=stop)
    assert 10 <= len(fake.calls) <= 12
    assert late.calls == []
    assert rows["t"].read == len(facts) / 2 == len(fake.calls)
    assert {gap.reason for gap in rows["t"].gaps} == {GapReason.INTERRUPTED}
    assert {gap.source for gap in rows["t"].gaps} == {"fake", "late"}
    assert rows["t"].targets == rows["t"].read + len(rows["t"].gaps)


def test_an_audit_that_was_stopped_before_it_began_reads_nothing() -> None:
    stop = threading.Event()
    stop.set()
    fake = Fake(["good"])
    facts, rows, _ = run({"t": [fake]}, stop=stop)
    assert (facts, fake.calls) == ([], [])
    assert rows["t"].gaps[0].reason is GapReason.INTERRUPTED


@pytest.mark.parametrize("threads", [1, 4])
def test_no_more_batches_are_under_way_than_two_a_thread(threads: int) -> None:
    fake = Fake(["good"] * 200, batch_size=1)
    begun_early = []
    batches = collect({"t": [fake]}, Ledger(), threads=threads, stop=threading.Event(), progress=Silent())
    for taken, _ in enumerate(batches):
        time.sleep(0.0005)  # a slow consumer, whom the threads must not outrun
        begun_early.append(len(fake.calls) - taken)
    assert len(begun_early) == 200
    assert 1 < max(begun_early) <= threads * 2


def test_tenants_take_turns() -> None:
    order: list[str] = []

    def note(targets: Sequence[Target]) -> None:
        order.append(targets[0].key[0])

    collectors = {tenant: [Fake(["good"] * 6, batch_size=1, name=tenant, before=note)] for tenant in "ab"}
    run(collectors, threads=1)
    assert "".join(order) == "ab" * 6


def test_a_consumer_who_loses_interest_leaves_no_thread_behind() -> None:
    stop = threading.Event()
    fake = Fake(["good"] * 500, batch_size=1, before=lambda _: time.sleep(0.001))
    batches = collect({"t": [fake]}, Ledger(), threads=4, stop=stop, progress=Silent())
    next(batches)
    batches.close()  # type: ignore[attr-defined]  # it is a generator
    assert threads_of_ours() == []
    assert stop.is_set()
    assert len(fake.calls) < 20


def test_progress_is_told_of_every_batch_from_one_thread() -> None:
    told: list[tuple[str, int, int, int]] = []

    class Display:
        def advance(self, tenant: str, source: str, done: int, total: int) -> None:  # noqa: ARG002 - the protocol
            told.append((source, done, total, threading.get_ident()))

    collectors = {"t": [Fake(["good"] * 5), Fake([], name="broken", listing=READ_ERROR)]}
    for _ in collect(collectors, Ledger(), threads=3, stop=threading.Event(), progress=Display()):
        pass
    assert [each[1:3] for each in told if each[0] == "broken"] == [(1, 1)]
    assert [each[1] for each in told if each[0] == "fake"][-1] == 5
    assert {each[3] for each in told} == {threading.get_ident()}
