"""What strangers get: the wheel and the source distribution, built as pip builds them, and looked into."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import HeaderParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

import auditor

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
INFO = f"auditor-{auditor.__version__}.dist-info"
PART_OF_ANOTHER = {"pydantic_core": "pydantic", "google_auth_httplib2": "google-auth"}
"""Packages that come with a declared library, in step with it."""


def files(folder: str, pattern: str = "*") -> set[str]:
    """Return the files below a folder of the checkout, by their place in it, without what Python leaves there."""
    found = (path for path in (ROOT / folder).rglob(pattern) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in found}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_is_for_every_machine(wheel: Path) -> None:
    assert wheel.name == f"auditor-{auditor.__version__}-py3-none-any.whl"


def test_the_wheel_holds_the_two_packages_the_policies_and_nothing_else(names: set[str]) -> None:
    ours = {name for name in names if not name.startswith(INFO)}
    assert ours == files("auditor") | files("connectors") | {f"auditor/{name}" for name in files("policies")}


def test_what_is_data_is_in_the_wheel(names: set[str]) -> None:
    assert {"auditor/reports/report-1.schema.json", "auditor/reports/templates/report.html.j2"} <= names
    assert {"auditor/reports/templates/report.css", "auditor/policies/baseline/account.mfa-enforced.yaml"} <= names
    assert f"{INFO}/licenses/LICENSE" in names


def test_both_packages_say_that_they_are_typed(names: set[str]) -> None:
    assert {"auditor/py.typed", "connectors/py.typed"} <= names


def test_the_wheel_says_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        said = HeaderParser().parsestr(archive.read(f"{INFO}/METADATA").decode())
        scripts = archive.read(f"{INFO}/entry_points.txt").decode()
    needed = [line for line in said.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert (said["Name"], said["Version"], said["Requires-Python"]) == ("auditor", auditor.__version__, ">=3.11")
    assert sorted(map(_plain, needed)) == sorted(map(_plain, PROJECT["dependencies"]))
    # An extra and no dependency group, because only a pip of 2025 or later knows groups.
    assert said.get_all("Provides-Extra") == ["age", "alerts", "dev", "postgresql"]
    assert "auditor = auditor.cli.entry:run" in scripts
    assert said["Description-Content-Type"] == "text/markdown"


def test_the_policies_are_found_in_a_wheel_as_in_a_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)  # noqa: S202 - the archive is our own
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "import auditor; from auditor.policy import load_packs;"
        "print(auditor.__file__); print(len(load_packs(['baseline']).policies))"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", script], cwd="/", capture_output=True, text=True, check=True)  # noqa: S603 - our own wheel
    policies = str(len(files("policies/baseline", "*.yaml")))
    assert ran.stdout.split() == [str(tmp_path / "auditor" / "__init__.py"), policies]


def test_the_source_distribution_can_be_tested_and_built_again(tmp_path: Path) -> None:
    (path,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(path) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    kept = {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "config.example.yaml", ".ci/run"}
    assert held >= kept | files("auditor") | files("connectors") | files("policies") | files("docs") | files("tests")
    assert not [
        name for name in held if name.startswith((".venv", ".hypothesis", ".mypy_cache", "config.yaml", "state/"))
    ]


def test_every_library_that_is_imported_is_declared_and_every_declared_one_is_imported() -> None:
    extras = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *extras["age"], *extras["alerts"]]  # SQLAlchemy finds PostgreSQL's by itself
    declared = {_plain(re.split(r"[<>=!~\[; ]", line)[0]) for line in lines}
    providers = packages_distributions()
    imported = set()
    for name in files("auditor", "*.py") | files("connectors", "*.py"):
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                top = str(module).split(".")[0]
                if top not in {*sys.stdlib_module_names, "auditor", "connectors"}:
                    imported.add(_declared_name(str(module), providers))
    assert imported == declared


def _declared_name(module: str, providers: dict[str, list[str]] | object) -> str:
    """Return the name by which the library that provides a module is declared."""
    top = module.split(".", maxsplit=1)[0]
    if module.startswith("google.auth"):
        return "google-auth"  # one of several libraries that share the package google
    if module.startswith("ruamel.yaml"):
        return "ruamel-yaml"
    return _plain(PART_OF_ANOTHER.get(top) or providers[top][0])  # type: ignore[index]  # a mapping, whatever it is called


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
