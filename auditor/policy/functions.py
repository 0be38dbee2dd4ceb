"""The functions of the policy language: one closed table. Each gives an answer to whatever text it is handed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import re2

from auditor.facts import UNSET, UnsetType
from auditor.policy.types import BOOLEAN, DURATION, MOMENT, NUMBER, TEXT, Type

LONGEST_PATTERN = 500
"""Characters of a regular expression."""
_MANY_DAYS = 100_000
# One @, nothing quoted and nothing that separates addresses; everything odder counts as being outside.
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\\x00-\x1f\x7f]+@([^\s@<>(),;:\"\[\]\\\x00-\x1f\x7f]+)")
_DURATION = re.compile(r"([0-9]{1,5}) (hour|day|week)s?")
_HOURS = {"hour": 1, "day": 24, "week": 168}


@dataclass(frozen=True, slots=True)
class Domains:
    """The domains of the whole organisation, all tenants together, in lower case."""

    names: frozenset[str] = frozenset()
    complete: bool = False
    """Whether every tenant's listing was read to its end; without it no domain is known to be outside."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What functions may look at besides their arguments. ``today`` is aware."""

    domains: Domains
    today: datetime


@dataclass(frozen=True, slots=True)
class Function:
    """One row of the table: how it is called, what it gives, and how it is worked out."""

    arguments: tuple[tuple[str, Type], ...]
    result: Type
    help: str
    bind: Callable[[Surroundings], Callable[..., object]] | None = None
    """Gives the function proper; nothing for those that the checker or compiler treats itself."""
    literal: tuple[int, ...] = ()
    """Places of the arguments that have to be written out, or be parameters."""

    @property
    def signature(self) -> str:
        """The arguments and the result in words."""
        words = [(name, str(type_).removeprefix("a ")) for name, type_ in self.arguments]
        inside = ", ".join(name if type_ in {name, "anything"} else f"{name}: {type_}" for name, type_ in words)
        return f"({inside}) -> {str(self.result).removeprefix('a ')}"


def domain(address: str) -> str:
    """Return the domain of a plain address in lower case; an empty text for anything odd."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return ""
    # Lower-casing other alphabets can give ASCII letters (the Kelvin sign), and so somebody else's domain.
    return match[1].lower() if match[1].isascii() else match[1]


def is_external(address: str, domains: Domains) -> bool | UnsetType:
    """Say whether mail to ``address`` leaves the organisation: false only for exactly one of its domains."""
    name = domain(address)
    if name and name in domains.names:
        return False
    return True if domains.complete or not name else UNSET


def aware(moment: datetime) -> datetime:
    """Return ``moment`` with a time zone; without one it is in UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def days(number: int) -> timedelta:
    """Return a duration of days, within 100,000 of them."""
    return timedelta(days=max(-_MANY_DAYS, min(number, _MANY_DAYS)))


def duration(text: str) -> timedelta | None:
    """Return the duration that ``90 days``, ``12 hours`` or ``2 weeks`` means; nothing for other text."""
    match = _DURATION.fullmatch(text)
    return timedelta(hours=int(match[1]) * _HOURS[match[2]]) if match else None


def moment(text: str) -> datetime | None:
    """Return the moment that ``2026-01-31`` or ``2026-01-31T12:00:00Z`` means; nothing for other text."""
    try:
        return aware(datetime.fromisoformat(text))
    except ValueError:
        return None


def pattern(text: str) -> Callable[[str], bool] | str:
    """Return a function that searches a text for a regular expression in linear time, or what is wrong with it."""
    if len(text) > LONGEST_PATTERN:
        return f"longer than {LONGEST_PATTERN} characters"
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        search = re2.compile(text, options=options).search
    except UnicodeEncodeError:
        return "a character that does not exist"
    except re2.error as failure:
        reason = failure.args[0] if failure.args else "it cannot be compiled"
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return lambda subject: search(subject.encode("utf-8", "replace").decode()) is not None


def contains_any(text: str, parts: Sequence[str]) -> bool:
    """Say whether one of ``parts`` occurs in ``text``."""
    return any(part in text for part in parts)


FUNCTIONS: MappingProxyType[str, Function] = MappingProxyType(
    {
        "is_external": Function(
            (("address", TEXT),),
            Type("boolean", unknown=True),
            "Whether the address is outside all domains of the organisation. Subdomains and odd addresses are outside. "
            "Unknown when the domain is not listed and a listing of domains could not be read to its end.",
            lambda around: lambda address: is_external(address, around.domains),
        ),
        "domain": Function(
            (("address", TEXT),),
            TEXT,
            "The part behind the @, in lower case; an empty text if it is not a plain address.",
            lambda _: domain,
        ),
        "days": Function((("number", NUMBER),), DURATION, "A duration of that many days.", lambda _: days),
        "days_since": Function(
            (("moment", MOMENT),),
            DURATION,
            "How long ago it was; compare it with `days(90)`. Negative for the future.",
            lambda around: lambda then: around.today - aware(then),
        ),
        "date": Function(
            (("text", TEXT),),
            MOMENT,
            "The moment at which a day begins in UTC, such as `date('2026-01-31')`.",
            literal=(0,),
        ),
        "known": Function(
            (("field", Type("anything")),),
            BOOLEAN,
            "Whether the field was collected. Only in `require`, and not below `not` or a comparison: what was not "
            "collected can be made a violation, never be made good.",
        ),
        "matches": Function(
            (("text", TEXT), ("pattern", TEXT)),
            BOOLEAN,
            "Whether the regular expression (RE2, written out as `r'...'`) is found anywhere in the text.",
            literal=(1,),
        ),
        "lower": Function((("text", TEXT),), TEXT, "The text in lower case.", lambda _: str.lower),
        "contains": Function(
            (("text", TEXT), ("part", TEXT)),
            BOOLEAN,
            "Whether the part occurs in the text.",
            lambda _: str.__contains__,
        ),
        "contains_any": Function(
            (("text", TEXT), ("parts", Type("list", element=TEXT))),
            BOOLEAN,
            "Whether one of the parts, a written list or a parameter, occurs in the text.",
            lambda _: contains_any,
            literal=(1,),
        ),
        "starts_with": Function(
            (("text", TEXT), ("part", TEXT)),
            BOOLEAN,
            "Whether the text begins with the part.",
            lambda _: str.startswith,
        ),
        "ends_with": Function(
            (("text", TEXT), ("part", TEXT)), BOOLEAN, "Whether the text ends with the part.", lambda _: str.endswith
        ),
        "len": Function(
            (("list or text", Type("anything")),),
            NUMBER,
            "How many things are in the list, or characters in the text.",
            lambda _: len,
        ),
    }
)
"""Every function by name. ``any`` and ``all`` are part of the grammar."""
