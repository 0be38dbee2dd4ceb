"""Reading: which audits there were, and what stood after each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select

from auditor.models import (
    Counts,
    FactReference,
    Outcome,
    OwnerReference,
    Severity,
    Standing,
    StandingOutcome,
    State,
)
from auditor.store.schema import (
    audits,
    coverage,
    evidence,
    facts,
    outcomes,
    policies,
    presences,
    resolutions,
    summaries,
    tenants,
    verdicts,
)

_ROWS_AT_ONCE = 5_000
"""Rows that are fetched together, rather than each by itself."""
_COUNTS = tuple(Counts.model_fields)
_STATES = {state.value: state for state in State}
_SEVERITIES = {severity.value: severity for severity in Severity}


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSummary:
    """One tenant in one whole audit, in numbers."""

    tenant: str
    accounts: int
    assessed: int
    findings: dict[Severity, int]
    unknown: int
    gaps: int
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAudit:
    """One audit, in numbers."""

    number: int
    id: str
    organisation: str
    version: str
    asked: tuple[str, ...]
    """Ids of the tenants that were to be read."""
    state: str
    """``whole``, ``interrupted`` or ``running``."""
    started: datetime
    finished: datetime | None
    exit_code: int | None
    tenants: tuple[TenantSummary, ...]
    """Empty unless the audit is whole."""


def kept_audits(connection: Connection) -> tuple[KeptAudit, ...]:
    """Return all audits, oldest first."""
    query = select(summaries, tenants.c.id).join(tenants, tenants.c.number == summaries.c.tenant)
    found: dict[int, list[TenantSummary]] = {}
    for row in connection.execute(query.order_by(tenants.c.id)):
        told = row._mapping  # noqa: SLF001 - SQLAlchemy's public way to the columns by name
        found.setdefault(row.audit, []).append(
            TenantSummary(
                tenant=row.id,
                accounts=row.accounts,
                assessed=row.assessed,
                findings={severity: told[severity.value] for severity in reversed(Severity)},
                unknown=row.unknown,
                gaps=row.gaps,
                counts=Counts(**{name: told[name] for name in _COUNTS}),
            )
        )
    return tuple(
        KeptAudit(
            number=row.number,
            id=row.id,
            organisation=row.organisation,
            version=row.version,
            asked=tuple(row.asked.split()),
            state=row.state,
            started=row.started,
            finished=row.finished,
            exit_code=row.exit_code,
            tenants=tuple(found.get(row.number, ())),
        )
        for row in connection.execute(select(audits).order_by(audits.c.number))
    )


def standing(connection: Connection, tenant: str, at: int | None = None) -> Standing | None:
    """Return what stood of ``tenant`` after the audit number ``at`` (None: the last); None if never read by then."""
    last = select(summaries, audits.c.id, audits.c.finished, tenants.c.number.label("place"))
    last = last.join(audits, audits.c.number == summaries.c.audit).join(tenants, tenants.c.number == summaries.c.tenant)
    last = last.where(tenants.c.id == tenant, *([summaries.c.audit <= at] if at is not None else []))
    row = connection.execute(last.order_by(summaries.c.audit.desc()).limit(1)).first()
    if row is None:
        return None
    number, place = row.audit, row.place
    compared = select(coverage.c.kind, coverage.c.compared).where(
        coverage.c.audit == number, coverage.c.tenant == place, coverage.c.compared.is_not(None)
    )
    earlier = select(policies.c.id).join(verdicts, verdicts.c.policy == policies.c.number).distinct()
    present = select(facts.c.key, facts.c.owner_address).join(presences, presences.c.fact == facts.c.number)
    judged = select(policies.c.id, verdicts.c.outcome).join(verdicts, verdicts.c.policy == policies.c.number)
    past = select(outcomes.c.fingerprint).where(
        outcomes.c.tenant == place, outcomes.c.resolved, outcomes.c.last < number
    )
    longer_ago = select(resolutions.c.fingerprint).where(resolutions.c.tenant == place)
    return Standing(
        tenant=tenant,
        audit=row.id,
        finished=row.finished,
        vendor_id=row.vendor_id,
        outcomes={each.fingerprint: each for each in _outcomes(connection, place, number)},
        verdicts={
            policy: Outcome(outcome)
            for policy, outcome in connection.execute(judged.where(verdicts.c.tenant == place, holds(verdicts, number)))
        },
        judged=frozenset(
            connection.scalars(earlier.where(verdicts.c.tenant == place, verdicts.c.first <= number)).all()
        ),
        accounts={
            key: address or ""
            for key, address in connection.execute(present.where(facts.c.tenant == place, holds(presences, number)))
        },
        facts={kind: count for kind, count in connection.execute(compared)},  # noqa: C416 - rows are no pairs to dict()
        past=frozenset(connection.scalars(past).all()) | frozenset(connection.scalars(longer_ago).all()),
    )


def holds(table: Table, number: int) -> ColumnElement[bool]:
    """Return the condition that a row of an interval table held in the audit ``number``."""
    return and_(table.c.first <= number, or_(table.c.last.is_(None), table.c.last >= number))


def newest_audit(connection: Connection) -> int:
    """Return the number of the audit that began last; 0 if there was none."""
    return connection.scalar(select(func.max(audits.c.number))) or 0


def _outcomes(connection: Connection, tenant: int, number: int) -> Iterator[StandingOutcome]:
    """Yield what stood of a tenant after an audit that read it; what is about one fact shares the reference to it."""
    stood = and_(outcomes.c.tenant == tenant, holds(outcomes, number))
    known = references(connection, select(outcomes.c.fact).where(stood))
    names = {place: name for place, name in connection.execute(select(policies))}  # noqa: C416 - rows are no pairs to dict()
    query = select(
        outcomes.c.fingerprint,
        outcomes.c.policy,
        outcomes.c.state,
        outcomes.c.severity,
        outcomes.c.fact,
        evidence.c.text,
    )
    query = query.join(evidence, evidence.c.outcome == outcomes.c.number, isouter=True).where(stood)
    for mark, policy, state, severity, fact, words in chain.from_iterable(
        connection.execute(query).partitions(_ROWS_AT_ONCE)
    ):
        yield StandingOutcome(mark, names[policy], _STATES[state], _SEVERITIES[severity], known[fact], words or "")


def references(connection: Connection, wanted: Select[tuple[int]]) -> dict[int, FactReference]:
    """Return the references to facts by number; ``wanted`` selects the numbers."""
    query = select(
        facts.c.number,
        facts.c.kind,
        facts.c.key,
        facts.c.label,
        facts.c.owner,
        facts.c.owner_address,
        facts.c.owner_name,
    ).where(facts.c.number.in_(wanted))
    found = connection.execute(query).partitions(_ROWS_AT_ONCE)
    # Read from the store, it has been through validation once; a hundred thousand need not go again.
    known, owned = FactReference.model_construct, OwnerReference.model_construct
    return {
        number: known(
            kind=kind,
            key=key,
            label=label,
            owner=None if owner is None else owned(key=owner, address=address or "", name=name or ""),
        )
        for number, kind, key, label, owner, address, name in chain.from_iterable(found)
    }
