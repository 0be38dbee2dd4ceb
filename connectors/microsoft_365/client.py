"""Calls to Graph: one object, a listing of many pages, a batch of many reads; only a 200 is an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from auditor.errors import GapReason, ReadError
from connectors.door import Answer, Door, malformed
from connectors.microsoft_365.pace import GraphPace
from connectors.microsoft_365.reads import BATCH, BETA_BATCH, GRAPH, GRAPH_SCOPE, LARGEST_BATCH, encode, refused
from connectors.microsoft_365.refusals import Permission, read_error
from connectors.microsoft_365.sign_in import Tokens
from connectors.microsoft_365.values import Wire
from connectors.parts import Part, send_parts

_ROOT, _BETA = f"https://{GRAPH}/v1.0", f"https://{GRAPH}/beta"
_AS_THEY_ARE = frozenset({GapReason.PARTIAL, GapReason.REFUSED_LINK, GapReason.THROTTLED})
_LOOP_REMEDY = "Run again. If it stays, report it: Microsoft's listing loops."


class Graph:
    """Reads Graph for one tenant. Safe to use from many threads. Paths begin with a slash, after the version."""

    def __init__(self, door: Door, tokens: Tokens, pace: GraphPace | None = None) -> None:
        """Take the door, the identity, and how fast to ask; without a pace, as fast as can be."""
        self._door = door
        self._tokens = tokens
        self._pace = pace

    def get(self, path: str, permission: Permission) -> Wire:
        """Return one object; raise ``ReadError`` for anything but a whole, good answer."""
        return self._get(_ROOT + path, permission)

    def rows(
        self, path: str, permission: Permission, first: Wire | None = None, *, beta: bool = False
    ) -> Iterator[Wire]:
        """Yield the entries of a listing, page by page; ``first`` is its first page, if a batch has brought it.

        Raises ``ReadError``: of the first page as it is; of a later one as ``PARTIAL``, unless it was throttled or its
        link leads astray; also when a link repeats itself.
        """
        url = (_BETA if beta else _ROOT) + path
        seen = {url}
        while True:
            try:
                page = self._get(url, permission) if first is None else first
                entries = listed(page)
            except ReadError as error:
                raise error if len(seen) == 1 else broken_off(error) from None
            yield from entries
            link = self._following(page, seen)
            if link is None:
                return
            url, first = link, None

    def listing(self, path: str, permission: Permission, *, beta: bool = False) -> tuple[list[Wire], ReadError | None]:
        """Return a listing, and the error if it broke off; one that breaks off is read once more from its beginning.

        Raises ``ReadError`` if nothing could be read.
        """
        rows, broken = self._attempt(path, permission, beta=beta)
        if broken is not None and broken.reason is GapReason.PARTIAL:
            rows, broken = self._attempt(path, permission, beta=beta)
        if broken is not None and not rows:
            raise broken
        return rows, broken

    def batch(self, paths: Sequence[str], *, beta: bool = False) -> list[Answer | ReadError]:
        """Send many reads, twenty at a time; return the answer or error of each, in order."""
        bearer = self._tokens.bearer(GRAPH_SCOPE)

        def send(parts: Sequence[Part[str]]) -> Sequence[Answer | ReadError]:
            renewed = any(part.renewed for part in parts)
            self._keep_pace([part.request for part in parts])
            requests = [{"id": str(at), "method": "GET", "url": part.request} for at, part in enumerate(parts)]
            answer = self._door.send(
                "POST",
                BETA_BATCH if beta else BATCH,
                headers={"content-type": "application/json", "accept": "application/json"},
                body=encode({"requests": requests}),
                bearer=lambda again: bearer(again or renewed),
            )
            return _unpacked(answer, len(parts))

        return send_parts(self._door, GRAPH, paths, send, largest=LARGEST_BATCH)

    def _attempt(self, path: str, permission: Permission, *, beta: bool) -> tuple[list[Wire], ReadError | None]:
        rows: list[Wire] = []
        try:
            rows.extend(self.rows(path, permission, beta=beta))
        except ReadError as error:
            return rows, error
        return rows, None

    def _keep_pace(self, paths: Sequence[str]) -> None:
        """Wait until the requests may be sent. Raises ``ReadError`` if there is no time for that."""
        seconds = self._pace.delay(paths) if self._pace else 0.0
        if seconds > 0:
            self._door.waiting.sleep(seconds, GapReason.THROTTLED, f"{GRAPH} may not be asked faster")

    def _get(self, url: str, permission: Permission) -> Wire:
        self._keep_pace([url.removeprefix(_ROOT).removeprefix(_BETA)])
        bearer = self._tokens.bearer(GRAPH_SCOPE)
        return parsed(self._door.send("GET", url, headers={"accept": "application/json"}, bearer=bearer), permission)

    def _following(self, page: Wire, seen: set[str]) -> str | None:
        """Return the address of the next page, None at the end; raise ``ReadError`` for one that leads astray."""
        given = page.get("@odata.nextLink")
        if given is None:
            return None
        if not isinstance(given, str):
            raise broken_off(malformed("a link to the next page that is not a text"))
        link = self._door.follow(given, GRAPH)
        if refused(self._door.allow_list, link):
            raise ReadError(
                GapReason.REFUSED_LINK,
                "A link to the next page leads to something that is not on the list of reads.",
                "Please report it; nothing was changed at the vendor.",
            )
        if link in seen:
            raise ReadError(GapReason.PARTIAL, "A listing leads back to a page it already gave.", _LOOP_REMEDY)
        seen.add(link)
        return link


def parsed(answer: Answer | ReadError, permission: Permission) -> Wire:
    """Return the object of a good answer; raise ``ReadError`` for everything else."""
    if isinstance(answer, ReadError):
        raise answer
    if answer.status != HTTPStatus.OK:
        raise read_error(answer, permission)
    return answer.json()


def listed(page: Wire) -> list[Wire]:
    """Return the entries of a page; Graph writes ``value`` even when it is empty, so a missing one is malformed."""
    entries = page.get("value")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise malformed("a listing without a list")
    return entries


def broken_off(error: ReadError) -> ReadError:
    """Return the error of a listing of which some pages were read."""
    if error.reason in _AS_THEY_ARE:
        return error
    return ReadError(GapReason.PARTIAL, f"A listing broke off: {error.message}", error.remedy)


def _unpacked(answer: Answer, parts: int) -> list[Answer]:
    """Return the answers inside a batch in the order of its parts; a part that is missing becomes an empty answer.

    Graph answers in no particular order, each part with a status of its own whatever the status of the whole.
    """
    if answer.status != HTTPStatus.OK:
        raise malformed(f"an unexpected answer to a batch (HTTP {answer.status})")
    responses = answer.json().get("responses")
    found: dict[str, Answer] = {}
    for response in responses if isinstance(responses, list) else []:
        status, headers = (response.get("status"), response.get("headers")) if isinstance(response, dict) else (0, None)
        if isinstance(status, int) and isinstance(response.get("id"), str):
            fields = (
                {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
            )
            found[response["id"]] = Answer(status, fields, json.dumps(response.get("body")).encode())
    return [found.get(str(at), Answer(HTTPStatus.OK, {}, b"")) for at in range(parts)]
