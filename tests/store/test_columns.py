"""What a column takes in comes out of it as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from auditor.store.columns import Mark, Moment, Words

DIALECT = sqlite.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's


@given(st.text(st.characters(codec=None)))
def test_every_text_comes_back_and_can_be_held_by_any_database(text: str) -> None:
    held = Words().process_bind_param(text, DIALECT)
    assert held is not None
    assert "\x00" not in held
    held.encode("utf-8")
    assert Words().process_result_value(held, DIALECT) == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_comes_back(moment: datetime) -> None:
    assert Moment().process_result_value(Moment().process_bind_param(moment, DIALECT), DIALECT) == moment


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    moment = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert Moment().process_result_value(Moment().process_bind_param(moment, DIALECT), DIALECT) == moment


@given(st.binary(min_size=12, max_size=12))
def test_every_fingerprint_comes_back(mark: bytes) -> None:
    assert Mark().process_result_value(Mark().process_bind_param(mark.hex(), DIALECT), DIALECT) == mark.hex()


def test_nothing_stays_nothing() -> None:
    for column in (Words(), Moment(), Mark()):
        assert column.process_result_value(column.process_bind_param(None, DIALECT), DIALECT) is None
