from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from google_practice import ADMIN, DRIVE, GMAIL, POLICY, practice

from connectors.practice.quotas import Quotas

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from google_practice import Google

FILTERS = "/gmail/v1/users/me/settings/filters"
DOMAINS = "/admin/directory/v1/customer/my_customer/domains"
LOG = "/admin/reports/v1/activity/users/all/applications/login"


class Clock:
    """Stands still until somebody moves it, now, because Google's client signs with the time of the machine."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def google(clock: Clock) -> Iterator[Google]:
    with practice(clock=clock, quotas=Quotas()) as client:
        yield client


def batches(google: Google, host: str, where: str, path: str, sizes: list[int]) -> list[int]:
    """Return the statuses of calls that go out in batches of these sizes."""
    statuses = []
    for size in sizes:
        answers = google.batch(host, where, [(path, "", {"fields": "kind"} if host == DRIVE else {})] * size)[1]
        statuses += [answers[f"<response-call + {number}>"][0] for number in range(size)]
    return statuses


def reason(answer: httpx2.Response) -> str:
    return answer.json()["error"]["errors"][0]["reason"]


def test_settings_are_told_once_a_second(google: Google, clock: Clock) -> None:
    assert google.answer(POLICY, "/v1/policies").status_code == 200
    for _ in range(3):
        refused = google.answer(POLICY, "/v1/policies")
        assert refused.status_code == 429
        assert refused.json()["error"]["status"] == "RESOURCE_EXHAUSTED"
        assert refused.json()["error"]["details"][0]["reason"] == "RATE_LIMIT_EXCEEDED"
        assert refused.headers["retry-after"] == "1"
    clock.wait(0.9)
    assert google.answer(POLICY, "/v1/policies").status_code == 429
    clock.wait(0.1)
    assert google.answer(POLICY, "/v1/policies").status_code == 200


def test_the_time_to_wait_may_stay_unsaid(google: Google) -> None:
    google.server.quotas = Quotas(tells_wait=False)
    google.answer(POLICY, "/v1/policies")
    assert "retry-after" not in google.answer(POLICY, "/v1/policies").headers


def test_the_directory_answers_one_person_2400_times_a_minute(google: Google, clock: Clock) -> None:
    statuses = batches(google, ADMIN, "/batch", DOMAINS, [1000, 1000, 401])
    assert sorted(statuses) == [200] * 2400 + [403]
    refused = google.answer(ADMIN, DOMAINS)
    assert (refused.status_code, reason(refused)) == (403, "userRateLimitExceeded")
    assert "retry-after" not in refused.headers
    other = next(
        each
        for each in google.server.organisation.google.accounts
        if each.is_super_admin and each.address != google.server.organisation.google.admin
    )
    assert google.answer(ADMIN, DOMAINS, other.address).status_code == 200
    assert google.answer(ADMIN, LOG).status_code == 200
    clock.wait(60)
    assert google.answer(ADMIN, DOMAINS).status_code == 200


def test_a_log_that_is_filtered_has_a_smaller_limit(google: Google) -> None:
    for _ in range(250):
        assert google.answer(ADMIN, LOG, eventName="2sv_disable", fields="kind").status_code == 200
    refused = google.answer(ADMIN, LOG, eventName="2sv_disable")
    assert (refused.status_code, reason(refused)) == (429, "rateLimitExceeded")
    assert google.answer(ADMIN, LOG).status_code == 200


def test_a_mailbox_answers_6000_times_a_minute(google: Google) -> None:
    statuses = batches(google, GMAIL, "/batch", FILTERS, [100] * 60)
    assert set(statuses) == {200}
    refused = google.answer(GMAIL, FILTERS)
    assert (refused.status_code, reason(refused)) == (403, "userRateLimitExceeded")


def test_a_listing_of_files_costs_100_units_and_a_file_5(google: Google) -> None:
    admin = google.server.organisation.google.accounts
    account = next(each for each in admin if each.address == google.server.organisation.google.admin)
    statuses = batches(google, DRIVE, "/batch/drive/v3", "/drive/v3/files", [100] * 32 + [49])
    assert set(statuses) == {200}
    path = f"/drive/v3/files/{account.files[0].id}"
    assert sorted(batches(google, DRIVE, "/batch/drive/v3", path, [21])) == [200] * 20 + [403]


def test_without_quotas_nothing_is_counted(google: Google) -> None:
    google.server.quotas = None
    assert {google.answer(POLICY, "/v1/policies").status_code for _ in range(5)} == {200}
