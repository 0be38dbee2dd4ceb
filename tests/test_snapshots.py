from __future__ import annotations

import gzip
import hashlib
import json
import os
import resource
import threading
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import config, engine
from auditor.cli import wiring
from auditor.cli.practice_setup import write_configuration
from auditor.cli.progress import Silent
from auditor.errors import GapReason, SnapshotError, UsageError
from auditor.facts import UNSET, Account, Fact, MailRule, SharedItem, Tenant
from auditor.models import Coverage, Gap, Report, TenantReference
from auditor.reports import FORMATS
from auditor.snapshot_lines import FORMAT, fields
from auditor.snapshot_writing import SnapshotFile
from auditor.snapshots import Snapshot
from connectors.practice.faults import Fault
from connectors.practice.generator import generate
from connectors.practice.process import serving
from connectors.practice.server import PracticeServer

TODAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
TENANT = Tenant(tenant="t", key="C1", label="T", connector="google_workspace", vendor_id="C1")
REFERENCES = (TenantReference(id="t", label="T", connector="google_workspace"),)
ANA = Account(tenant="t", key="ana", label="Ana", address="ana@x.example", last_sign_in=TODAY, recovery_phone=None)
RULE = MailRule(tenant="t", key="r", label="lone \ud800 surrogate", owner="ana", mechanism="filter", destinations=())
GAP = Gap(
    tenant="t", kind="mail_rule", source="s", target="b", label="B \ud800", owner="ben", reason=GapReason.DENIED,
    detail="no", remedy="Grant it.", known={"mechanism": "filter"},
)  # fmt: skip
LISTED = (Coverage(tenant="t", kind="account", targets=1, read=1, facts=1),)
READ = (*LISTED, Coverage(tenant="t", kind="mail_rule", targets=2, read=1, facts=1, gaps=(GAP, GAP)))


def written(place: Path, rest: Iterable[Fact] = (RULE,)) -> Path:
    file = SnapshotFile(place)
    file.begin("X", "audit-1", TODAY, REFERENCES, {"t": TENANT})
    file.keep([ANA])
    file.listed(LISTED)
    file.keep(rest)
    file.end(TODAY, READ, stopped=False)
    file.close()
    assert file.failure is None
    assert file.path is not None
    return file.path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "a.jsonl.gz")


def everything(path: Path) -> tuple[object, ...]:
    with Snapshot(path) as snapshot:
        beginning, first = snapshot.begin(), list(snapshot.facts())
        listed, rest = snapshot.coverage(), list(snapshot.facts())
        return beginning, first, listed, rest, snapshot.coverage(), snapshot.end()


def refused(path: Path) -> SnapshotError:
    with pytest.raises(SnapshotError) as caught:
        everything(path)
    assert caught.value.remedy
    return caught.value


def test_what_was_written_is_read(path: Path) -> None:
    beginning, first, listed, rest, read, end = everything(path)
    assert (first, listed, rest, read) == ([ANA], LISTED, [RULE], READ)
    assert (beginning.audit, beginning.started, beginning.tenants) == ("audit-1", TODAY, REFERENCES)  # type: ignore[attr-defined]
    assert (end.finished, end.interrupted, end.facts) == (TODAY, False, 2)  # type: ignore[attr-defined]


def test_what_was_not_collected_stays_so_and_what_is_empty_stays_empty(path: Path) -> None:
    _, (account,), _, (rule,), _, _ = everything(path)  # type: ignore[misc]
    assert (account.recovery_phone, account.recovery_address) == (None, UNSET)
    assert (rule.destinations, rule.looks_for) == ((), UNSET)


@given(st.text(st.characters(codec=None)))
@settings(max_examples=50)
def test_whatever_a_thing_is_called_it_is_read_as_it_was(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    item = SharedItem(tenant="t", key=name, label=name, item="file", outsiders=(name,))
    path = written(tmp_path_factory.mktemp("names") / "a.gz", [item])
    assert everything(path)[3] == [item]


def test_a_snapshot_is_readable_to_nobody_else(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = written(tmp_path / "one.gz"), written(tmp_path / "two.gz")
    assert one.read_bytes() == two.read_bytes()


def test_in_a_folder_a_snapshot_is_called_by_its_time_and_audit(tmp_path: Path) -> None:
    assert written(tmp_path).name == "snapshot-20260302T070000Z-audit-1.jsonl.gz"


def test_the_digest_is_that_of_the_lines(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gz")
    *lines, last = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    assert json.loads(last) == ["sha256", hashlib.sha256(b"".join(lines)).hexdigest()]


def test_what_does_not_come_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(b"before")
    file = SnapshotFile(tmp_path / "a.gz")
    file.begin("X", "audit-1", TODAY, REFERENCES, {"t": TENANT})
    file.close()
    assert [each.name for each in tmp_path.iterdir()] == ["a.gz"]
    assert (tmp_path / "a.gz").read_bytes() == b"before"


def test_a_folder_that_is_not_there_is_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        SnapshotFile(tmp_path / "nowhere" / "a.gz")


def test_a_disk_that_is_full_costs_the_snapshot_and_not_the_audit(tmp_path: Path) -> None:
    file = SnapshotFile(tmp_path / "a.gz")
    earlier = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, earlier[1]))
    try:
        file.begin("X", "audit-1", TODAY, REFERENCES, {"t": TENANT})
        file.keep([ANA])
        file.end(TODAY, READ, stopped=False)
        file.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, earlier)
    assert isinstance(file.failure, OSError)
    assert file.path is None
    assert list(tmp_path.iterdir()) == []


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_snapshot_that_was_cut_anywhere_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    whole = written(folder / "a.gz").read_bytes()
    (folder / "a.gz").write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    refused(folder / "a.gz")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_changed_byte_goes_unnoticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("changed")
    content = bytearray(written(folder / "a.gz").read_bytes())
    before = everything(folder / "a.gz")
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    (folder / "a.gz").write_bytes(bytes(content))
    try:
        assert everything(folder / "a.gz") == before, "what was changed says nothing, such as the time in gzip's head"
    except SnapshotError:
        return


def edited(path: Path, edit: Callable[[bytes], bytes], *, sign: bool = True) -> Path:
    """Change the lines of a snapshot, and on demand give them the digest that then is theirs."""
    *lines, last = edit(gzip.decompress(path.read_bytes())).splitlines(keepends=True)
    if sign:
        last = json.dumps(["sha256", hashlib.sha256(b"".join(lines)).hexdigest()]).encode() + b"\n"
    path.write_bytes(gzip.compress(b"".join([*lines, last])))
    return path


def test_a_change_inside_is_found_by_the_digest(path: Path) -> None:
    error = refused(edited(path, lambda text: text.replace(b"ana@x", b"bob@x"), sign=False))
    assert error.message == f"{path} was changed after it was written: its digest does not fit."


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda text: text.replace(f'"format":{FORMAT}'.encode(), b'"format":99'), id="its form"),
        pytest.param(lambda text: text.replace(b'"mail_rule":["created"', b'"mail_rule":["magic"'), id="a field"),
        pytest.param(lambda text: text.replace(b'"mail_rule":["created"', b'"spell":["magic"],"mail_rule":["created"'),
                     id="a kind"),
    ],
)  # fmt: skip
def test_a_newer_snapshot_is_refused(edit: Callable[[bytes], bytes], path: Path) -> None:
    assert refused(edited(path, edit)).message == f"{path} was written by a newer auditor."


def test_an_older_snapshot_whose_facts_would_look_as_if_they_had_been_read_is_refused(path: Path) -> None:
    older = edited(path, lambda text: text.replace(b'"break_glass",', b""))
    assert refused(older).message == f"{path} was written by an older auditor, without account.break_glass."


def test_in_an_older_snapshot_what_was_not_collected_yet_is_unknown(path: Path) -> None:
    older = edited(
        path, lambda text: text.replace(b'"recovery_phone",', b"", 1).replace(b',"recovery_phone":null', b"")
    )
    (account,) = everything(older)[1]  # type: ignore[misc]
    assert account.recovery_phone is UNSET


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (lambda text: text.replace(b'"tenant":"t","key":"r"', b'"tenant":"u","key":"r"'), "a fact is of no tenant"),
        (lambda text: text.replace(b'"mechanism":"filter",', b'"mechanism":"magic",'), "a fact is no mail_rule"),
        (lambda text: text.replace(b'"targets":2', b'"targets":"x"'), "what was read is not told"),
        (lambda text: text.replace(b'"facts":2}', b'"facts":3}'), "it does not hold as many facts as it says"),
        (lambda text: text.replace(b'["snapshot"', b'["snapshop"'), "it does not begin like a snapshot"),
        (lambda text: text.replace(b"+00:00", b""), "its first line is not complete"),
        (lambda text: text.replace(b'["listed",null]', b"[[["), "a line cannot be understood"),
    ],
)  # fmt: skip
def test_what_no_auditor_writes_is_refused(edit: Callable[[bytes], bytes], what: str, path: Path) -> None:
    assert what in refused(edited(path, edit)).message


def test_what_stands_behind_the_end_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes() + gzip.compress(b"more\n"))
    assert "something stands behind its end" in refused(path).message


def test_a_line_without_end_is_refused_before_it_fills_the_memory(path: Path) -> None:
    path.write_bytes(gzip.compress(b"[" * 40_000_000))
    assert "a line has no end" in refused(path).message


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", gzip.compress(b""), gzip.compress(b"{}\n"), gzip.compress(b"[]\n")],
    ids=["nothing", "text", "nothing packed", "an object", "a list"],  # packed bytes hold the time of day
)
def test_what_is_no_snapshot_is_refused(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    refused(path)


def test_a_snapshot_can_come_out_of_a_pipe(path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "wb") as pipe:
        pipe.write(path.read_bytes())
        pipe.close()
        assert everything(Path(f"/dev/fd/{reading}")) == everything(path)


def test_a_snapshot_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.gz").message.endswith("cannot be read: No such file or directory.")


def test_memory_does_not_grow_with_the_number_of_facts(tmp_path: Path) -> None:
    def items(number: int) -> Iterator[Fact]:
        return (SharedItem(tenant="t", key=str(n), label=f"File {n}", item="file", outsiders=()) for n in range(number))

    file = SnapshotFile(tmp_path / "a.gz")
    tracemalloc.start()
    file.begin("X", "audit-1", TODAY, REFERENCES, {"t": TENANT})
    file.listed(LISTED)
    for _ in range(100):
        file.keep(items(500))
    file.end(TODAY, READ, stopped=False)
    file.close()
    with Snapshot(tmp_path / "a.gz") as snapshot:
        snapshot.begin()
        assert list(snapshot.facts()) == []
        snapshot.coverage()
        assert sum(1 for _ in snapshot.facts()) == 50_000
        snapshot.coverage()
        snapshot.end()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


def test_a_field_may_be_missing_only_if_it_is_then_not_collected() -> None:
    account = fields()["account"]
    assert (account["recovery_phone"], account["sign_in.any_app"]) == (True, True)
    assert (account["break_glass"], account["sign_in"], account["sign_in.depends_on"]) == (False, False, False)


class Stopping:
    """Stops an audit as soon as something has been read."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def advance(self, tenant: str, source: str, done: int, total: int) -> None:  # noqa: ARG002 - as audits call it
        self._stop.set()


def audited(loaded: config.Config, folder: Path, *, stopping: bool = False) -> tuple[Report, Report]:
    """Return the report of an audit, and that of what it kept."""
    stop, file = threading.Event(), SnapshotFile(folder)
    plan = replace(wiring.plan(loaded, clock=lambda: TODAY, stop=stop), threads=4)
    progress = Stopping(stop) if stopping else Silent()
    report = engine.audit(plan, audit_id="a", clock=lambda: TODAY, stop=stop, progress=progress, keeper=file)
    file.close()
    assert file.path is not None
    return report, engine.audit_again(wiring.rules(loaded), Snapshot(file.path))


def assert_same(report: Report, again: Report) -> None:
    assert again == report
    for render in FORMATS.values():
        assert render(again) == render(report)


@pytest.mark.parametrize("hostile", [False, True])
def test_an_audit_and_its_snapshot_give_the_same_report_byte_for_byte(hostile: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    organisation = generate(accounts=25, seed=2, today=TODAY, hostile_names=hostile)
    with PracticeServer(organisation, clock=lambda: TODAY) as server:
        loaded = config.load(write_configuration(tmp_path, serving(server), server.credentials))
        report, again = audited(loaded, tmp_path)
    assert len(report.findings) > 20
    assert_same(report, again)


def test_gaps_are_kept_as_they_were(tmp_path: Path) -> None:
    organisation = generate(accounts=25, seed=2, today=TODAY)
    with PracticeServer(organisation, clock=lambda: TODAY, faults=[Fault("denied", 0.2)]) as server:
        loaded = config.load(write_configuration(tmp_path, serving(server), server.credentials))
        report, again = audited(loaded, tmp_path)
    assert any(row.gaps for row in report.coverage)
    assert_same(report, again)


def test_an_audit_that_was_stopped_is_kept_as_one(tmp_path: Path) -> None:
    organisation = generate(accounts=25, seed=2, today=TODAY)
    with PracticeServer(organisation, clock=lambda: TODAY) as server:
        loaded = config.load(write_configuration(tmp_path, serving(server), server.credentials))
        report, again = audited(loaded, tmp_path, stopping=True)
    assert report.audit.exit_code == 130
    assert_same(report, again)


def test_other_rules_give_another_report(tmp_path: Path) -> None:
    with PracticeServer(generate(accounts=25, seed=2, today=TODAY), clock=lambda: TODAY) as server:
        loaded = config.load(write_configuration(tmp_path, serving(server), server.credentials))
        report, _ = audited(loaded, tmp_path)
    (path,) = tmp_path.glob("snapshot-*")
    ordinary = loaded.model_copy(update={"people": config.People()})
    again = engine.audit_again(wiring.rules(ordinary), Snapshot(path))
    assert {each.fingerprint for each in again.findings} == {each.fingerprint for each in report.findings}
    assert sum(each.raised_for == "principal" for each in report.findings) > 0
    assert sum(each.raised_for == "principal" for each in again.findings) == 0
