"""The documentation against the program: what can be said on the command line, how it ends, and what it may read.

Keys of the configuration and of the report, and the policies, are held against their pages beside their own tests.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML
from typer.core import TyperCommand, TyperGroup

from auditor import config
from auditor.cli.main import app
from auditor.cli.practice_setup import write_configuration
from auditor.config import Config, GoogleTenant
from auditor.exemption_file import load as load_exemptions
from auditor.exit_codes import ExitCode
from auditor.policy import load_packs
from auditor.reports import FORMATS
from connectors.google_workspace import scopes
from connectors.microsoft_365 import reads, refusals
from connectors.practice import faults
from connectors.practice.generator import generate
from connectors.practice.microsoft.graph import OPERATIONS
from connectors.practice.permissions import SWITCHES
from connectors.practice.process import serving
from connectors.practice.server import PracticeServer

Command = TyperCommand | TyperGroup

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OPTION = re.compile(r"`(--[a-z-]+)[ `]")

TENANT = """\
organisation: Rivera for Senate
tenants:
  - id: workspace
    connector: google_workspace
    admin: it@rivera-campaign.example
    credentials: {key_file: google.json}
"""
"""What stands around an example that shows a part of the configuration."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Return what stands in the fenced blocks of a language, without the indentation of the fence."""
    found = BLOCK.finditer(text(str(page.relative_to(ROOT))))
    return [re.sub(rf"^{match[1]}", "", match[3], flags=re.MULTILINE) for match in found if match[2] == language]


def rows(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, its own head left out."""
    level = heading.partition(" ")[0]
    section = f"\n{text(page)}".partition(f"\n{heading}\n")[2].partition(f"\n{level} ")[0]
    table = re.search(r"(?:^\|.*\n?)+", section, re.MULTILINE)
    assert table, f"no table under {heading!r} in {page}"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[0].splitlines()[2:]]


def commands(command: Command | None = None, path: str = "auditor") -> Iterator[tuple[str, Command]]:
    """Yield every command that does something, the program itself included, by what one types."""
    command = command or typer.main.get_command(app)
    inner = getattr(command, "commands", {})
    if not inner or path == "auditor" or getattr(command, "invoke_without_command", False):
        yield path, command
    for name, each in inner.items():
        yield from commands(each, f"{path} {name}")


COMMANDS = dict(commands())


def spoken(command: Command) -> set[str]:
    """Return the options of a command, without the help that each has and what is hidden, and its arguments."""
    options = [
        each for each in command.params if each.param_type_name == "option" and not getattr(each, "hidden", False)
    ]
    names = {name for each in options for name in each.opts}
    arguments = {
        str(each.metavar).strip("[].") for each in command.params if getattr(each, "param_type_name", "") == "argument"
    }
    return names - {"--help"} | arguments


def test_every_command_and_no_other_has_its_section() -> None:
    assert re.findall(r"^## `(.*)`$", text("docs/commands.md"), re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_and_argument_is_documented_and_exists(path: str) -> None:
    if not spoken(COMMANDS[path]):
        return
    written = [row[0].strip("`").split(" ")[0] for row in rows("docs/commands.md", f"## `{path}`")]
    assert sorted(written) == sorted(spoken(COMMANDS[path]))


def test_every_format_of_the_report_is_documented() -> None:
    described = dict(row[::2] for row in rows("docs/commands.md", "## `auditor audit`"))["`--format FORMAT`"]
    assert set(re.findall(r"`(\w+)`", described)) == FORMATS.keys()


@each_page
def test_command_lines_in_examples_can_be_typed(page: Path) -> None:
    for line in "\n".join(blocks(page, "sh")).replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|\|\||>", line):
            words = shlex.split(part.strip(), comments=True)
            if words and Path(words[0]).name == "auditor":
                typed = " ".join(["auditor", *words[1:]])
                path = max((each for each in COMMANDS if f"{typed} ".startswith(f"{each} ")), key=len)
                options = {word.partition("=")[0] for word in words if word.startswith("--")}
                assert path != "auditor" or options, f"{line}: no such command"
                assert options <= spoken(COMMANDS[path]), line


def test_every_exit_code_is_explained_as_the_program_explains_it() -> None:
    tree = ast.parse((ROOT / "auditor" / "exit_codes.py").read_text(encoding="utf-8"))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef)).body
    explained = {
        ExitCode[ast.unparse(name.targets[0])]: ast.literal_eval(docstring.value).replace("``", "`")
        for name, docstring in pairwise(body)
        if isinstance(name, ast.Assign) and isinstance(docstring, ast.Expr)
    }
    assert explained.keys() == set(ExitCode)
    assert rows("docs/exit-codes.md", "# Exit codes") == [
        [str(code.value), code.name.lower().replace("_", "-"), meaning] for code, meaning in explained.items()
    ]


def test_the_readme_promises_no_other_exit_code() -> None:
    assert {int(row[0]) for row in rows("README.md", "3. Run it.")} <= set(ExitCode)


def test_every_google_scope_is_documented_with_its_reason_and_its_loss() -> None:
    root = "https://www.googleapis.com/auth/"
    page = "docs/how-to/google-workspace.md"
    written = [[*row[:3], row[4]] for row in rows(page, "### Scopes")]
    assert written == [
        [f"`{each.url.removeprefix(root)}`", each.reason, each.lost, f"`{each.role}`"] for each in scopes.ALL
    ]
    assert f"   {','.join(each.url for each in scopes.ALL)}\n" in text(page), "the line to paste"
    assert f"{['ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen'][len(scopes.ALL) - 10]} scopes" in text(
        page
    )


def test_only_scopes_that_say_so_are_read_only() -> None:
    for row in rows("docs/how-to/google-workspace.md", "### Scopes"):
        assert row[3].startswith("no" if row[0].endswith(".readonly`") else "**yes**"), row[0]


def test_every_microsoft_permission_is_documented() -> None:
    asked = {each.name: each for each in vars(refusals).values() if isinstance(each, refusals.Permission)}
    written = {row[0].strip("`"): row[1] for row in rows("docs/how-to/microsoft-365.md", "### Permissions")}
    assert written.keys() == asked.keys()


def test_the_pages_name_every_command_of_exchange_that_may_run() -> None:
    for page in ("docs/how-to/microsoft-365.md", "docs/security-model.md"):
        assert set(re.findall(r"`(Get-\w+)`", text(page))) == reads.CMDLETS.keys(), page


def test_every_part_of_the_practice_organisation_is_documented() -> None:
    assert {row[0].strip("`") for row in rows("docs/practice.md", "## Make it fail")} == set(faults.KINDS)
    listed = blocks(ROOT / "docs" / "practice.md", "text")[0].split()
    assert listed == sorted(f"{each.version}/{each.address}" for each in OPERATIONS)
    assert all(f"| `{switch}` |" in text("docs/practice.md") for switch in SWITCHES)


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8"))):
        if target.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}, target


@each_page
def test_every_yaml_example_can_be_loaded(page: Path, tmp_path: Path) -> None:
    for number, block in enumerate(blocks(page, "yaml")):
        keys = YAML(typ="safe").load(block).keys()
        folder = tmp_path / str(number)
        folder.mkdir()
        if isinstance(YAML(typ="safe").load(block).get("exemptions"), list):
            (folder / "exemptions.yaml").write_text(block, encoding="utf-8")
            documents = {policy.document.id: policy.document for policy in load_packs(["baseline"]).policies}
            assert load_exemptions(folder / "exemptions.yaml", policies=documents, tenants=["workspace"])
            continue
        if "language" in keys:
            (folder / f"{YAML(typ='safe').load(block)['id']}.yaml").write_text(block, encoding="utf-8")
            assert load_packs([folder]).policies
            continue
        whole = block
        if keys <= GoogleTenant.model_fields.keys():
            told = keys | ({"admin"} if "subjects" in keys else set())
            around = [line for line in TENANT.splitlines(keepends=True) if line.strip().partition(":")[0] not in told]
            whole = "".join([*around, *(f"    {line}\n" for line in block.splitlines())])
        elif "tenants" not in keys:
            assert keys <= Config.model_fields.keys()
            whole = TENANT + block
        path = folder / "config.yaml"
        path.write_text(whole, encoding="utf-8")
        loaded = config.load(path)
        load_packs(loaded.policies.packs, loaded.policies.params)


def test_the_example_of_a_client_lists_the_practice_organisation(tmp_path: Path) -> None:
    organisation = generate(accounts=25, seed=1, today=datetime(2026, 1, 15, tzinfo=UTC))
    (example,) = blocks(ROOT / "docs" / "practice.md", "python")
    with PracticeServer(organisation) as server:
        write_configuration(tmp_path, serving(server), server.credentials)
        example = example.replace("/tmp/practice", str(tmp_path)).replace("ADMIN", organisation.google.admin)  # noqa: S108 - the page's
        example = example.replace("http://127.0.0.1:8400", server.address)
        command = [sys.executable, "-W", "error", "-c", example]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own page
    assert ran.stderr == ""
    addresses = [account.address for account in organisation.google.accounts]
    assert [line.split()[0] for line in ran.stdout.splitlines()] == addresses


def test_the_readme_gives_each_command_on_one_line() -> None:
    (demo, tests, *_) = blocks(ROOT / "README.md", "sh")
    assert demo == "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/auditor demo\n"
    assert tests == "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest\n"
    assert tests in text("CONTRIBUTING.md")


def test_what_runs_on_every_change_runs_the_readme_s_own_line_and_the_tests_last() -> None:
    script = text(".ci/run")
    pattern = re.search(r"grep -E '(.*)' README\.md", script)
    assert pattern
    assert len(re.findall(pattern[1], text("README.md"), re.MULTILINE)) == 1
    ran = [line.split()[0] for line in script.splitlines() if "failed=1" in line]
    assert ran == [".venv/bin/ruff", ".venv/bin/ruff", ".venv/bin/mypy", "bash"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_nothing_in_the_documentation_is_left_to_be_said() -> None:
    for page in PAGES:
        assert not re.search(r"\b(TODO|TBD|FIXME|XXX)\b", text(str(page.relative_to(ROOT)))), page
