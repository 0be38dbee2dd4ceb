"""Encrypted snapshots: only who has the key reads them, nothing lies in plain text, and what is broken is refused."""

from __future__ import annotations

import gzip
import io
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest
from test_config import SMALLEST
from test_snapshots import ANA, LISTED, READ, REFERENCES, RULE, TENANT, TODAY
from typer.testing import CliRunner

from auditor.cli.main import app
from auditor.errors import AuditorError, ConfigurationError, SnapshotError, UsageError
from auditor.facts import Fact, SharedItem
from auditor.secrets import SecretError
from auditor.snapshot_writing import SnapshotFile
from auditor.snapshots import Snapshot

KEY, OTHER = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
ROOT = Path(__file__).parent.parent


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    return key_file(tmp_path / "key.txt", f"# created: today\n# public key: {KEY.to_public()}\n{KEY}\n")


def key_file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@contextmanager
def begun(place: Path) -> Iterator[SnapshotFile]:
    file = SnapshotFile(place, [str(KEY.to_public())])
    try:
        file.begin("X", "audit-1", TODAY, REFERENCES, {"t": TENANT})
        file.keep([ANA])
        file.listed(LISTED)
        yield file
    finally:
        file.close()


def written(place: Path) -> Path:
    with begun(place) as file:
        file.keep([RULE])
        file.end(TODAY, READ, stopped=False)
    assert file.failure is None
    assert file.path
    return file.path


def facts(path: Path, identity: Path | None) -> list[Fact]:
    with Snapshot(path, identity) as snapshot:
        snapshot.begin()
        found = list(snapshot.facts())
        snapshot.coverage()
        found += snapshot.facts()
        snapshot.coverage()
        snapshot.end()
    return found


def refused(path: Path, identity: Path | None) -> AuditorError:
    with pytest.raises(AuditorError) as caught:
        facts(path, identity)
    assert caught.value.remedy
    assert str(KEY) not in caught.value.message
    return caught.value


def test_who_has_the_key_reads_what_was_written(tmp_path: Path, identity: Path) -> None:
    path = written(tmp_path)
    assert path.name == "snapshot-20260302T070000Z-audit-1.jsonl.gz.age"
    assert path.stat().st_mode & 0o777 == 0o600
    assert facts(path, identity) == [ANA, RULE]
    assert gzip.decompress(pyrage.decrypt(path.read_bytes(), [KEY])).startswith(b'["snapshot",')


def test_several_people_can_be_let_in_each_with_a_key_of_their_own(tmp_path: Path, identity: Path) -> None:
    file = SnapshotFile(tmp_path / "a", [str(OTHER.to_public()), str(KEY.to_public())])
    file.begin("X", "audit-1", TODAY, REFERENCES, {"t": TENANT})
    file.listed(LISTED)
    file.end(TODAY, READ, stopped=False)
    file.close()
    for key in (identity, key_file(tmp_path / "other.txt", f"{OTHER}\n")):
        assert facts(tmp_path / "a", key) == []


def test_who_has_another_key_or_none_is_told_so(tmp_path: Path, identity: Path) -> None:
    path = written(tmp_path / "a")
    assert refused(path, None).message == f"{path} is encrypted."
    stranger = key_file(tmp_path / "other.txt", f"{OTHER}\n")
    assert f"no key in {stranger} opens it" in refused(path, stranger).message
    identity.chmod(0o644)
    assert "chmod 600" in refused(path, identity).remedy
    for text in ("", "AGE-SECRET-KEY-1NONSENSE", "ssh-ed25519 AAAA"):
        assert isinstance(refused(path, key_file(tmp_path / "no.txt", f"{text}\n")), SecretError)


def test_a_snapshot_that_is_not_encrypted_needs_no_key(tmp_path: Path, identity: Path) -> None:
    file = SnapshotFile(tmp_path / "a")
    file.begin("X", "audit-1", TODAY, REFERENCES, {"t": TENANT})
    file.listed(LISTED)
    file.end(TODAY, READ, stopped=False)
    file.close()
    assert facts(tmp_path / "a", identity) == facts(tmp_path / "a", None) == []


def test_what_was_cut_changed_or_lengthened_is_refused(tmp_path: Path, identity: Path) -> None:
    path = written(tmp_path / "a")
    whole = path.read_bytes()
    broken = [whole[:-1], whole[:200], whole[:100], whole + b"\x00", whole[:250] + b"!" + whole[251:]]
    for content in broken:
        path.write_bytes(content)
        assert isinstance(refused(path, identity), SnapshotError), len(content)


def test_what_cannot_be_a_recipient_is_refused_before_anything_is_read_or_written(tmp_path: Path) -> None:
    for text in ("age1", str(KEY), str(KEY.to_public())[:-1], "ssh-ed25519 AAAA"):
        with pytest.raises(UsageError) as caught:
            SnapshotFile(tmp_path / "a", [text])
        assert text not in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_in_plain_text_and_what_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with begun(tmp_path / "a") as file:
        # As little can be compressed as can be told from what is encrypted.
        names = [os.urandom(20).hex() for _ in range(20_000)]
        file.keep(SharedItem(tenant="t", key=name, label=name, item="file", outsiders=()) for name in names)
        (temporary,) = tmp_path.iterdir()
        content = temporary.read_bytes()
        assert content.startswith(b"age-encryption.org/v1\n")
        assert len(content) > 100_000
        assert b"\x1f\x8b\x08" not in content[:1000], "the head of a gzip stream"
    assert list(tmp_path.iterdir()) == []
    assert set(threading.enumerate()) <= before


def test_a_disk_that_is_full_is_called_so_and_leaves_nothing(tmp_path: Path) -> None:
    earlier = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with begun(tmp_path / "a") as file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, earlier[1]))
            names = [os.urandom(20).hex() for _ in range(20_000)]
            file.keep(SharedItem(tenant="t", key=name, label=name, item="file", outsiders=()) for name in names)
            file.end(TODAY, READ, stopped=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, earlier)
    assert file.failure
    assert file.failure.strerror == "File too large"
    assert (file.path, list(tmp_path.iterdir())) == (None, [])


def test_whoever_stops_reading_early_is_not_held_up(tmp_path: Path, identity: Path) -> None:
    before = set(threading.enumerate())
    with begun(tmp_path / "a") as file:
        names = [os.urandom(20).hex() for _ in range(20_000)]
        file.keep(SharedItem(tenant="t", key=name, label=name, item="file", outsiders=()) for name in names)
        file.end(TODAY, READ, stopped=False)
    with Snapshot(tmp_path / "a", identity) as snapshot:
        snapshot.begin()
    assert set(threading.enumerate()) <= before


def test_an_encrypted_snapshot_can_come_out_of_a_pipe(tmp_path: Path, identity: Path) -> None:
    path = written(tmp_path / "a")
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "wb") as pipe:
        pipe.write(path.read_bytes())
        pipe.close()
        assert facts(Path(f"/dev/fd/{reading}"), identity) == [ANA, RULE]


def test_options_that_belong_to_no_snapshot_are_refused(tmp_path: Path, identity: Path) -> None:
    (tmp_path / "config.yaml").write_text(SMALLEST, encoding="utf-8")
    config = ["--quiet", "audit", "--config", str(tmp_path / "config.yaml")]
    for more in (["--identity", str(identity)], ["--recipient", str(KEY.to_public())]):
        assert isinstance(CliRunner().invoke(app, [*config, *more]).exception, UsageError)
    (tmp_path / "config.yaml").write_text(SMALLEST + f"snapshots: {{recipients: ['{KEY}']}}\n", encoding="utf-8")
    error = CliRunner().invoke(app, config).exception
    assert isinstance(error, ConfigurationError)
    assert "no public key of age's" in str(error)
    assert str(KEY) not in str(error)


def test_without_the_library_everything_else_works_and_the_remedy_installs_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pyrage'] = None\n"
        "from pathlib import Path; from auditor.errors import UsageError; from auditor.snapshot_writing import *\n"
        "SnapshotFile(Path(sys.argv[1])).close()\n"
        "try: SnapshotFile(Path(sys.argv[1]), ['age1'])\n"
        "except UsageError as error: print(error.remedy)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 - our own code
    assert ran.stdout == "In your clone of the auditor: pip install '.[age]'\n"
    assert io.StringIO(ran.stderr).read() == ""
