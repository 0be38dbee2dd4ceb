"""Documents held against their models: every mistake told at its place, in our words, with the remedy."""

from __future__ import annotations

import json
import types
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from auditor.errors import Problem
from auditor.yaml_tree import Path, Tree, Value

_Model = TypeVar("_Model", bound=BaseModel)
_Location: TypeAlias = "tuple[str | int, ...]"

_SAYINGS = {
    "missing": "'{name}' is missing",
    "string_type": "this must be text",
    "int_type": "this must be a whole number",
    "int_from_float": "this must be a whole number",
    "int_parsing": "this must be a whole number",
    "float_type": "this must be a number",
    "bool_type": "this must be true or false",
    "tuple_type": "this must be a list",
    "list_type": "this must be a list",
    "set_type": "this must be a list",
    "frozen_set_type": "this must be a list",
    "dict_type": "this must be keys with values",
    "model_type": "this must be keys with values",
    "model_attributes_type": "this must be keys with values",
    "none_required": "this must be null",
    "date_from_datetime_parsing": "this must be a date such as 2026-01-31",
    "date_parsing": "this must be a date such as 2026-01-31",
    "date_type": "this must be a date such as 2026-01-31",
    "string_too_short": "this text is too short: at least {min_length} characters",
    "string_too_long": "this text is too long: at most {max_length} characters",
    "string_pattern_mismatch": "this text does not have the right form: {pattern}",
    "too_short": "too few entries: at least {min_length}",
    "too_long": "too many entries: at most {max_length}",
    "greater_than": "this must be more than {gt}",
    "greater_than_equal": "this must be at least {ge}",
    "less_than": "this must be less than {lt}",
    "less_than_equal": "this must be at most {le}",
    "literal_error": "{input} is not one of {expected}",
    "enum": "{input} is not one of {expected}",
    "union_tag_invalid": "{tag} is not one of {expected_tags}",
    "union_tag_not_found": "{discriminator} is missing",
    "path_type": "this must be the path of a file",
}


def validate(model: type[_Model], tree: Tree) -> _Model:
    """Return the document as an instance of ``model``; raises the tree's error with all mistakes at their places.

    Values are taken as written: ``"1"`` is not a number and ``yes`` is not true.
    """
    try:
        return model.model_validate_json(json.dumps(tree.value), strict=True)
    except ValidationError as failure:
        raise tree.error(problems_of(failure, model, tree)) from failure


def problems_of(failure: ValidationError, model: type[BaseModel], tree: Tree) -> list[Problem]:
    """Return the mistakes that pydantic found, in our words and with places, each once.

    A validator may raise ``ValueError(message, remedy)``; without a remedy ``ValueError(message)`` will do.
    """
    return list(dict.fromkeys(_problem(details, model, tree) for details in failure.errors(include_url=False)))


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return ``Did you mean 'x'?`` if one of ``known`` is like ``word``, or else an empty text."""
    candidates = sorted(known)
    by_case = [name for name in candidates if name.lower() == str(word).lower()]
    near = by_case or get_close_matches(str(word)[:100], candidates, n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else ""


def _problem(details: ErrorDetails, model: type[BaseModel], tree: Tree) -> Problem:
    kind, context = details["type"], details.get("ctx", {})
    path, on_key = _path(details["loc"], tree.value)
    name = str(details["loc"][-1]) if details["loc"] else ""
    if kind == "extra_forbidden":
        known = _keys(model, details["loc"][:-1])
        remedy = did_you_mean(name, known) or f"Known here: {', '.join(known)}."
        return tree.problem(path, f"unknown key '{name[:100]}'", remedy, key=True)
    if kind in {"value_error", "assertion_error"} and isinstance(reason := context.get("error"), Exception):
        message, remedy = (*map(str, reason.args), "", "")[:2]
        return tree.problem(path, message, remedy, key=on_key)
    shown = _shown(details["input"])
    words = {key: str(value) for key, value in context.items()} | {"name": name, "input": shown}
    message = _SAYINGS.get(kind, details["msg"][:1].lower() + details["msg"][1:]).format_map(_Words(words))
    options = [
        word.strip("'")
        for word in words.get("expected", words.get("expected_tags", "")).replace(" or ", ", ").split(", ")
    ]
    remedy = (
        did_you_mean(words.get("tag", shown).strip("'"), options)
        if kind in {"literal_error", "enum", "union_tag_invalid"}
        else ""
    )
    return tree.problem(path, message, remedy, key=on_key)


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _shown(value: object) -> str:
    """Return a scalar as it stands in YAML; secrets never come here, as they are not written into files."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict | list | tuple):
        return "this"
    return f"'{value[:60]}'" if isinstance(value, str) else str(value)


def _path(location: _Location, value: Value) -> tuple[Path, bool]:
    """Return the part of pydantic's location that the file has, and whether it means a key.

    Pydantic puts names of alternatives and ``[key]`` between the real steps.
    """
    path: list[str | int] = []
    for step in location:
        if step == "[key]":
            return tuple(path), True
        parts: dict[str | int, Value] = {}
        if isinstance(value, dict):
            parts.update(value)
        elif isinstance(value, list):
            parts.update(enumerate(value))
        if step in parts:
            value = parts[step]
            path.append(step)
    return tuple(path), False


def _keys(model: type[BaseModel], location: _Location) -> list[str]:
    """Return the keys that are known at ``location`` inside a document of ``model``."""
    here: list[Any] = [model]
    for step in location:
        models = [one for one in here if isinstance(one, type) and issubclass(one, BaseModel)]
        fields = [_alternatives(one.model_fields[step].annotation) for one in models if step in one.model_fields]
        if fields:
            here = [one for field in fields for one in field]
        elif not models or isinstance(step, int):
            here = [one for kind in here for argument in get_args(kind) for one in _alternatives(argument)]
        else:
            here = [one for one in models if _has_tag(one, step)] or models
    models = [one for one in here if isinstance(one, type) and issubclass(one, BaseModel)]
    return sorted({field.alias or name for one in models for name, field in one.model_fields.items()})


def _has_tag(model: type[BaseModel], tag: str) -> bool:
    return any(tag in get_args(field.annotation) for field in model.model_fields.values()) or model.__name__ == tag


def _alternatives(annotation: Any) -> list[Any]:  # noqa: ANN401 - an annotation can be anything
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return [one for argument in get_args(annotation) for one in _alternatives(argument)]
    return [annotation]
