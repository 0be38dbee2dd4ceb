"""Listings that break off: read once more from their beginning, nothing doubled; what breaks off again is a gap."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from copy import deepcopy
from functools import cache

import pytest
from google_reading import HASTY, TODAY, Reading, credentials, made, organisation, practice, read

from auditor.errors import GapReason, ReadError
from auditor.facts import kind_of
from connectors.door import Door
from connectors.google_workspace.client import Call, Client, Wire
from connectors.google_workspace.reads import RULES
from connectors.google_workspace.scopes import USERS
from connectors.google_workspace.sign_in import Identity
from connectors.google_workspace.subjects import Subjects
from connectors.practice.faults import Fault
from connectors.practice.organisation import Organisation

ACCOUNTS = ("admin.googleapis.com", "GET /admin/directory/v1/users")
LATER = "users.*pageToken="
"""Matches every page of the accounts but the first."""


@cache
def many_accounts() -> Organisation:
    """Return an organisation whose accounts take two pages, and whose largest group takes several."""
    copy = made(accounts=520)
    group = copy.google.catalogue.groups[0]
    known = {str(each["id"]) for each in group.members}
    group.members += [
        {"kind": "admin#directory#member", "id": each.id, "email": each.address, "role": "MEMBER", "type": "USER"}
        for each in copy.google.accounts
        if each.id not in known
    ]
    return copy


@cache
def many_files() -> Organisation:
    """Return an organisation in which somebody's files take several pages."""
    copy = deepcopy(organisation())
    rich = next(each for each in copy.google.accounts if each.files and not each.suspended)
    rich.files += [dataclasses.replace(rich.files[0], id=f"{rich.files[0].id}-{number}") for number in range(1_100)]
    return copy


def counted(reading: Reading) -> Counter[tuple[str, str]]:
    return Counter((kind_of(fact), fact.key) for fact in reading.facts)


@cache
def whole(of: str, only: str) -> Counter[tuple[str, str]]:
    """Return what is read when nothing breaks off."""
    with practice(of=ORGANISATIONS[of]()) as server:
        found = read(server, only=only)
    assert found.gaps == []
    return counted(found)


ORGANISATIONS = {"accounts": many_accounts, "files": many_files}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("server_error", path=LATER, times=HASTY.tries),
        Fault("server_error", path=LATER, times=1, status=400),
        Fault("malformed", path=LATER, times=1, variant="cut_json"),
        Fault("denied", path=LATER, times=1),
        Fault("repeated_link", path=LATER, times=1),
    ],
    ids=["a page that keeps failing", "an expired page token", "a cut page", "a refused page", "a loop"],
)
def test_accounts_that_break_off_once_are_read_again_and_nobody_comes_twice(fault: Fault) -> None:
    with practice(fault, of=many_accounts()) as server:
        found = read(server, only="nothing")
        assert server.faults.struck()[fault]
    assert found.gaps == []
    assert counted(found) == whole("accounts", "nothing")


@pytest.mark.parametrize(
    ("only", "of", "path"),
    [("files", "files", "drive/v3/files.*pageToken="), ("groups", "accounts", "members.*pageToken=")],
)
@pytest.mark.parametrize("status", [503, 400])
def test_what_breaks_off_inside_a_batch_is_read_again_and_nothing_comes_twice(
    only: str, of: str, path: str, status: int
) -> None:
    fault = Fault("server_error", path=path, inner=True, times=HASTY.tries if status == 503 else 1, status=status)
    with practice(fault, of=ORGANISATIONS[of]()) as server:
        found = read(server, only=only)
        assert server.faults.struck()[fault] == fault.times
    assert found.gaps == []
    assert counted(found) == whole(of, only)


def test_a_listing_is_read_again_only_once() -> None:
    with practice(Fault("server_error", path=LATER), of=many_accounts()) as server:
        found = read(server, only="nothing")
        asked = server.requests[ACCOUNTS]
    assert found.reasons == {GapReason.PARTIAL}
    assert asked == 2 * (1 + HASTY.tries)
    assert counted(found) == dict.fromkeys(counted(found), 1)
    assert found.rows["account"].facts == 500


def test_a_vendor_that_is_too_busy_is_not_asked_for_everything_again() -> None:
    with practice(Fault("rate_limited", path=LATER, seconds=0.0), of=many_accounts()) as server:
        found = read(server, only="nothing")
        asked = server.requests[ACCOUNTS]
    assert found.reasons == {GapReason.THROTTLED}
    assert asked == 1 + HASTY.throttled_tries
    assert found.rows["account"].facts == 500
    assert found.of("tenant") == []


class Scripted(Client):
    """A client that gets its pages from a script."""

    def __init__(self, *pages: Wire | ReadError) -> None:
        door = Door(RULES)
        key = json.dumps(credentials().service_account()).encode()
        super().__init__(door, Identity(door, key), Subjects.one("it@org.example"), wall=lambda: TODAY)
        self.script = list(pages)

    def get(self, call: Call) -> Wire:
        """Return the next page of the script, or raise its error."""
        assert call.scope is USERS
        page = self.script.pop(0)
        if isinstance(page, ReadError):
            raise page
        return page

    def told(self) -> tuple[list[str], GapReason | None]:
        """Return what the accounts of the listing are called, and why it ended, if it did not come to its end."""
        users = self.directory.users()
        names: list[str] = []
        try:
            names += (str(each["name"]) for each in self.pages(users, Call(users.list(), "", USERS), "users"))
        except ReadError as error:
            return names, error.reason
        return names, None


def page(*names: str, more: str = "") -> Wire:
    return {"users": [{"id": name.lower(), "name": name} for name in names]} | ({"nextPageToken": more} if more else {})


def failed(reason: GapReason) -> ReadError:
    return ReadError(reason, "no", "again")


def test_an_account_that_changed_between_two_passes_comes_once_as_it_was_first() -> None:
    client = Scripted(page("Ann", more="1"), failed(GapReason.MALFORMED), page("ANN", more="1"), page("Bo"))
    assert client.told() == (["Ann", "Bo"], None)


def test_an_account_that_moved_to_an_earlier_page_between_two_passes_is_not_lost() -> None:
    client = Scripted(page("Bo", more="1"), failed(GapReason.UNREACHABLE), page("Ann", "Bo", more="1"), page("Cy"))
    assert client.told() == (["Bo", "Ann", "Cy"], None)


def test_a_second_pass_that_is_refused_from_its_beginning_leaves_the_listing_partial() -> None:
    client = Scripted(page("Ann", more="1"), failed(GapReason.MALFORMED), failed(GapReason.DENIED))
    assert client.told() == (["Ann"], GapReason.PARTIAL)


@pytest.mark.parametrize("reason", [GapReason.DENIED, GapReason.MALFORMED, GapReason.UNREACHABLE])
def test_a_listing_whose_first_page_fails_is_not_asked_for_twice(reason: GapReason) -> None:
    client = Scripted(failed(reason), page("Ann"))
    assert client.told() == ([], reason)
