"""The trend as a small picture: bars on nothing, in colours that are seen on white and on black alike.

PNG (ISO/IEC 15948), written here because a drawing library would be the largest thing in the package for sixty bars.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Final

from auditor.mails.trend import Week

WIDTH: Final = 640
"""Pixels; shown at half that width, so that it is sharp on a telephone."""
HEIGHT: Final = 112

# A pixel is four bytes: red, green, blue, alpha.
_NOTHING: Final = bytes((0, 0, 0, 0))
_QUIET: Final = bytes((125, 140, 158, 255))
_GRAVE: Final = bytes((214, 92, 52, 255))
_MISSING: Final = bytes((150, 150, 150, 110))
_GAP, _LEAST, _STUB = 10, 4, 6


def png(trend: Sequence[Week]) -> bytes:
    """Return the picture: a bar a week as high as its findings, the grave ones below; a stub where none is known."""
    rows = [bytearray(_NOTHING * WIDTH) for _ in range(HEIGHT)]
    most = max((week.findings or 0 for week in trend), default=0) or 1
    step = (WIDTH + _GAP) // max(1, len(trend))
    for place, week in enumerate(trend):
        left = place * step
        right = left + step - _GAP
        if week.findings is None:
            _fill(rows, left, right, _STUB, _MISSING)
            continue
        _fill(rows, left, right, _high(week.findings, most), _QUIET)
        _fill(rows, left, right, _high(week.grave or 0, most) if week.grave else 0, _GRAVE)
    raw = b"".join(b"\0" + row for row in rows)  # in front of each the filter: none
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, 0)  # eight bits a channel, red green blue alpha
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _high(number: int, most: int) -> int:
    return max(_LEAST, round(HEIGHT * number / most))


def _fill(rows: list[bytearray], left: int, right: int, height: int, colour: bytes) -> None:
    """Paint a bar that stands on the lower edge."""
    for row in rows[HEIGHT - height :] if height else ():
        row[left * len(colour) : right * len(colour)] = colour * (right - left)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
