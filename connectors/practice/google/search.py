"""The search language of Drive's ``q`` parameter, as far as the practice organisation has something to search.

https://developers.google.com/workspace/drive/api/guides/ref-search-terms
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.practice.google.refusals import invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.organisation import DriveFile, GoogleAccount

    Predicate = Callable[["Found"], bool]

TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|(<=|>=|!=|[=<>()])|([A-Za-z]+))")
VISIBILITIES = ("anyoneCanFind", "anyoneWithLink", "domainCanFind", "domainWithLink", "limited")
WRITERS = frozenset({"owner", "organizer", "fileOrganizer", "writer"})
COLLECTIONS: dict[str, frozenset[str] | None] = {"owners": frozenset({"owner"}), "writers": WRITERS, "readers": None}


class Found:
    """A file as the search sees it, for the account that searches; without an owner if it is in a shared drive."""

    __slots__ = ("file", "owner", "searcher")

    def __init__(self, file: DriveFile, owner: GoogleAccount | None, searcher: GoogleAccount) -> None:
        self.file = file
        self.owner = owner
        self.searcher = searcher

    @property
    def visibility(self) -> str:
        """How widely the file is open beyond the people named: the widest of its permissions."""
        kinds = {(each.get("type"), bool(each.get("allowFileDiscovery"))) for each in self.file.permissions}
        order = (("anyone", True), ("anyone", False), ("domain", True), ("domain", False))
        return next((name for key, name in zip(order, VISIBILITIES, strict=False) if key in kinds), "limited")

    def holds(self, address: str, roles: frozenset[str] | None) -> bool:
        """Tell whether ``address`` (or ``me``) has one of ``roles`` (None: any) on the file by name."""
        wanted = self.searcher.address if address == "me" else address
        return any(
            str(each.get("emailAddress", "")).lower() == wanted.lower() and (roles is None or each.get("role") in roles)
            for each in self.file.permissions
        )


def compiled(text: str) -> Predicate:
    """Return the test that ``text`` describes; raise ``Refused`` where Drive would answer "Invalid Value"."""
    reader = _Reader(text)
    meets = reader.either()
    if reader.peek():
        raise reader.refusal()
    return meets


class _Reader:
    """Reads ``text`` from left to right; a token is its kind (value, sign, word) and what it says."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            found = TOKEN.match(text, position)
            if found is None:
                raise self.refusal()
            value, sign, word = found.groups()
            if value is not None:
                self._tokens.append(("value", re.sub(r"\\(.)", r"\1", value)))
            else:
                self._tokens.append(("sign", sign) if sign else ("word", word))
            position = found.end()

    @staticmethod
    def refusal() -> Exception:
        return invalid("Invalid Value")

    def peek(self) -> tuple[str, str] | None:
        return self._tokens[0] if self._tokens else None

    def take(self, kind: str) -> str:
        if not self._tokens or self._tokens[0][0] != kind:
            raise self.refusal()
        return self._tokens.pop(0)[1]

    def skip(self, kind: str, text: str) -> bool:
        if self.peek() != (kind, text):
            return False
        self._tokens.pop(0)
        return True

    def either(self) -> Predicate:
        terms = [self.both()]
        while self.skip("word", "or"):
            terms.append(self.both())
        return lambda found: any(term(found) for term in terms)

    def both(self) -> Predicate:
        terms = [self.term()]
        while self.skip("word", "and"):
            terms.append(self.term())
        return lambda found: all(term(found) for term in terms)

    def term(self) -> Predicate:
        if self.skip("word", "not"):
            negated = self.term()
            return lambda found: not negated(found)
        if self.skip("sign", "("):
            inner = self.either()
            if not self.skip("sign", ")"):
                raise self.refusal()
            return inner
        return self.membership() if (self.peek() or ("", ""))[0] == "value" else self.comparison()

    def membership(self) -> Predicate:
        address = self.take("value")
        if not self.skip("word", "in"):
            raise self.refusal()
        collection = self.take("word")
        if collection not in COLLECTIONS:
            raise self.refusal()
        roles = COLLECTIONS[collection]
        return lambda found: found.holds(address, roles)

    def comparison(self) -> Predicate:
        field = self.take("word")
        operator = "contains" if self.skip("word", "contains") else self.take("sign")
        value = self.take("word" if field in {"trashed", "sharedWithMe"} else "value")
        try:
            return COMPARISONS[field, operator](value)
        except (KeyError, ValueError) as error:
            raise self.refusal() from error


def _flag(read: Callable[[Found], bool]) -> Callable[[str], Predicate]:
    def compile_flag(value: str) -> Predicate:
        wanted = {"true": True, "false": False}[value]
        return lambda found: read(found) is wanted

    return compile_flag


def _visibility(*, equal: bool) -> Callable[[str], Predicate]:
    def compile_visibility(value: str) -> Predicate:
        if value not in VISIBILITIES:
            raise ValueError(value)
        return lambda found: (found.visibility == value) is equal

    return compile_visibility


def _moment(meets: Callable[[datetime, datetime], bool]) -> Callable[[str], Predicate]:
    def compile_moment(value: str) -> Predicate:
        given = datetime.fromisoformat(value)
        moment = given if given.tzinfo else given.replace(tzinfo=UTC)
        return lambda found: meets(found.file.modified, moment)

    return compile_moment


COMPARISONS: dict[tuple[str, str], Callable[[str], Predicate]] = {
    ("trashed", "="): _flag(lambda found: found.file.trashed),
    ("trashed", "!="): _flag(lambda found: not found.file.trashed),
    ("sharedWithMe", "="): _flag(lambda found: found.owner is not found.searcher),
    ("visibility", "="): _visibility(equal=True),
    ("visibility", "!="): _visibility(equal=False),
    ("name", "="): lambda value: lambda found: found.file.name == value,
    ("name", "!="): lambda value: lambda found: found.file.name != value,
    ("name", "contains"): lambda value: lambda found: value.lower() in found.file.name.lower(),
    ("mimeType", "="): lambda value: lambda found: found.file.mime_type == value,
    ("mimeType", "!="): lambda value: lambda found: found.file.mime_type != value,
    ("mimeType", "contains"): lambda value: lambda found: found.file.mime_type.startswith(value),
    ("modifiedTime", ">"): _moment(lambda one, other: one > other),
    ("modifiedTime", ">="): _moment(lambda one, other: one >= other),
    ("modifiedTime", "<"): _moment(lambda one, other: one < other),
    ("modifiedTime", "<="): _moment(lambda one, other: one <= other),
}
