"""The practice tenant's limits, which are off unless asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from microsoft_practice import Caller, organisation

from connectors.practice.organisation import Organisation
from connectors.practice.quotas import Quotas

REPORT = "/v1.0/reports/authenticationMethods/userRegistrationDetails"
POLICIES = "/v1.0/identity/conditionalAccess/policies"
RULES = "/v1.0/users/{}/mailFolders/inbox/messageRules"
PERMISSIONS = "/v1.0/drives/d-admin/items/i2/permissions"


def limited(known: Organisation | None = None, *, tells_wait: bool = True) -> Caller:
    caller = Caller(known)
    caller.quotas = Quotas(tells_wait=tells_wait)
    return caller


def until_refused(caller: Caller, target: str) -> int:
    """Return how often ``target`` was answered before it was refused."""
    for count in range(10_001):
        if caller.get(target).status == 429:
            return count
    raise AssertionError(f"{target} is never refused")


def test_nothing_is_limited_unless_asked_for() -> None:
    caller = Caller()
    assert {caller.get(POLICIES).status for _ in range(20)} == {200}
    assert "x-ms-resource-unit" not in caller.get("/v1.0/users").headers


@pytest.mark.parametrize(
    ("target", "answered", "seconds"),
    [(REPORT, 5, 10), (POLICIES, 1, 1), (PERMISSIONS, 240, 60), ("/v1.0/sites/getAllSites", 600, 60)],
)
def test_each_service_has_a_limit_and_says_how_long_to_wait(target: str, answered: int, seconds: int) -> None:
    caller = limited()
    assert until_refused(caller, target) == answered
    assert caller.get("/v1.0/domains").status == 200
    refused = caller.get(target)
    assert refused.headers["Retry-After"] == str(seconds)
    caller.now += timedelta(seconds=seconds)
    assert caller.get(target).status == 200


def test_some_services_do_not_promise_to_say_how_long() -> None:
    caller = limited(tells_wait=False)
    for target in (REPORT, POLICIES):
        until_refused(caller, target)
        assert "Retry-After" not in caller.get(target).headers
    until_refused(caller, PERMISSIONS)
    assert "Retry-After" in caller.get(PERMISSIONS).headers


def test_parts_of_a_batch_are_counted_one_by_one() -> None:
    caller = limited()
    url = REPORT.removeprefix("/v1.0")
    answer = caller.batch(*({"id": str(number), "method": "GET", "url": url} for number in range(8)))
    assert answer.status == 200
    statuses = [part["status"] for part in answer.body["responses"]]
    assert (statuses.count(200), statuses.count(429)) == (5, 3)
    refused = [part["headers"] for part in answer.body["responses"] if part["status"] == 429]
    assert {headers["Retry-After"] for headers in refused} == {"10"}


@pytest.mark.parametrize(
    ("target", "units"),
    [
        ("/v1.0/users", "2"),
        ("/v1.0/users?$select=id", "1"),
        ("/v1.0/users?$select=id&$top=5", "1"),
        ("/v1.0/groups/g1/members", "3"),
        ("/v1.0/groups/g1/transitiveMembers", "5"),
        ("/v1.0/groups/g1/transitiveMembers?$select=id", "4"),
        ("/v1.0/subscribedSkus", "3"),
        ("/v1.0/applications", "2"),
        ("/v1.0/roleManagement/directory/roleAssignments?$expand=principal", "2"),
        ("/v1.0/domains", "1"),
    ],
)
def test_the_directory_counts_in_units_by_what_is_asked(target: str, units: str) -> None:
    assert limited().get(target).headers["x-ms-resource-unit"] == units


@pytest.mark.parametrize(("volunteers", "limit"), [(0, 3500), (100, 5000), (600, 8000)])
def test_a_larger_tenant_may_ask_the_directory_more(volunteers: int, limit: int) -> None:
    caller = limited(organisation(volunteers=volunteers))
    target = "/v1.0/groups/g2/transitiveMembers"
    answered = until_refused(caller, target)
    assert answered == limit // 5
    assert caller.get(target).headers["Retry-After"] == "10"


def test_the_directory_warns_from_four_fifths_on() -> None:
    caller = limited()
    answers = [caller.get("/v1.0/groups/g1/transitiveMembers") for _ in range(700)]
    warned = [float(each.headers["x-ms-throttle-limit-percentage"]) for each in answers if len(each.headers) > 1]
    assert (min(warned), max(warned), len(warned)) == (0.8, 1.0, 141)


def test_sharepoint_warns_what_is_left() -> None:
    caller = limited()
    headers = [caller.get(PERMISSIONS).headers for _ in range(240)]
    assert "RateLimit-Remaining" not in headers[190]
    assert headers[191]["RateLimit-Remaining"] == "240"
    assert (headers[239]["RateLimit-Limit"], headers[239]["RateLimit-Remaining"]) == ("1200", "0")


def test_a_first_delta_costs_more_than_a_later_one() -> None:
    assert until_refused(limited(), "/v1.0/drives/d-library/root/delta") == 600
    assert until_refused(limited(), "/v1.0/drives/d-library/root/delta?token=latest") == 1200


def test_a_mailbox_has_a_limit_of_its_own() -> None:
    caller = limited()
    assert until_refused(caller, RULES.format("a-treasurer")) == 10_000
    assert caller.get(RULES.format("a-admin")).status == 200
