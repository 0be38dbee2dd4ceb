"""The types of the policy language, read off the annotations of the fact classes."""

from __future__ import annotations

import types
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

from auditor.facts import Account, Tenant, UnsetType
from auditor.models.policy import ParameterType

Name = Literal["text", "number", "boolean", "moment", "duration", "null", "list", "record", "anything"]


@dataclass(frozen=True, slots=True)
class Type:
    """What a value can be. ``nullable`` and ``unknown`` say that it may be null, and that it may not be collected."""

    name: Name
    values: tuple[str, ...] = ()
    """The words a text can be, where they are listed."""
    element: Type | None = None
    """What a list holds."""
    struct: type[Struct] | None = None
    """What a record is."""
    nullable: bool = False
    unknown: bool = False

    def __str__(self) -> str:
        if self.name == "list":
            return "a list" if self.element is None else f"a list of {self.element.name}"
        return {"anything": "anything", "null": "null"}.get(self.name, f"a {self.name}")


TEXT = Type("text")
NUMBER = Type("number")
BOOLEAN = Type("boolean")
MOMENT = Type("moment")
DURATION = Type("duration")
NULL = Type("null", nullable=True)
ANYTHING = Type("anything", nullable=True, unknown=True)
"""The type of a mistake that was reported already; fits everywhere."""
OWNER = Type("record", struct=Account, nullable=True, unknown=True)
TENANT = Type("record", struct=Tenant)

PARAMETER_TYPES: MappingProxyType[ParameterType, Type] = MappingProxyType(
    {
        "string": TEXT,
        "integer": NUMBER,
        "boolean": BOOLEAN,
        "duration": DURATION,
        "list(string)": Type("list", element=TEXT),
    }
)


@cache
def fields_of(struct: type[Struct]) -> MappingProxyType[str, Type]:
    """Return the fields of a fact class, or of a struct inside one, with their types."""
    hints = get_type_hints(struct)
    return MappingProxyType({name: type_of(hints[name]) for name in struct.__struct_fields__})


def type_of(annotation: Any) -> Type:  # noqa: ANN401 - an annotation can be anything
    """Return what an annotation means: ``Read[T]`` may be unknown, ``T | None`` null, a ``Literal`` lists its words.

    Raises ``TypeError`` for what the language cannot express; no fact class may hold such a field.
    """
    if get_origin(annotation) in {Union, types.UnionType}:
        members = get_args(annotation)
        inner = [type_of(member) for member in members if member not in {UnsetType, types.NoneType}]
        if len(inner) == 1:
            nullable, unknown = types.NoneType in members, UnsetType in members
            return replace(inner[0], nullable=nullable or inner[0].nullable, unknown=unknown or inner[0].unknown)
    if get_origin(annotation) is Literal:
        return Type("text", values=get_args(annotation))
    if get_origin(annotation) is tuple and get_args(annotation)[1:] == (...,):
        return Type("list", element=type_of(get_args(annotation)[0]))
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return Type("record", struct=annotation)
    plain = {str: TEXT, int: NUMBER, bool: BOOLEAN, datetime: MOMENT}
    if annotation in plain:
        return plain[annotation]
    raise TypeError(f"the policy language has no type for {annotation!r}")
