"""The page about the facts is what the classes say, and says something of every field."""

from __future__ import annotations

from pathlib import Path

from auditor.facts import KINDS
from auditor.policy.reference import facts_markdown
from auditor.policy.types import fields_of

PAGE = Path(__file__).parents[2] / "docs" / "facts.md"


def test_the_page_is_what_the_command_prints() -> None:
    assert PAGE.read_text().rstrip().endswith(facts_markdown().rstrip()), "auditor policies facts > the page"


def test_every_field_of_every_kind_has_a_meaning() -> None:
    text = facts_markdown()
    for kind, struct in KINDS.items():
        section = text.partition(f"## {kind}\n")[2].partition("\n## ")[0]
        for field in fields_of(struct):
            row = next(line for line in section.splitlines() if line.startswith(f"| `{field}` |"))
            assert len(row.split(" | ")[2].strip(" |")) > 10, (kind, field)
