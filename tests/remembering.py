"""A small world that is audited again and again: people with mail rules, and what can keep an audit from seeing them.

Judged by a real policy and the real evaluation, so that gaps turn into unknowns as they do in an audit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from auditor.errors import GapReason
from auditor.evaluation import TenantEvaluation
from auditor.facts import UNSET, Account, Directory, MailRule, Tenant
from auditor.models import AccountReference, AuditReference, Coverage, Gap, Person, Report, Standing, TenantReference
from auditor.policy import PolicySet, load_packs
from auditor.standing import TenantReading, watched
from auditor.watch import Watch

START = datetime(2026, 1, 5, tzinfo=UTC)
TENANT = "workspace"
POLICY, OTHER = "mail.rule.test", "mail.rule.other"
_TEXT = """\
language: 1
id: {policy}
title: No rule deletes
severity: high
fact: mail_rule
when: mail_rule.enabled
require: not mail_rule.deletes
message: "{{mail_rule.key}} is bad"
why: To see what changes.
fix: {{google_workspace: nothing, microsoft_365: nothing}}
tests:
  - {{name: a, mail_rule: {{enabled: true, deletes: false}}, expect: pass}}
  - {{name: b, mail_rule: {{enabled: true, deletes: true}}, expect: fail}}
  - {{name: c, mail_rule: {{enabled: true, deletes: $unknown}}, expect: unknown}}
"""


@cache
def policies(policy: str = POLICY) -> PolicySet:
    """Return a set of one policy."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "policy.yaml").write_text(_TEXT.format(policy=policy), encoding="utf-8")
        return load_packs([folder + "/"])


@dataclass(frozen=True)
class World:
    """What there is in one tenant at the time of an audit, and what the audit can see of it."""

    rules: Mapping[str, Mapping[str, str]]
    """By person, the state of each rule: bad, good, unclear (a field may not be read) or off."""
    dark: AbstractSet[str] = field(default=frozenset())
    """People whose mailbox may not be read."""
    partly: AbstractSet[str] = field(default=frozenset())
    """People of whose mailbox something may be missing."""
    unlisted: bool = False
    """Whether the listing of accounts breaks off after those that are here."""
    locked: bool = False
    """Whether the tenant does not let us in."""
    other: bool = False
    """Whether another policy is judged."""
    vendor: str = "C1"
    label: str = "Rule"

    def reading(self, number: int, before: Standing | None) -> TenantReading:
        """Return what the audit of that number reads, a week after the one before."""
        started = START + timedelta(weeks=number)
        tenant = Tenant(tenant=TENANT, key=self.vendor, label="T", connector="google_workspace", vendor_id=self.vendor)
        accounts = {
            who: Account(tenant=TENANT, key=who, label=who.title(), address=f"{who}@x.example") for who in self.rules
        }
        watch, coverage = Watch(watched(before)), () if self.locked else self._coverage()
        results = ()
        if not self.locked:
            chosen = policies(OTHER) if self.other else policies()
            judge = TenantEvaluation(chosen, directory=Directory(tenant, accounts), today=started, watch=watch)
            judge.add(self._facts())
            results = judge.results(coverage)
        return TenantReading(
            tenant=TENANT,
            label="T",
            key=self.vendor,
            audit=f"audit-{number}",
            finished=started,
            vendor_id=self.vendor,
            results=results,
            coverage=coverage,
            accounts={key: account.address for key, account in accounts.items()},
            seen=watch.seen,
        )

    def report(self, reading: TenantReading) -> Report:
        """Return the report to which a reading belongs."""
        findings = [finding for result in reading.results for finding in result.findings]
        people = tuple(
            Person(
                address=address,
                name=who.title(),
                tier="staff",
                accounts=(AccountReference(tenant=TENANT, key=who, address=address),),
                findings=tuple(f.fingerprint for f in findings if f.fact.owner and f.fact.owner.key == who),
            )
            for who, address in sorted(reading.accounts.items())
        )
        return Report(
            organisation="X",
            audit=AuditReference(
                id=reading.audit, started=reading.finished, finished=reading.finished, exit_code=int(bool(findings))
            ),
            tenants=(TenantReference(id=TENANT, label="T", connector="google_workspace"),),
            coverage=tuple(reading.coverage),
            results=tuple(reading.results),
            people=people,
        )

    def _facts(self) -> list[MailRule]:
        return [
            MailRule(
                tenant=TENANT,
                key=key,
                label=self.label,
                owner=who,
                mechanism="filter",
                enabled=state != "off",
                deletes=UNSET if state == "unclear" else state == "bad",
            )
            for who, each in self.rules.items()
            if who not in self.dark
            for key, state in each.items()
        ]

    def _coverage(self) -> tuple[Coverage, ...]:
        hidden = sorted((self.dark | self.partly) & self.rules.keys())
        gaps = [_gap("mail_rule", who, who, "the mailbox may not be read") for who in hidden]
        listing = [_gap("account", "users", None, "the listing broke off")] if self.unlisted else []
        # As collection has it: who is not listed is missing wherever accounts are gone through.
        missing = [_gap("mail_rule", "users", None, "the listing broke off")] if self.unlisted else []
        total = len(self.rules)
        return (
            Coverage(tenant=TENANT, kind="account", targets=1, read=1 - len(listing), facts=total, gaps=tuple(listing)),
            Coverage(
                tenant=TENANT,
                kind="mail_rule",
                targets=total + len(missing),
                read=total - len(gaps),
                facts=sum(map(len, self.rules.values())),
                gaps=(*gaps, *missing),
            ),
        )


def _gap(kind: str, target: str, owner: str | None, detail: str) -> Gap:
    reason = GapReason.DENIED if owner else GapReason.PARTIAL
    return Gap(
        tenant=TENANT, kind=kind, source="s", target=target, label=target, owner=owner, reason=reason, detail=detail,
        remedy="Let us.",
    )  # fmt: skip
