from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from auditor.cli.policies import app, draw
from auditor.policy import load_packs

GOOD = """\
language: 1
id: share.closed
title: Nothing is open
severity: high
fact: shared_item
require: shared_item.exposure != "anyone"
message: "{shared_item.label} is open"
evidence: [shared_item.exposure]
why: Links are passed on.
fix:
  google_workspace: Share > Restricted
  microsoft_365: Share > Remove link
tests:
  - {name: closed, shared_item: {exposure: people}, expect: pass}
  - {name: open, shared_item: {exposure: anyone}, expect: fail}
  - {name: not known, shared_item: {exposure: $unknown}, expect: unknown}
"""
HOSTILE = '"[/red]\\u001b[2J\\u202e[link=http://evil.example]closed[/link]"'


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def pack(folder: Path, text: str, name: str = "share.closed.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_list_names_every_policy_on_a_line_of_its_own_in_a_pipe() -> None:
    result = run("list")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert len(lines) >= 24
    assert "critical  mail.rule.no-external-forwarding" in result.stdout
    assert all(line.split()[0] in {"low", "medium", "high", "critical"} for line in lines)


def test_list_as_json_is_for_programs(tmp_path: Path) -> None:
    result = run("list", "--format", "json", "--pack", pack(tmp_path, GOOD))
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [
        {
            "id": "share.closed",
            "title": "Nothing is open",
            "severity": "high",
            "fact": "shared_item",
            "connectors": ["google_workspace", "microsoft_365"],
            "params": {},
            "maps": {},
        }
    ]


def test_show_says_what_is_demanded_why_and_what_to_click() -> None:
    result = run("show", "share.no-outside-writers")
    assert result.exit_code == 0
    for part in ("shared_item.outsiders", "trusted_domains (list(string), [])", "Fix in Google Workspace", " > "):
        assert part in result.stdout


def test_show_suggests_the_policy_that_was_meant() -> None:
    result = run("show", "share.no-outside-writer")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "share.no-outside-writers" in result.stderr


def test_lint_is_content_with_the_baseline() -> None:
    result = run("lint")
    assert result.exit_code == 0
    assert result.stdout.endswith(". No mistakes.\n")


def test_lint_lists_all_mistakes_with_their_places(tmp_path: Path) -> None:
    pack(tmp_path, GOOD.replace("severity: high", "severity: hihg"), "a.yaml")
    pack(tmp_path, GOOD.replace("shared_item.exposure !=", "shared_item.exposre !="), "b.yaml")
    folder = pack(tmp_path, GOOD.replace("expect: fail", "expect: fial"), "c.yaml")
    result = run("lint", folder)
    assert result.exit_code == 2
    places = [line.partition(": ")[0].removeprefix(f"{tmp_path}/") for line in result.stdout.splitlines()]
    assert places == ["a.yaml:4:11", "b.yaml:6:22", "c.yaml:15:59"]
    assert "Did you mean 'exposure'?" in result.stdout
    assert result.stderr == "Mistakes: 3. No policy was loaded.\n"


def test_lint_takes_several_packs_and_single_files(tmp_path: Path) -> None:
    folder = pack(tmp_path, GOOD)
    result = run("lint", "baseline", folder / "share.closed.yaml")
    assert result.exit_code == 0


def test_lint_of_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert run("lint", tmp_path / "nowhere").exit_code == 2


@pytest.mark.parametrize("command", ["list", "show", "test"])
def test_a_broken_pack_is_never_used(command: str, tmp_path: Path) -> None:
    folder = pack(tmp_path, GOOD.replace("severity: high", "severity: hihg"))
    arguments = {"list": ["--pack", folder], "show": ["share.closed", "--pack", folder], "test": [folder]}[command]
    result = run(command, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "share.closed.yaml:4:11: " in result.stderr


def test_tests_that_pass_are_counted(tmp_path: Path) -> None:
    result = run("test", pack(tmp_path, GOOD))
    assert (result.exit_code, result.stdout) == (0, "Tests: 3. Failed: 0.\n")


def test_a_test_that_fails_is_shown_with_its_place(tmp_path: Path) -> None:
    wrong = GOOD.replace("exposure: people}, expect: pass", "exposure: people}, expect: fail").replace(
        "exposure: anyone}, expect: fail", "exposure: anyone}, expect: pass"
    )
    result = run("test", pack(tmp_path, wrong))
    assert result.exit_code == 1
    assert "share.closed.yaml:14:" in result.stdout
    assert "share.closed.yaml:15:" in result.stdout
    assert result.stdout.endswith("Tests: 3. Failed: 2.\n")


@pytest.mark.parametrize(
    "arguments", [["list"], ["list", "--format", "json"], ["list", "--format", "markdown"], ["show", "share.closed"]]
)
def test_words_of_a_foreign_pack_cannot_move_the_cursor(arguments: list[str], tmp_path: Path) -> None:
    folder = pack(tmp_path, GOOD.replace("Nothing is open", HOSTILE))
    result = run(*arguments, "--pack", folder)
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    assert "[/red]" in result.output


def test_words_of_a_broken_pack_cannot_either(tmp_path: Path) -> None:
    folder = pack(tmp_path, GOOD.replace("severity: high", f"severity: {HOSTILE}"))
    result = run("lint", folder)
    assert result.exit_code == 2
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output


def test_words_of_a_foreign_pack_are_no_markup_on_a_terminal(tmp_path: Path) -> None:
    folder = pack(tmp_path, GOOD.replace("Nothing is open", HOSTILE))
    terminal = StringIO()
    draw(
        [policy.document for policy in load_packs([folder]).policies],
        Console(file=terminal, force_terminal=True, width=120),
    )
    assert "[/red]\\x1b[2J\\u202e[link=http://evil.example]closed[/link]" in terminal.getvalue()
    assert "\x1b[2J" not in terminal.getvalue()
