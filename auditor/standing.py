"""What stands after an audit: its findings and unknowns, and those findings of before that a gap now hides. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from msgspec.structs import replace

from auditor.models import (
    OPEN,
    Coverage,
    FactReference,
    Finding,
    Outcome,
    PolicyResult,
    Severity,
    Standing,
    StandingOutcome,
    State,
    Unknown,
    fingerprint,
)

Seen = Mapping[tuple[str, str], frozenset[str]]
"""By kind and key of facts that turned up, the policies that do not concern them."""

_MOVABLE = frozenset({"shared_item"})
"""Kinds whose facts change hands: one that is gone from its owner may lie where we could not look."""
_UNLISTED = "(unlisted)"
"""Stands for the owners that were not listed."""


@dataclass(frozen=True, kw_only=True)
class TenantReading:
    """What an audit has to say of one tenant."""

    tenant: str
    label: str
    key: str = ""
    """Key of the tenant's own fact, by which evaluation calls what may be missing anywhere in it."""
    audit: str
    finished: datetime
    vendor_id: str
    results: Sequence[PolicyResult]
    """Empty for a tenant that did not let us in."""
    coverage: Sequence[Coverage]
    accounts: Mapping[str, str]
    """Addresses by key."""
    seen: Seen = field(default_factory=lambda: MappingProxyType({}))
    """Which of the facts that stood before turned up."""

    @cached_property
    def rows(self) -> Mapping[str, Coverage]:
        """Coverage by kind."""
        return {row.kind: row for row in self.coverage}

    @cached_property
    def judged(self) -> Mapping[str, PolicyResult]:
        """Results by policy."""
        return {result.policy: result for result in self.results}

    def complete(self, kind: str) -> bool:
        """Whether no whole fact of a kind can have been missed."""
        row = self.rows.get(kind)
        return row is not None and _accounted(row) and not any(not gap.fields for gap in row.gaps)

    @cached_property
    def shades(self) -> Mapping[str, Mapping[str | None, str]]:
        """For each policy the owners of whom facts may be hidden from it, None for everybody, each with the reason."""
        return {result.policy: self._shade(result) for result in self.results}

    def _shade(self, result: PolicyResult) -> dict[str | None, str]:
        hidden: dict[str | None, str] = {}
        for unknown in result.unknowns:
            fact = unknown.fact
            owner = fact.owner.key if fact.owner else None
            if (fact.key, unknown.reason) in self._unlisted and fact.kind != "account":
                hidden.setdefault(_UNLISTED, unknown.reason)
            elif fact.key == self.key or (fact.kind, fact.key, owner) in self._gaps:
                hidden.setdefault(owner, unknown.reason)
        return hidden

    @cached_property
    def _unlisted(self) -> frozenset[tuple[str, str]]:
        """Where accounts are missing: what hangs on these is missing for the same reason, and nothing else is."""
        row = self.rows.get("account")
        return frozenset((gap.target, gap.detail) for gap in (row.gaps if row else ()) if not gap.fields)

    @cached_property
    def _gaps(self) -> frozenset[tuple[str, str, str | None]]:
        return frozenset(
            (gap.kind, gap.target, gap.owner) for row in self.coverage for gap in row.gaps if not gap.fields
        )


def watched(standing: Standing | None) -> dict[str, set[str]]:
    """Return the keys, by kind, of the facts about which something stands: what becomes of them must be seen."""
    keys: dict[str, set[str]] = {}
    for outcome in standing.outcomes.values() if standing else ():
        keys.setdefault(outcome.fact.kind, set()).add(outcome.fact.key)
    return keys


def stand(before: Standing | None, reading: TenantReading) -> Standing | None:
    """Return what stands after ``reading``; None if nothing was ever read of the tenant.

    A finding that is not there any more is resolved only if the place where it was has been read. Otherwise it stays,
    as unverified.
    """
    if not reading.results:
        return before and _locked_out(before, reading)
    outcomes: dict[str, StandingOutcome] = {}
    for result in reading.results:
        outcomes |= {each.fingerprint: each for each in _unknowns(result)}
        outcomes |= {each.fingerprint: each for each in _findings(result.findings, State.FAIL)}
        excused = (exempted.finding for exempted in result.exempted)
        outcomes |= {each.fingerprint: each for each in _findings(excused, State.EXEMPT)}
    past = before.past if before else frozenset()
    if before:
        _carry(before, reading, outcomes)
        past |= {
            mark
            for mark, each in before.outcomes.items()
            if each.state in OPEN and (mark not in outcomes or outcomes[mark].state not in OPEN)
        }
    return Standing(
        tenant=reading.tenant,
        audit=reading.audit,
        finished=reading.finished,
        vendor_id=reading.vendor_id,
        outcomes=outcomes,
        verdicts={result.policy: result.outcome for result in reading.results},
        judged=(before.judged if before else frozenset()) | reading.judged.keys(),
        accounts=_accounts(before, reading),
        facts=_facts(before, reading),
        past=past,
    )


def _carry(before: Standing, reading: TenantReading, outcomes: dict[str, StandingOutcome]) -> None:
    """Carry into ``outcomes`` what stood before and has neither been seen resolved nor been judged anew."""
    stranger = "another tenant answers to this name" if before.vendor_id != reading.vendor_id else ""
    for mark, earlier in before.outcomes.items():
        now = outcomes.get(mark)
        if now and now.state is State.UNKNOWN and earlier.state in OPEN:
            outcomes[mark] = _unverified(earlier, now.text)
        elif now and now.state is earlier.state and now.text != earlier.text:
            outcomes[mark] = replace(now, text=earlier.text)
        if now:
            continue
        if earlier.policy in reading.seen.get((earlier.fact.kind, earlier.fact.key), ()):
            outcomes[mark] = replace(earlier, state=State.NOT_APPLICABLE, text="")
        elif earlier.state is not State.UNKNOWN and (reason := stranger or _hidden(earlier, reading)):
            outcomes[mark] = _unverified(earlier, reason)


def _unverified(outcome: StandingOutcome, reason: str) -> StandingOutcome:
    """Return a finding that is hidden now; what was no finding, or hidden before, stays as it is."""
    return replace(outcome, state=State.UNVERIFIED, text=reason) if outcome.state is State.FAIL else outcome


def _hidden(outcome: StandingOutcome, reading: TenantReading) -> str:
    """Return why something that was not seen may be there all the same; empty if its place was read."""
    fact = outcome.fact
    owner = fact.owner.key if fact.owner else None
    shade = reading.shades.get(outcome.policy)
    if shade is None:
        return "its policy was not judged this time"
    if (fact.kind, fact.key) in reading.seen or (fact.kind == "account" and fact.key in reading.accounts):
        return ""
    row = reading.rows.get(fact.kind)
    if row is None or not _accounted(row):
        return "not everything of its kind was read"
    if shade and fact.kind in _MOVABLE:
        return next(iter(shade.values()))
    if owner is not None and owner not in reading.accounts and not reading.complete("account"):
        return "the accounts were not read to the end, and its owner was not among them"
    return shade.get(None) or shade.get(owner) or ""


def _locked_out(before: Standing, reading: TenantReading) -> Standing:
    """Return what stands of a tenant that did not let us in: nothing is resolved, and nothing is known."""
    reason = next((gap.detail for row in reading.coverage for gap in row.gaps), "the tenant was not read")
    outcomes = {mark: _unverified(each, reason) for mark, each in before.outcomes.items()}
    whole = FactReference(kind="tenant", key=reading.tenant, label=reading.label)
    for policy in before.verdicts:
        mark = fingerprint(policy, reading.tenant, whole.kind, whole.key)
        outcomes.setdefault(mark, StandingOutcome(mark, policy, State.UNKNOWN, Severity.HIGH, whole, reason))
    return Standing(
        tenant=before.tenant,
        audit=reading.audit,
        finished=reading.finished,
        vendor_id=before.vendor_id,
        outcomes=outcomes,
        verdicts=dict.fromkeys(before.verdicts, Outcome.UNKNOWN),
        judged=before.judged,
        accounts=before.accounts,
        facts=before.facts,
        past=before.past,
    )


def _findings(findings: Iterable[Finding], state: State) -> Iterable[StandingOutcome]:
    for finding in findings:
        yield StandingOutcome(
            finding.fingerprint, finding.policy, state, finding.severity, finding.fact, finding.message
        )


def _unknowns(result: PolicyResult) -> Iterable[StandingOutcome]:
    """Yield what is unknown, each once; the last reason in the order of reasons speaks for all."""
    for unknown in sorted(result.unknowns, key=_reason, reverse=True):
        mark = fingerprint(result.policy, result.tenant, unknown.fact.kind, unknown.fact.key)
        yield StandingOutcome(mark, result.policy, State.UNKNOWN, result.severity, unknown.fact, unknown.reason)


def _reason(unknown: Unknown) -> tuple[str, str]:
    return unknown.reason, unknown.fact.label


def _accounts(before: Standing | None, reading: TenantReading) -> Mapping[str, str]:
    """Return the accounts that are there; those of before too, unless all were listed."""
    if before is None or reading.complete("account"):
        return reading.accounts
    return {**before.accounts, **reading.accounts}


def _facts(before: Standing | None, reading: TenantReading) -> Mapping[str, int]:
    """Return how many facts there are of each kind; where not all were read, as many as before."""
    facts = dict(before.facts) if before else {}
    # What was called suspicious once is taken as right when it is so again: the remedy says to run once more.
    facts |= {row.kind: row.facts for row in reading.coverage if _told(row)}
    return facts


def _told(row: Coverage) -> bool:
    return _accounted(row) and not any(not gap.fields and gap.reason != "suspicious" for gap in row.gaps)


def _accounted(row: Coverage) -> bool:
    missed = len({(gap.source, gap.target) for gap in row.gaps if not gap.fields})
    return row.targets > 0 and row.read + row.not_applicable + missed >= row.targets
