from __future__ import annotations

import re
from pathlib import Path

from making import write_pack

from auditor.facts import UNSET, UnsetType
from auditor.models import Policy
from auditor.policy import FUNCTIONS, load_packs, run_tests
from auditor.policy.cases import KEYS
from auditor.policy.compile import all_known, any_known
from auditor.policy.types import PARAMETER_TYPES

PAGE = (Path(__file__).parents[2] / "docs" / "policy-language.md").read_text(encoding="utf-8")
WORDS: dict[str, bool | UnsetType] = {"true": True, "false": False, "unknown": UNSET}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_table_of_functions_is_that_of_the_code() -> None:
    rows = [line for line in section("Functions").splitlines() if line.startswith("| `")]
    assert rows == [f"| `{name}{row.signature}` | {row.help} |" for name, row in FUNCTIONS.items()]


def test_every_key_of_a_policy_and_of_its_tests_is_explained() -> None:
    assert re.findall(r"^\| `(\w+)` \|", section("A policy"), re.MULTILINE) == list(Policy.model_fields)
    assert set(re.findall(r"^\| `(\w+)` \|", section("Tests"), re.MULTILINE)) == {*KEYS, "expect"}


def test_every_type_of_parameter_is_named() -> None:
    assert all(f"`{name}`" in section("Types") for name in PARAMETER_TYPES)


def test_the_tables_of_and_and_or_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| \*\*(\w+)\*\* (and|or) \| (\w+) \| (\w+) \| (\w+) \|", PAGE, re.MULTILINE)
    assert len(rows) == 6
    for left, word, *cells in rows:
        combine = all_known if word == "and" else any_known
        assert [WORDS[cell] for cell in cells] == [combine([WORDS[left], right]) for right in WORDS.values()]


def test_the_policy_on_the_page_loads_and_passes_its_tests(tmp_path: Path) -> None:
    text = section("A policy").split("```yaml\n")[1].split("```")[0]
    (policy,) = load_packs([write_pack(tmp_path, one=text)]).policies
    assert all(result.passed for result in run_tests(policy))
