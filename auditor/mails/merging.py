"""One report out of several: tenants that are audited each for itself have a report each, and one mail tells of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from auditor.models import (
    AccountReference,
    AuditReference,
    FactReference,
    Finding,
    Person,
    PolicyResult,
    Report,
    TenantReference,
)
from auditor.reports.words import tier_rank

_WORST_LAST = (0, 3, 1, 4)
"""Exit codes of whole audits."""

_Key = tuple[str, str]


def merged(reports: Sequence[Report], *, organisation: str, tenants: Mapping[str, str]) -> Report:
    """Return one report about ``tenants`` (connector by id), of each what the last of ``reports`` with it says.

    ``reports`` come oldest first. A tenant of which none tells is in the report all the same, with nothing read of it,
    so that the verdict cannot pass over it. When it ended counts as long ago as the oldest part of it, because what is
    known is as old as that.
    """
    newest = {reference.id: report for report in reports for reference in report.tenants if reference.id in tenants}
    used = list({id(report): report for report in newest.values()}.values())
    if len(used) == 1 and {each.id for each in used[0].tenants} == tenants.keys():
        return used[0].model_copy(update={"organisation": organisation})
    results = tuple(
        sorted(
            (r for report in used for r in report.results if newest.get(r.tenant) is report),
            key=lambda result: (result.policy, result.tenant),
        )
    )
    told = {each.id: each for report in used for each in report.tenants if newest.get(each.id) is report}
    coverage = (row for report in used for row in report.coverage if newest.get(row.tenant) is report)
    return Report(
        organisation=organisation,
        audit=_audit(used),
        tenants=tuple(
            told.get(id_) or TenantReference(id=id_, label=id_, connector=tenants[id_]) for id_ in sorted(tenants)
        ),
        coverage=tuple(sorted(coverage, key=lambda row: (row.tenant, row.kind))),
        results=results,
        people=_people(used, newest, results),
        notices=tuple(notice for report in used for notice in report.notices if newest.get(notice.tenant) is report),
    )


def _audit(reports: Sequence[Report]) -> AuditReference:
    if not reports:
        long_ago = datetime(1970, 1, 1, tzinfo=UTC)
        return AuditReference(id="none", started=long_ago, finished=long_ago, exit_code=4)
    return AuditReference(
        id="+".join(sorted(report.audit.id for report in reports)),
        started=min(report.audit.started for report in reports),
        finished=min(report.audit.finished for report in reports),
        exit_code=max((report.audit.exit_code for report in reports), key=_rank),
    )


def _rank(exit_code: int) -> int:
    return _WORST_LAST.index(exit_code) if exit_code in _WORST_LAST else len(_WORST_LAST)


def _people(
    reports: Sequence[Report], newest: Mapping[str, Report], results: Sequence[PolicyResult]
) -> tuple[Person, ...]:
    """Return the people, who are one person in all reports that know one of their addresses."""
    about, missing = _by_account(results)
    groups: list[list[tuple[Person, list[AccountReference]]]] = []
    group_of: dict[str, list[tuple[Person, list[AccountReference]]]] = {}
    for report in reports:
        for person in report.people:
            accounts = [each for each in person.accounts if newest.get(each.tenant) is report]
            if not accounts:
                continue
            addresses = {each.lower() for each in (person.address, *(a.address for a in accounts)) if "@" in each}
            group = next((group_of[each] for each in sorted(addresses) if each in group_of), None)
            if group is None:
                groups.append(group := [])
            group.append((person, accounts))
            group_of |= dict.fromkeys(addresses, group)
    people = [_person(group, about, missing) for group in groups]
    return tuple(sorted(people, key=lambda person: (tier_rank(person.tier), person.address, person.name)))


def _person(
    group: Sequence[tuple[Person, list[AccountReference]]],
    about: Mapping[_Key, list[Finding]],
    missing: Mapping[_Key, set[int]],
) -> Person:
    face = min((person for person, _ in group), key=lambda person: tier_rank(person.tier))
    accounts = sorted((each for _, some in group for each in some), key=lambda each: (each.tenant, each.key))
    keys = [(each.tenant, each.key) for each in accounts]
    findings = sorted((f for key in keys for f in about.get(key, ())), key=lambda f: (-f.severity.rank, f.policy))
    return face.model_copy(
        update={
            "accounts": tuple(accounts),
            "findings": tuple(dict.fromkeys(finding.fingerprint for finding in findings)),
            "unknowns": len({number for key in keys for number in missing.get(key, ())}),
        }
    )


def _by_account(results: Iterable[PolicyResult]) -> tuple[Mapping[_Key, list[Finding]], Mapping[_Key, set[int]]]:
    """Return the findings, and the numbers of missing judgements, about each account."""
    about: defaultdict[_Key, list[Finding]] = defaultdict(list)
    missing: defaultdict[_Key, set[int]] = defaultdict(set)
    number = 0
    for result in results:
        for finding in result.findings:
            for key in _concerned(result.tenant, finding.fact):
                about[key].append(finding)
        for unknown in result.unknowns:
            number += 1
            for key in _concerned(result.tenant, unknown.fact):
                missing[key].add(number)
    return about, missing


def _concerned(tenant: str, fact: FactReference) -> set[_Key]:
    """Return the accounts that a fact is, or hangs on."""
    own = {(tenant, fact.key)} if fact.kind == "account" else set()
    return own | ({(tenant, fact.owner.key)} if fact.owner else set())
