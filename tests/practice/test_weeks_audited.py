"""A running practice organisation is audited week after week, and the audits tell what the truth of each week tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx2
import pytest
from expectations import CONSEQUENCES, POLICY_FOR
from google_practice import ADMIN, Google, credentials
from practice_audit import TODAY, audited

from auditor.models import Change, ChangeKind, Report, Standing
from connectors.practice.generator import generate
from connectors.practice.organisation import Organisation
from connectors.practice.planted import Planted
from connectors.practice.process import PracticeProcess
from connectors.practice.server import PracticeServer

USERS = "/admin/directory/v1/users"
WEEKS = (1, 2, 3, 4, 5, 6, 7)
NOT_ASKED = {"app-password"}
"""Kinds that Google shows only with a permission for which these audits do not ask."""


@dataclass
class Memory:
    """A history that remembers the last audit and is forgotten with the test."""

    standings: dict[str, Standing] = field(default_factory=dict)

    def before(self, tenant: str) -> Standing | None:
        return self.standings.get(tenant)

    def keep(self, report: Report, standings: Mapping[str, Standing]) -> None:
        del report
        self.standings |= standings


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


def week_by_week(seed: int, weeks: tuple[int, ...]) -> Iterator[tuple[Organisation, Report]]:
    """Yield each week, and what an audit says of it, of one server that goes on from week to week."""
    clock, memory = Clock(TODAY), Memory()
    with PracticeServer(generate(seed=seed, today=TODAY), credentials=credentials(), clock=clock) as server:
        address = server.address
        for week in weeks:
            organisation = generate(seed=seed, today=TODAY, week=week)
            server.become(organisation)
            clock.now = organisation.today
            yield organisation, audited(server, today=clock.now, history=memory)
        assert server.address == address
        assert not server.writes


@pytest.fixture(scope="module")
def audits() -> dict[int, tuple[Organisation, Report]]:
    """Return the first weeks, in which an intruder comes, goes and comes back, and a permission is lost and returns."""
    return dict(zip(WEEKS, week_by_week(2, WEEKS), strict=True))


@pytest.fixture(scope="module")
def last_audits() -> dict[int, tuple[Organisation, Report]]:
    """Return the last weeks of another organisation: everything is put right, then nothing happens."""
    return dict(zip((10, 11, 12), week_by_week(3, (10, 11, 12)), strict=True))


def told(report: Report, kind: ChangeKind) -> list[Change]:
    assert report.changes is not None
    return [each for each in report.changes.changes if each.kind is kind and each.policy not in CONSEQUENCES]


def is_about(change: Change, planted: Planted) -> bool:
    key, wanted = change.fact.key.lower(), planted.object_id.lower()
    address = change.fact.owner.address if change.fact.owner else ""
    same = address.lower() == planted.address.lower() and (key == wanted or key.endswith(f"/{wanted}"))
    return same and change.policy == POLICY_FOR.get(planted.kind)


def agree(changes: list[Change], truth: list[Planted]) -> bool:
    """Whether every change is in the truth, and everything in the truth is a change."""
    missed = [each for each in truth if not any(is_about(change, each) for change in changes)]
    missed = [each for each in missed if each.kind in POLICY_FOR.keys() - NOT_ASKED]
    extra = [change for change in changes if not any(is_about(change, each) for each in truth)]
    assert (missed, extra) == ([], [])
    return True


@pytest.mark.parametrize("week", WEEKS[1:])
def test_an_audit_tells_what_changed_since_the_week_before(
    week: int, audits: dict[int, tuple[Organisation, Report]]
) -> None:
    organisation, report = audits[week]
    assert agree(told(report, ChangeKind.OPENED), organisation.changes.opened)
    assert agree(told(report, ChangeKind.CAME_BACK), organisation.changes.came_back)
    assert agree(told(report, ChangeKind.RESOLVED), organisation.changes.resolved)
    assert agree(told(report, ChangeKind.UNVERIFIED), organisation.changes.went_dark)
    assert bool(told(report, ChangeKind.WENT_DARK)) == bool(organisation.withdrawn)


def test_a_lost_permission_is_a_gap_that_ends_with_the_week(audits: dict[int, tuple[Organisation, Report]]) -> None:
    def gaps(week: int) -> set[str]:
        coverage = audits[week][1].coverage
        return {gap.source for row in coverage for gap in row.gaps if "gmail.settings.basic" in gap.remedy}

    assert gaps(5)
    assert gaps(4) == gaps(6) == set()


def test_everything_put_right_is_told_and_a_quiet_week_tells_nothing(
    last_audits: dict[int, tuple[Organisation, Report]],
) -> None:
    organisation, report = last_audits[11]
    assert agree(told(report, ChangeKind.RESOLVED), organisation.changes.resolved)
    assert told(report, ChangeKind.OPENED) == []
    assert last_audits[12][1].changes is not None
    assert last_audits[12][1].changes.changes == ()


def test_a_client_sees_another_week_at_the_same_address() -> None:
    with PracticeServer(generate(today=TODAY), credentials=credentials()) as server:
        with Google(server) as before:
            assert len(before.get(ADMIN, USERS, customer="my_customer")["users"]) == 25
            server.become(generate(today=TODAY, week=8))
            assert before.error(ADMIN, USERS, customer="my_customer")[0] == 401
        with Google(server) as after:
            assert len(after.get(ADMIN, USERS, customer="my_customer")["users"]) == 28


def test_a_server_does_not_become_another_organisation() -> None:
    with (
        PracticeServer(generate(seed=1, today=TODAY), credentials=credentials()) as server,
        pytest.raises(ValueError, match="its own organisation"),
    ):
        server.become(generate(seed=2, today=TODAY))


def test_a_permission_that_is_missing_anyway_can_be_withdrawn() -> None:
    with PracticeServer(generate(today=TODAY), credentials=credentials()) as server:
        server.permissions = server.permissions.without("gmail.settings.basic")
        server.become(generate(today=TODAY, week=5))
        with Google(server) as google:
            scopes = ("admin.directory.user.readonly",)
            headers = {"Authorization": f"Bearer {google.token(scopes=scopes)}"}
            answer = google.http.get(f"{server.endpoints[ADMIN]}{USERS}?customer=my_customer", headers=headers)
            assert answer.status_code == 200


def test_a_process_of_its_own_goes_on_to_another_week() -> None:
    with PracticeProcess(today=TODAY, credentials=credentials(), week=2) as child:
        child.become(3)
        assert httpx2.get(f"{child.served.address}/{ADMIN}{USERS}").status_code == 401
        assert child.counted()[0][ADMIN, f"GET {USERS}"] == 1
