"""What changed: opened, back, hidden, dark, resolved; and a naive model that says the same of random sequences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from remembering import POLICY, TENANT, World
from worlds import WORLDS

from auditor.changes import compare
from auditor.models import AccountReference, Change, ChangeKind, Changes, Outcome, Person, Standing, State
from auditor.standing import stand

ANA, BEN = "ana", "ben"


def audits(*worlds: World) -> list[tuple[Standing, Changes]]:
    """Audit worlds one after the other, a week apart; return what stood and what had changed after each."""
    before: Standing | None = None
    done = []
    for number, world in enumerate(worlds):
        now = stand(before, world.reading(number, before))
        assert now
        done.append((now, compare([(before, now)])))
        before = now
    return done


def news(changes: Changes) -> list[tuple[ChangeKind, str]]:
    return [(change.kind, change.fact.key) for change in changes.changes]


def last(*worlds: World) -> Changes:
    return audits(*worlds)[-1][1]


def only(changes: Changes) -> Change:
    (change,) = changes.changes
    return change


def test_the_first_audit_is_a_baseline_and_no_news() -> None:
    changes = last(World({ANA: {"r1": "bad", "r2": "good"}}))
    assert changes.changes == ()
    assert (changes.counts.baseline, changes.counts.opened) == (1, 0)
    assert changes.tenants[0].since.audit is None


def test_what_is_new_and_what_is_still_there_are_told_apart() -> None:
    changes = last(World({ANA: {"r1": "bad"}}), World({ANA: {"r1": "bad", "r2": "bad"}}))
    assert news(changes) == [(ChangeKind.OPENED, "r2")]
    assert (changes.counts.still_open, len(changes.still_open)) == (1, 1)
    assert changes.tenants[0].since.audit == "audit-0"


def test_a_rename_is_no_news() -> None:
    assert news(last(World({ANA: {"r1": "bad"}}, label="Old"), World({ANA: {"r1": "bad"}}, label="New"))) == []


def test_a_finding_is_resolved_when_its_mailbox_was_read_and_it_was_not_there() -> None:
    change = only(last(World({ANA: {"r1": "bad"}}), World({ANA: {}})))
    assert (change.kind, change.message) == (ChangeKind.RESOLVED, "r1 is bad")


def test_a_finding_that_a_gap_hides_is_unverified_until_its_mailbox_is_read() -> None:
    hidden = World({ANA: {"r1": "bad"}}, dark={ANA})
    (_, first), (_, second), (_, third), (_, fourth) = audits(
        World({ANA: {"r1": "bad"}}), hidden, hidden, World({ANA: {}})
    )[:4]
    assert first.counts.baseline == 1
    assert news(second) == [(ChangeKind.WENT_DARK, ANA), (ChangeKind.UNVERIFIED, "r1")]
    unverified = second.changes[1]
    assert (unverified.message, unverified.reason) == ("r1 is bad", "the mailbox may not be read")
    assert (news(third), third.counts.still_unverified) == ([], 1)
    assert news(fourth) == [(ChangeKind.RESOLVED, "r1")]


def test_a_finding_that_was_hidden_and_is_still_there_is_still_open() -> None:
    bad = {ANA: {"r1": "bad"}}
    changes = last(World(bad), World(bad, dark={ANA}), World(bad))
    assert (news(changes), changes.counts.still_open) == ([], 1)


def test_a_gap_at_somebody_else_hides_nothing() -> None:
    changes = last(World({ANA: {"r1": "bad"}, BEN: {}}), World({ANA: {}, BEN: {}}, dark={BEN}))
    assert news(changes) == [(ChangeKind.WENT_DARK, BEN), (ChangeKind.RESOLVED, "r1")]


def test_a_rule_that_was_seen_to_be_well_is_resolved_although_the_rest_of_its_mailbox_is_dark() -> None:
    changes = last(World({ANA: {"r1": "bad"}}), World({ANA: {"r1": "good"}}, partly={ANA}))
    assert (ChangeKind.RESOLVED, "r1") in news(changes)


def test_a_finding_that_was_resolved_and_returns_came_back() -> None:
    bad, good = World({ANA: {"r1": "bad"}}), World({ANA: {}})
    assert news(last(bad, good, bad)) == [(ChangeKind.CAME_BACK, "r1")]
    assert news(last(bad, good, good, bad)) == [(ChangeKind.CAME_BACK, "r1")]


def test_what_was_judged_last_time_and_is_unknown_now_went_dark() -> None:
    change = only(last(World({ANA: {"r1": "good"}}), World({ANA: {"r1": "unclear"}})))
    assert (change.kind, change.fact.key, change.message) == (ChangeKind.WENT_DARK, "r1", "")
    assert "not collected" in change.reason
    again = last(World({ANA: {"r1": "good"}}), World({ANA: {"r1": "unclear"}}), World({ANA: {"r1": "unclear"}}))
    assert news(again) == []


def test_a_new_account_that_cannot_be_judged_did_not_go_dark() -> None:
    assert news(last(World({ANA: {}}), World({ANA: {}, BEN: {}}, dark={BEN}))) == []


def test_a_finding_whose_field_is_missing_now_is_unverified() -> None:
    change = only(last(World({ANA: {"r1": "bad"}}), World({ANA: {"r1": "unclear"}})))
    assert (change.kind, change.message) == (ChangeKind.UNVERIFIED, "r1 is bad")


def test_a_finding_of_somebody_who_was_not_listed_is_unverified() -> None:
    changes = last(World({ANA: {"r1": "bad"}, BEN: {}}), World({BEN: {}}, unlisted=True))
    assert (ChangeKind.UNVERIFIED, "r1") in news(changes)
    gone = last(World({ANA: {"r1": "bad"}, BEN: {}}), World({BEN: {}}))
    assert news(gone) == [(ChangeKind.RESOLVED, "r1")]


def test_a_finding_that_does_not_concern_the_policy_any_more_is_resolved_with_that_reason() -> None:
    (_, _), (standing, changes) = audits(World({ANA: {"r1": "bad"}}), World({ANA: {"r1": "off"}}))
    assert only(changes).reason == "the policy does not concern it any more"
    assert [outcome.state for outcome in standing.outcomes.values()] == [State.NOT_APPLICABLE]
    assert news(last(World({ANA: {"r1": "bad"}}), World({ANA: {"r1": "off"}}), World({ANA: {"r1": "bad"}}))) == [
        (ChangeKind.CAME_BACK, "r1")
    ]


def test_a_policy_that_was_not_judged_resolves_nothing_and_a_new_one_brings_no_news() -> None:
    changes = last(World({ANA: {"r1": "bad"}}), World({ANA: {"r1": "bad"}}, other=True))
    assert news(changes) == [(ChangeKind.UNVERIFIED, "r1")]
    assert only(changes).reason == "its policy was not judged this time"
    assert changes.counts.baseline == 1


def test_a_tenant_that_locks_us_out_resolves_nothing() -> None:
    standing, changes = audits(World({ANA: {"r1": "bad"}}), World({}, locked=True))[-1]
    assert news(changes) == [(ChangeKind.WENT_DARK, TENANT), (ChangeKind.UNVERIFIED, "r1")]
    assert standing.verdicts == {POLICY: Outcome.UNKNOWN}
    assert news(last(World({ANA: {"r1": "bad"}}), World({}, locked=True), World({ANA: {"r1": "bad"}}))) == []


def test_a_tenant_that_never_let_us_in_has_no_baseline() -> None:
    assert stand(None, World({}, locked=True).reading(0, None)) is None


def test_another_tenant_behind_the_same_name_resolves_nothing() -> None:
    change = only(last(World({ANA: {"r1": "bad"}}), World({ANA: {}}, vendor="C2")))
    assert (change.kind, change.reason) == (ChangeKind.UNVERIFIED, "another tenant answers to this name")


def test_changes_are_counted_for_each_tenant_and_each_person() -> None:
    (before, _), (after, _) = audits(World({ANA: {}, BEN: {}}), World({ANA: {"r1": "bad", "r2": "bad"}, BEN: {}}))
    ana, ben = (
        Person(
            address=f"{who}@x.example", name=who, tier="staff",
            accounts=(AccountReference(tenant=TENANT, key=who, address=f"{who}@x.example"),),
        )
        for who in (ANA, BEN)
    )  # fmt: skip
    changes = compare([(before, after)], [ana, ben])
    assert changes.counts.opened == changes.tenants[0].counts.opened == 2
    assert [(each.address, each.counts.opened) for each in changes.people] == [("ana@x.example", 2)]


@dataclass
class Naive:
    """Keeps the whole truth of every audit, and says of each rule by plain words what became of it."""

    status: dict[str, str] = field(default_factory=dict)
    """open, unverified or resolved, of every rule that ever failed."""
    begun: bool = False

    def told(self, world: World) -> Iterator[tuple[str, str]]:
        """Yield what became of each rule; afterwards the audit belongs to the past."""
        if world.locked and not self.begun:
            return
        rules = {rule: (who, state) for who, each in world.rules.items() for rule, state in each.items()}
        for rule in sorted({*rules, *self.status}):
            was = self.status.get(rule)
            now = self.now(rule, was, world, rules)
            if now == "open":
                yield (
                    rule,
                    {
                        None: "opened" if self.begun else "baseline",
                        "resolved": "came_back",
                        "open": "still_open",
                        "unverified": "still_open",
                    }[was],
                )
            elif now == "unverified":
                yield rule, "still_unverified" if was == "unverified" else "unverified"
            elif now == "resolved" and was != "resolved":
                yield rule, "resolved"
            if now:
                self.status[rule] = now
        self.begun = True

    def now(self, rule: str, was: str | None, world: World, rules: dict[str, tuple[str, str]]) -> str | None:
        owner = rule.partition("-")[0]
        listed = owner in world.rules
        if not world.locked and rule in rules and owner not in world.dark:
            state = rules[rule][1]
            if state == "bad":
                return "open"
            hidden = state == "unclear"
        else:
            reads = listed and owner not in world.dark | world.partly
            hidden = world.locked or not (reads or (not listed and not world.unlisted))
        if hidden and was in {"open", "unverified"}:
            return "unverified"
        return was if hidden else "resolved" if was else None


@settings(max_examples=150, deadline=None)
@given(st.lists(WORLDS, min_size=1, max_size=8))
def test_every_sequence_of_audits_is_told_as_a_naive_model_tells_it(worlds: Sequence[World]) -> None:
    naive, before = Naive(), None
    for number, world in enumerate(worlds):
        expected = dict(naive.told(world))
        now = stand(before, world.reading(number, before))
        told = {}
        if now:
            changes = compare([(before, now)])
            told = {each.fact.key: each.kind.value for each in changes.changes if each.kind is not ChangeKind.WENT_DARK}
            for name in ("still_open", "still_unverified", "baseline"):
                told |= {now.outcomes[mark].fact.key: name for mark in getattr(changes, name)}
        assert told == expected
        before = now
