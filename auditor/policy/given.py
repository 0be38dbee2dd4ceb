"""Facts out of plain values, as the tests of policies write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

from msgspec import Struct

from auditor.errors import Problem
from auditor.facts import UNSET
from auditor.policy.functions import moment
from auditor.policy.types import Type, fields_of
from auditor.validation import did_you_mean
from auditor.yaml_tree import Path as Place
from auditor.yaml_tree import Tree

UNKNOWN = "$unknown"
"""How a test writes that something was not collected."""
TODAY = datetime(2026, 1, 15, tzinfo=UTC)
"""The day on which tests happen, unless they say another."""
_AGO = re.compile(r"([0-9]{1,5}) (hour|day|week)s? ago|in ([0-9]{1,5}) (hour|day|week)s?")
_HOURS = {"hour": 1, "day": 24, "week": 168}


@dataclass(slots=True)
class FactBuilder:
    """Builds the facts of one test, and gathers what is wrong with them."""

    tree: Tree
    today: datetime = TODAY
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, place: Place, message: str, remedy: str = "", *, key: bool = False) -> None:
        """Take note of a mistake."""
        self.problems.append(self.tree.problem(place, message, remedy, key=key))

    def record(self, struct: type[Struct], given: object, place: Place, ordinary: Mapping[str, object]) -> Struct:
        """Return a fact, or a record inside one; what is not given is ``ordinary`` or blank."""
        fields = fields_of(struct)
        values = {name: ordinary.get(name, blank(type_)) for name, type_ in fields.items()}
        if given == UNKNOWN:
            given = {name: UNKNOWN for name, type_ in fields.items() if type_.unknown}
        if not isinstance(given, dict):
            self.wrong(
                place, "this must be fields with values", f"Or {UNKNOWN}, where the whole of it was not collected."
            )
            given = {}
        for name, value in given.items():
            where = (*place, name)
            if name not in fields:
                remedy = did_you_mean(name, fields) or f"There are: {', '.join(fields)}."
                self.wrong(where, f"unknown field '{name[:60]}'", remedy, key=True)
            else:
                values[name] = self.value(fields[name], value, where)
        return struct(**values)

    def value(self, type_: Type, value: object, place: Place) -> object:  # noqa: C901, PLR0911 - one for each type
        """Return the value of one field."""
        if value == UNKNOWN and type_.unknown:
            return UNSET
        if value == UNKNOWN and type_.name != "record":
            self.wrong(place, "this field is always known", "Give a value.")
            return blank(type_)
        if value is None and type_.nullable:
            return None
        found: object = None
        match type_.name, value:
            case "record", _ if type_.struct is not None:
                return self.record(type_.struct, value, place, {})
            case "list", list():
                element = cast("Type", type_.element)
                return tuple(self.value(element, item, (*place, number)) for number, item in enumerate(value))
            case "text", str() if type_.values and value not in type_.values:
                remedy = did_you_mean(value, type_.values)
                self.wrong(place, f"'{value[:60]}' is not one of {', '.join(type_.values)}", remedy)
                return type_.values[0]
            case ("text", str()) | ("boolean", bool()):
                found = value
            case "number", int() if not isinstance(value, bool):
                found = value
            case "moment", str():
                found = self.moment(value)
        if found is None:
            what = {"moment": "a date such as 2026-01-31, or 90 days ago"}.get(type_.name, str(type_))
            self.wrong(place, f"this must be {what}", f"Or {UNKNOWN}." if type_.unknown else "")
            return blank(type_)
        return found

    def moment(self, text: str) -> datetime | None:
        """Return the moment that a date, ``90 days ago`` or ``in 2 weeks`` means."""
        match = _AGO.fullmatch(text)
        if match is None:
            return moment(text)
        number, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
        span = timedelta(hours=int(number) * _HOURS[unit])
        return self.today - span if match[1] else self.today + span


def blank(type_: Type) -> object:
    """Return the value of a field of which a test says nothing."""
    if type_.nullable:
        return None
    if type_.name == "list":
        return ()
    if type_.name == "record" and type_.struct is not None:
        return type_.struct(**{name: blank(inner) for name, inner in fields_of(type_.struct).items()})
    blanks: dict[str, object] = {"number": 0, "boolean": False, "moment": TODAY}
    return blanks.get(type_.name, type_.values[0] if type_.values else "")
