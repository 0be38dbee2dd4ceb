"""Tokens: fetched once by whoever is first, by many at the same time, and again as often as they run out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from google_reading import HASTY, TODAY, credentials, organisation, practice, read

from connectors.door import Answer, Door
from connectors.google_workspace.reads import RULES
from connectors.google_workspace.scopes import DOMAINS, USERS, Scope
from connectors.google_workspace.sign_in import Identity
from connectors.google_workspace.signers import KeySigner
from connectors.practice.faults import Fault
from connectors.practice.server import PracticeServer
from connectors.practice.wire import Answer as Served
from connectors.practice.wire import Request

MINTED = ("oauth2.googleapis.com", "POST /token")
AT_ONCE = 6
SHORT = timedelta(seconds=60)


def signer() -> KeySigner:
    return KeySigner(json.dumps(credentials().service_account()).encode())


@contextmanager
def signed_in(server: PracticeServer) -> Iterator[Identity]:
    """Give an identity whose assertions are of the practice server's time."""
    door = Door(RULES, endpoints=server.endpoints, patience=HASTY)
    yield Identity(door, signer(), wall=TODAY.timestamp)
    door.close()


def test_a_token_that_many_want_is_fetched_once() -> None:
    together = threading.Barrier(AT_ONCE)

    def want(identity: Identity) -> str:
        together.wait(5)
        return identity.token(organisation().google.admin, USERS)

    with practice(Fault("latency", host=MINTED[0], seconds=0.02)) as server, signed_in(server) as identity:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            tokens = {each.result() for each in [pool.submit(want, identity) for _ in range(AT_ONCE)]}
        assert len(tokens) == 1
        assert server.requests[MINTED] == 1


def test_nobody_waits_for_the_token_of_another_subject_or_scope() -> None:
    places: list[tuple[str, Scope]] = [("a@x.example", USERS), ("a@x.example", DOMAINS), ("b@x.example", USERS)]
    together = threading.Barrier(len(places))

    class Meeting(Door):
        def send(self, *_: object, **__: object) -> Answer:
            together.wait(5)  # nobody gets away before all are here
            return Answer(200, {}, json.dumps({"access_token": "ya29.x", "expires_in": 3600}).encode())

    identity = Identity(Meeting(RULES), signer())
    with ThreadPoolExecutor(len(places)) as pool:
        assert [each.result() for each in [pool.submit(identity.token, *place) for place in places]] == ["ya29.x"] * 3


def test_a_token_is_used_for_nine_tenths_of_its_life_from_when_it_was_asked_for() -> None:
    clock = [1000.0]
    given = iter(range(9))

    class Slow(Door):
        def send(self, *_: object, **__: object) -> Answer:
            clock[0] += 10
            return Answer(200, {}, json.dumps({"access_token": f"t{next(given)}", "expires_in": 60}).encode())

    identity = Identity(Slow(RULES, monotonic=lambda: clock[0]), signer())
    tokens = []
    for _ in range(3):
        tokens.append(identity.token("a@x.example", USERS))
        clock[0] += 43
    assert tokens == ["t0", "t0", "t1"]


def test_tokens_that_live_for_a_minute_change_nothing_in_the_result() -> None:
    moment = [TODAY]

    class Clocked(PracticeServer):
        def serve(self, request: Request) -> Served:
            if request.host == "gmail.googleapis.com":
                moment[0] = TODAY + SHORT  # in the midst of the run, with tokens of all kinds in use
            return super().serve(request)

    with practice() as server:
        whole = read(server)
        minted = server.requests[MINTED]
    short = replace(credentials(), google_token_lifetime=SHORT)
    with Clocked(organisation(), credentials=short, clock=lambda: moment[0]) as server:
        found = read(server)
        assert server.requests[MINTED] > minted
    assert found.gaps == []
    assert set(found.facts) == set(whole.facts)
