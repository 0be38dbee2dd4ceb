"""Random organisations: reports of all sizes, verdicts and degrees of blindness, each the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Literal
from zoneinfo import ZoneInfo

from auditor.errors import GapReason
from auditor.mails import Material, Week
from auditor.models import (
    AccountReference,
    AuditReference,
    Change,
    ChangeKind,
    Changes,
    Counts,
    Coverage,
    Effort,
    Exempted,
    Exemption,
    Expiry,
    FactReference,
    Finding,
    Gap,
    Health,
    MessageKind,
    OwnerReference,
    Person,
    PolicyResult,
    Report,
    Severity,
    Since,
    StandingOutcome,
    State,
    TenantChanges,
    TenantReference,
    Unknown,
    fingerprint,
)
from auditor.models.base import Outcome
from auditor.store import Passed

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECRET = "exfiltration@evil.example"
"""Stands in every finding about an intruder, and must stand in no mail."""
TIERS = ("principal", "administrator", "finance", "communications", "staff", "volunteer", "outside")

_Text = Callable[[str], str]
_Row = tuple[str, Severity, str, Literal["person", "administrator"] | None, Literal["call"] | None]
_POLICIES: tuple[_Row, ...] = (
    ("mail.rule.forwarding", Severity.CRITICAL, "mail_rule", "person", "call"),
    ("mail.delegate", Severity.CRITICAL, "mailbox_grant", "person", "call"),
    ("mail.address", Severity.MEDIUM, "mailbox", "person", None),
    ("account.factor", Severity.HIGH, "account", "person", None),
    ("account.enforced", Severity.HIGH, "account", "administrator", None),
    ("account.stale", Severity.MEDIUM, "account", "administrator", None),
    ("share.link", Severity.HIGH, "shared_item", "person", None),
    ("share.writers", Severity.LOW, "shared_item", None, None),
    ("settings.factor", Severity.HIGH, "settings", "administrator", None),
    ("settings.small", Severity.LOW, "settings", "administrator", None),
    ("transport.copy", Severity.CRITICAL, "mail_rule", "administrator", "call"),
)
_COMMON = {"settings.factor", "settings.small", "transport.copy"}


def organisation(seed: int, *, hostile: tuple[str, ...] = ()) -> Report:
    """Return the report of one organisation; some of its texts are ``hostile`` ones if there are any."""
    random = Random(seed)  # noqa: S311 - the same organisation for the same number
    tenants = [f"tenant{n}" for n in range(random.choice((1, 1, 2, 3)))]
    clean, blind = random.random(), random.random() < 0.5

    def text(plain: str) -> str:
        return random.choice(hostile) if hostile and random.random() < 0.5 else plain

    people = []
    for number in range(random.choice((0, 1, 3, 8, 20, 60))):
        weights = (2, 2, 2, 2, 6, 6, 1)
        name = text(f"{random.choice(('Ana', 'Björn', 'Chiamaka Adaeze Nwosu'))} Xyzzy{number:03}")
        address = f"p{number}@org.example"
        accounts = tuple(
            AccountReference(tenant=each, key=f"{each}-{number}", address=address)
            for each in tenants
            if random.random() < 0.8
        )
        tier = random.choices(TIERS, weights)[0]
        people.append(Person(address=address, name=name, tier=tier, accounts=accounts))
    victims: set[str] = set()
    results = [
        result
        for policy in _POLICIES
        for tenant in tenants
        for result in [_result(random, policy, tenant, people, victims, text, clean)]
    ]
    held = {f.fingerprint: f for r in results for f in r.findings}
    people = [_with_findings(person, results, held) for person in people]
    return Report(
        organisation=text("Rivera for Senate"),
        audit=AuditReference(
            id="a", started=NOW - timedelta(hours=1), finished=NOW - timedelta(minutes=30),
            exit_code=random.choice((0, 1, 3, 4)),
        ),
        tenants=tuple(TenantReference(id=each, label=text(each), connector="x") for each in tenants),
        coverage=tuple(_coverage(random, tenant, kind, people, text, blind=blind)
                       for tenant in tenants for kind in ("account", "mail_rule", "settings")),
        results=tuple(results),
        people=tuple(people),
        changes=_changes(random, held, tenants),
    )  # fmt: skip


def material(seed: int, kind: str, *, hostile: tuple[str, ...] = (), names: str | None = None) -> Material:
    """Return what a mail about that organisation is made of, in one of the many states that a week may find it in."""
    random = Random(-seed - 1)  # noqa: S311 - as above
    report = organisation(seed, hostile=hostile)
    age = random.choice((timedelta(minutes=20), timedelta(minutes=20), timedelta(days=3), timedelta(days=400)))
    now = report.audit.finished + age
    return Material(
        kind=MessageKind(kind),
        report=report,
        changes=random.choice((report.changes, None)),
        sequence=random.choice((1, 2, 4, 5, 52, 1234)),
        due=now - random.choice((timedelta(minutes=1), timedelta(hours=30))),
        now=now,
        next_due=random.choice((None, now + timedelta(days=7))),
        zone=ZoneInfo(random.choice(("UTC", "America/Los_Angeles", "Pacific/Auckland"))),
        recipients=("reader@org.example",),
        names=names or random.choice(("full", "full", "initials", "role")),  # type: ignore[arg-type]  # one of the three
        health=Health(
            checked=random.choice((None, now)),
            drift=tuple(random.choice(hostile) for _ in range(3)) if hostile else (),
            expiring=(Expiry(what="a certificate", ends=random.choice((None, now, now + timedelta(days=400)))),),
        ),
        passed=tuple(_passed(report, hostile)) if random.random() < 0.5 else (),
        weeks=tuple(Week(2026, 36 + place, *random.choice(((None, None), (place * 7, place)))) for place in range(12)),
    )


def _passed(report: Report, hostile: tuple[str, ...]) -> Iterator[Passed]:
    """Yield something that came and went about everybody, an intruder's rule and what is harmless without one."""
    for place, person in enumerate(report.people):
        for account in person.accounts[:1]:
            policy = ("mail.rule.forwarding", "share.link")[place % 2]
            owner = OwnerReference(key=account.key, address=person.address, name=person.name)
            fact = FactReference(kind="mail_rule", key=f"passed {place}", label=SECRET, owner=owner)
            said = f"A rule sends mail to {SECRET}" if place % 2 == 0 else f"{(*hostile, 'artefact')[-1]} was open"
            outcome = StandingOutcome(f"passed {place}", policy, State.FAIL, Severity.HIGH, fact, said)
            yield Passed(account.tenant, outcome, NOW - timedelta(days=5), NOW - timedelta(days=3))


def _result(
    random: Random, policy: _Row, tenant: str, people: list[Person], victims: set[str], text: _Text, clean: float
) -> PolicyResult:
    id_, severity, kind, who, urgent = policy
    findings, unknowns = [], []
    for number, person in enumerate([None] if id_ in _COMMON else people):
        account = next((a for a in person.accounts if a.tenant == tenant), None) if person else None
        if (person and not account) or random.random() < clean**0.3:
            continue
        owner = (
            OwnerReference(key=account.key, address=person.address, name=person.name) if account and person else None
        )
        key = account.key if kind == "account" and account else f"{id_}/{tenant}/{number}"
        fact = FactReference(kind=kind, key=key, label=text(f"artefact {number}"), owner=owner)
        said = f"{person.name if person else 'somebody'}: {text('something is wrong')}"
        if urgent or (person and person.address in victims):
            said = f"A rule sends mail to {SECRET} {said}"
        if random.random() < 0.15:
            unknowns.append(Unknown(policy=id_, tenant=tenant, fact=fact, reason=text("not collected: x.y")))
            continue
        findings.append(
            Finding(
                policy=id_, tenant=tenant, fingerprint=fingerprint(id_, tenant, kind, key), severity=severity,
                fact=fact, message=said, evidence={"to": SECRET} if urgent else {}, urgent=urgent,
                fix=f"Console > {'a long way > ' * random.choice((1, 1, 40))}Save",
            )
        )  # fmt: skip
    exempted = []
    if findings and random.random() < 0.2:
        exemption = Exemption(
            policy=id_, tenant=tenant, key="k", reason="because", owner="Olga", granted_by="Gus",
            granted=date(2026, 11, 1), expires=date(2026, 12, 1),
        )  # fmt: skip
        exempted = [Exempted(finding=findings.pop(), exemption=exemption, until=date(2026, 12, 1))]
    victims |= {each.fact.owner.address for each in findings if each.fact.owner and urgent}
    outcome = Outcome.FAIL if findings else Outcome.UNKNOWN if unknowns else Outcome.PASS
    effort = Effort(who=who, minutes=random.choice((5, 30, 480)), ask="Set up a second factor") if who else None
    return PolicyResult(
        policy=id_, title=f"Policy {id_} holds", severity=severity, tenant=tenant, outcome=outcome,
        assessed=len(findings), not_applicable=0, findings=tuple(findings), unknowns=tuple(unknowns),
        exempted=tuple(exempted), effort=effort, why="It matters.", urgent=urgent,
    )  # fmt: skip


def _with_findings(person: Person, results: list[PolicyResult], held: dict[str, Finding]) -> Person:
    keys = {(each.tenant, each.key) for each in person.accounts}

    def mine(tenant: str, fact: FactReference) -> bool:
        return (tenant, fact.owner.key if fact.owner else fact.key) in keys

    findings = sorted((f for f in held.values() if mine(f.tenant, f.fact)), key=lambda f: (-f.severity.rank, f.policy))
    unknowns = sum(mine(u.tenant, u.fact) for r in results for u in r.unknowns)
    return person.model_copy(update={"findings": tuple(f.fingerprint for f in findings), "unknowns": unknowns})


def _coverage(random: Random, tenant: str, kind: str, people: list[Person], text: _Text, *, blind: bool) -> Coverage:
    total = len(people) or 1
    hidden = [each for each in people if kind == "mail_rule" and blind and each.accounts and random.random() < 0.1]
    gaps = [
        Gap(
            tenant=tenant, kind=kind, source="s", target=person.accounts[0].key, label=person.address,
            owner=person.accounts[0].key, reason=random.choice(list(GapReason)), detail=text("it said no"),
            remedy="Console > let us",
        )
        for person in hidden
    ]  # fmt: skip
    return Coverage(tenant=tenant, kind=kind, targets=total, read=total - len(gaps), facts=total, gaps=tuple(gaps))


def _changes(random: Random, held: dict[str, Finding], tenants: list[str]) -> Changes | None:
    changes = [
        Change(
            kind=kind, policy=f.policy, tenant=f.tenant, fingerprint=f.fingerprint, severity=f.severity, fact=f.fact,
            message="" if kind is ChangeKind.WENT_DARK else f.message,
            reason="it said no" if kind in {ChangeKind.WENT_DARK, ChangeKind.UNVERIFIED} else "",
        )
        for f in held.values()
        if random.random() < 0.3
        for kind in [random.choice(list(ChangeKind))]
    ]  # fmt: skip
    counts = Counts(**{kind.value: sum(each.kind is kind for each in changes) for kind in ChangeKind})
    since = [Since(tenant=each, audit="b", finished=NOW - timedelta(days=7)) for each in tenants]
    return Changes(
        changes=tuple(changes), counts=counts, tenants=tuple(TenantChanges(since=s, counts=counts) for s in since)
    )
