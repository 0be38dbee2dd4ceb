"""Evaluation: facts and gaps of one tenant, held against policies. Pure; facts pass through and are not kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby, islice

from auditor.facts import UNSET, Account, Directory, Fact, Tenant, UnsetType, kind_of
from auditor.ghosts import ghost
from auditor.models import (
    Coverage,
    FactReference,
    Finding,
    Gap,
    Outcome,
    OwnerReference,
    PolicyResult,
    Unknown,
    fingerprint,
)
from auditor.policy import CheckedPolicy, Domains, PolicySet, compile_policies
from auditor.policy.compile import BoundProgram
from auditor.policy.values import Roots, evidence, missing, sound
from auditor.population import Population
from auditor.watch import Watch

_AT_ONCE = 1000
"""Facts taken from a stream together."""


@dataclass(slots=True)
class _Tally:
    """What one policy said of the facts so far."""

    policy: CheckedPolicy
    judged: int = 0
    not_applicable: int = 0
    failed: int = 0
    doubtful: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)
    unknowns: list[Unknown] = field(default_factory=list)

    @property
    def assessed(self) -> int:
        return self.judged - self.not_applicable - self.doubtful - self.failed + len(self.findings)


@dataclass(slots=True)
class _Kind:
    """The program for one kind of fact, and what its policies said so far."""

    program: BoundProgram
    tallies: tuple[_Tally, ...]


class TenantEvaluation:
    """Judges one tenant. Give it facts and gaps in any order and any portions, then ask for the results."""

    def __init__(
        self, policies: PolicySet, *, directory: Directory, today: datetime, watch: Watch | None = None
    ) -> None:
        """Take policies, the accounts and domains that facts hang on, and the moment that counts as now."""
        self._watch = watch or Watch({})
        self._tenant = directory.tenant
        self._accounts = directory.accounts
        self._today = today if today.tzinfo else today.replace(tzinfo=UTC)
        self._domains = Domains(directory.domains, directory.domains_complete)
        self._population = Population()
        self._population.announce(directory.tenant)
        self._gaps: dict[tuple[object, ...], Gap] = {}
        self._kinds: dict[str, _Kind] = {}
        chosen = [policy for policy in policies.policies if self._tenant.connector in policy.document.connectors]
        for kind in policies.kinds:
            program = compile_policies(chosen, kind)
            bound = program.bind(tenant=self._tenant, accounts=self._accounts, domains=self._domains, today=self._today)
            self._kinds[kind] = _Kind(bound, tuple(map(_Tally, program.policies)))

    def add(self, facts: Iterable[Fact]) -> None:
        """Judge facts of this tenant, of any kinds."""
        stream = iter(facts)
        while batch := list(islice(stream, _AT_ONCE)):
            for kind, group in groupby(batch, kind_of):
                self._judge(kind, list(group))

    def gap(self, gap: Gap) -> None:
        """Take note of what could not be read. The same gap told twice counts once."""
        if gap.tenant == self._tenant.tenant:
            known = tuple(sorted(gap.known.items()))
            self._gaps[gap.kind, gap.source, gap.target, gap.owner, gap.fields, known, gap.detail] = gap

    def results(self, coverage: Sequence[Coverage]) -> tuple[PolicyResult, ...]:
        """Return what every policy for this vendor says, by id; gaps inside ``coverage`` count as told."""
        rows = [row for row in coverage if row.tenant == self._tenant.tenant]
        for row in rows:
            for gap in row.gaps:
                self.gap(gap)
        results: list[PolicyResult] = []
        for kind, judged in self._kinds.items():
            ghosts = self._ghosts(kind, judged)
            ours = [row for row in rows if row.kind == kind]
            doubts = [*self._unaccounted(kind, ours), *(self._population.shortages() if kind == "account" else [])]
            for number, tally in enumerate(judged.tallies):
                unseen = [self._unknown(tally.policy, self._whole(kind), reason) for reason in doubts]
                unknowns = [*tally.unknowns, *ghosts[number], *unseen]
                results.append(self._result(tally, unknowns, ours))
        return tuple(sorted(results, key=lambda result: result.policy))

    def _judge(self, kind: str, facts: list[Fact]) -> None:
        for fact in facts:
            if isinstance(fact, Tenant):
                self._population.announce(fact)
            elif isinstance(fact, Account):
                self._population.meet(fact)
        if kind not in self._kinds:
            return
        judged = self._kinds[kind]

        def note(number: int, fact: Fact, answer: bool | UnsetType) -> None:  # noqa: FBT001 - called by programs
            self._note(judged.tallies[number], fact, answer)

        count, absent = judged.program.judge(facts, note)
        for tally, number in zip(judged.tallies, absent, strict=True):
            tally.judged += count
            tally.not_applicable += number
        for fact in self._watch.among(kind, facts):
            self._watch.note(kind, fact, self._unconcerned(judged, fact))

    def _unconcerned(self, judged: _Kind, fact: Fact) -> Iterator[str]:
        owner = None if fact.owner is None else self._accounts.get(fact.owner, UNSET)
        answers = judged.program.applies(fact, owner)
        return (t.policy.document.id for t, answer in zip(judged.tallies, answers, strict=True) if answer is False)

    def _note(self, tally: _Tally, fact: Fact, answer: bool | UnsetType) -> None:  # noqa: FBT001 - called by programs
        policy, document = tally.policy, tally.policy.document
        roots = self._roots(fact)
        reference = self._reference(document.fact, fact)
        if answer is UNSET:
            tally.doubtful += 1
            tally.unknowns.append(self._unknown(policy, reference, self._reason(policy, roots)))
            return
        tally.failed += 1
        finding = Finding(
            policy=document.id,
            tenant=self._tenant.tenant,
            fingerprint=fingerprint(document.id, self._tenant.tenant, document.fact, fact.key),
            severity=document.severity,
            fact=reference,
            message=policy.message.render(roots),
            evidence=evidence(policy.evidence, roots),
            fix=document.fix[self._tenant.connector],
            urgent=document.urgent,
        )
        other = tally.findings.get(finding.fingerprint)
        # A listing that changes while it is read can show a thing twice: one finding, whatever the order.
        if other is None or finding.model_dump_json() < other.model_dump_json():
            tally.findings[finding.fingerprint] = finding

    def _reason(self, policy: CheckedPolicy, roots: Roots) -> str:
        fields = missing(policy.paths, roots)
        reasons = [f"not collected: {', '.join(fields)}"] if fields else []
        if not fields or (policy.needs_domains and not self._domains.complete):
            reasons.append("the domains of the organisation are not all known")
        return "; ".join(reasons)

    def _ghosts(self, kind: str, judged: _Kind) -> list[list[Unknown]]:
        """Return for each policy what the gaps of this kind make unknown: where they may hide a fact it judges."""
        found: list[list[Unknown]] = [[] for _ in judged.tallies]
        for gap in self._gaps.values():
            if gap.kind != kind or gap.fields:
                continue
            owner = UNSET if gap.owner is None else self._accounts.get(gap.owner, UNSET)
            applies = judged.program.applies(ghost(gap, self._tenant), owner)
            reference = FactReference(
                kind=kind, key=sound(gap.target), label=sound(gap.label), owner=self._owner(gap.owner)
            )
            for number, tally in enumerate(judged.tallies):
                if applies[number] is not False:
                    found[number].append(self._unknown(tally.policy, reference, sound(gap.detail)))
        return found

    def _unaccounted(self, kind: str, rows: Sequence[Coverage]) -> list[str]:
        """Return why facts of this kind may have been missed without a gap to show for it."""
        if not rows:
            return ["nothing of this kind was collected"]
        gaps = {(gap.source, gap.target) for gap in self._gaps.values() if gap.kind == kind and not gap.fields}
        targets = sum(row.targets for row in rows)
        accounted = sum(row.read + row.not_applicable for row in rows) + len(gaps)
        if accounted < targets:
            return [f"only {accounted} of {targets} targets are accounted for"]
        return []

    def _result(self, tally: _Tally, unknowns: list[Unknown], rows: Sequence[Coverage]) -> PolicyResult:
        document = tally.policy.document
        findings = sorted(tally.findings.values(), key=lambda finding: (finding.fact.key, finding.fingerprint))
        distinct = {_place(unknown): unknown for unknown in unknowns}
        return PolicyResult(
            policy=document.id,
            title=document.title,
            severity=document.severity,
            tenant=self._tenant.tenant,
            outcome=_outcome(tally, unknowns, rows),
            assessed=tally.assessed,
            not_applicable=tally.not_applicable,
            findings=tuple(findings),
            unknowns=tuple(distinct[key] for key in sorted(distinct)),
            why=document.why,
            effort=document.effort,
            urgent=document.urgent,
        )

    def _unknown(self, policy: CheckedPolicy, fact: FactReference, reason: str) -> Unknown:
        return Unknown(policy=policy.document.id, tenant=self._tenant.tenant, fact=fact, reason=reason)

    def _reference(self, kind: str, fact: Fact) -> FactReference:
        owner = self._owner(fact.key if kind == "account" else fact.owner)
        return FactReference(kind=kind, key=sound(fact.key), label=sound(fact.label), owner=owner)

    def _whole(self, kind: str) -> FactReference:
        return FactReference(kind=kind, key=sound(self._tenant.key), label=sound(self._tenant.label))

    def _owner(self, key: str | None) -> OwnerReference | None:
        if key is None:
            return None
        account = self._accounts.get(key)
        if account is None:
            return OwnerReference(key=sound(key), address="", name=sound(key))
        return OwnerReference(key=sound(key), address=sound(account.address), name=sound(account.label))

    def _roots(self, fact: Fact) -> Roots:
        owner = None if fact.owner is None else self._accounts.get(fact.owner, UNSET)
        return {"fact": fact, "owner": owner, "tenant": self._tenant, "today": self._today}


def _place(unknown: Unknown) -> tuple[str, ...]:
    fact, owner = unknown.fact, unknown.fact.owner
    return (fact.key, fact.label, unknown.reason, owner.key if owner else "")


def _outcome(tally: _Tally, unknowns: Sequence[Unknown], rows: Sequence[Coverage]) -> Outcome:
    """Return what a policy says of the tenant as a whole: the worst that is certain, then doubt, then the rest."""
    if tally.findings:
        return Outcome.FAIL
    if unknowns:
        return Outcome.UNKNOWN
    nothing_to_read = all(row.targets == row.not_applicable or row.gaps for row in rows)
    if not tally.assessed and (tally.not_applicable or nothing_to_read):
        return Outcome.NOT_APPLICABLE
    return Outcome.PASS
