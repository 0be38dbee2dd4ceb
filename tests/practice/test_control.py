"""Another week of a running practice organisation, asked for over its own port."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from google_practice import TODAY, credentials

from connectors.practice.control import LATEST
from connectors.practice.generator import generate
from connectors.practice.server import PracticeServer


@pytest.fixture
def server() -> Iterator[PracticeServer]:
    with PracticeServer(generate(today=TODAY), credentials=credentials()) as running:
        running.obey(lambda week: generate(today=TODAY, week=week))
        yield running


def test_the_week_is_told_and_turned_forth_and_back(server: PracticeServer) -> None:
    where = f"{server.address}/practice/week"
    assert httpx2.get(where).json()["week"] == 0
    turned = httpx2.put(f"{where}/5").json()
    assert (turned["week"], turned["withdrawn"]) == (5, ["gmail.settings.basic"])
    assert httpx2.get(where).json() == turned
    assert server.organisation.week == 5
    assert httpx2.put(f"{where}/2").json()["week"] == server.organisation.week == 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", f"/week/{LATEST + 1}", 400),
        ("PUT", "/week/-1", 404),
        ("PUT", "/week/soon", 404),
        ("POST", "/week/3", 404),
        ("OPTIONS", "/week/3", 404),
        ("GET", "/week/3", 404),
        ("DELETE", "/week", 404),
    ],
)
def test_nothing_else_is_obeyed(server: PracticeServer, method: str, path: str, status: int) -> None:
    assert httpx2.request(method, f"{server.address}/practice{path}").status_code == status
    assert server.organisation.week == 0


def test_turning_the_week_is_no_call_of_a_vendor(server: PracticeServer) -> None:
    httpx2.put(f"{server.address}/practice/week/1")
    assert not server.requests
    assert not server.writes


def test_a_server_that_was_not_told_how_does_not_turn() -> None:
    with PracticeServer(generate(today=TODAY), credentials=credentials()) as deaf:
        assert httpx2.put(f"{deaf.address}/practice/week/1").status_code == 405
        assert deaf.organisation.week == 0
