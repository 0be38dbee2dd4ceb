from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from auditor.errors import ConfigurationError, DocumentError, PolicyError, Problem
from auditor.yaml_files import MAX_BYTES, load, read, validate


def problem(text: str) -> Problem:
    with pytest.raises(DocumentError) as failure:
        load(text, file="f.yaml")
    (only,) = failure.value.problems
    return only


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: !!python/object:os.system x\n", 1, 4, "tags are not allowed"),
        ("a: 1\nb: !x 2\n", 2, 4, "tags are not allowed"),
        ("a: &all [1]\n", 1, 4, "anchors are not allowed"),
        ("a: *all\n", 1, 4, "aliases are not allowed"),
        ("time: */5 * * * *\n", 1, 7, "in quotation marks, if it begins with *"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, 4, "anchors are not allowed"),
        ("%YAML 1.1\n---\na: 1\n", 2, 1, "directives are not allowed"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "'a' stands here twice; first in line 1"),
        ("x: {a: 1, a: 2}", 1, 11, "'a' stands here twice"),
        ("? [a]\n: 1\n", 1, 3, "a key must be a single word"),
        ("<<: 1\n", 1, 1, "merging with <<"),
        ("[" * 3000, 1, 33, "nested more than 32 deep"),
        ("- " * 3000, 1, 65, "nested more than 32 deep"),
        ("a: x\x00y\n", 1, 5, "invisible character U+0000"),
        ("a: x\u202ey\n", 1, 5, "invisible character U+202E"),
        ("a: x\u2028y\n", 1, 5, "invisible character U+2028"),
        ("b: 1\na: \x1b[31m\n", 2, 4, "invisible character U+001B"),
        ('a: "\\0"\n', 1, 4, "a character that does not exist"),
        ('a: "\\uD800"\n', 1, 4, "a character that does not exist"),
        ('a: "\\UFFFFFFFF"\n', 1, 1, "a character that does not exist"),
        ("a: [1, 2\nb: 3\n", 2, 2, "not valid YAML"),
        ("a:\n\tb: 1\n", 2, 1, "not valid YAML"),
        ("a: b: c\n", 1, 5, "not valid YAML"),
        ("a: 'x' == b\n", 1, 8, "not valid YAML"),
        ("", 1, 1, "the file is empty"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_place(text: str, line: int, column: int, message: str) -> None:
    found = problem(text)
    assert (found.line, found.column) == (line, column)
    assert message in str(found)
    assert found.remedy


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("yes", "yes"),
        ("no", "no"),
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("012", "012"),
        ("0x10", "0x10"),
        ("1e9", "1e9"),
        ("2026-01-31", "2026-01-31"),
        ("9" * 5000, "9" * 5000),
        ("'12'", "12"),
        ('"true"', "true"),
        (".inf", ".inf"),
    ],
)
def test_a_scalar_means_what_it_looks_like(written: str, value: object) -> None:
    found = load(f"a: {written}", file="f").value["a"]
    assert (found, type(found)) == (value, type(value))


@given(st.text(max_size=30))
def test_any_text_is_a_tree_or_a_document_error(text: str) -> None:
    with suppress(DocumentError):
        load(text, file="f")


TEXT = """\
plain: x > 1
  and y

  and z # a comment
block: |
  one
    two

  three
quoted: 'four five'
escaped: "si\\tx"
folded: >
  seven
list: [eight,  nine]
"""


@pytest.mark.parametrize(
    ("path", "word", "line", "column"),
    [
        (("plain",), "x", 1, 8),
        (("plain",), "y", 2, 7),
        (("plain",), "z", 4, 7),
        (("block",), "one", 6, 3),
        (("block",), "two", 7, 5),
        (("block",), "three", 9, 3),
        (("quoted",), "five", 10, 15),
        (("escaped",), "x", 11, 10),
        (("folded",), "seven", 12, 9),
        (("list", 1), "ne", 14, 18),
    ],
)
def test_a_character_inside_a_text_is_found_in_the_file(
    path: tuple[str | int, ...], word: str, line: int, column: int
) -> None:
    tree = load(TEXT, file="f")
    text = tree.value
    for step in path:
        text = text[step]
    assert tree.mark_inside(path, text.index(word)) == (line, column)
    assert tree.is_exact(path) == (path[0] not in {"escaped", "folded"})


def test_marks_point_to_keys_values_and_the_nearest_part_of_what_is_missing() -> None:
    tree = load("a:\n  b: [1, x]\n", file="f")
    assert tree.mark(("a", "b"), key=True) == (2, 3)
    assert tree.mark(("a", "b", 1)) == (2, 10)
    assert tree.mark(("a", "c", "d")) == (2, 3)


@pytest.mark.parametrize(
    ("content", "line", "column", "message"),
    [
        (b"\xef\xbb\xbfa: 1", 1, 1, "byte order mark"),
        ("a: 1".encode("utf-16"), 1, 1, "byte order mark"),
        ("a: 1".encode("utf-16-le"), 1, 2, "invisible character U+0000"),
        (b"a: 1\nb: \xff", 2, 4, "not UTF-8"),
        ("é: \udc80".encode("utf-8", "surrogatepass"), 1, 4, "not UTF-8"),
        (b"a: " + b"x" * MAX_BYTES, 1, 1, "longer than 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_plain_text_is_refused(
    tmp_path: Path, content: bytes, line: int, column: int, message: str
) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=re.escape(message)) as failure:
        read(path, error=PolicyError)
    assert (failure.value.problems[0].line, failure.value.problems[0].column) == (line, column)


def test_a_file_that_is_not_there_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path / "absent.yaml", error=ConfigurationError)


def _even(number: int) -> int:
    if number % 2:
        raise ValueError(f"{number} is odd", "Write an even number.")
    return number


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cat(_Closed):
    kind: Literal["cat"]
    lives: int


class Dog(_Closed):
    kind: Literal["dog"]
    tricks: tuple[str, ...] = ()


class House(_Closed):
    street: str
    number: Annotated[int, AfterValidator(_even)] = 2
    open: bool = True
    size: Literal["small", "large"] = "small"
    pets: tuple[Annotated[Cat | Dog, Field(discriminator="kind")], ...] = ()
    keys: dict[Literal["front", "back"], int] = Field(default_factory=dict)


def test_a_document_that_is_right_becomes_its_model() -> None:
    house = validate(House, load("street: Elm\npets: [{kind: dog, tricks: [sit]}]\n", file="f"))
    assert house == House(street="Elm", pets=(Dog(kind="dog", tricks=("sit",)),))


def test_every_mistake_is_told_at_its_place_in_our_words() -> None:
    text = """\
strete: Elm
number: 3
open: yes
size: smal
pets:
  - {kind: cat, lifes: 9}
  - {kind: cow}
  - {tricks: []}
  - {kind: dog, tricks: sit}
keys: {frnt: 1, back: x}
"""
    with pytest.raises(ConfigurationError) as failure:
        validate(House, load(text, file="f", error=ConfigurationError))
    assert str(failure.value).splitlines() == [
        "f:1:1: 'street' is missing",
        "f:1:1: unknown key 'strete' (Did you mean 'street'?)",
        "f:2:9: 3 is odd (Write an even number.)",
        "f:3:7: this must be true or false",
        "f:4:7: 'smal' is not one of 'small' or 'large' (Did you mean 'small'?)",
        "f:6:5: 'lives' is missing",
        "f:6:17: unknown key 'lifes' (Did you mean 'lives'?)",
        "f:7:5: cow is not one of 'cat', 'dog'",
        "f:8:5: 'kind' is missing",
        "f:9:25: this must be a list",
        "f:10:8: 'frnt' is not one of 'front' or 'back' (Did you mean 'front'?)",
        "f:10:23: this must be a whole number",
    ]
