"""A realistic report: a small campaign in two tenants, with findings, gaps, unknowns and, on demand, hostile names."""

from __future__ import annotations

from datetime import UTC, date, datetime

from auditor.errors import GapReason
from auditor.models import (
    AccountReference,
    AuditReference,
    Coverage,
    Exempted,
    Exemption,
    FactReference,
    Finding,
    Gap,
    Notice,
    Outcome,
    OwnerReference,
    Person,
    PolicyResult,
    Report,
    Severity,
    TenantReference,
    Unknown,
    fingerprint,
)

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "{{ 7 * 7 }}{% raw %}",
    '=HYPERLINK("http://evil.example","x")',
    "\x1b[2J\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "\x9b31m\x85",
    "[/red][bold]",
    "[link=http://evil.example]x[/link]",
    ":skull:",
    "invoice\u202efdp.exe",
    "\u2066a\u2069\u200f\u061c",
    "line\u2028separator\u2029",
    "two\r\nlines",
    "nul\x00del\x7f",
    "lone \ud800 surrogate",
    "tags \U000e0041\U000e007f private \ue000",
    "zero\u200bwidth\u200djoiner\ufeff",
    "tower" + "\u0301" * 500,
    "&lt;b&gt;&#x3c;",
    "x" * 10_000,
    "word " * 2_000,
    "",
    " ",
)
"""What attackers write into titles, names and rules."""

_DOMAIN = "rivera-campaign.example"
_PEOPLE = (
    ("ana.rivera", "Ana Rivera", "principal"),
    ("marcus.webb", "Marcus Webb", "principal"),
    ("it", "Priya Natarajan", "administrator"),
    ("lena.fischer", "Lena Fischer", "administrator"),
    ("tom.okafor", "Tom Okafor", "finance"),
    ("press", "Juliette Moreau", "communications"),
    ("sam.lee", "Sam Lee", "staff"),
    ("ben.adeyemi", "Ben Adeyemi", "volunteer"),
    ("cleo.martin", "Cleo Martin", "volunteer"),
    ("dina.haddad", "Dina Haddad", "volunteer"),
    ("erik.berg", "Erik Berg", "volunteer"),
    ("fatou.diop", "Fatou Diop", "volunteer"),
    ("g.costa", "Gabriel Costa", "outside"),
)


def sample(*, organisation: str = "Rivera for Senate") -> Report:
    """Return the report that the golden files show."""
    forwarding = result(
        "mail.rule.no-external-forwarding",
        "No mailbox rule sends mail outside the organisation",
        Severity.CRITICAL,
        "workspace",
        [
            finding(
                "mail.rule.no-external-forwarding",
                "workspace",
                Severity.CRITICAL,
                fact("mail_rule", "ANe1Bmj5", "from:(bank)", "ana.rivera"),
                "Filter from:(bank) of Ana Rivera sends mail to ana.r.backup@mailbox.example",
                {"mechanism": "filter", "destinations": ["ana.r.backup@mailbox.example"], "created": None},
                "Gmail > Settings > Filters and blocked addresses > delete the filter",
                "call",
            )
        ],
        assessed=212,
        unknowns=[
            Unknown(
                policy="mail.rule.no-external-forwarding",
                tenant="workspace",
                fact=fact("mail_rule", f"{who}@{_DOMAIN}", f"{who}@{_DOMAIN}", who),
                reason="mail rules were not read: Gmail is not enabled for this account",
            )
            for who in ("marcus.webb", "erik.berg")
        ],
    )
    factors = result(
        "account.mfa.registered",
        "Every person has set up a second factor",
        Severity.HIGH,
        "workspace",
        [
            finding(
                "account.mfa.registered",
                "workspace",
                Severity.HIGH,
                fact("account", f"{who}@{_DOMAIN}", name(who), None),
                f"{name(who)} has not set up 2-Step Verification",
                {"mfa_registered": False, "last_sign_in": "2026-11-20"},
                "myaccount.google.com > Security > 2-Step Verification",
            )
            for who in ("tom.okafor", "ben.adeyemi", "cleo.martin", "dina.haddad", "fatou.diop")
        ],
        assessed=13,
    )
    files = result(
        "item.not-public",
        "No file is open to anyone with the link",
        Severity.HIGH,
        "workspace",
        [
            finding(
                "item.not-public",
                "workspace",
                Severity.HIGH,
                fact("shared_item", f"1Bx{number}", title, "press"),
                f"{title} of Juliette Moreau can be opened by anyone who has the link",
                {"exposure": "anyone", "role": "reader"},
                "Drive > the file > Share > General access > Restricted",
            )
            for number, title in enumerate(
                ["Donors 2026 (final).xlsx", "Door list North.xlsx", "Debate notes", "Photo release forms", "Q3 budget"]
            )
        ],
        assessed=1204,
    )
    administrators = result(
        "account.mfa.administrators-resist-phishing",
        "Administrators sign in with keys or passkeys only",
        Severity.HIGH,
        "microsoft",
        [
            finding(
                "account.mfa.administrators-resist-phishing",
                "microsoft",
                Severity.HIGH,
                fact("account", "5f3c", "Priya Natarajan", None),
                "Priya Natarajan is a Global Administrator and confirms sign-ins by text message",
                {"mfa_methods": ["sms"], "admin_roles": ["Global Administrator"]},
                "mysignins.microsoft.com/security-info > add a security key, then remove the phone",
            )
        ],
        assessed=2,
    )
    transport = result(
        "mail.transport.no-external-copy",
        "No transport rule sends copies outside the organisation",
        Severity.CRITICAL,
        "microsoft",
        [
            finding(
                "mail.transport.no-external-copy",
                "microsoft",
                Severity.CRITICAL,
                fact("mail_rule", "b0a1", "Archive finance", None),
                "Transport rule Archive finance sends a hidden copy to archive@finance-backup.example",
                {"mechanism": "transport_rule", "destinations": ["archive@finance-backup.example"]},
                "Exchange admin centre > Mail flow > Rules > turn the rule off",
            )
        ],
        assessed=3,
    )
    enforced = result(
        "settings.mfa.enforced",
        "Every unit must use a second factor",
        Severity.MEDIUM,
        "workspace",
        [
            finding(
                "settings.mfa.enforced",
                "workspace",
                Severity.MEDIUM,
                fact("settings", "/Volunteers", "/Volunteers", None),
                "Accounts in /Volunteers may sign in without a second factor",
                {"scope": "/Volunteers", "mfa_required": False, "accounts": 5},
                "Admin console > Security > 2-Step Verification > /Volunteers > Enforcement: On",
            )
        ],
        assessed=4,
    )
    quiet = [
        result("account.administrators.few", "There are two to four super administrators", Severity.MEDIUM, tenant, [])
        for tenant in ("microsoft", "workspace")
    ] + [
        result(
            "settings.security-defaults", "Sign-ins without a second factor are refused", Severity.HIGH, "microsoft", []
        ),
        result("domain.verified", "Every domain is verified", Severity.LOW, "workspace", [], outcome=Outcome.UNKNOWN),
    ]
    results = (forwarding, factors, files, administrators, transport, enforced, *quiet)
    return Report(
        organisation=organisation,
        audit=AuditReference(
            id="01JD8ZS4T0",
            started=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
            finished=datetime(2026, 11, 23, 9, 4, 12, tzinfo=UTC),
            exit_code=1,
        ),
        tenants=(
            TenantReference(id="microsoft", label="rivera-campaign.example", connector="microsoft_365"),
            TenantReference(id="workspace", label="rivera-campaign.example", connector="google_workspace"),
        ),
        coverage=coverage(),
        results=results,
        people=tuple(person(local, called, tier, results) for local, called, tier in _PEOPLE),
    )


def hostile_sample(text: str) -> Report:
    """Return a report in which every text that a stranger or a vendor may have written is ``text``."""
    owner = OwnerReference(key="k", address=text, name=text)
    about = FactReference(kind="mail_rule", key=text, label=text, owner=owner)
    found = [
        finding(
            "p", "t", severity, about.model_copy(update={"key": f"{text}{severity}"}), text, {text: [text]}, text, call
        ).model_copy(update={"raised_from": Severity.LOW, "raised_for": text})
        for severity, call in zip(Severity, (None, "call", text, None), strict=True)
    ]
    # Built without being checked: what is refused in a file must be harmless all the same.
    exemption = Exemption.model_construct(
        policy=text, tenant=text, account=text, key=text, evidence={text: text}, reason=text, owner=text,
        granted_by=text, granted=date(2026, 1, 1), expires=date(2026, 2, 1),
    )  # fmt: skip
    exempted = Exempted.model_construct(
        finding=found[0].model_copy(update={"fingerprint": "e"}), exemption=exemption, until=date(2026, 2, 1)
    )
    notice = Notice(id=text, policy=text, tenant=text, account=text, key=text, message=text, remedy=text)
    common = finding("p", "t", Severity.LOW, FactReference(kind=text, key="c", label=text), text, {"a": text}, text)
    unknown = Unknown(policy="p", tenant="t", fact=about, reason=text)
    gap = Gap(
        tenant=text, kind=text, source=text, target=text, label=text, reason=GapReason.DENIED, detail=text, remedy=text,
        fields=(text,),
    )  # fmt: skip
    volunteers = [
        finding("p", "t", Severity.LOW, FactReference(kind="account", key=f"v{n}", label=text), text, {}, text)
        for n in range(4)
    ]
    strangers = [
        finding(
            "p", "t", Severity.LOW, FactReference(kind="account", key=f"s{n}", label="s"), f"s{n > 0}", {}, text, call
        )
        for n, call in enumerate((text, None, None, None))
    ]
    people = [
        Person(address=text, name=text, tier="principal", accounts=(), findings=tuple(f.fingerprint for f in found)),
        Person(address=text + "a", name=text, tier="administrator", accounts=(), unknowns=2),
        *(
            Person(address=f"{text}{n}", name=text, tier="volunteer", accounts=(), findings=(f.fingerprint,))
            for n, f in enumerate(volunteers)
        ),
        *(
            Person(address=f"{text}s{n}", name="", tier=text, accounts=(), unknowns=n, findings=(f.fingerprint,))
            for n, f in enumerate(strangers)
        ),
    ]
    return Report(
        organisation=text,
        audit=AuditReference(id=text, started=datetime(2026, 1, 1), finished=datetime(2026, 1, 1), exit_code=99),  # noqa: DTZ001 - a moment without a zone
        tenants=(TenantReference(id="t", label=text, connector=text),),
        coverage=(Coverage(tenant=text, kind=text, targets=3, read=1, not_applicable=1, gaps=(gap,)),),
        results=(
            PolicyResult(
                policy="p", title=text, severity=Severity.HIGH, tenant="t", outcome=Outcome.FAIL, assessed=9,
                not_applicable=0, findings=(*found, common, *volunteers, *strangers), unknowns=(unknown,),
                exempted=(exempted,),
            ),
            *(
                PolicyResult(
                    policy=outcome, title=text, severity=Severity.LOW, tenant=text, outcome=outcome, assessed=1,
                    not_applicable=0,
                )
                for outcome in (Outcome.PASS, Outcome.UNKNOWN)
            ),
        ),
        people=tuple(people),
        notices=(notice,),
    )  # fmt: skip


def accepted() -> Report:
    """Return the report after somebody accepted a risk; one finding of an administrator weighs more than its policy."""
    report = sample()
    files, administrators = report.results[2], report.results[3]
    exemption = Exemption(
        policy=files.policy,
        tenant=files.tenant,
        account=f"press@{_DOMAIN}",
        key=files.findings[2].fact.key,
        reason="The notes are published on purpose",
        owner="Juliette Moreau",
        granted_by="Ana Rivera",
        granted=date(2026, 11, 1),
        expires=date(2026, 12, 1),
    )
    excused = Exempted(finding=files.findings[2], exemption=exemption, until=date(2026, 12, 1))
    left = tuple(each for each in files.findings if each != excused.finding)
    raised = administrators.findings[0].model_copy(
        update={"raised_from": Severity.MEDIUM, "raised_for": "administrator"}
    )
    notice = Notice(
        id="exemption.ends-soon",
        policy=files.policy,
        tenant=files.tenant,
        account=exemption.account,
        key=exemption.key,
        message=f"The exemption from {files.policy} for {exemption.account} ends on 2026-12-01.",
        remedy="Mend the finding until then, or accept the risk anew.",
    )
    results = (
        *report.results[:2],
        files.model_copy(update={"findings": left, "exempted": (excused,)}),
        administrators.model_copy(update={"severity": Severity.MEDIUM, "findings": (raised,)}),
        *report.results[4:],
    )
    people = (
        person.model_copy(
            update={"findings": tuple(each for each in person.findings if each != excused.finding.fingerprint)}
        )
        for person in report.people
    )
    return report.model_copy(update={"results": results, "people": tuple(people), "notices": (notice,)})


def empty() -> Report:
    """Return the report of an audit that read nothing."""
    return sample().model_copy(update={"tenants": (), "coverage": (), "results": (), "people": ()})


def seen(report: Report) -> Report:
    """Return the report as it were if everything had been read and nothing were unknown."""
    return report.model_copy(
        update={
            "coverage": tuple(
                row.model_copy(update={"gaps": (), "read": row.targets, "not_applicable": 0}) for row in report.coverage
            ),
            "results": tuple(
                r.model_copy(update={"unknowns": (), "outcome": Outcome.FAIL if r.findings else Outcome.PASS})
                for r in report.results
            ),
            "people": tuple(p.model_copy(update={"unknowns": 0}) for p in report.people),
        }
    )


def without_findings(report: Report, *, below: Severity | None = None) -> Report:
    """Return the report without its findings, or with only those that are less than ``below``."""
    kept = {f.fingerprint for f in report.findings if below and f.severity.rank < below.rank}
    return report.model_copy(
        update={
            "results": tuple(
                r.model_copy(update={"findings": tuple(f for f in r.findings if f.fingerprint in kept)})
                for r in report.results
            ),
            "people": tuple(
                p.model_copy(update={"findings": tuple(f for f in p.findings if f in kept)}) for p in report.people
            ),
        }
    )


def coverage() -> tuple[Coverage, ...]:
    """Return what was read: mailboxes of two people refused, Microsoft's sign-ins not licensed."""
    closed = [
        Gap(
            tenant="workspace",
            kind="mail_rule",
            source="gmail_filters",
            target=f"{who}@{_DOMAIN}",
            label=f"{name(who)} <{who}@{_DOMAIN}>",
            owner=f"{who}@{_DOMAIN}",
            reason=GapReason.DENIED,
            detail="Gmail answered 403: Delegation denied.",
            remedy="Admin console > Apps > Google Workspace > Gmail > Service status: On for everyone",
        )
        for who in ("marcus.webb", "erik.berg")
    ]
    unlicensed = Gap(
        tenant="microsoft",
        kind="account",
        source="graph_users",
        target="signInActivity",
        label="last sign-ins",
        reason=GapReason.NOT_LICENSED,
        detail="Graph answered 403: the tenant has no Entra ID P1 licence.",
        remedy="Buy one Entra ID P1 licence, or accept that stale accounts stay unknown",
        fields=("last_sign_in",),
    )
    return (
        Coverage(tenant="workspace", kind="account", targets=1, read=1, facts=13),
        Coverage(
            tenant="workspace", kind="mail_rule", targets=13, read=10, not_applicable=1, facts=212, gaps=tuple(closed)
        ),
        Coverage(tenant="workspace", kind="shared_item", targets=14, read=14, facts=1204),
        Coverage(tenant="workspace", kind="settings", targets=4, read=4, facts=4),
        Coverage(tenant="microsoft", kind="account", targets=1, read=1, facts=14, gaps=(unlicensed,)),
        Coverage(tenant="microsoft", kind="mail_rule", targets=14, read=14, facts=31),
    )


def name(local: str) -> str:
    """Return the name of the person with this local part."""
    return next(called for known, called, _ in _PEOPLE if known == local)


def fact(kind: str, key: str, label: str, owner: str | None) -> FactReference:
    """Return a fact that hangs on the person with this local part, or on the organisation."""
    reference = owner and OwnerReference(key=f"{owner}@{_DOMAIN}", address=f"{owner}@{_DOMAIN}", name=name(owner))
    return FactReference(kind=kind, key=key, label=label, owner=reference or None)


def finding(
    policy: str,
    tenant: str,
    severity: Severity,
    about: FactReference,
    message: str,
    evidence: dict[str, object],
    fix: str,
    urgent: str | None = None,
) -> Finding:
    """Return a finding with its fingerprint."""
    return Finding.model_validate(
        {
            "policy": policy,
            "tenant": tenant,
            "fingerprint": fingerprint(policy, tenant, about.kind, about.key),
            "severity": severity,
            "fact": about,
            "message": message,
            "evidence": evidence,
            "fix": fix,
            "urgent": urgent,
        }
    )


def result(
    policy: str,
    title: str,
    severity: Severity,
    tenant: str,
    findings: list[Finding],
    *,
    assessed: int = 1,
    unknowns: list[Unknown] | None = None,
    outcome: Outcome | None = None,
) -> PolicyResult:
    """Return what a policy says, failed when it has findings."""
    return PolicyResult(
        policy=policy,
        title=title,
        severity=severity,
        tenant=tenant,
        outcome=outcome or (Outcome.FAIL if findings else Outcome.PASS),
        assessed=assessed,
        not_applicable=0,
        findings=tuple(findings),
        unknowns=tuple(unknowns or ()),
    )


def person(local: str, called: str, tier: str, results: tuple[PolicyResult, ...]) -> Person:
    """Return a person with the findings of the results that are about their account or hang on it."""
    address = f"{local}@{_DOMAIN}"
    accounts = (
        AccountReference(tenant="microsoft", key="5f3c" if local == "it" else f"m-{local}", address=address),
        AccountReference(tenant="workspace", key=address, address=address),
    )
    keys = {account.key for account in accounts}

    def mine(about: FactReference) -> bool:
        return (about.owner.key if about.owner else about.key) in keys

    findings = sorted((f for r in results for f in r.findings if mine(f.fact)), key=lambda f: -f.severity.rank)
    return Person(
        address=address,
        name=called,
        tier=tier,
        accounts=accounts,
        findings=tuple(f.fingerprint for f in findings),
        unknowns=sum(mine(u.fact) for r in results for u in r.unknowns),
    )
