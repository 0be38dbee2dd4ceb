"""Google's limits as they are: whoever keeps the pace is never put off; whoever does not is, and loses nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from google_reading import TODAY, credentials, organisation

from connectors.door import Answer, Door
from connectors.google_workspace.answers import throttled
from connectors.google_workspace.client import Call, Client
from connectors.google_workspace.pace import LIMITS, GooglePace, cost
from connectors.google_workspace.reads import RULES
from connectors.google_workspace.scopes import CALENDARS, DRIVE_METADATA, GMAIL_SETTINGS, POLICIES, SECURITY
from connectors.google_workspace.sign_in import Identity
from connectors.google_workspace.signers import KeySigner
from connectors.google_workspace.subjects import Subjects
from connectors.patience import Patience
from connectors.practice.quotas import Quotas
from connectors.practice.server import PracticeServer

HASTY = Patience(budget=10_000, tries=1, throttled_tries=1)
"""Gives up as soon as it is put off once."""


class Time(threading.Event):
    """A clock that both sides go by; waiting takes no time and moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.passed += timeout or 0.0
        return self.is_set()

    def monotonic(self) -> float:
        return self.passed

    def wall(self) -> datetime:
        return TODAY + timedelta(seconds=self.passed)


@dataclass(frozen=True)
class Side:
    """A client of a practice server that keeps quotas, and the clock of both."""

    client: Client
    server: PracticeServer
    time: Time

    def results(self, service: str, calls: list[Call]) -> set[object]:
        """Return the statuses, or the reasons why there are none, of calls in batches."""
        found = self.client.batch(service, calls)
        return {each.status if isinstance(each, Answer) else each.reason for each in found}


@contextmanager
def limited(*, paced: bool = True, patience: Patience = HASTY) -> Iterator[Side]:
    time = Time()
    server = PracticeServer(organisation(), credentials=credentials(), clock=time.wall, quotas=Quotas())
    with server:
        door = Door(
            RULES,
            endpoints=server.endpoints,
            patience=patience,
            stop=time,
            monotonic=time.monotonic,
            wall=time.wall,
            throttled=throttled,
        )
        key = json.dumps(server.credentials.service_account()).encode()
        identity = Identity(door, KeySigner(key), wall=lambda: time.wall().timestamp())
        pace = GooglePace(time.monotonic) if paced else None
        yield Side(Client(door, identity, Subjects.one(""), wall=time.wall, pace=pace), server, time)
        door.close()


ADMIN = organisation().google.admin


def tokens(client: Client) -> Call:
    return Call(client.directory.tokens().list(userKey=ADMIN), ADMIN, SECURITY)


def filters(client: Client) -> Call:
    return Call(client.gmail.users().settings().filters().list(userId=ADMIN), ADMIN, GMAIL_SETTINGS)


def files(client: Client) -> Call:
    return Call(client.drive.files().list(pageSize=1, fields="files(id)"), ADMIN, DRIVE_METADATA)


def calendars(client: Client) -> Call:
    return Call(client.calendar.calendarList().list(maxResults=250), ADMIN, CALENDARS)


CASES = {
    "directory": (tokens, 2_500),
    "gmail": (filters, 6_100),
    "drive": (files, 3_300),
    "calendar": (calendars, 700),
}


@pytest.mark.parametrize("service", CASES)
def test_whoever_keeps_the_pace_is_never_put_off(service: str) -> None:
    call, number = CASES[service]
    with limited() as side:
        assert side.results(service, [call(side.client)] * number) == {200}
        assert 55 < side.time.passed < 70


@pytest.mark.parametrize("service", ["directory", "calendar"])
def test_whoever_does_not_is_put_off_and_loses_nothing(service: str) -> None:
    call, number = CASES[service]
    patient = Patience(budget=10_000, throttled_tries=20)
    with limited(paced=False, patience=patient) as side:
        assert side.results(service, [call(side.client)] * number) == {200}
        asked = sum(count for (_, path), count in side.server.requests.items() if path.startswith("GET"))
    assert asked > number


def test_settings_are_asked_for_once_a_second() -> None:
    with limited() as side:
        listing = side.client.cloud_identity.policies()
        for _ in range(3):
            side.client.get(Call(listing.list(pageSize=100), ADMIN, POLICIES))
        assert 2 <= side.time.passed < 2.2


def test_nobody_waits_for_what_somebody_else_has_used() -> None:
    pace = GooglePace(lambda: 0.0)
    calls = [("directory.tokens.list", ADMIN)] * 2_400
    assert pace.delay(calls) == 0
    assert pace.delay(calls[:1]) > 60
    assert pace.delay([("directory.tokens.list", "b@b.example"), ("alertcenter.alerts.list", ADMIN)]) == 0


def test_people_who_were_read_long_ago_are_forgotten() -> None:
    now = [0.0]
    pace = GooglePace(lambda: now[0])
    for number in range(3_000):
        now[0] += 1
        pace.delay([("gmail.users.settings.getPop", f"{number}@b.example")])
    assert len(pace._windows) < 1_200  # noqa: SLF001 - nothing else tells how much is kept


@pytest.mark.parametrize(
    ("method", "units"),
    [("drive.files.list", 100), ("drive.files.get", 5), ("gmail.users.settings.getPop", 1), ("calendar.acl.list", 1)],
)
def test_a_call_costs_what_google_says(method: str, units: int) -> None:
    assert cost(method) == units


def test_every_limit_holds_for_methods_that_there_are() -> None:
    with limited() as side:
        client = side.client
        methods = [call(client).request.methodId for call, _ in CASES.values()]
        methods += [client.cloud_identity.policies().list().methodId]
        methods += [client.reports.activities().list(userKey="all", applicationName="token").methodId]
    assert [limit for limit in LIMITS if not any(each.startswith(limit.methods) for each in methods)] == []
