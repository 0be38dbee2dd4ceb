"""How large a history grows, and how long it takes to keep an audit and to say what changed.

Run: python benchmarks/history.py [--postgresql postgresql://...]. Each policy judges each person; one in ten fails,
one in fifty is unknown, and from one audit to the next one judgement in two hundred becomes something else. Times are
those of the clock, and in brackets those of the processor: what somebody else's program takes is not ours.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from auditor.changes import compare
from auditor.logs import configure
from auditor.models import (
    AuditReference,
    Coverage,
    FactReference,
    Finding,
    Outcome,
    OwnerReference,
    PolicyResult,
    Report,
    Severity,
    Standing,
    TenantReference,
    Unknown,
    fingerprint,
)
from auditor.standing import TenantReading, stand
from auditor.store import Store, open_store

TENANT, START = "workspace", datetime(2026, 1, 5, tzinfo=UTC)
POLICIES, CHANGED = 40, 1 / 200
SIZES = ((500, 90), (100_000, 4))
"""People, and audits of them."""


class Organisation:
    """People and what each policy says of each of them, which changes from audit to audit."""

    def __init__(self, people: int) -> None:
        """Take how many people there are."""
        self._chance = random.Random(1)  # noqa: S311 - a seeded benchmark
        self.people = people
        self.keys = [f"1{number:020}" for number in range(people)]
        self.accounts = {key: f"person{number}@org.example" for number, key in enumerate(self.keys)}
        self._facts = [
            FactReference(
                kind="account",
                key=key,
                label=f"Person {number}",
                owner=OwnerReference(key=key, address=self.accounts[key], name=f"Person {number}"),
            )
            for number, key in enumerate(self.keys)
        ]
        self.states = self._chance.choices(("pass", "fail", "unknown"), (88, 10, 2), k=people * POLICIES)
        self._made: dict[tuple[int, str], Finding | Unknown] = {}

    def change(self) -> int:
        """Let one judgement in two hundred become something else; return how many."""
        wanted = round(len(self.states) * CHANGED)
        well = [place for place, state in enumerate(self.states) if state == "pass"]
        ill = [place for place, state in enumerate(self.states) if state != "pass"]
        for place in self._chance.sample(ill, wanted // 2):
            self.states[place] = "pass"
        for place in self._chance.sample(well, wanted - wanted // 2):
            self.states[place] = self._chance.choices(("fail", "unknown"), (5, 1))[0]
        return wanted

    def report(self, number: int) -> Report:
        """Return the report of an audit."""
        results = []
        for policy in range(POLICIES):
            start = policy * self.people
            mine = range(start, start + self.people)
            findings = [self._finding(place) for place in mine if self.states[place] == "fail"]
            unknowns = [self._unknown(place) for place in mine if self.states[place] == "unknown"]
            results.append(
                PolicyResult(
                    policy=f"account.policy-{policy}", title=f"Policy {policy}", severity=Severity.HIGH, tenant=TENANT,
                    outcome=Outcome.FAIL, assessed=self.people - len(unknowns), not_applicable=0,
                    findings=tuple(findings), unknowns=tuple(unknowns),
                )
            )  # fmt: skip
        moment = START + timedelta(weeks=number)
        return Report(
            organisation="Rivera for Senate",
            audit=AuditReference(id=f"{number:032x}", started=moment, finished=moment, exit_code=1),
            tenants=(TenantReference(id=TENANT, label="Rivera", connector="google_workspace"),),
            coverage=(Coverage(tenant=TENANT, kind="account", targets=1, read=1, facts=self.people),),
            results=tuple(results),
            people=(),
        )

    def _finding(self, place: int) -> Finding:
        made = self._made.get((place, "fail"))
        if not isinstance(made, Finding):
            policy, fact = f"account.policy-{place // self.people}", self._facts[place % self.people]
            made = Finding(
                policy=policy, tenant=TENANT, fingerprint=fingerprint(policy, TENANT, "account", fact.key),
                severity=Severity.HIGH, fact=fact, message=f"{fact.label} has not set up what policy {policy} asks for",
                evidence={"account.mfa_registered": False, "account.tier": "staff"}, fix="Click here, then there.",
            )  # fmt: skip
            self._made[place, "fail"] = made
        return made

    def _unknown(self, place: int) -> Unknown:
        made = self._made.get((place, "unknown"))
        if not isinstance(made, Unknown):
            policy, fact = f"account.policy-{place // self.people}", self._facts[place % self.people]
            made = Unknown(policy=policy, tenant=TENANT, fact=fact, reason="not collected: account.mfa_registered")
            self._made[place, "unknown"] = made
        return made


def main() -> None:
    """Measure, and print what came of it."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("--postgresql", metavar="URL", help="an empty database, to be measured instead of SQLite")
    address = options.parse_args().postgresql
    configure(level="error")
    print(f"Python {sys.version.split()[0]}")
    if address:
        with open_store(address) as store:
            _run(store, Organisation(500), 90, None)
        return
    with tempfile.TemporaryDirectory() as folder:
        for people, audits in SIZES:
            path = Path(folder) / f"{people}.db"
            with open_store(path) as store:
                _run(store, Organisation(people), audits, path)


def _run(store: Store, organisation: Organisation, audits: int, path: Path | None) -> None:
    seconds: dict[str, list[tuple[float, float]]] = {"load": [], "stand": [], "say what changed": [], "write": []}
    changed = 0
    for number in range(audits):
        changed = organisation.change() if number else 0
        report = organisation.report(number)
        started = _times()
        with store.auditing(
            audit_id=report.audit.id, organisation="X", tenants=[TENANT], started=report.audit.started
        ) as record:
            loaded = _times()
            before = record.before(TENANT)
            now = _stand(before, report, organisation)
            stood = _times()
            report = report.model_copy(update={"changes": compare([(before, now)])})
            said = _times()
            record.keep(report, {TENANT: now})
            written = _times()
        if record.failure:
            raise record.failure
        for step, (begun, done) in zip(seconds, pairwise((started, loaded, stood, said, written)), strict=True):
            seconds[step].append((done[0] - begun[0], done[1] - begun[1]))
    judged = organisation.people * POLICIES
    print(f"{store.place.rpartition('/')[2]}: {audits} audits, {organisation.people:,} people x {POLICIES} policies")
    print(f"    {judged:,} judgements, {len(now.outcomes):,} of them stand, {changed:,} change each time")
    for step, spent in seconds.items():
        later, busy = zip(*spent[1:], strict=True)
        print(f"    {step}: first {spent[0][0] * 1000:,.1f} ms ({spent[0][1] * 1000:,.1f})", end="")
        print(f", then {statistics.median(later) * 1000:,.1f} ms ({statistics.median(busy) * 1000:,.1f})", end="")
        print(f", at the most {max(later) * 1000:,.1f} ms ({max(busy) * 1000:,.1f})")
    whole = time.perf_counter()
    wrong = store.check()
    print(f"    check: {(time.perf_counter() - whole) * 1000:,.0f} ms, {len(wrong)} problems")
    if path is not None:
        print(f"    {path.stat().st_size / 1e6:.1f} MB")
    print(f"    peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _times() -> tuple[float, float]:
    """Return the clock's time and the processor's."""
    return time.perf_counter(), time.process_time()


def _stand(before: Standing | None, report: Report, organisation: Organisation) -> Standing:
    now = stand(
        before,
        TenantReading(
            tenant=TENANT,
            label="Rivera",
            audit=report.audit.id,
            finished=report.audit.finished,
            vendor_id="C1",
            results=report.results,
            coverage=report.coverage,
            accounts=organisation.accounts,
        ),
    )
    if now is None:
        raise RuntimeError("nothing stands")
    return now


if __name__ == "__main__":
    main()
