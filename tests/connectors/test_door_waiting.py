"""How long the door waits, how often it tries again, and when it gives up; the clock is one of our own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random

import pytest
from raw_server import FakeTime, RawServer, Script, said, serving

from auditor.errors import GapReason, InterruptedAuditError, ReadError
from connectors.allow_list import rule
from connectors.door import Answer, Door
from connectors.google_workspace.answers import throttled
from connectors.patience import Patience

HOST = "graph.microsoft.com"
URL = f"https://{HOST}/x"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GOOD = said(200, b'{"a":1}')
QUOTA = b'{"error": {"code": 403, "errors": [{"reason": "%s"}], "status": "PERMISSION_DENIED"}}'
GRPC_QUOTA = b'{"error": {"code": 403, "status": "RESOURCE_EXHAUSTED"}}'


def door(server: RawServer, time: FakeTime, patience: Patience | None = None, seed: int = 1) -> Door:
    return Door(
        [rule(HOST, "GET", "/x")],
        endpoints={HOST: server.address},
        patience=patience,
        stop=time,
        monotonic=time.monotonic,
        wall=lambda: NOW,
        random=Random(seed),  # noqa: S311 - predictable on purpose
        throttled=throttled,
    )


def read(*answers: Script, patience: Patience | None = None, seed: int = 1) -> tuple[Answer, list[float]]:
    """Return the answer and the waits before it."""
    time = FakeTime()
    with serving(*answers) as server:
        opened = door(server, time, patience, seed)
        answer = opened.send("GET", URL)
        opened.close()
    return answer, time.waits


def given_up(*answers: Script, patience: Patience | None = None) -> tuple[ReadError, list[float], int]:
    """Return the error, the waits before it and how many requests arrived."""
    time = FakeTime()
    with serving(*answers) as server:
        opened = door(server, time, patience)
        with pytest.raises(ReadError) as caught:
            opened.send("GET", URL)
        opened.close()
    return caught.value, time.waits, len(server.requests)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"Retry-After": "Mon, 02 Mar 2026 09:00:42 GMT"}, 42.0),
        ({"Retry-After": "Mon, 02 Mar 2026 09:00:42 GMT", "Date": "Mon, 02 Mar 2026 09:00:40 GMT"}, 2.0),
    ],
)
def test_the_vendors_own_wait_is_kept_exactly(status: int, headers: Mapping[str, str], seconds: float) -> None:
    answer, waits = read(said(status, headers=headers), said(status, headers=headers), GOOD)
    assert (answer.json(), waits) == ({"a": 1}, [seconds, seconds])


@pytest.mark.parametrize("reason", [b"userRateLimitExceeded", b"rateLimitExceeded", b"quotaExceeded"])
def test_a_403_about_a_quota_means_later(reason: bytes) -> None:
    answer, waits = read(said(403, QUOTA % reason, {"Retry-After": "3"}), said(403, GRPC_QUOTA), GOOD)
    assert answer.status == 200
    assert waits[0] == 3.0
    assert len(waits) == 2


@pytest.mark.parametrize("body", [QUOTA % b"forbidden", b"<html>", b"", b'{"error": "quotaExceeded"}'])
def test_any_other_403_means_no(body: bytes) -> None:
    answer, waits = read(said(403, body))
    assert (answer.status, waits) == (403, [])


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}, {"Retry-After": "0"}])
def test_without_a_wait_of_the_vendors_ours_grows_is_jittered_and_seeded(headers: Mapping[str, str]) -> None:
    later = said(429, headers=headers)
    patience = Patience(first_wait=1.0, longest_wait=4.0)
    runs = [read(*[later] * 5, GOOD, patience=patience, seed=seed)[1] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    for wait, ceiling in zip(runs[0], [1, 2, 4, 4, 4], strict=True):
        assert ceiling / 2 <= wait <= ceiling


def test_a_wait_beyond_the_budget_is_not_begun_but_given_up_as_throttled() -> None:
    error, waits, requests = given_up(said(429, headers={"Retry-After": "3600"}), patience=Patience(budget=1800))
    assert (error.reason, waits, requests) == (GapReason.THROTTLED, [], 1)
    assert "minutes" in error.remedy


def test_a_failing_vendor_that_uses_up_the_budget_is_unreachable() -> None:
    error, waits, requests = given_up(said(503, headers={"Retry-After": "100"}), patience=Patience(budget=250))
    assert (error.reason, waits, requests) == (GapReason.UNREACHABLE, [100.0, 100.0], 3)


def test_a_vendor_that_is_never_ready_is_asked_only_so_often() -> None:
    error, waits, requests = given_up(said(429, headers={"Retry-After": "1"}), patience=Patience(throttled_tries=5))
    assert (error.reason, len(waits), requests) == (GapReason.THROTTLED, 4, 5)


def test_the_budget_is_the_tenants_not_the_requests() -> None:
    time = FakeTime()
    with serving(said(429, headers={"Retry-After": "60"}), GOOD, said(429, headers={"Retry-After": "60"})) as server:
        opened = door(server, time, Patience(budget=100))
        assert opened.send("GET", URL).status == 200
        with pytest.raises(ReadError):
            opened.send("GET", URL)
        opened.close()
    assert time.waits == [60.0]


def test_a_stopped_audit_sends_nothing_and_waits_no_longer() -> None:
    time = FakeTime(stop_after=1)
    with serving(said(429, headers={"Retry-After": "5"})) as server:
        opened = door(server, time)
        for _ in range(2):
            with pytest.raises(InterruptedAuditError):
                opened.send("GET", URL)
        opened.close()
    assert (time.waits, len(server.requests)) == ([5.0], 1)


class Tokens:
    """Gives numbered tokens, and counts how often a new one was asked for."""

    def __init__(self) -> None:
        self.asked: list[bool] = []

    def __call__(self, renew: bool) -> str:  # noqa: FBT001 - the door's protocol
        self.asked.append(renew)
        return f"token-{sum(self.asked)}"


def sent_tokens(server: RawServer) -> list[str]:
    return [request.decode().lower().partition("bearer ")[2].partition("\r\n")[0] for request in server.requests]


@pytest.mark.parametrize(
    ("statuses", "asked", "final"),
    [
        ([200], [False], 200),
        ([401, 200], [False, True], 200),
        ([401, 401], [False, True], 401),
        ([503, 401, 200], [False, False, True], 200),
        ([401, 503, 429, 200], [False, True, False, False], 200),
        ([401, 503, 401], [False, True, False], 401),
    ],
)
def test_a_refused_token_is_renewed_once_and_only_once(statuses: list[int], asked: list[bool], final: int) -> None:
    time, tokens = FakeTime(), Tokens()
    with serving(*map(said, statuses)) as server:
        opened = door(server, time)
        answer = opened.send("GET", URL, bearer=tokens)
        opened.close()
    assert (answer.status, tokens.asked) == (final, asked)
    assert sent_tokens(server)[-1] == f"token-{int(401 in statuses)}"


def test_a_401_without_a_token_of_ours_is_an_answer() -> None:
    answer, waits = read(said(401))
    assert (answer.status, waits) == (401, [])


def test_the_error_of_whoever_gives_the_token_is_the_error_of_the_read() -> None:
    def refuse(_: bool) -> str:  # noqa: FBT001 - the door's protocol
        raise ReadError(GapReason.DENIED, "no", "grant it")

    with serving(GOOD) as server:
        opened = door(server, FakeTime())
        with pytest.raises(ReadError, match="no"):
            opened.send("GET", URL, bearer=refuse)
        opened.close()
    assert server.connections == 0
