"""Microsoft's limits as they are: nobody is put off who could have waited; whoever is, asks again and loses nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from microsoft_reading import TODAY, Outcome, access, read_as

from auditor.facts import Account, Settings, SignInPolicy
from connectors.microsoft_365.pace import GraphPace, cost, service_of
from connectors.patience import Patience
from connectors.practice.generator import generate
from connectors.practice.quotas import Quotas
from connectors.practice.server import PracticeServer

PATIENT = Patience(budget=120, tries=3, throttled_tries=20, first_wait=0.2, longest_wait=4, timeout=10)
HASTY = replace(PATIENT, throttled_tries=1)
"""Gives up as soon as it is put off once."""


@pytest.fixture
def limited(server: PracticeServer) -> Iterator[PracticeServer]:
    server.quotas = Quotas()
    yield server
    server.quotas = None


@pytest.mark.parametrize("tells_wait", [True, False])
def test_a_tenant_that_is_throttled_is_read_all_the_same(
    limited: PracticeServer, everything: Outcome, *, tells_wait: bool
) -> None:
    limited.quotas = Quotas(tells_wait=tells_wait)
    outcome = read_as(replace(access(limited), patience=PATIENT), only="inbox_rules")
    assert outcome.errors == []
    read = {(type(fact), fact.key) for fact in outcome.facts}
    whole = {(type(fact), fact.key) for fact in everything.facts}
    assert read <= whole
    assert {kind for kind, _ in read} >= {Account, SignInPolicy, Settings}


@pytest.mark.parametrize(("accounts", "items"), [(25, True), (300, False)])
def test_whoever_keeps_the_pace_is_never_put_off(accounts: int, *, items: bool) -> None:
    with PracticeServer(generate(accounts=accounts, today=TODAY), quotas=Quotas()) as server:
        started = time.monotonic()
        outcome = read_as(replace(access(server, items=items), patience=HASTY, paced=True))
    assert time.monotonic() - started < 20
    assert outcome.escaped == {}
    assert {failure.kind for failure in outcome.failures} == (set() if items else {"shared_item"})


def test_a_small_tenant_waits_for_its_sign_in_policies_only() -> None:
    pace = GraphPace(lambda: 0.0)
    assert pace.delay(["/identity/conditionalAccess/policies"]) == 0
    assert 1 <= pace.delay(["/identity/conditionalAccess/namedLocations"]) < 1.2
    assert pace.delay([f"/drives/d/items/{number}/permissions" for number in range(20)]) == 0


def test_a_large_tenant_may_be_asked_faster() -> None:
    small, large = GraphPace(lambda: 0.0), GraphPace(lambda: 0.0)
    large.fit(10_000, 10_000)
    batch = [f"/drives/d/items/{number}/permissions" for number in range(20)]
    assert [sum(pace.delay(batch) == 0 for _ in range(50)) for pace in (small, large)] == [12, 36]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/users?$select=id", ("directory", 1)),
        ("/groups/g/transitiveMembers?$select=id&$top=999", ("directory", 4)),
        ("/roleManagement/directory/roleAssignments?$expand=principal", ("directory", 2)),
        ("/users/a/drive", ("sharepoint", 1)),
        ("/users/a/mailFolders/inbox/messageRules", ("outlook", 1)),
        ("/drives/d/root/delta?$select=id", ("sharepoint", 2)),
        ("/drives/d/root/delta?token=x", ("sharepoint", 1)),
        ("/drives/d/items/i/permissions", ("sharepoint", 5)),
        ("/reports/authenticationMethods/userRegistrationDetails", ("reports", 1)),
    ],
)
def test_a_request_costs_what_microsoft_says(path: str, expected: tuple[str, int]) -> None:
    assert (service_of(path), cost(service_of(path), path)) == expected
