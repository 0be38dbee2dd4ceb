"""What a column takes in comes out of it as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from auditor.store.columns import Mark, Moment, Words

DIALECT = sqlite.dialect()


def into(column: TypeEngine[Any], value: object) -> object:
    """Return what is handed to a database."""
    processor = column.bind_processor(DIALECT)
    return processor(value) if processor else value


def out_of(column: TypeEngine[Any], value: object) -> object:
    """Return what comes back from there."""
    processor = column.result_processor(DIALECT, None)
    return processor(value) if processor else value


@given(st.text(st.characters(codec=None)))
def test_every_text_comes_back_and_can_be_held_by_any_database(text: str) -> None:
    held = into(Words(), text)
    assert isinstance(held, str)
    assert "\x00" not in held
    held.encode("utf-8")
    assert out_of(Words(), held) == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_comes_back(moment: datetime) -> None:
    assert out_of(Moment(), into(Moment(), moment)) == moment


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    moment = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert out_of(Moment(), into(Moment(), moment)) == moment


@given(st.binary(min_size=12, max_size=12))
def test_every_fingerprint_comes_back(mark: bytes) -> None:
    assert out_of(Mark(), into(Mark(), mark.hex())) == mark.hex()


def test_nothing_stays_nothing() -> None:
    columns: list[TypeEngine[Any]] = [Words(), Moment(), Mark()]
    for column in columns:
        assert out_of(column, into(column, None)) is None
