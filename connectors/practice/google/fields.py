"""Partial responses: the ``fields`` parameter, ``users(id,name/fullName),nextPageToken``.

https://developers.google.com/workspace/drive/api/guides/performance#partial
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from connectors.practice.google.refusals import invalid
from connectors.practice.google.schema import properties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.practice.google.schema import Schema

TOKENS = re.compile(r"[A-Za-z0-9_@$-]+|[*,/()]")

Selection = dict[str, "Selection"]  # an empty selection takes everything


@lru_cache(maxsize=256)
def selection(text: str) -> Selection:
    """Return the fields that ``text`` selects; raise ``Refused`` where it is no list of fields."""
    tokens = TOKENS.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise invalid(f"Invalid field selection {text}")
    chosen, rest = _list(tokens, text)
    if rest:
        raise invalid(f"Invalid field selection {text}")
    return chosen


def require_known(chosen: Selection, schema: Schema) -> None:
    """Raise ``Refused``, as Google does, for a field that ``schema`` does not have."""
    known = properties(schema)
    for name, inner in chosen.items():
        if known is None:
            return  # anything may stand here
        if name == "*":
            for each in known.values():
                require_known(inner, each)
        elif name not in known:
            raise invalid(f"Invalid field selection {name}")
        else:
            require_known(inner, known[name])


def trimmed(value: object, chosen: Selection) -> object:
    """Return ``value`` with the selected fields alone."""
    if not chosen:
        return value
    if isinstance(value, list):
        return [trimmed(each, chosen) for each in value]
    if not isinstance(value, dict):
        return value
    everything = chosen.get("*")
    return {
        name: trimmed(each, chosen.get(name, everything or {}))
        for name, each in value.items()
        if name in chosen or everything is not None
    }


def _list(tokens: list[str], text: str) -> tuple[Selection, list[str]]:
    chosen: Selection = {}
    while True:
        name, inner, tokens = _field(tokens, text)
        # The same field twice selects what either selects, and everything if one does.
        chosen[name] = _merged(chosen[name], inner) if name in chosen else inner
        if not tokens or tokens[0] != ",":
            return chosen, tokens
        tokens = tokens[1:]


def _field(tokens: list[str], text: str) -> tuple[str, Selection, list[str]]:
    if not tokens or tokens[0] in {",", "/", "(", ")"}:
        raise invalid(f"Invalid field selection {text}")
    name, *rest = tokens
    if rest[:1] == ["/"]:
        inner_name, inner, rest = _field(rest[1:], text)
        return name, {inner_name: inner}, rest
    if rest[:1] == ["("]:
        chosen, rest = _list(rest[1:], text)
        if rest[:1] != [")"]:
            raise invalid(f"Invalid field selection {text}")
        return name, chosen, rest[1:]
    return name, {}, rest


def _merged(one: Mapping[str, Selection], other: Mapping[str, Selection]) -> Selection:
    if not one or not other:
        return {}
    return {
        name: _merged(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name, {}))
        for name in {**one, **other}
    }
