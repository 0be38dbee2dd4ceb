"""A slot belongs to whoever claims it first, in both databases, and is done once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from remembering import TENANT, World

from auditor.errors import AuditRunningError
from auditor.models import SlotState
from auditor.models.slot import parted
from auditor.standing import stand
from auditor.store import open_store
from auditor.store.slots import Known

Place = Path | str
DUE = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
NOW = DUE + timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
HOLDING = """
import sys
from pathlib import Path
from auditor.store import open_store
place = sys.argv[1]
store = open_store(place if "://" in place else Path(place))
with store.slots.holding("audit"), store.leases.only_daemon():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_slot_is_claimed_once(place: Place) -> None:
    with open_store(place) as store, open_store(place) as other:
        claimed = store.slots.claim("audit", DUE, NOW)
        assert claimed
        assert other.slots.claim("audit", DUE, NOW) is None
        assert other.slots.claim("mail", DUE, NOW)
        assert other.slots.find("audit", DUE) == claimed


def test_an_attempt_that_came_to_nothing_is_taken_up_once(place: Place) -> None:
    with open_store(place) as store:
        claimed = store.slots.claim("audit", DUE, NOW)
        assert claimed
        ended = store.slots.end(claimed, SlotState.AGAIN, NOW, exit_code=6, note="the disk was full")
        assert ended
        again = store.slots.take_up(ended, NOW + MINUTE)
        assert again
        assert (again.attempts, again.state, again.exit_code) == (2, SlotState.CLAIMED, None)
        assert store.slots.take_up(ended, NOW + MINUTE) is None
        assert store.slots.find("audit", DUE) == again


def test_whoever_was_overtaken_does_not_write_how_it_ended(place: Place) -> None:
    with open_store(place) as store:
        claimed = store.slots.claim("audit", DUE, NOW)
        assert claimed
        store.slots.finish(claimed, NOW, 1)
        assert store.slots.end(claimed, SlotState.FAILED, NOW) is None
        done = store.slots.find("audit", DUE)
        assert done
        assert (done.state, done.exit_code) == (SlotState.DONE, 1)


def test_an_attempt_that_was_given_back_does_not_count(place: Place) -> None:
    with open_store(place) as store:
        claimed = store.slots.claim("audit", DUE, NOW)
        assert claimed
        back = store.slots.give_back(claimed, NOW, "the daemon was stopped")
        assert back
        assert (back.state, back.attempts) == (SlotState.AGAIN, 0)


def test_what_was_missed_is_kept_unless_somebody_was_there(place: Place) -> None:
    with open_store(place) as store:
        claimed = store.slots.claim("audit", DUE, NOW)
        store.slots.miss("audit", [DUE - MINUTE, DUE, DUE + MINUTE], NOW + MINUTE, "nobody was there")
        assert store.slots.find("audit", DUE) == claimed
        found = store.slots.latest(5)["audit"]
        assert [(slot.due - DUE, slot.state) for slot in found] == [
            (MINUTE, SlotState.MISSED),
            (timedelta(0), SlotState.CLAIMED),
            (-MINUTE, SlotState.MISSED),
        ]


def test_what_is_known_of_a_job_leaves_out_what_a_wrong_clock_left_in_the_future(place: Place) -> None:
    with open_store(place) as store:
        assert store.slots.known(NOW) == {}
        claimed = store.slots.claim("audit", DUE, NOW)
        assert claimed
        store.slots.claim("audit", DUE.replace(year=2099), NOW)
        assert store.slots.known(NOW) == {"audit": Known(DUE, (claimed,))}


def test_an_audit_that_is_kept_ends_its_slot_and_an_interrupted_one_does_not(place: Place) -> None:
    world = World({"ana": {"r1": "bad"}})
    with open_store(place) as store:
        for number, stopped in enumerate((True, False)):
            slot = store.slots.claim("audit", DUE, NOW) or store.slots.find("audit", DUE)
            reading = world.reading(number, store.standing(TENANT))
            with store.auditing(
                audit_id=reading.audit, organisation="X", tenants=[TENANT], started=reading.finished, slot=slot
            ) as record:
                standing = stand(record.before(TENANT), reading)
                assert standing
                record.keep(world.report(reading), {} if stopped else {TENANT: standing})
            found = store.slots.find("audit", DUE)
            assert found
            assert found.state is (SlotState.CLAIMED if stopped else SlotState.DONE)


def test_locks_end_with_the_process_that_is_killed(place: Place) -> None:
    with open_store(place) as store:
        child = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-c", HOLDING, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert child.stdout
        assert child.stdout.readline() == b"held\n"
        assert f"auditor {child.pid} on" in (store.slots.holder("audit") or "")
        assert f"auditor {child.pid} on" in (store.leases.living() or "")
        assert store.slots.holder("mail") is None
        with pytest.raises(AuditRunningError, match=f"Another daemon runs for this history: auditor {child.pid} on"):
            store.leases.only_daemon().__enter__()
        with pytest.raises(AuditRunningError, match="a slot of 'audit' already"):
            store.slots.holding("audit").__enter__()
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        while store.slots.holder("audit") or store.leases.living():  # PostgreSQL notices a little later
            pass
        with store.slots.holding("audit"), store.leases.only_daemon() as still:
            assert still()


def test_a_daemon_whose_lock_was_deleted_knows_that_it_may_not_be_alone(tmp_path: Path) -> None:
    with open_store(tmp_path / "history.db") as store, store.leases.only_daemon() as still:
        assert still()
        (tmp_path / "history.db.@daemon.lock").unlink()
        assert not still()


def test_the_lease_says_who_runs_since_when_and_was_seen_when(place: Place) -> None:
    with open_store(place) as store:
        assert store.leases.daemon() is None
        store.leases.renew(NOW, since=DUE, note="idle")
        store.leases.renew(NOW + MINUTE, since=DUE, note="at audit")
        lease = store.leases.daemon()
        assert lease
        assert (lease.since, lease.renewed, lease.note) == (DUE, NOW + MINUTE, "at audit")
        assert f"auditor {os.getpid()} on" in lease.holder


def test_a_schedule_holds_since_it_was_first_seen_and_anew_when_it_changes(place: Place) -> None:
    with open_store(place) as store:
        first = {"audit": "30 6 * * * UTC", "mail": "0 7 * * 1 UTC"}
        assert store.leases.schedules(first, NOW) == {"audit": NOW, "mail": NOW}
        changed = first | {"mail": "0 8 * * 1 UTC"}
        assert store.leases.schedules(changed, NOW + MINUTE) == {"audit": NOW, "mail": NOW + MINUTE}
        early = DUE - timedelta(days=1)
        assert store.leases.schedules(changed, early) == {"audit": early, "mail": early}, "the clock was wrong before"


def test_the_name_of_a_slot_can_be_read_back(tmp_path: Path) -> None:
    with open_store(tmp_path / "history.db") as store:
        slot = store.slots.claim("audit:work-space", DUE, NOW)
    assert slot
    assert slot.name == "audit:work-space@2026-11-23T06:30:00Z"
    assert parted(slot.name) == ("audit:work-space", DUE)
    assert [parted(name) for name in ("audit", "audit@", "@2026-11-23T06:30:00Z", "audit@2026-11-23")] == [None] * 4
