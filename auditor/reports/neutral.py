"""Makes text that strangers wrote safe to show: nothing hidden, nothing that moves the cursor, nothing endless.

Only here. Terminal and HTML pass every text through ``neutral``; JSON keeps the true text and escapes it instead.
"""

from __future__ import annotations

import re
from typing import Final

MARK: Final = "…"
"""Stands where text was left out."""

# What a reader does not see, or what reorders what he sees: UAX #9 bidirectional controls, UAX #44 default ignorable
# code points. Written out, because unicodedata knows different characters in each Python.
_HIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line and paragraph separators, bidi
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"  # fillers, variation selectors, byte order mark, annotations
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # formats, tags
    "\ud800-\udfff"  # lone surrogates
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use
    "\ufdd0-\ufdef\ufffe\uffff"  # noncharacters
    "]"
)
_WIDE_SPACES = re.compile("[ \xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]+")
_COMBINING = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_COMBINING}{{3}}){_COMBINING}+")
_DRAWING_HINTS = str.maketrans("", "", "\ufe0e\ufe0f")
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def neutral(text: str, limit: int = 300) -> str:
    r"""Return ``text`` as at most ``limit`` harmless characters on one line.

    Hidden characters appear as escapes (``\x1b``, ``\u202e``), runs of spaces as one space, towers of combining
    marks three high, and a text that is too long with its middle left out. Neutral text stays as it is.
    """
    # Cut before the work as well as after it, so that ten megabytes cost no more than the limit.
    rough = shorten(text, 2 * limit)
    plain = _HIDDEN.sub(_escape, rough.translate(_DRAWING_HINTS))
    return shorten(_STACKED.sub(r"\1", _WIDE_SPACES.sub(" ", plain)), limit)


def shorten(text: str, limit: int) -> str:
    """Return ``text`` with its middle replaced by a mark when it is longer than ``limit`` (at least 1) characters."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return text[: limit - 1 - tail] + MARK + text[len(text) - tail :]


def _escape(match: re.Match[str]) -> str:
    """Return what is shown for one hidden character."""
    character = match[0]
    code = ord(character)
    form = "\\x{:02x}" if code < 0x100 else "\\u{:04x}" if code < 0x10000 else "\\U{:08x}"  # noqa: PLR2004 - widths
    return _SHORT_ESCAPES.get(character) or form.format(code)
