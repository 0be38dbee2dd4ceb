"""Text of strangers, safe in a mail: neutral, and nothing in it that a mail program makes into a link by itself."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from publicsuffixlist import PublicSuffixList

from auditor.reports.neutral import neutral, shorten

NAME: Final = 60
"""Characters of a name at the most."""
SENTENCE: Final = 240
"""Characters of a message."""
FIX: Final = 600
"""Characters of what to click."""

_SCHEME: Final = re.compile(r":(?=//)|(?<=\bmailto):|(?<=\bjavascript):|(?<=\btel):|(?<=\bdata):", re.IGNORECASE)
_HOST: Final = re.compile(r"(?<![@\w.-])[\w-]+(?:\.[\w-]+)*\.([^\W\d_]{2,24})(?![\w-])")


def told(text: str, limit: int = SENTENCE) -> str:
    """Return text that a stranger may have written, for a mail: ``https://evil.com`` is ``https[:]//evil[.]com``.

    Mail programs make links of what looks like an address, also in plain text; so a file's title could ask for a click
    in our name. Addresses of people stay as they are, because whoever mends a finding needs them.
    """
    plain = neutral(text, limit)
    return shorten(_HOST.sub(_broken, _SCHEME.sub("[:]", plain)), limit + limit // 4)


def called(name: str, *, words: int = 4, limit: int = 40) -> str:
    """Return a name of no more than so many words and characters, for a mail in which words are counted."""
    shown = told(name, 4 * limit).split(" ")
    return shorten(" ".join(shown[:words]), limit) + ("…" if len(shown) > words else "")


def _broken(match: re.Match[str]) -> str:
    return match[0].replace(".", "[.]") if _suffixes().publicsuffix(f"x.{match[1]}") else match[0]


@cache
def _suffixes() -> PublicSuffixList:
    """Return the list of public suffixes. Cached, because it has ten thousand lines."""
    return PublicSuffixList(only_icann=True, accept_unknown=False)
