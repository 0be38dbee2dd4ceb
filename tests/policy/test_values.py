from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.facts import UNSET
from auditor.policy.values import sound, words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (UNSET, "unknown"),
        (None, "none"),
        ((), "none"),
        (("a", "b"), "a, b"),
        (timedelta(days=90), "90 days"),
        (timedelta(hours=12), "12 hours"),
        (datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31"),
        (datetime(2026, 1, 31, 9, 30, tzinfo=UTC), "2026-01-31"),
        (3, "3"),
        ("x" * 301, "x" * 299 + "…"),
        ("x" * 300, "x" * 300),
        ("\ud83d\udd11", "\U0001f511"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_values_are_put_into_words(value: object, text: str) -> None:
    assert words(value) == text


def test_text_that_no_encoding_can_carry_is_mended() -> None:
    assert sound("Ana\udfff").encode() == "Ana\ufffd".encode()
