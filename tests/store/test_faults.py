"""Whatever happens to the history, it is whole or says what is wrong, and nothing that it held is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from keeping import keep
from remembering import TENANT, World
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection

from auditor.errors import AuditorError, StoreError
from auditor.standing import stand
from auditor.store import Store, open_store
from auditor.store.connecting import connect_sqlite
from auditor.store.files import require_local

BAD = World({"ana": {"r1": "bad", "r2": "good"}, "ben": {}})
MANY = World({"ana": {f"r{number}": "bad" for number in range(2000)}})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history with one audit in it."""
    path = tmp_path / "history.db"
    with open_store(path) as store:
        keep(store, 0, BAD)
    return path


@contextmanager
def untouched(path: Path) -> Iterator[None]:
    before = path.read_bytes()
    yield
    assert path.read_bytes() == before


def refusal(path: Path) -> StoreError:
    with untouched(path), pytest.raises(StoreError) as caught:
        open_store(path)
    assert caught.value.remedy
    assert caught.value.exit_code == 6
    return caught.value


def test_killed_at_random_moments_of_two_hundred_audits_the_history_is_whole_and_the_next_is_right(
    tmp_path: Path,
) -> None:
    script = Path(__file__).with_name("killing.py")
    folders = os.pathsep.join([str(script.parent), str(script.parent.parent)])
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-W", "error", str(script), str(tmp_path / "history.db"), "200"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": folders},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    killed, whole, interrupted = map(int, ran.stdout.split())
    assert killed == 200
    assert whole > 20
    assert interrupted > 20


def test_a_damaged_history_is_refused_and_never_replaced(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8000] = bytes(range(250)) * 32
    path.write_bytes(content)
    assert "is damaged" in refusal(path).message


def test_half_a_history_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "is damaged" in refusal(path).message


def test_an_emptied_history_is_refused(path: Path) -> None:
    path.write_bytes(b"")
    assert "something has emptied it" in refusal(path).message


@pytest.mark.parametrize("content", [b"organisation: Rivera\n" * 50, b"SQLite format 3\x00"])
def test_what_is_no_history_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(content)
    path.chmod(0o600)
    assert refusal(path).message


def test_another_program_s_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE donors (name)")
    path.chmod(0o600)
    assert "it holds other tables (donors)" in refusal(path).message


def test_a_newer_history_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE auditor_version SET version_num = '9999'")
        database.commit()
    with pytest.raises(StoreError, match="a newer version of the auditor"):
        open_store(path)


def test_a_history_that_others_may_read_is_refused(path: Path) -> None:
    path.chmod(0o644)
    with pytest.raises(StoreError) as caught:
        open_store(path)
    assert caught.value.remedy == f"chmod 600 {path}"


def test_a_history_is_readable_by_its_owner_alone(path: Path) -> None:
    os.umask(os.umask(0))
    with open_store(path.parent / "deep" / "new.db") as store:
        keep(store, 0, BAD)
        assert {each.stat().st_mode & 0o077 for each in (path.parent / "deep").rglob("*")} == {0}
        assert (path.parent / "deep").stat().st_mode & 0o077 == 0


def test_a_folder_in_the_place_of_a_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a file"):
        open_store(tmp_path)


def test_a_folder_that_may_not_be_written_to_is_a_clear_error() -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        with pytest.raises(StoreError) as caught:
            open_store(folder / "history.db")
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)
    assert "permission denied" in caught.value.message
    assert "store: {keep: false}" in caught.value.remedy


def test_on_a_full_disk_nothing_is_lost(path: Path) -> None:
    with open_store(path) as store:
        before = store.standing(TENANT)
    engine = connect_sqlite(path)

    @event.listens_for(engine, "connect")
    def _fill(connection: DBAPIConnection, _entry: object) -> None:
        connection.cursor().execute("PRAGMA max_page_count = 1")  # no page more than there are

    with Store(engine, str(path), path) as store:
        error = failure(store)
    assert "is full" in error.message
    with open_store(path) as store:
        assert store.standing(TENANT) == before
        assert [audit.state for audit in store.audits()] == ["whole", "interrupted"]


def failure(store: Store) -> StoreError:
    """Return why an audit of many findings cannot be kept."""
    reading = MANY.reading(1, None)
    error: AuditorError | None = None
    with store.auditing(audit_id="b", organisation="X", tenants=[TENANT], started=reading.finished) as record:
        report = MANY.report(reading)
        now = stand(None, reading)
        assert now
        record.keep(report, {TENANT: now})
        error = record.failure
    assert isinstance(error, StoreError)
    return error


def test_a_database_that_another_program_locks_is_a_clear_error(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            Store(connect_sqlite(path, patience=0.1), str(path), path) as store,
            pytest.raises(StoreError, match="is locked by another program"),
        ):
            keep(store, 1, BAD)
    with open_store(path) as store:
        assert [audit.state for audit in store.audits()] == ["whole"]


def test_readers_do_not_wait_for_a_writer(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with open_store(path) as store:
            assert store.standing(TENANT)


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:30 / /srv rw - nfs4 server:/export rw
31 30 8:2 / /srv/local rw - xfs /dev/sdb rw
32 22 0:31 / /home/ana/My\\040Cloud rw - fuse.sshfs ana@x: rw
33 22 0:32 / /mnt/c rw - 9p C: rw
"""


@pytest.mark.parametrize("path", ["/srv/history.db", "/srv/a/b.db", "/home/ana/My Cloud/h.db", "/mnt/c/h.db"])
def test_a_network_file_system_is_refused(path: str) -> None:
    with pytest.raises(StoreError, match="network file system"):
        require_local(Path(path), MOUNTS)


@pytest.mark.parametrize("path", ["/var/lib/history.db", "/srv/local/h.db", "/srvx/h.db", "/home/ana/h.db"])
def test_a_disk_of_this_machine_is_not(path: str) -> None:
    require_local(Path(path), MOUNTS)
    require_local(Path(path), "")


@pytest.mark.parametrize("address", ["mysql://a:hunter2@b/c", "not a url", "postgresql://nobody:hunter2@127.0.0.1:1/x"])
def test_an_address_that_leads_nowhere_is_a_clear_error_without_the_password(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(address)
    assert "hunter2" not in caught.value.message + caught.value.remedy
