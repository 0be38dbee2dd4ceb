"""How fast policies judge facts, and how much memory a stream of them takes. Run: python benchmarks/evaluation.py."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor.evaluation import TenantEvaluation
from auditor.facts import UNSET, Account, Directory, SharedItem, Tenant
from auditor.models import Coverage
from auditor.policy import PolicySet, load_packs

TODAY = datetime(2026, 1, 15, tzinfo=UTC)
ACCOUNTS, ITEMS = 100_000, 1_000_000

ACCOUNT_REQUIREMENTS = (
    "account.mfa_registered",
    "account.mfa_enforced or account.tier == 'outside'",
    "not account.is_admin or account.mfa_enforced",
    "not account.is_super_admin or not any(m in ['sms', 'voice'] for m in account.mfa_methods)",
    "account.last_sign_in != null and days_since(account.last_sign_in) < days({days})",
    "account.recovery_address == null or not is_external(account.recovery_address)",
    "len(account.admin_roles) < 1{number}",
    "account.unit == null or not starts_with(account.unit, '/Unit{number}')",
    "all(not is_external(a) or domain(a) in ['partner.example', 'p{number}.example'] for a in account.aliases)",
    "account.created == null or days_since(account.created) > days({number})",
)
ITEM_REQUIREMENTS = (
    "shared_item.exposure != 'anyone'",
    "not (shared_item.exposure == 'anyone' and shared_item.role in ['writer', 'owner'])",
    "not shared_item.discoverable",
    "all(not is_external(o) or domain(o) in ['partner.example'] for o in shared_item.outsiders)",
    "shared_item.expires == null or shared_item.expires > today",
    "len(shared_item.outsiders) < 20",
    "owner == null or owner.tier != 'principal' or shared_item.exposure in ['people', 'organisation']",
    "not matches(shared_item.label, r'(?i)donor|payroll|passw') or shared_item.exposure != 'anyone'",
)
TEMPLATE = """\
language: 1
id: benchmark.p{number}
title: Policy {number}
severity: low
fact: {kind}
when: {when}
require: {require}
message: "{{{kind}.label}}"
why: To see how fast it is.
fix: {{google_workspace: nothing, microsoft_365: nothing}}
tests:
  - {{name: a, expect: pass}}
  - {{name: b, expect: fail}}
  - {{name: c, expect: unknown}}
"""


def main() -> None:
    """Measure both, and print what came of it."""
    print(f"Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        requirements = [
            text.replace("{number}", str(number)).replace("{days}", str(100 + number))
            for number in range(4)
            for text in ACCOUNT_REQUIREMENTS
        ]
        active = "account.status == 'active' and account.type != 'guest'"
        whens = [active if number % 4 else "not account.is_admin" for number in range(len(requirements))]
        accounts = _policies(Path(folder) / "accounts", "account", list(zip(whens, requirements, strict=True)))
        items = _policies(Path(folder) / "items", "shared_item", [("true", text) for text in ITEM_REQUIREMENTS])
        print(f"load {len(accounts.policies) + len(items.policies)} policies: {time.perf_counter() - started:.2f} s")
    # First the stream: the peak of memory never goes down again.
    _run("shared_item, streamed", items, _items(), ITEMS)
    _run("account", accounts, [_account(number) for number in range(ACCOUNTS)], ACCOUNTS)
    _run("account, some unknown", accounts, [_account(number, dark=True) for number in range(ACCOUNTS)], ACCOUNTS)


def _run(name: str, policies: PolicySet, facts: Iterator[SharedItem] | list[Account], count: int) -> None:
    tenant = Tenant(tenant="t", key="t", label="T", connector="google_workspace", vendor_id="C0")
    owners = {str(number): _account(number) for number in range(100)}
    directory = Directory(tenant, owners, frozenset({"org.example"}), domains_complete=True)
    started = time.perf_counter()
    evaluation = TenantEvaluation(policies, directory=directory, today=TODAY)
    compiled = time.perf_counter() - started
    evaluation.add(facts)
    results = evaluation.results([Coverage(tenant="t", kind=policies.kinds[0], targets=1, read=1)])
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    findings = sum(len(result.findings) for result in results)
    unknowns = sum(len(result.unknowns) for result in results)
    each = seconds / count / len(policies.policies) * 1e9
    print(f"{name}: {count:,} x {len(policies.policies)} in {seconds:.2f} s, {each:.0f} ns each")
    print(f"    compiled in {compiled:.3f} s, {findings:,} findings, {unknowns:,} unknown, peak {peak:.0f} MB")


def _policies(folder: Path, kind: str, conditions: list[tuple[str, str]]) -> PolicySet:
    folder.mkdir()
    for number, (when, require) in enumerate(conditions):
        text = TEMPLATE.format(kind=kind, number=number, when=when, require=require)
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    return load_packs([folder])


def _account(number: int, *, dark: bool = False) -> Account:
    return Account(
        tenant="t",
        key=str(number),
        label=f"Person {number}",
        address=f"person{number}@org.example",
        aliases=(f"p{number}@org.example",),
        type="person",
        status="suspended" if number % 20 == 0 else "active",
        unit="/Staff",
        admin_roles=(),
        is_admin=False,
        is_super_admin=False,
        mfa_registered=True,
        mfa_methods=("app_push", "sms"),
        mfa_enforced=UNSET if dark and number % 100 == 1 else True,
        created=TODAY - timedelta(days=900),
        last_sign_in=TODAY - timedelta(days=200 if number % 1000 == 1 else number % 50),
        recovery_address=None,
    )


def _items() -> Iterator[SharedItem]:
    for number in range(ITEMS):
        yield SharedItem(
            tenant="t",
            key=f"item{number}",
            label=f"Minutes of meeting {number}",
            owner=str(number % 100),
            item="file",
            exposure="anyone" if number % 10_000 == 0 else "outsiders" if number % 3 == 0 else "people",
            discoverable=False,
            role="reader",
            outsiders=("guest@partner.example", "other@partner.example") if number % 3 == 0 else (),
            expires=None,
        )


if __name__ == "__main__":
    main()
