"""``auditor practice serve``: its folder is taken up again, a stranger's is left alone, and the week can be turned."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from google.auth import crypt, jwt
from ruamel.yaml import YAML

from auditor.cli import practice_folder
from auditor.cli.practice_folder import Kept
from auditor.errors import UsageError
from connectors.google_workspace.scopes import USERS

KEPT = Kept(
    accounts=25,
    seed=3,
    hostile=False,
    began=datetime(2026, 10, 1, tzinfo=UTC),
    week=2,
    port=8400,
    dns_port=8401,
    microsoft_client_id="app",
)


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[str]:
    """Serve a practice organisation in a process of its own; give its address, and end it as Ctrl-C does."""
    command = [sys.executable, "-c", "from auditor.cli.entry import run; run()", "practice", "serve"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    started = subprocess.Popen(  # noqa: S603 - ours
        [*command, "--folder", str(folder), *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert started.stdout is not None
    with started:
        said = ""
        while "Stop it:" not in said:
            line = started.stdout.readline()
            assert line, said
            said += line
        try:
            yield said.partition("curl -X PUT ")[2].partition("/week/")[0]
        finally:
            started.send_signal(signal.SIGINT)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lifetime(folder: Path) -> int:
    """Return for how many seconds a token of Google's is good."""
    key, now = json.loads((folder / "google-service-account.json").read_bytes()), int(datetime.now(UTC).timestamp())
    admin = YAML(typ="safe").load(folder / "config.yaml")["tenants"][0]["admin"]
    claims = {"iss": key["client_email"], "sub": admin, "scope": USERS.url, "aud": key["token_uri"]}
    assertion = jwt.encode(crypt.RSASigner.from_service_account_info(key), claims | {"iat": now, "exp": now + 60})
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion.decode()}
    return int(httpx2.post(key["token_uri"], data=form).json()["expires_in"])


def test_a_folder_is_served_again_with_everything_it_had(tmp_path: Path) -> None:
    with serving(tmp_path, "--seed", "4", "--week", "2") as address:
        assert httpx2.get(f"{address}/week").json()["week"] == 2
        told = httpx2.put(f"{address}/week/3").json()
        assert (told["week"], len(told["changes"]["opened"])) == (3, 3)
        assert json.loads((tmp_path / "truth.json").read_bytes())["changes"] == told["changes"]
    before = contents(tmp_path)
    assert set(before) == {practice_folder.MARK, *practice_folder.OURS}
    with serving(tmp_path, "--token-seconds", "60") as again:
        assert again == address
        assert lifetime(tmp_path) == 60
        assert httpx2.get(f"{again}/week").json() == told
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", practice_folder.OURS)
def test_what_a_stranger_has_written_stays(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(UsageError, match="something in"):
        practice_folder.find(tmp_path)
    assert contents(tmp_path) == {name: b"precious"}


def test_a_new_folder_keeps_nothing_yet(tmp_path: Path) -> None:
    assert practice_folder.find(tmp_path) is None
    assert practice_folder.find(tmp_path / "not there") is None


@pytest.mark.parametrize("mark", ["", "{}", '{"written_by": "somebody"}'])
def test_a_mark_that_is_not_ours_is_refused(mark: str, tmp_path: Path) -> None:
    (tmp_path / practice_folder.MARK).write_text(mark)
    with pytest.raises(UsageError, match="not whole"):
        practice_folder.find(tmp_path)


def test_a_folder_without_its_configuration_or_keys_is_refused(tmp_path: Path) -> None:
    practice_folder.keep(tmp_path, KEPT)
    with pytest.raises(UsageError, match="not whole"):
        practice_folder.find(tmp_path)
    (tmp_path / practice_folder.CONFIGURATION).touch()
    assert practice_folder.find(tmp_path) == KEPT
    with pytest.raises(UsageError, match="not whole"):
        KEPT.credentials(tmp_path)


def test_other_wishes_than_those_it_was_made_with_are_refused(tmp_path: Path) -> None:
    practice_folder.demand_same(KEPT, tmp_path, {"accounts": None, "seed": 3, "port": 8400, "hostile": None})
    for wish in ({"accounts": 30}, {"seed": 1}, {"port": 80}, {"hostile": True}):
        with pytest.raises(UsageError, match=f"--{next(iter(wish))}"):
            practice_folder.demand_same(KEPT, tmp_path, wish)
