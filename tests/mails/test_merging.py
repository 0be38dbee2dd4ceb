"""Reports of tenants that are audited each for itself, put together for one mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from organisations import organisation
from sample import sample

from auditor.mails import merged
from auditor.models import Report
from auditor.reports.verdict import verdict


def part(report: Report, tenant: str, *, later: int = 0) -> Report:
    """Return the report of an audit of one tenant alone, so many hours later."""
    results = tuple(result for result in report.results if result.tenant == tenant)
    held = {finding.fingerprint for result in results for finding in result.findings}
    people = []
    for person in report.people:
        accounts = tuple(each for each in person.accounts if each.tenant == tenant)
        if accounts:
            findings = tuple(mark for mark in person.findings if mark in held)
            people.append(person.model_copy(update={"accounts": accounts, "findings": findings, "unknowns": 0}))
    audit = report.audit.model_copy(
        update={"id": f"{tenant}{later}", "finished": report.audit.finished + timedelta(hours=later)}
    )
    return report.model_copy(
        update={
            "audit": audit,
            "tenants": tuple(each for each in report.tenants if each.id == tenant),
            "coverage": tuple(row for row in report.coverage if row.tenant == tenant),
            "results": results,
            "people": tuple(people),
            "changes": None,
        }
    )


def put_together(parts: list[Report], *tenants: str) -> Report:
    return merged(parts, organisation="Rivera for Senate", tenants=dict.fromkeys(tenants, "x"))


@pytest.mark.parametrize("seed", range(40))
def test_the_parts_of_a_report_make_the_whole_again(seed: int) -> None:
    whole = organisation(seed)
    tenants = [each.id for each in whole.tenants]
    again = put_together([part(whole, tenant) for tenant in tenants], *tenants)
    assert sorted(map(repr, again.results)) == sorted(map(repr, whole.results))
    assert sorted(map(repr, again.coverage)) == sorted(map(repr, whole.coverage))
    there = {p.address: p for p in whole.people if p.accounts}
    assert {p.address for p in again.people} == there.keys()
    for person in again.people:
        assert set(person.findings) == set(there[person.address].findings)
        assert set(person.accounts) == set(there[person.address].accounts)
        if len(tenants) > 1:
            assert person.unknowns == there[person.address].unknowns
    assert (
        verdict(again).level == verdict(whole.model_copy(update={"people": again.people, "audit": again.audit})).level
    )


def test_of_each_tenant_the_newest_report_counts() -> None:
    report = sample()
    calm = part(report, "workspace", later=5)
    calm = calm.model_copy(update={"results": (), "people": ()})
    told = put_together([report, calm], "microsoft", "workspace")
    assert {result.tenant for result in told.results} == {"microsoft"}
    assert not [person for person in told.people if any("workspace" in f for f in person.findings)]
    assert told.audit.finished == report.audit.finished  # what is known is as old as its oldest part
    assert told.audit.id == "01JD8ZS4T0+workspace5"


def test_one_report_about_everything_stays_as_it_is() -> None:
    assert put_together([sample()], "microsoft", "workspace") == sample()


def test_a_tenant_of_which_no_report_tells_keeps_the_verdict_from_being_well() -> None:
    told = put_together([part(sample(), "workspace")], "microsoft", "workspace")
    assert [each.id for each in told.tenants] == ["microsoft", "workspace"]
    assert any("the accounts of microsoft were not read" in each for each in verdict(told).caveats)
    assert verdict(put_together([], "microsoft")).level == "unseen"


def test_a_tenant_that_is_not_configured_any_more_is_left_out() -> None:
    told = put_together([sample()], "workspace")
    assert {row.tenant for row in told.coverage} == {"workspace"}
    assert {account.tenant for person in told.people for account in person.accounts} == {"workspace"}
