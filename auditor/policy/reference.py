"""The reference of the facts, for people who write policies: the classes, and what is written below each field."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from textwrap import dedent

from msgspec import Struct

from auditor.facts import KINDS
from auditor.policy.types import Type, fields_of


def facts_markdown() -> str:
    """Return a table of fields for every kind of fact, records inside facts included, as Markdown."""
    return "\n".join(line for kind, struct in KINDS.items() for line in _section(kind, struct))


def _section(kind: str, struct: type[Struct]) -> Iterator[str]:
    meanings = _meanings(struct)
    rows = list(_rows(struct, "", meanings))
    yield from (f"## {kind}", "", _line(str(inspect.getdoc(struct))), "")
    yield from ("| field | type | meaning |", "|---|---|---|", *rows, "")


def _rows(struct: type[Struct], prefix: str, meanings: dict[str, str]) -> Iterator[str]:
    for name, type_ in fields_of(struct).items():
        if type_.struct is not None:
            yield f"| `{prefix}{name}` | {_words(type_)} | {meanings.get(name, _first(type_.struct))} |"
            yield from _rows(type_.struct, f"{prefix}{name}.", _meanings(type_.struct))
        else:
            yield f"| `{prefix}{name}` | {_words(type_)} | {meanings.get(name, '')} |"


def _words(type_: Type) -> str:
    """Return a type in words: what it is, whether it may be null, whether it may not have been collected."""
    words = type_.name if type_.element is None else f"list of {type_.element.name}"
    values = type_.values or (type_.element.values if type_.element else ())
    if values:
        words += ": " + ", ".join(f"`{value}`" for value in values)
    return words + (", or null" if type_.nullable else "") + (" (may be unknown)" if type_.unknown else "")


def _first(struct: type[Struct]) -> str:
    return _line(str(inspect.getdoc(struct)))


def _line(text: str) -> str:
    return " ".join(text.split()).replace("``", "`")


def _meanings(struct: type[Struct]) -> dict[str, str]:
    """Return what stands below each field in the source of a class and of those that it extends."""
    found: dict[str, str] = {}
    for each in reversed(struct.__mro__):
        if each is not Struct and issubclass(each, Struct):
            body = ast.parse(dedent(inspect.getsource(each))).body[0]
            assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class
            for field, text in zip(body.body, body.body[1:], strict=False):
                if (
                    isinstance(field, ast.AnnAssign)
                    and isinstance(text, ast.Expr)
                    and isinstance(field.target, ast.Name)
                ):
                    found[field.target.id] = " ".join(str(ast.literal_eval(text.value)).split()).replace("``", "`")
    return found
