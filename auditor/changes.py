"""Changes: what is new, back, gone, hidden or dark between two standings, for everybody and for each person. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from auditor.models import (
    OPEN,
    Change,
    ChangeKind,
    Changes,
    Counts,
    Person,
    PersonChanges,
    Since,
    Standing,
    StandingOutcome,
    State,
    TenantChanges,
)

_ORDER = {kind: place for place, kind in enumerate(ChangeKind)}
_NO_STANDING = Standing(tenant="", audit="", finished=None, vendor_id="")  # type: ignore[arg-type]  # never shown


@dataclass(slots=True)
class _Difference:
    """What two standings of one tenant differ in, and what they share."""

    before: Standing | None
    after: Standing
    changes: list[Change] = field(default_factory=list)
    same: dict[str, list[StandingOutcome]] = field(default_factory=lambda: defaultdict(list))
    """Findings that are no news, by ``still_open``, ``still_unverified`` or ``baseline``."""


def compare(pairs: Iterable[tuple[Standing | None, Standing]], people: Iterable[Person] = ()) -> Changes:
    """Return what changed, given for each tenant what stood before (None: never audited) and what stands now."""
    differences = [_difference(before, after) for before, after in pairs]
    changes = sorted((change for each in differences for change in each.changes), key=_place)
    same = {
        name: [outcome for each in differences for outcome in each.same[name]]
        for name in ("still_open", "still_unverified", "baseline")
    }
    return Changes(
        changes=tuple(changes),
        counts=_counts(changes, {name: len(outcomes) for name, outcomes in same.items()}),
        tenants=tuple(_of_tenant(each) for each in sorted(differences, key=lambda each: each.after.tenant)),
        people=tuple(_of_people(changes, people)),
        **{name: tuple(sorted(each.fingerprint for each in outcomes)) for name, outcomes in same.items()},
    )


def _difference(before: Standing | None, after: Standing) -> _Difference:
    """Return the difference between two standings of one tenant."""
    difference = _Difference(before, after)
    earlier = before or _NO_STANDING
    for mark, now in after.outcomes.items():
        then = earlier.outcomes.get(mark)
        kind = _became(now, then, earlier, after)
        if isinstance(kind, ChangeKind):
            difference.changes.append(_change(kind, after.tenant, now, then))
        elif kind:
            difference.same[kind].append(now)
    difference.changes += (
        _change(ChangeKind.RESOLVED, after.tenant, then, then)
        for mark, then in earlier.outcomes.items()
        if then.state in OPEN and mark not in after.outcomes
    )
    return difference


def _became(  # noqa: PLR0911 - a table of states, read from top to bottom
    now: StandingOutcome, then: StandingOutcome | None, before: Standing, after: Standing
) -> ChangeKind | str | None:
    """Return what became of an outcome: a change, the name of what stayed the same, or None for what nobody counts."""
    was = then.state if then else None
    match now.state:
        case State.FAIL if was in OPEN:
            return "still_open"
        case State.FAIL if was is State.EXEMPT or now.fingerprint in before.past:
            return ChangeKind.CAME_BACK
        case State.FAIL:
            return ChangeKind.OPENED if now.policy in before.judged else "baseline"
        case State.UNVERIFIED:
            return "still_unverified" if was is State.UNVERIFIED else ChangeKind.UNVERIFIED
        case State.EXEMPT if was in OPEN:
            return ChangeKind.EXEMPTED
        case State.NOT_APPLICABLE if was in OPEN:
            return ChangeKind.RESOLVED
        case State.UNKNOWN if was is not State.UNKNOWN and now.policy in before.verdicts:
            return None if _is_new(now, before, after) else ChangeKind.WENT_DARK
    return None


def _is_new(outcome: StandingOutcome, before: Standing, after: Standing) -> bool:
    """Whether what could not be judged is, or hangs on, an account that was not there before."""
    fact = outcome.fact
    account = fact.owner.key if fact.owner else fact.key if fact.kind == "account" else None
    return account in after.accounts and account not in before.accounts


def _change(kind: ChangeKind, tenant: str, now: StandingOutcome, then: StandingOutcome | None) -> Change:
    """Return a change; ``then`` holds the words with which a finding was found."""
    found, reason = now.text, ""
    if kind is ChangeKind.WENT_DARK:
        found, reason = "", now.text
    elif kind is ChangeKind.UNVERIFIED:
        found, reason = then.text if then else "", now.text
    elif kind is ChangeKind.RESOLVED and then:
        found = then.text if then.state is State.FAIL else ""
        reason = "the policy does not concern it any more" if now.state is State.NOT_APPLICABLE else ""
    return Change(
        kind=kind,
        policy=now.policy,
        tenant=tenant,
        fingerprint=now.fingerprint,
        severity=now.severity,
        fact=now.fact,
        message=found,
        reason=reason,
    )


def _of_tenant(difference: _Difference) -> TenantChanges:
    before = difference.before
    since = Since(
        tenant=difference.after.tenant,
        audit=before.audit if before else None,
        finished=before.finished if before else None,
    )
    same = {name: len(outcomes) for name, outcomes in difference.same.items()}
    return TenantChanges(since=since, counts=_counts(difference.changes, same))


def _of_people(changes: Sequence[Change], people: Iterable[Person]) -> Iterator[PersonChanges]:
    """Yield the counts of everybody about whom something changed, in the order of ``people``."""
    by_account: defaultdict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        fact = change.fact
        key = fact.owner.key if fact.owner else fact.key if fact.kind == "account" else None
        if key is not None:
            by_account[change.tenant, key].append(change)
    for person in people:
        theirs = [change for account in person.accounts for change in by_account.get((account.tenant, account.key), ())]
        if theirs:
            yield PersonChanges(address=person.address, counts=_counts(theirs, {}))


def _counts(changes: Iterable[Change], same: dict[str, int]) -> Counts:
    return Counts(**Counter(change.kind.value for change in changes), **same)


def _place(change: Change) -> tuple[int, int, str, str, str, str]:
    fact = change.fact
    return _ORDER[change.kind], -change.severity.rank, change.policy, change.tenant, fact.key, change.fingerprint
