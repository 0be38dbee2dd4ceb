from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from google_practice import ADMIN, TODAY, practice

from connectors.practice.generator import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

USAGE = "/admin/reports/v1/usage"
ACTIVITY = "/admin/reports/v1/activity/users"
KEYS = "accounts:num_security_keys,accounts:num_passkeys_enrolled,accounts:password_strength"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with practice() as client:
        yield client


def day(back: int) -> str:
    return f"{TODAY - timedelta(days=back):%Y-%m-%d}"


def values(row: dict[str, object]) -> dict[str, object]:
    return {each["name"]: next(each[kind] for kind in each if kind != "name") for each in row["parameters"]}


def test_a_settled_day_tells_of_every_account_and_numbers_are_strings(google: Google) -> None:
    report = google.get(ADMIN, f"{USAGE}/users/all/dates/{day(5)}", parameters=KEYS)
    assert "warnings" not in report
    rows = {row["entity"]["userEmail"]: values(row) for row in report["usageReports"]}
    assert rows == {
        account.address: {
            "accounts:num_security_keys": str(account.security.security_keys),
            "accounts:num_passkeys_enrolled": str(account.security.passkeys),
            "accounts:password_strength": account.security.password_strength,
        }
        for account in google.server.organisation.google.accounts
    }


@pytest.mark.parametrize(
    ("back", "rows", "code"),
    [
        (1, 0, "DATA_NOT_AVAILABLE"),
        (2, 13, "PARTIAL_DATA_AVAILABLE"),
        (3, 13, "PARTIAL_DATA_AVAILABLE"),
        (4, 25, ""),
        (90, 25, ""),
    ],
)
def test_the_newest_days_are_good_answers_with_fewer_rows_and_a_warning(
    google: Google, back: int, rows: int, code: str
) -> None:
    report = google.get(ADMIN, f"{USAGE}/users/all/dates/{day(back)}")
    assert len(report.get("usageReports", [])) == rows
    assert [each["code"] for each in report.get("warnings", [])] == ([code] if code else [])


def test_a_day_that_has_not_ended_is_refused_and_the_latest_named(google: Google) -> None:
    status, message = google.error(ADMIN, f"{USAGE}/users/all/dates/{day(0)}")
    assert (status, message) == (
        400,
        f"Data for dates later than {day(1)} is not yet available. Please check back later",
    )
    assert google.error(ADMIN, f"{USAGE}/users/all/dates/yesterday")[0] == 400
    assert google.error(ADMIN, f"{USAGE}/users/all/dates/2026-02-31")[0] == 400


def test_the_day_ends_at_midnight_in_california() -> None:
    with practice(generate(today=TODAY.replace(hour=7))) as google:
        assert google.error(ADMIN, f"{USAGE}/users/all/dates/{day(1)}")[0] == 400


def test_a_parameter_that_nobody_knows_is_passed_over_in_silence(google: Google) -> None:
    asked = "accounts:is_super_admin,accounts:is_2sv_enrolled"
    rows = google.get(ADMIN, f"{USAGE}/users/all/dates/{day(5)}", parameters=asked)["usageReports"]
    assert {name for row in rows for name in values(row)} == {"accounts:is_2sv_enrolled"}


@pytest.mark.parametrize(
    ("filters", "meets"),
    [
        ("accounts:is_2sv_enrolled==false", lambda account: not account.enrolled_in_2sv),
        ("accounts:num_security_keys>=2", lambda account: account.security.security_keys >= 2),
        (
            "accounts:password_strength==WEAK,accounts:is_suspended==false",
            lambda account: account.security.password_strength == "WEAK" and not account.suspended,
        ),
        ("accounts:num_nothing==1", lambda _: False),
    ],
)
def test_a_filter_chooses_rows(google: Google, filters: str, meets: object) -> None:
    report = google.get(ADMIN, f"{USAGE}/users/all/dates/{day(5)}", filters=filters)
    found = [row["entity"]["profileId"] for row in report.get("usageReports", [])]
    assert found == [account.id for account in google.server.organisation.google.accounts if meets(account)]


@pytest.mark.parametrize("filters", ["accounts:x", "gmail:num_emails_sent==5", "=="])
def test_a_filter_that_is_not_understood_is_refused(google: Google, filters: str) -> None:
    assert google.error(ADMIN, f"{USAGE}/users/all/dates/{day(5)}", filters=filters)[0] == 400


def test_one_account_or_one_unit_can_be_asked_for(google: Google) -> None:
    tenant = google.server.organisation.google
    report = google.get(ADMIN, f"{USAGE}/users/{tenant.admin}/dates/{day(5)}")
    assert [row["entity"]["userEmail"] for row in report["usageReports"]] == [tenant.admin]
    press = next(each["orgUnitId"] for each in tenant.units if each["orgUnitPath"] == "/Press")
    report = google.get(ADMIN, f"{USAGE}/users/all/dates/{day(5)}", orgUnitID=str(press))
    expected = [account.id for account in tenant.accounts if account.unit == "/Press"]
    assert [row["entity"]["profileId"] for row in report["usageReports"]] == expected
    assert google.error(ADMIN, f"{USAGE}/users/nobody@x.example/dates/{day(5)}")[0] == 400


def test_rows_come_in_pages_of_at_most_1000(google: Google) -> None:
    path = f"{USAGE}/users/all/dates/{day(5)}"
    assert [len(page) for page in google.pages("usageReports", ADMIN, path, maxResults="10")] == [10, 10, 5]
    assert google.error(ADMIN, path, maxResults="1001")[0] == 400


def test_the_totals_of_the_customer_name_every_app_with_its_number_of_people(google: Google) -> None:
    report = google.get(ADMIN, f"{USAGE}/dates/{day(3)}", parameters="accounts:authorized_apps")
    apps = {each["client_id"]: each["num_users"] for each in report["usageReports"][0]["parameters"][0]["msgValue"]}
    granted = [
        str(token["clientId"])
        for account in google.server.organisation.google.accounts
        if not account.suspended
        for token in account.security.tokens
    ]
    assert apps == {client: granted.count(client) for client in granted}
    late = google.get(ADMIN, f"{USAGE}/dates/{day(1)}")
    assert late["warnings"][0]["code"] == "DATA_NOT_AVAILABLE"
    assert "usageReports" not in late


def activities(google: Google, application: str, who: str = "all", **query: str) -> list[dict[str, object]]:
    pages = google.pages("items", ADMIN, f"{ACTIVITY}/{who}/applications/{application}", **query)
    return [each for page in pages for each in page]


@pytest.mark.parametrize("application", ["login", "user_accounts", "admin", "token"])
def test_activities_are_those_of_one_application_the_newest_first(google: Google, application: str) -> None:
    found = activities(google, application, maxResults="3")
    times = [each["id"]["time"] for each in found]
    assert times == sorted(times, reverse=True)
    expected = [
        each["id"]["uniqueQualifier"]
        for each in google.server.organisation.google.catalogue.activities
        if each["id"]["applicationName"] == application
    ]
    assert sorted(each["id"]["uniqueQualifier"] for each in found) == sorted(expected) != []


def test_the_log_of_drive_tells_which_files_were_opened_to_anybody(google: Google) -> None:
    opened = activities(google, "drive", eventName="change_document_visibility", startTime="2025-10-01T00:00:00Z")
    found = {values({"parameters": each["events"][0]["parameters"]})["doc_id"] for each in opened}
    public = {
        file.id: file
        for account in google.server.organisation.google.accounts
        for file in account.files
        if any(each["type"] == "anyone" for each in file.permissions)
    }
    assert found == {key for key, file in public.items() if TODAY - file.modified < timedelta(days=150)}
    assert activities(google, "drive", filters="doc_id==nothing") == []


def test_an_event_and_a_time_can_be_asked_for(google: Google) -> None:
    disabled = [
        each
        for application in ("login", "user_accounts")
        for each in activities(google, application, eventName="2sv_disable", startTime="2025-10-01T00:00:00.000Z")
    ]
    planted = [p for p in google.server.organisation.problems if p.kind == "mfa-disabled-event"]
    assert [each["id"]["uniqueQualifier"] for each in disabled] == [each.object_id for each in planted]
    assert [each["actor"]["email"] for each in disabled] == [each.address for each in planted]
    assert activities(google, "login", startTime="2026-03-02T08:59:00Z") == []
    assert activities(google, "login", endTime="2025-01-01T00:00:00Z") == []


@pytest.mark.parametrize("moment", ["2027-01-01T00:00:00Z", "2026-01-01T00:00:00", "yesterday"])
def test_a_start_that_google_does_not_take_is_refused(google: Google, moment: str) -> None:
    assert google.error(ADMIN, f"{ACTIVITY}/all/applications/login", startTime=moment)[0] == 400


def test_every_grant_in_force_is_in_the_log_and_a_filter_finds_it(google: Google) -> None:
    everything = activities(google, "token")
    for account in google.server.organisation.google.accounts:
        for token in account.security.tokens if not account.suspended else []:
            only = {"eventName": "authorize", "filters": f"client_id=={token['clientId']}"}
            assert len(activities(google, "token", account.address, **only)) == 1
            found, others = (
                activities(google, "token", filters=f"client_id{sign}{token['clientId']}") for sign in ("==", "<>")
            )
            assert len(found) + len(others) == len(everything)
    assert google.error(ADMIN, f"{ACTIVITY}/all/applications/token", filters="client_id")[0] == 400


def test_the_activities_of_one_person_can_be_asked_for(google: Google) -> None:
    admin = google.server.organisation.google.admin
    assert {each["actor"]["email"] for each in activities(google, "admin", admin)} == {admin}
    assert google.error(ADMIN, f"{ACTIVITY}/nobody@x.example/applications/admin")[0] == 400


def test_what_happened_more_than_180_days_ago_is_forgotten() -> None:
    organisation = generate(today=TODAY)
    when = f"{TODAY - timedelta(days=181):%Y-%m-%dT%H:%M:%S.000Z}"
    old = organisation.google.catalogue.activities[0]
    old["id"]["time"] = when
    with practice(organisation) as google:
        found = activities(google, old["id"]["applicationName"], startTime="2025-01-01T00:00:00Z")
        assert old["id"]["uniqueQualifier"] not in [each["id"]["uniqueQualifier"] for each in found]


def test_the_delegation_of_the_auditor_itself_carries_its_client_id(google: Google) -> None:
    granted = activities(google, "admin", eventName="AUTHORIZE_API_CLIENT_ACCESS")
    names = [values({"parameters": each["events"][0]["parameters"]})["API_CLIENT_NAME"] for each in granted]
    assert google.server.credentials.google_client_id in names
    assert len(names) == 2


def test_reports_are_for_administrators(google: Google) -> None:
    volunteer = next(
        each for each in google.server.organisation.google.accounts if each.unit == "/Volunteers" and not each.suspended
    )
    for path in (f"{USAGE}/users/all/dates/{day(5)}", f"{USAGE}/dates/{day(5)}", f"{ACTIVITY}/all/applications/login"):
        assert google.error(ADMIN, path, volunteer.address)[0] == 403


def test_grants_and_application_passwords_come_person_by_person(google: Google) -> None:
    for account in google.server.organisation.google.accounts:
        below = f"/admin/directory/v1/users/{account.address}"
        tokens = google.get(ADMIN, f"{below}/tokens").get("items", [])
        assert [(each["clientId"], each["scopes"], each["userKey"]) for each in tokens] == [
            (each["clientId"], each["scopes"], account.id) for each in account.security.tokens
        ]
        passwords = google.get(ADMIN, f"{below}/asps").get("items", [])
        assert [each["codeId"] for each in passwords] == [each["codeId"] for each in account.security.app_passwords]
    assert google.error(ADMIN, "/admin/directory/v1/users/nobody@x.example/tokens")[0] == 404
