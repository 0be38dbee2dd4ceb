from __future__ import annotations

import copy
import json
import os
import pickle
import stat
import subprocess
import traceback
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.secrets import LARGEST_SECRET, MARK, Secret, SecretError, read_private_file, read_secret, redact

PLANTED = "hunter2~Q8+/ä"


@dataclass(frozen=True)
class Reference:
    env: str | None = None
    file: Path | None = None


@pytest.fixture
def private(tmp_path: Path) -> Path:
    path = tmp_path / "google.json"
    path.write_bytes(b"{}")
    path.chmod(0o600)
    return path


def refusal(path: Path) -> SecretError:
    with pytest.raises(SecretError) as caught:
        read_private_file(path)
    return caught.value


def test_no_way_of_printing_shows_a_secret() -> None:
    secret = Secret(PLANTED)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", f"{secret:>40}", "%s" % secret, f"{[secret]}"]  # noqa: UP031 - the old way must not show it either
    assert not any(PLANTED in text for text in shown)
    assert not hasattr(secret, "__dict__")
    assert secret.reveal() == PLANTED


@pytest.mark.parametrize("write", [pickle.dumps, json.dumps, msgspec.json.encode, msgspec.msgpack.encode])
def test_a_secret_cannot_be_written(write: object) -> None:
    assert callable(write)
    with pytest.raises(TypeError) as caught:
        write(Secret(PLANTED))
    assert PLANTED not in "".join(traceback.format_exception(caught.value))


def test_a_copy_of_a_secret_is_the_secret() -> None:
    secret = Secret(PLANTED)
    assert copy.deepcopy([secret])[0] is secret
    assert copy.copy(secret) is secret


def test_secrets_compare_by_value_with_secrets_only() -> None:
    assert Secret("a\ud800") == Secret("a\ud800")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"


def test_a_private_file_is_read(private: Path) -> None:
    assert read_private_file(private) == b"{}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_file_open_to_others_is_refused_with_the_command_that_mends_it(private: Path, mode: int) -> None:
    private.chmod(mode)
    error = refusal(private)
    assert f"{mode:04o}" in error.message
    subprocess.run(["/bin/sh", "-c", error.remedy], check=True)  # noqa: S603 - the remedy itself is under test
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert read_private_file(private) == b"{}"


def test_a_credential_that_systemd_shows_to_us_alone_is_read(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its list of access looks like a right of the group. Nowhere else that is allowed, and never a right of others."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a file of root's")
    private.chmod(0o440)
    with pytest.raises(SecretError):
        read_private_file(private)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(private.parent))
    assert read_private_file(private)
    private.chmod(0o444)
    with pytest.raises(SecretError):
        read_private_file(private)


def test_the_command_that_mends_a_file_survives_a_hostile_name(tmp_path: Path) -> None:
    path = tmp_path / "a'; touch pwned; '$(touch pwned)"
    path.write_bytes(b"{}")
    path.chmod(0o644)
    subprocess.run(["/bin/sh", "-c", refusal(path).remedy], check=True, cwd=tmp_path)  # noqa: S603 - as above
    assert read_private_file(path) == b"{}"
    assert not (tmp_path / "pwned").exists()


def test_a_symbolic_link_is_refused_with_the_command_that_mends_it(private: Path) -> None:
    link = private.with_name("link.json")
    link.symlink_to(private)
    error = refusal(link)
    assert "symbolic link" in error.message
    command = error.remedy.partition(": ")[2]
    told = subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True, text=True)  # noqa: S603 - as above
    assert read_private_file(Path(told.stdout.strip())) == b"{}"


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "absent")
    assert "symbolic link" in refusal(tmp_path / "link").message


@pytest.mark.parametrize("marker", ["directory", "file"])
def test_a_file_in_a_git_work_tree_is_refused(tmp_path: Path, marker: str) -> None:
    git = tmp_path / ".git"
    git.mkdir() if marker == "directory" else git.write_text("gitdir: elsewhere\n")
    (tmp_path / "keys").mkdir()
    path = tmp_path / "keys" / "google.json"
    path.write_bytes(b"{}")
    path.chmod(0o600)
    error = refusal(path)
    assert f"git work tree {tmp_path}" in error.message
    assert f"mv -i {path} /etc/auditor/" in error.remedy


def test_a_git_work_tree_behind_a_linked_folder_is_seen(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / ".git").mkdir(parents=True)
    (work / "keys").mkdir()
    (work / "keys" / "google.json").write_bytes(b"{}")
    (work / "keys" / "google.json").chmod(0o600)
    (tmp_path / "innocent").symlink_to(work / "keys")
    assert "git work tree" in refusal(tmp_path / "innocent" / "google.json").message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "absent").message
    assert "does not exist" in refusal(tmp_path / "absent" / "google.json").message


def test_a_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert "not a file" in refusal(tmp_path).message


@pytest.mark.timeout(5)
def test_a_named_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "not a file" in refusal(tmp_path / "pipe").message


def test_a_path_that_cannot_be_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "nul\0").message
    assert "cannot be read" in refusal(tmp_path / ("x" * 300)).message


def test_an_empty_file_is_refused(private: Path) -> None:
    private.write_bytes(b"")
    assert "is empty" in refusal(private).message


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_refused(private: Path) -> None:
    private.write_bytes(b"x" * LARGEST_SECRET)
    assert len(read_private_file(private)) == LARGEST_SECRET
    private.write_bytes(b"x" * (LARGEST_SECRET + 1))
    assert "larger than 65536 bytes" in refusal(private).message


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_somebody_else_is_refused(private: Path) -> None:
    os.chown(private, 4321, -1)
    assert "belongs to somebody else" in refusal(private).message


def test_a_refused_file_leaves_no_descriptor_open(private: Path) -> None:
    private.chmod(0o644)
    before = len(list(Path("/dev/fd").iterdir()))
    for path in (private, private.parent):
        refusal(path)
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_a_secret_is_read_from_the_environment() -> None:
    assert read_secret(Reference(env="TOKEN"), {"TOKEN": f" {PLANTED}\n"}) == Secret(PLANTED)


def test_a_secret_is_read_from_the_process_environment_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_TEST_SECRET", PLANTED)
    assert read_secret(Reference(env="AUDITOR_TEST_SECRET")) == Secret(PLANTED)


def test_a_secret_is_read_from_a_file_without_its_line_break(private: Path) -> None:
    private.write_text(f"{PLANTED}\r\n", encoding="utf-8")
    assert read_secret(Reference(file=private), {}) == Secret(PLANTED)


def test_a_secret_is_not_read_from_a_file_open_to_others(private: Path) -> None:
    private.chmod(0o644)
    with pytest.raises(SecretError, match="open to other accounts"):
        read_secret(Reference(file=private), {})


@pytest.mark.parametrize("environment", [{}, {"TOKEN": ""}, {"TOKEN": " \n"}])
def test_a_missing_variable_is_refused_with_a_command_that_keeps_it_out_of_the_history(
    environment: dict[str, str],
) -> None:
    with pytest.raises(SecretError, match="variable TOKEN holds no secret") as caught:
        read_secret(Reference(env="TOKEN"), environment)
    assert "read -rs TOKEN && export TOKEN" in caught.value.remedy


@pytest.mark.parametrize("text", [f"{PLANTED}\nsecond", f"{PLANTED}\tsecond", f"{PLANTED}\x1b[0m"])
def test_a_secret_of_several_lines_or_with_control_characters_is_refused_unseen(text: str) -> None:
    with pytest.raises(SecretError, match="more than one line") as caught:
        read_secret(Reference(env="TOKEN"), {"TOKEN": text})
    assert PLANTED not in caught.value.message + caught.value.remedy


def test_a_file_that_is_no_text_is_refused_as_a_secret(private: Path) -> None:
    private.write_bytes(b"\xff\xfe")
    with pytest.raises(SecretError, match="not text in UTF-8"):
        read_secret(Reference(file=private), {})


def test_every_refusal_ends_the_program_as_a_mistake_of_configuration(tmp_path: Path) -> None:
    error = refusal(tmp_path / "absent")
    assert error.exit_code == 2
    assert error.remedy


SECRETS = st.lists(st.text(st.characters(exclude_characters="[secrt]"), min_size=1), min_size=1, max_size=4)


@given(SECRETS, st.lists(st.text(), max_size=4), st.data())
def test_no_secret_is_left_in_a_redacted_text(values: list[str], words: list[str], data: st.DataObject) -> None:
    text = " ".join(data.draw(st.permutations([*values, *words])))
    redacted = redact(text, map(Secret, values))
    assert not any(value in redacted for value in values)


@example("a b/c")
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="[secrt]"), min_size=1))
def test_no_secret_is_left_where_it_was_escaped(value: str) -> None:
    for text in (quote(value, safe=""), urlencode({"x": value}), json.dumps(value), json.dumps({"k": [value]})):
        redacted = redact(text, [Secret(value)])
        assert MARK in redacted
        assert value not in redacted


def test_a_longer_secret_is_struck_whole_where_a_shorter_one_is_part_of_it() -> None:
    assert redact("token abc123 and abc", [Secret("abc"), Secret("abc123")]) == f"token {MARK} and {MARK}"


def test_a_text_without_secrets_stays_as_it_is() -> None:
    assert redact("nothing here", [Secret("x"), Secret("")]) == "nothing here"
