"""Options that take one of a few words: a word that is none of them is told with the nearest that is."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import typer

from auditor.reports.neutral import neutral
from auditor.yaml_files import did_you_mean

_Choice = TypeVar("_Choice", bound=StrEnum)


def one_of(words: type[_Choice]) -> Callable[[str], _Choice]:
    """Return what turns the text of an option into one of ``words``, for ``typer.Option(parser=...)``."""

    def parse(text: str) -> _Choice:
        if text in set(words):
            return words(text)
        known = [f"'{word}'" for word in words]
        remedy = did_you_mean(text, words)
        said = f"'{neutral(text, 60)}' is not one of {', '.join(known[:-1])} or {known[-1]}."
        raise typer.BadParameter(f"{said} {remedy}".rstrip())

    return parse
