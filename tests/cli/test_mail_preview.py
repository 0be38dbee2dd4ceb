"""``auditor mail --preview`` and ``auditor history report`` over a history with a kept report."""

from __future__ import annotations

import email
import stat
from email.policy import default
from hashlib import sha256
from pathlib import Path

import pytest
from remembering import TENANT, World
from test_config import SMALLEST
from typer.testing import CliRunner

from auditor.cli.main import app
from auditor.errors import UsageError
from auditor.standing import stand
from auditor.store import open_store

MAIL = """
mail:
  sender: auditor@rivera-campaign.example
  it: {to: [it@rivera-campaign.example], names: initials}
  ways: [{smtp: {host: mail.rivera-campaign.example}}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(SMALLEST + MAIL, encoding="utf-8")
    return path


@pytest.fixture
def audited(config: Path) -> Path:
    world = World({"ana": {"a": "bad"}})
    reading = world.reading(0, None)
    standing = stand(None, reading)
    assert standing
    with (
        open_store(config.parent / "state" / "history.db") as store,
        store.auditing(
            audit_id="a", organisation="X", tenants=[TENANT], started=reading.finished, keep_report=True
        ) as record,
    ):
        record.keep(world.report(reading), {TENANT: standing})
    return config


def run(*words: str | Path) -> str:
    ran = CliRunner().invoke(app, list(map(str, words)))
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_a_preview_shows_the_mail_in_the_terminal(audited: Path) -> None:
    shown = run("mail", "--preview", "it", "--config", audited)
    assert shown.startswith("To: it@rivera-campaign.example\nSubject: [Rivera for Senate] Could not be seen: ")
    assert "Not so: No rule deletes" in shown
    assert "Ana" not in shown
    assert "Ana" in run("mail", "--preview", "it", "--names", "full", "--config", audited)


def test_a_preview_writes_files_for_their_owner_alone(audited: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    written = run("mail", "--preview", "it", "--output", folder, "--config", audited).split()
    assert [Path(each).name for each in written] == ["it.eml", "it.html", "it.txt"]
    assert {stat.S_IMODE(Path(each).stat().st_mode) for each in written} == {0o600}
    mail = email.message_from_bytes((folder / "it.eml").read_bytes(), policy=default)
    assert mail["To"] == "it@rivera-campaign.example"
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png"]
    page = (folder / "it.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "cid:" not in page


def test_the_whole_report_can_be_written_again_and_is_the_one_that_the_mail_means(
    audited: Path, tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    run("history", "report", "--format", "html", "--output", target, "--config", audited)
    mail = "".join(run("mail", "--preview", "it", "--config", audited).split())
    assert sha256(target.read_bytes()).hexdigest() in mail
    assert "Ana" in run("history", "report", "--config", audited)


@pytest.mark.parametrize(
    "words",
    [("mail", "--preview", "it"), ("history", "report")],
)
def test_without_a_kept_report_it_says_what_to_do(config: Path, words: tuple[str, ...]) -> None:
    with open_store(config.parent / "state" / "history.db"):
        pass
    with pytest.raises(UsageError) as told:
        run(*words, "--config", config)
    assert "auditor audit" in told.value.remedy


@pytest.mark.parametrize("wrong", [("--preview", "chair"), ("--preview", "it", "--names", "none")])
def test_words_that_do_not_exist_are_told(audited: Path, wrong: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        run("mail", *wrong, "--config", audited)
