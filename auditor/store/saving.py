"""Saving: what an audit changed is written, and nothing that stayed as it was, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from auditor.models import (
    OPEN,
    Counts,
    Coverage,
    Finding,
    Gap,
    Report,
    Severity,
    Standing,
    StandingOutcome,
    fingerprint,
)
from auditor.store import kept_facts
from auditor.store.audit_rows import end_audit
from auditor.store.intervals import Row, begin, end, insert_rows, next_number, portions, turn, update_rows
from auditor.store.schema import (
    coverage,
    evidence,
    facts,
    gaps,
    outcomes,
    policies,
    presences,
    summaries,
    tenants,
    verdicts,
)


def save(
    connection: Connection,
    number: int,
    report: Report,
    before: Mapping[str, Standing | None],
    standings: Mapping[str, Standing],
) -> None:
    """Write what stands after the audit ``number``, and end what stood ``before`` and does not stand any more."""
    for reference in report.tenants:
        if standing := standings.get(reference.id):
            tenant = _tenant(connection, reference.id, reference.label, reference.connector)
            last = connection.scalar(select(func.max(summaries.c.audit)).where(summaries.c.tenant == tenant)) or 0
            _Save(connection, report, before.get(reference.id), standing, tenant, number, last).write()
    end_audit(connection, number, "whole", report)


@dataclass(frozen=True, slots=True)
class _Save:
    """Writes one tenant of one audit; ``last`` is the audit before, in which held what now ends."""

    connection: Connection
    report: Report
    before: Standing | None
    standing: Standing
    tenant: int
    number: int
    last: int

    def write(self) -> None:
        rows = [row for row in self.report.coverage if row.tenant == self.standing.tenant]
        self._summarise(rows)
        known = _policies(
            self.connection, {*self.standing.verdicts, *(each.policy for each in self.standing.outcomes.values())}
        )
        self._outcomes(known)
        self._verdicts(known)
        self._gaps(rows)
        self._presences()

    def _summarise(self, rows: list[Coverage]) -> None:
        standing, changes = self.standing, self.report.changes
        results = [result for result in self.report.results if result.tenant == standing.tenant]
        severities = [finding.severity for result in results for finding in result.findings]
        counts = [each.counts for each in changes.tenants if each.since.tenant == standing.tenant] if changes else []
        summary = {
            "vendor_id": standing.vendor_id,
            "accounts": len(standing.accounts),
            "assessed": sum(result.assessed for result in results),
            **{severity.value: severities.count(severity) for severity in Severity},
            "unknown": sum(result.unknown for result in results),
            "gaps": sum(len(row.gaps) for row in rows),
            **(counts[0] if counts else Counts()).model_dump(),
        }
        keys = {"audit": self.number, "tenant": self.tenant}
        insert_rows(self.connection, summaries, [keys | summary])
        unread = [Coverage(tenant=standing.tenant, kind=kind, targets=0, read=0) for kind in standing.facts]
        by_kind = {row.kind: row for row in (*unread, *rows)}
        kept = [
            {
                **keys,
                **row.model_dump(include={"kind", "targets", "read", "not_applicable", "facts"}),
                "gaps": len(row.gaps),
                "compared": standing.facts.get(kind),
            }
            for kind, row in sorted(by_kind.items())
        ]
        insert_rows(self.connection, coverage, kept)

    def _outcomes(self, known: Mapping[str, int]) -> None:
        before, now = self.before.outcomes if self.before else {}, self.standing.outcomes
        same = {mark: before[mark] for mark, each in now.items() if mark in before and before[mark].state is each.state}
        self._correct(same)
        over = {mark: each for mark, each in before.items() if mark not in same}
        rows = self._holding(over)
        end(
            self.connection,
            outcomes,
            [{"row": row, "resolved": self._resolved(over[mark])} for mark, row in rows.items()],
            last=self.last,
        )
        fresh = [each for mark, each in now.items() if mark not in same]
        references = {(each.fact.kind, each.fact.key): each.fact for each in fresh}
        places = {place: kept_facts.identity(self.tenant, *place) for place in references}
        numbers = kept_facts.numbers(
            self.connection, self.tenant, {places[place]: fact for place, fact in references.items()}
        )
        begun = (
            {
                "tenant": self.tenant,
                "policy": known[each.policy],
                "fact": numbers[places[each.fact.kind, each.fact.key]],
                "fingerprint": each.fingerprint,
                "state": each.state.value,
                "severity": each.severity.value,
                "resolved": False,
            }
            for each in fresh
        )
        start = begin(self.connection, outcomes, begun, first=self.number)
        found = {f.fingerprint: f for result in self.report.results for f in result.findings} if fresh else {}
        words = (_evidence(number, each, found) for number, each in enumerate(fresh, start))
        insert_rows(self.connection, evidence, words)

    def _correct(self, same: Mapping[str, StandingOutcome]) -> None:
        """Bring severities and names up to date of what stands as it stood."""
        now, renamed = self.standing.outcomes, {}
        weighed = {mark: each for mark, each in same.items() if now[mark].severity is not each.severity}
        # What is about one fact shares the reference to it, so that each is looked at once.
        shared = {id(earlier.fact): (earlier.fact, now[mark].fact) for mark, earlier in same.items()}
        for earlier, fact in shared.values():
            if kept_facts.names(fact) != kept_facts.names(earlier):
                renamed[kept_facts.identity(self.tenant, fact.kind, fact.key)] = fact
        kept_facts.numbers(self.connection, self.tenant, renamed)
        rows = self._holding(weighed).items()
        update_rows(
            self.connection, outcomes, [{"row": row, "severity": now[mark].severity.value} for mark, row in rows]
        )

    def _holding(self, wanted: Mapping[str, StandingOutcome]) -> dict[str, int]:
        """Return the rows of outcomes that stand, by fingerprint. Nobody else has changed them: the lock is ours."""
        rows: dict[str, int] = {}
        query = select(outcomes.c.fingerprint, outcomes.c.number)
        query = query.where(outcomes.c.tenant == self.tenant, outcomes.c.last.is_(None))
        for some in portions(sorted(wanted)):
            found = self.connection.execute(query.where(outcomes.c.fingerprint.in_(some)))
            rows |= {mark: number for mark, number in found}  # noqa: C416 - rows are no pairs to dict()
        return rows

    def _resolved(self, earlier: StandingOutcome) -> bool:
        """Return whether an outcome that ends was an open finding, and stands as none any more."""
        now = self.standing.outcomes.get(earlier.fingerprint)
        return earlier.state in OPEN and (now is None or now.state not in OPEN)

    def _verdicts(self, known: Mapping[str, int]) -> None:
        query = select(verdicts.c.number, verdicts.c.policy, verdicts.c.outcome)
        query = query.where(verdicts.c.tenant == self.tenant, verdicts.c.last.is_(None))
        holding = [(number, (policy, outcome)) for number, policy, outcome in self.connection.execute(query)]
        now = {(known[policy], outcome.value): outcome.value for policy, outcome in self.standing.verdicts.items()}
        rows = {(policy, word): {"tenant": self.tenant, "policy": policy, "outcome": word} for policy, word in now}
        turn(self.connection, verdicts, holding, rows, first=self.number, last=self.last)

    def _gaps(self, rows: Iterable[Coverage]) -> None:
        query = select(gaps.c.number, gaps.c.identity).where(gaps.c.tenant == self.tenant, gaps.c.last.is_(None))
        holding = [(number, mark) for number, mark in self.connection.execute(query)]
        now = {_gap_identity(gap): gap for row in rows for gap in row.gaps}
        kept = {mark: {"tenant": self.tenant, "identity": mark, **_gap(gap)} for mark, gap in now.items()}
        turn(self.connection, gaps, holding, kept, first=self.number, last=self.last)

    def _presences(self) -> None:
        query = (
            select(presences.c.number, facts.c.key, facts.c.owner_address, facts.c.number)
            .join(facts, facts.c.number == presences.c.fact)
            .where(facts.c.tenant == self.tenant, presences.c.last.is_(None))
        )
        accounts = self.standing.accounts
        holding, moved = [], []
        for number, key, address, fact in self.connection.execute(query):
            holding.append((number, key))
            if key in accounts and accounts[key] != address:
                moved.append({"row": fact, "owner_address": accounts[key]})
        kept_facts.correct(self.connection, moved)
        held = {key for _, key in holding}
        fresh = {kept_facts.identity(self.tenant, "account", key): key for key in accounts if key not in held}
        references = {mark: kept_facts.account(key, accounts[key]) for mark, key in fresh.items()}
        numbers = kept_facts.numbers(self.connection, self.tenant, references, rename=False)
        rows: dict[str, Row] = {key: {} for key in accounts}
        rows |= {key: {"fact": numbers[mark]} for mark, key in fresh.items()}
        turn(self.connection, presences, holding, rows, first=self.number, last=self.last)


def _tenant(connection: Connection, name: str, label: str, connector: str) -> int:
    """Return the number of a tenant; its label is brought up to date."""
    number = connection.scalar(select(tenants.c.number).where(tenants.c.id == name))
    if number is None:
        number = next_number(connection, tenants)
        connection.execute(insert(tenants), {"number": number, "id": name, "label": label, "connector": connector})
    else:
        connection.execute(update(tenants).where(tenants.c.number == number).values(label=label, connector=connector))
    return number


def _policies(connection: Connection, wanted: set[str]) -> dict[str, int]:
    """Return the numbers of policies by id; those that are new are written."""
    known = {name: number for number, name in connection.execute(select(policies))}
    missing = sorted(wanted - known.keys())
    fresh = dict(zip(missing, range(next_number(connection, policies), 1 << 31), strict=False))
    insert_rows(connection, policies, [{"number": number, "id": name} for name, number in fresh.items()])
    return known | fresh


def _evidence(number: int, outcome: StandingOutcome, findings: Mapping[str, Finding]) -> Row:
    found = findings.get(outcome.fingerprint)
    fields = json.dumps(found.evidence, separators=(",", ":")) if found and found.evidence else None
    return {"outcome": number, "text": outcome.text, "fields": fields}


def _gap(gap: Gap) -> Row:
    return gap.model_dump(include={"kind", "source", "target", "label", "owner", "reason", "detail", "remedy"}) | {
        "reason": gap.reason.value,
        "fields": " ".join(gap.fields),
    }


def _gap_identity(gap: Gap) -> str:
    """Return what makes a gap the same in the next audit: where and why, not the words."""
    known = json.dumps(sorted(gap.known.items()))
    return fingerprint(
        gap.source, gap.tenant, gap.kind, json.dumps([gap.target, gap.owner, gap.reason, gap.fields, known])
    )
