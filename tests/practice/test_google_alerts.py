from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from google_practice import ALERTS, TODAY, practice

from connectors.practice.campaign.google_log import add_alert, settle_log
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.generator import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

PATH = "/v1beta1/alerts"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    organisation = generate(today=TODAY)
    tenant = organisation.google
    tenant.catalogue.alerts.clear()
    for day, kind in enumerate(("Leaked password", "Government attack warning", "Leaked password"), 1):
        when = TODAY - timedelta(days=day)
        add_alert(tenant, stream(day, "test"), kind, "Google identity", when, {"email": "a@b.example"}, "NOT_STARTED")
    settle_log(tenant)
    with practice(organisation) as client:
        yield client


def test_alerts_come_in_pages_with_their_status(google: Google) -> None:
    pages = google.pages("alerts", ALERTS, PATH, pageSize="2", orderBy="create_time desc")
    assert [len(page) for page in pages] == [2, 1]
    found = [each for page in pages for each in page]
    assert {each["metadata"]["status"] for each in found} == {"NOT_STARTED"}
    assert [each["createTime"] for each in found] == sorted((each["createTime"] for each in found), reverse=True)
    assert [each["alertId"] for each in google.get(ALERTS, PATH, orderBy="create_time asc")["alerts"]] == [
        each["alertId"] for each in reversed(found)
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('type="Leaked password"', 2),
        ("type = 'Government attack warning'", 1),
        ('type != "Leaked password" AND createTime >= "2026-02-28T00:00:00Z"', 1),
        ('createTime < "2026-02-28T12:00:00Z"', 2),
        ('source="nobody"', 0),
    ],
)
def test_a_filter_chooses_alerts(google: Google, text: str, number: int) -> None:
    assert len(google.get(ALERTS, PATH, filter=text).get("alerts", [])) == number


@pytest.mark.parametrize("query", [{"filter": "type"}, {"filter": 'shoe="44"'}, {"orderBy": "severity"}])
def test_what_the_alert_centre_does_not_understand_is_refused(google: Google, query: dict[str, str]) -> None:
    assert google.error(ALERTS, PATH, **query)[0] == 400


def test_the_customer_is_named_without_its_first_letter(google: Google) -> None:
    customer = google.server.organisation.google.customer_id
    assert google.get(ALERTS, PATH, customerId=customer[1:])["alerts"]
    assert google.error(ALERTS, PATH, customerId=customer)[0] == 403


def test_alerts_are_for_administrators(google: Google) -> None:
    volunteer = next(
        each for each in google.server.organisation.google.accounts if each.unit == "/Volunteers" and not each.suspended
    )
    assert google.error(ALERTS, PATH, volunteer.address)[0] == 403
