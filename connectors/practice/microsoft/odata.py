"""What every Graph listing has in common: ``$filter``, ``$select``, ``$top`` and the links to the next page."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode

from connectors.practice.organisation import Json
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from connectors.practice.wire import Request

METADATA = "https://{host}/{version}/$metadata#{entity}"
MEMBERSHIP = re.compile(r"(\w+)/any\((\w+):\2 eq '((?:[^']|'')*)'\)")
COMPARISON = re.compile(r"(\w+) eq (?:'((?:[^']|'')*)'|(true|false|null))")
DIRECTORY_PAGE = 100  # rows, unless $top says otherwise
DIRECTORY_MOST = 999

Row = TypeVar("Row")
PLAIN_IN_LINKS = "$,()'!"  # Graph leaves these as they are in the links that it writes
CONSTANTS = {"true": True, "false": False, "null": None}


class QueryError(Exception):
    """A query option that Graph refuses with a 400; ``code`` and ``message`` go into the error body."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def context(request: Request, entity: str) -> str:
    """Return the ``@odata.context`` of an answer: always Microsoft's own address, however the server was reached."""
    version = request.path.split("/", 2)[1]
    return METADATA.format(host=request.host, version=version, entity=entity)


def single(request: Request, entity: str, fields: Json) -> Answer:
    """Return a single object, ``$select`` applied."""
    return Answer(200, {"@odata.context": context(request, entity), **_trimmed(fields, selected(request, fields))})


def rows(request: Request, found: Sequence[Json], *, entity: str, size: int | None = None) -> Answer:
    """Return a listing of finished objects, ``$filter`` and ``$select`` applied; one page without ``size``."""
    wanted = predicate(request)
    kept = [row for row in found if wanted(row)]
    names = selected(request, kept[0]) if kept else None
    return listing(request, kept, lambda row: _trimmed(row, names), entity=entity, size=size or max(len(kept), 1))


def _trimmed(fields: Json, names: list[str] | None) -> Json:
    return fields if names is None else {name: fields[name] for name in names if name in fields}


def selected(request: Request, known: Iterable[str]) -> list[str] | None:
    """Return what ``$select`` asks for, ``None`` without it; raises ``QueryError`` for an unknown property."""
    if not (text := request.query.get("$select", "")):
        return None
    names = [name.strip() for name in text.split(",")]
    properties = set(known)
    for name in names:
        if name not in properties:
            message = f"Parsing OData Select and Expand failed: Could not find a property named '{name}'."
            raise QueryError("BadRequest", message)
    return names


def predicate(request: Request) -> Callable[[Json], bool]:
    """``$filter`` as a function of a row: equalities and memberships joined by ``and``; raises ``QueryError`` else."""
    text = request.query.get("$filter", "").strip()
    if not text:
        return lambda _row: True
    wanted: list[tuple[str, object]] = []
    among: list[tuple[str, str]] = []
    for part in text.split(" and "):
        if match := MEMBERSHIP.fullmatch(part.strip()):
            among.append((match[1], match[3].replace("''", "'")))
            continue
        if not (match := COMPARISON.fullmatch(part.strip())):
            raise QueryError("Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: '{part}'.")
        name, literal, constant = match.groups()
        wanted.append((name, CONSTANTS[constant] if constant else literal.replace("''", "'")))
    return lambda row: (
        all(_same(row.get(name), value) for name, value in wanted)
        and all(any(_same(one, value) for one in _values(row.get(name))) for name, value in among)
    )


def _values(held: object) -> list[object]:
    return held if isinstance(held, list) else []


def _same(held: object, wanted: object) -> bool:
    """Directory strings compare without regard to case."""
    if isinstance(held, str) and isinstance(wanted, str):
        return held.casefold() == wanted.casefold()
    return held is wanted


def page_size(request: Request, *, default: int, most: int) -> int:
    """``$top`` in rows, or the service's own page; raises ``QueryError`` outside 1 to ``most``."""
    if "$top" not in request.query:
        return default
    text = request.query["$top"]
    if not text.isdecimal() or not 1 <= int(text) <= most:
        message = f"Invalid page size specified: '{text}'. Must be between 1 and {most} inclusive."
        raise QueryError("Request_BadRequest", message)
    return int(text)


def listing(
    request: Request,
    rows: Sequence[Row],
    render: Callable[[Row], Json],
    *,
    entity: str,
    size: int,
) -> Answer:
    """One page of ``rows``, only those rendered, with ``@odata.nextLink`` unless it is the last."""
    start = _offset(request, len(rows))
    body: Json = {"@odata.context": context(request, entity)}
    if start + size < len(rows):
        body["@odata.nextLink"] = link(request, **{"$skiptoken": token_for(start + size)})
    body["value"] = [render(row) for row in rows[start : start + size]]
    return Answer(200, body)


def link(request: Request, **changed: str) -> str:
    """Return this request's own address under the host that the client reached, some query options replaced."""
    query = {**request.query, **changed}
    return f"{request.base}{quote(request.path, safe='/' + PLAIN_IN_LINKS)}?{urlencode(query, safe=PLAIN_IN_LINKS)}"


def token_for(offset: int) -> str:
    """Return an opaque page token."""
    return base64.urlsafe_b64encode(json.dumps({"at": offset}).encode()).decode().rstrip("=")


def offset_in(token: str) -> int | None:
    """Return the position that a page token stands for, ``None`` for a token that is not ours."""
    try:
        value = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        return None
    at = value.get("at") if isinstance(value, dict) else None
    return at if isinstance(at, int) else None


def _offset(request: Request, rows: int) -> int:
    if (token := request.query.get("$skiptoken")) is None:
        return 0
    at = offset_in(token)
    if at is None or not 0 <= at <= rows:
        message = "The specified page token value has expired and can no longer be included in your request."
        raise QueryError("Directory_ExpiredPageToken", message)
    return at
