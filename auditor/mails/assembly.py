"""Puts together what a mail is made of, from what the store remembers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from auditor.changes import compare
from auditor.config_delivery import Names
from auditor.mails.material import Material
from auditor.mails.merging import merged
from auditor.mails.trend import weeks
from auditor.models import Changes, Health, MessageKind, Report
from auditor.store import Store


def assemble(
    store: Store,
    *,
    kind: MessageKind,
    organisation: str,
    tenants: Mapping[str, str],
    due: datetime,
    now: datetime,
    next_due: datetime | None,
    zone: tzinfo,
    recipients: tuple[str, ...],
    names: Names,
    health: Health,
) -> tuple[Material, int | None]:
    """Return the material of a mail, and the number of the newest audit that it tells of.

    ``tenants`` are those that are configured, with their connectors. What changed is what did since the newest audit
    that the mail before of this kind told of; nobody knows where that audit is forgotten. Raises ``StoreError``.
    """
    kept = store.reports()
    report = merged([each.report for each in kept], organisation=organisation, tenants=tenants)
    told = store.outbox.told(kind)
    forgotten = bool(told) and told[-1].audit is None
    since = told[-1].audit if told else None
    material = Material(
        kind=kind,
        report=report,
        changes=None if forgotten else _changes(store, report, since),
        passed=tuple(passed for each in report.tenants for passed in store.came_and_went(each.id, since))
        if since
        else (),
        sequence=store.outbox.next_sequence(kind),
        due=due,
        now=now,
        next_due=next_due,
        zone=zone,
        recipients=recipients,
        names=names,
        health=health,
        weeks=weeks(store.audits(), now=now, zone=zone),
    )
    return material, max((each.number for each in kept), default=None)


def _changes(store: Store, report: Report, since: int | None) -> Changes:
    """Return what changed since the audit number ``since``; without one everything is the baseline."""
    standings = {each.id: store.standing(each.id) for each in report.tenants}
    before = {tenant: store.standing(tenant, since) if since else None for tenant in standings}
    return compare([(before[tenant], now) for tenant, now in standings.items() if now], report.people)
