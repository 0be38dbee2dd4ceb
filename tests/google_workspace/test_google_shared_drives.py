"""Shared drives, many of them: read together, and each with gaps of its own."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import cache

from google_reading import TODAY, Reading, access, organisation, practice, read

from auditor.errors import GapReason
from connectors.practice.campaign.google_drives import CLOSED, add_drive, add_item, add_member
from connectors.practice.campaign.google_objects import anyone_permission
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.faults import Fault
from connectors.practice.organisation import Organisation

DRIVES = 110
"""More than a page of the listing holds."""
OPEN = 2
"""Open items in each drive."""


@cache
def many_drives() -> Organisation:
    copy = deepcopy(organisation())
    tenant, rng = copy.google, stream(1, "drives")
    tenant.catalogue.shared_drives.clear()
    people = [each for each in tenant.accounts if not each.suspended and not each.archived]
    for number in range(DRIVES):
        drive = add_drive(rng, tenant, f"Drive {number}", TODAY, CLOSED)
        add_member(rng, drive, people[number % len(people)].address, "Somebody", "organizer")
        add_item(rng, drive, "Closed", TODAY, [])
        for item in range(OPEN):
            add_item(rng, drive, f"Open {item}", TODAY, [anyone_permission("reader")])
    return copy


def read_drives(*faults: Fault, of: Organisation | None = None) -> tuple[Reading, int]:
    """Return what is read of shared drives, and how many batches and listings of drives that took."""
    with practice(*faults, of=of or many_drives()) as server:
        found = read(server, only="shared_drives", given=replace(access(server), shared_drives=True))
        sent = server.requests
    host = "www.googleapis.com"
    return found, sent[host, "POST /batch/drive/v3"] + sent[host, "GET /drive/v3/drives"]


@cache
def everything() -> tuple[Reading, int]:
    """Return what is read when nothing fails."""
    return read_drives()


def test_every_drive_and_every_open_item_is_told_once() -> None:
    found, _ = everything()
    assert found.gaps == []
    drives = [each for each in found.of("shared_item") if each.item == "drive"]
    items = [each for each in found.of("shared_item") if each.item == "file"]
    assert len({each.key for each in drives}) == len(drives) == DRIVES
    assert len({each.key for each in items}) == len(items) == DRIVES * OPEN
    assert {each.exposure for each in items} == {"anyone"}
    assert {each.managers for each in drives} == {1}


def test_drives_are_read_ten_at_a_time_and_their_open_items_together() -> None:
    _, sent = everything()
    assert sent == 2 + DRIVES // 10 * 3


def test_a_drive_that_we_may_not_look_into_is_a_gap_and_no_other_one() -> None:
    victim = many_drives().google.catalogue.shared_drives[7]
    found, _ = read_drives(Fault("denied", path=f"files/{victim.id}/permissions", inner=True))
    (gap,) = found.gaps
    assert (gap.reason, gap.target, gap.known) == (GapReason.DENIED, victim.id, {})
    assert len(found.of("shared_item")) == (DRIVES - 1) * (1 + OPEN)


def test_an_item_that_nobody_explains_is_a_gap_of_its_drive_and_hides_no_other_item() -> None:
    drive = many_drives().google.catalogue.shared_drives[7]
    victim = drive.files[1]
    found, _ = read_drives(Fault("denied", path=f"files/{victim.id}/permissions", inner=True))
    (gap,) = found.gaps
    assert (gap.target, gap.known) == (drive.id, {"exposure": "anyone"})
    missing = {each.key for each in everything()[0].of("shared_item")} - {each.key for each in found.of("shared_item")}
    assert missing == {victim.id}


def test_a_search_that_google_calls_incomplete_is_tried_again_and_then_partial() -> None:
    copy = deepcopy(many_drives())
    copy.google.catalogue.shared_drives[7].search_incomplete = True
    found, sent = read_drives(of=copy)
    (gap,) = found.gaps
    assert (gap.reason, gap.target) == (GapReason.PARTIAL, copy.google.catalogue.shared_drives[7].id)
    keys = [each.key for each in found.of("shared_item")]
    assert len(keys) == len(set(keys)) == DRIVES * (1 + OPEN)
    assert sent == everything()[1] + 1


def test_a_drive_without_anybody_of_ours_is_a_limitation_and_its_members_are_told() -> None:
    copy = deepcopy(many_drives())
    alone = copy.google.catalogue.shared_drives[7]
    alone.permissions[0]["emailAddress"] = "stranger@elsewhere.example"
    found, _ = read_drives(of=copy)
    (gap,) = found.gaps
    assert (gap.reason, gap.target) == (GapReason.LIMITATION, alone.id)
    (drive,) = [each for each in found.of("shared_item") if each.key == alone.id]
    assert drive.outsiders == ("stranger@elsewhere.example",)


def test_a_search_that_breaks_off_is_read_again_and_nothing_comes_twice() -> None:
    copy = deepcopy(many_drives())
    crowded = copy.google.catalogue.shared_drives[7]
    crowded.files += [replace(crowded.files[1], id=f"{crowded.files[1].id}-{number}") for number in range(1_000)]
    expired = Fault("server_error", path="drive/v3/files.*pageToken=", inner=True, times=1, status=400)
    found, _ = read_drives(expired, of=copy)
    assert found.gaps == []
    keys = [each.key for each in found.of("shared_item")]
    assert len(keys) == len(set(keys)) == DRIVES * (1 + OPEN) + 1_000
