from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample import HOSTILE

from auditor.reports.neutral import neutral, shorten

anything = st.text(
    st.characters(codec=None) | st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Mn", "Zs"])
)


def hidden(text: str) -> list[str]:
    """Return what a reader would not see, judged by Unicode's own tables rather than by ours."""
    return [c for c in text if unicodedata.category(c) in {"Cc", "Cs", "Co", "Zl", "Zp"} or bidirectional(c)]


def bidirectional(character: str) -> bool:
    marks = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"}
    return unicodedata.bidirectional(character) in marks or character in "\u200e\u200f\u061c"


@given(anything)
def test_neutral_text_hides_nothing(text: str) -> None:
    assert not hidden(neutral(text))


@given(anything)
def test_neutral_text_stays_as_it_is(text: str) -> None:
    assert neutral(neutral(text)) == neutral(text)


@given(anything, st.integers(1, 50))
def test_neutral_text_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(neutral(text, limit)) <= limit


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=300))
def test_ordinary_text_is_only_changed_where_spaces_run_together(text: str) -> None:
    assert neutral(text).split() == text.split()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Søren Ångström 山田太郎 مريم", "Søren Ångström 山田太郎 مريم"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\u202eb\u2066", "a\\u202eb\\u2066"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("a" + "\u0301" * 50, "a" + "\u0301" * 3),
        ("a\xa0\u3000 b", "a b"),
        ("\u2764\ufe0f", "\u2764"),
        ("[red]<b>{{ x }}", "[red]<b>{{ x }}"),
    ],
)
def test_hidden_characters_are_shown_as_escapes(text: str, shown: str) -> None:
    assert neutral(text) == shown


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    assert shorten("beginning of a very long name.exe", 15) == "beginni…ame.exe"
    assert shorten("short", 5) == "short"


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_attackers_write_is_one_harmless_line(text: str) -> None:
    assert not hidden(neutral(text))
    assert len(neutral(text)) <= 300
