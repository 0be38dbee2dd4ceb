from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from auditor.errors import GapReason, InterruptedAuditError, ReadError, SignInError
from auditor.facts import KINDS, Domain
from auditor.ledger import Batch, Ledger, Task, failures_of
from auditor.models import Failure, NotApplicable, Target

ERROR = ReadError(GapReason.DENIED, "no", "grant it")
A, B, C = (Target(key, f"label {key}", f"owner {key}") for key in "abc")


@dataclass(frozen=True)
class Source:
    name: str = "source"
    kinds: tuple[str, ...] = ("mail_rule", "mailbox_grant")
    batch_size: int = 3

    def targets(self) -> Sequence[Target]:
        return (A, B, C)

    def read(self, targets: Sequence[Target]) -> Iterator[Domain]:
        del targets
        return iter(())


def batch(*failures: Failure, absent: Sequence[NotApplicable] = ()) -> Batch:
    return Batch(Task("t", Source(), (A, B, C)), failures=[*failures], absent=[*absent])


def rows(*batches: Batch) -> dict[str, tuple[int, int, int, int]]:
    """Return targets, read, not applicable and gaps by kind."""
    ledger = Ledger()
    for each in batches:
        ledger.settle(each)
    return {row.kind: (row.targets, row.read, row.not_applicable, len(row.gaps)) for row in ledger.coverage()}


def test_a_target_without_failure_counts_as_read_for_every_kind() -> None:
    assert rows(batch()) == {"mail_rule": (3, 3, 0, 0), "mailbox_grant": (3, 3, 0, 0)}


def test_a_failure_counts_for_its_own_kind_only() -> None:
    assert rows(batch(Failure(A, ERROR, "mail_rule"))) == {"mail_rule": (3, 2, 0, 1), "mailbox_grant": (3, 3, 0, 0)}


def test_two_failures_of_a_target_are_two_gaps_and_one_target_that_was_not_read() -> None:
    failures = [Failure(A, ERROR, "mail_rule", known={"mechanism": name}) for name in ("filter", "auto_forwarding")]
    assert rows(batch(*failures))["mail_rule"] == (3, 2, 0, 2)


def test_a_missing_field_is_a_gap_of_a_target_that_was_read() -> None:
    assert rows(batch(Failure(A, ERROR, "mail_rule", fields=("enabled",))))["mail_rule"] == (3, 3, 0, 1)


def test_what_has_nothing_to_read_is_counted_apart() -> None:
    assert rows(batch(absent=[NotApplicable(A, "suspended")]))["mail_rule"] == (3, 2, 1, 0)


def test_a_gap_outweighs_not_applicable() -> None:
    both = batch(Failure(A, ERROR, "mail_rule"), absent=[NotApplicable(A, "deleted")])
    assert rows(both) == {"mail_rule": (3, 2, 0, 1), "mailbox_grant": (3, 2, 1, 0)}


def test_a_failure_of_a_kind_that_the_collector_did_not_announce_is_not_lost() -> None:
    assert rows(batch(Failure(A, ERROR, "domain")))["domain"] == (0, 0, 0, 1)


def test_a_gap_says_what_whose_why_and_what_to_do() -> None:
    ledger, settled = Ledger(), batch(Failure(A, ERROR, "mail_rule", ("enabled",), {"mechanism": "filter"}))
    ledger.settle(settled)
    (gap,) = settled.gaps
    assert (gap.tenant, gap.kind, gap.source, gap.target) == ("t", "mail_rule", "source", "a")
    assert (gap.label, gap.owner, gap.reason) == ("label a", "owner a", GapReason.DENIED)
    assert (gap.detail, gap.remedy, gap.fields, gap.known) == ("no", "grant it", ("enabled",), {"mechanism": "filter"})


def test_the_rows_are_the_same_in_whichever_order_batches_come() -> None:
    other = ReadError(GapReason.THROTTLED, "later", "wait")
    batches = [
        batch(Failure(A, ERROR, "mail_rule")),
        batch(Failure(A, other, "mail_rule")),
        batch(Failure(A, ERROR, "mail_rule", ("enabled",)), Failure(B, ERROR, "mail_rule")),
    ]
    found = []
    for order in permutations(batches):
        ledger = Ledger()
        for each in order:
            ledger.settle(each)
        found.append(ledger.coverage())
    assert all(each == found[0] for each in found)


def test_an_expected_kind_has_a_row_even_if_nothing_came() -> None:
    ledger = Ledger()
    ledger.expect("t", ["domain"])
    (row,) = ledger.coverage()
    assert (row.kind, row.targets, row.complete) == ("domain", 0, False)


def test_a_tenant_that_did_not_let_us_in_misses_every_kind() -> None:
    ledger = Ledger()
    ledger.lock_out("t", SignInError("refused", "a new key"), KINDS)
    coverage = ledger.coverage()
    assert [row.kind for row in coverage] == sorted(KINDS)
    assert all((row.targets, row.read, len(row.gaps), row.complete) == (1, 0, 1, False) for row in coverage)
    assert {row.gaps[0].remedy for row in coverage} == {"a new key"}


def test_what_an_error_of_a_whole_batch_means() -> None:
    failures = failures_of(ERROR, ("mail_rule", "mailbox_grant"), [A, B])
    assert [(each.kind, each.target.key) for each in failures] == [
        ("mail_rule", "a"),
        ("mail_rule", "b"),
        ("mailbox_grant", "a"),
        ("mailbox_grant", "b"),
    ]
    assert failures[0].error is ERROR
    (refused,) = failures_of(SignInError("refused", "a new key"), ["domain"], [A])
    assert (refused.error.reason, refused.error.remedy) == (GapReason.DENIED, "a new key")
    (stopped,) = failures_of(InterruptedAuditError("x", "y"), ["domain"], [A])
    assert stopped.error.reason is GapReason.INTERRUPTED
