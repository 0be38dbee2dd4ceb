"""Columns: how moments, texts, fingerprints and references lie in a database, and come back as they were."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Column, Dialect, ForeignKey, Integer, LargeBinary, Table, Text
from sqlalchemy.types import TypeDecorator

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# PostgreSQL takes no NUL, no encoding of Unicode takes lone surrogates, and names that strangers wrote hold both.
_UNFIT: Final = re.compile("[\x00\\\\\ud800-\udfff]")
_WRITTEN: Final = re.compile(r"\\([0-9a-f]{4})")


class Moment(TypeDecorator[datetime]):
    """A moment, as microseconds since 1970 in UTC: exact, and the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return what is stored of an aware moment."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Return the moment in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    r"""A text that anybody may have written; what a database cannot hold is written like ``\0000``, and read back."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002 - SQLAlchemy's
        """Return what gives each character that does not fit a code; at once, because there are millions of texts."""
        return _written

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], str | None]:  # noqa: ARG002 - as above
        """Return what gives the text as it was."""
        return _read


class Mark(TypeDecorator[str]):
    """A fingerprint of 24 hexadecimal digits, in 12 bytes."""

    impl = LargeBinary(12)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], bytes | None]:  # noqa: ARG002 - as above
        """Return what gives the bytes."""
        return lambda value: None if value is None else bytes.fromhex(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[bytes | None], str | None]:  # noqa: ARG002 - as above
        """Return what gives the digits."""
        return lambda value: None if value is None else value.hex()


class Deflated(TypeDecorator[str]):
    """A long text, compressed; a report of 500 people takes a tenth of its room."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the compressed text."""
        return None if value is None else zlib.compress(value.encode("utf-8", "surrogatepass"))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        """Return the text as it was given."""
        return None if value is None else zlib.decompress(value).decode("utf-8", "surrogatepass")


def _written(value: str | None) -> str | None:
    if value is None or not _UNFIT.search(value):
        return value
    return _UNFIT.sub(lambda match: f"\\{ord(match[0]):04x}", value)


def _read(value: str | None) -> str | None:
    if value is None or "\\" not in value:
        return value
    return _WRITTEN.sub(lambda match: chr(int(match[1], 16)), value)


def number() -> Column[int]:
    """Return the primary key of a table whose rows are numbered.

    The number is given by us inside the one transaction that writes, so that many rows go in at once and know each
    other.
    """
    return Column("number", Integer, primary_key=True, autoincrement=False)


def to(table: Table, name: str, *, optional: bool = False) -> Column[int]:
    """Return a column that refers to the number of a row of ``table``."""
    return Column(name, Integer, ForeignKey(table.c.number), nullable=optional)
