"""Calls to Google's APIs: built by google-api-python-client, sent through the door, one token per subject and scope.

httplib2, which that library would use, is not thread-safe and tries nothing again; ``HttpRequest`` objects are plain
descriptions, so they travel by the door instead. Source: google-api-python-client, "Thread Safety".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from googleapiclient.discovery import Resource
from googleapiclient.errors import Error
from googleapiclient.http import HttpRequest
from httplib2 import Response

from auditor.errors import GapReason, ReadError
from connectors.door import Answer, Door, malformed
from connectors.google_workspace import multipart
from connectors.google_workspace.answers import read_error
from connectors.google_workspace.pace import GooglePace
from connectors.google_workspace.reads import ADMIN_BATCH, CALENDAR_BATCH, DRIVE_BATCH, GMAIL_BATCH, GROUPS_BATCH
from connectors.google_workspace.scopes import Scope
from connectors.google_workspace.services import service
from connectors.google_workspace.sign_in import Identity
from connectors.google_workspace.subjects import Subjects
from connectors.parts import Part, send_parts

Wire = dict[str, Any]
"""A JSON object as Google sent it; parsed into facts at once."""

BATCH_ADDRESSES = {
    "gmail": GMAIL_BATCH,
    "drive": DRIVE_BATCH,
    "directory": ADMIN_BATCH,
    "groups": GROUPS_BATCH,
    "calendar": CALENDAR_BATCH,
}
LARGEST_BATCHES = {"gmail": 50, "drive": 100, "directory": 1000, "groups": 100, "calendar": 50}
"""Parts in one batch of each service; for Gmail Google recommends no more, though it allows 100."""
_IDS = ("id", "roleAssignmentId", "roleId", "alertId", "name")
"""Where Google's entries have their id: the first of these that is there."""
_LONGEST_PAGE_TOKEN = 4096  # characters; escaped threefold it still fits into an address


@dataclass(frozen=True, slots=True)
class Call:
    """A request built by the library, whose name it is sent in, and the scope that it needs.

    ``subject`` is a person's address, or ``ADMINISTRATOR`` for whoever the role of the scope names.
    """

    request: HttpRequest
    subject: str
    scope: Scope


class Client:
    """Builds, sends and reads. Safe to use from many threads."""

    def __init__(
        self,
        door: Door,
        identity: Identity,
        subjects: Subjects,
        *,
        wall: Callable[[], datetime],
        pace: GooglePace | None = None,
    ) -> None:
        """Build the services from the packaged discovery documents; no network is touched.

        Without a ``pace`` Google is asked as fast as can be.
        """
        self._pace = pace
        self.door = door
        self.wall = wall
        self.identity = identity
        self.subjects = subjects
        self.directory = service("admin", "directory_v1")
        self.reports = service("admin", "reports_v1")
        self.groups_settings = service("groupssettings", "v1")
        self.gmail = service("gmail", "v1")
        self.drive = service("drive", "v3")
        self.calendar = service("calendar", "v3")
        self.alerts = service("alertcenter", "v1beta1")
        self.cloud_identity = service("cloudidentity", "v1")
        self.licensing = service("licensing", "v1")

    def get(self, call: Call) -> Wire:
        """Send one read and return its object; raise ``ReadError`` for anything but a whole, good answer."""
        subject = self.subjects.of(call.scope, call.subject)
        self._keep_pace([call])
        bearer = self.identity.bearer(subject, call.scope)
        answer = self.door.send("GET", call.request.uri, headers={"accept": "application/json"}, bearer=bearer)
        return parsed(call, answer)

    def pages(
        self,
        resource: Resource,
        call: Call,
        items: str,
        *,
        following: str = "list_next",
        look: Callable[[Wire], object] = lambda _page: None,
    ) -> Iterator[Wire]:
        """Yield the entries of a listing, page by page; ``resource`` builds the ``following`` request.

        ``look`` sees each page after its entries, and raises ``ReadError`` for one after which a listing is not whole.
        A listing that breaks off is read once more from its beginning; what it gave before does not come twice.

        Raises ``ReadError``: of the first page as it is; of a later one as ``PARTIAL``, also when a page token repeats,
        or as it is when Google was too busy.
        """
        given: set[int] = set()
        try:
            for entry in self._entries(resource, call, items, following, look):
                given.add(recognised(entry))
                yield entry
        except ReadError as error:
            if error.reason is not GapReason.PARTIAL:
                raise
        else:
            return
        try:
            again = self._entries(resource, call, items, following, look)
            yield from (entry for entry in again if recognised(entry) not in given)
        except ReadError as error:
            raise broken_off(error) from None

    def batch(self, service: str, calls: Sequence[Call]) -> list[Answer | ReadError]:
        """Send reads of one service in batches, each in the name of its own subject; return their results in order."""
        url, largest = BATCH_ADDRESSES[service], LARGEST_BATCHES[service]
        host = url.split("/")[2]

        def send(parts: Sequence[Part[Call]]) -> list[Answer | ReadError]:
            return self._send_batch(url, parts)

        return send_parts(self.door, host, calls, send, largest=largest)

    def _entries(
        self, resource: Resource, call: Call, items: str, following: str, look: Callable[[Wire], object]
    ) -> Iterator[Wire]:
        """Yield the entries of a listing in one pass. Raises ``ReadError``."""
        seen: set[str] = set()
        due: Call | None = call
        while due is not None:
            try:
                page = self.get(due)
                entries = listed(page, items)
            except ReadError as error:
                raise broken_off(error) if seen else error from None
            yield from entries
            look(page)
            due = next_call(resource, due, page, seen, following)

    def _keep_pace(self, calls: Sequence[Call]) -> None:
        """Wait until the calls may be sent. Raises ``ReadError`` if there is no time for that."""
        seconds = self._pace.delay((call.request.methodId, call.subject) for call in calls) if self._pace else 0.0
        if seconds > 0:
            self.door.waiting.sleep(seconds, GapReason.THROTTLED, "Google may not be asked faster")

    def _send_batch(self, url: str, parts: Sequence[Part[Call]]) -> list[Answer | ReadError]:
        """Send one batch; a part whose token is refused does not travel."""
        self._keep_pace([part.request for part in parts])
        results: dict[int, Answer | ReadError] = {}
        lines: dict[int, tuple[str, str]] = {}
        for number, part in enumerate(parts):
            try:
                refused = part.token if part.renewed else ""
                subject = self.subjects.of(part.request.scope, part.request.subject)
                token = self.identity.token(subject, part.request.scope, refused=refused)
            except ReadError as error:
                results[number] = error
            else:
                part.token = refused or token
                lines[number] = (part.request.request.uri, token)
        if lines:
            boundary, body = multipart.encode(lines)
            headers = {"content-type": f'multipart/mixed; boundary="{boundary}"'}
            answer = self.door.send("POST", url, headers=headers, body=body)
            if answer.status != HTTPStatus.OK:
                raise read_error(answer, parts[0].request.scope)
            results |= multipart.decode(answer, lines)
        return [results[number] for number in range(len(parts))]


def parsed(call: Call, answer: Answer) -> Wire:
    """Return the object of a good answer, read by the library; raise ``ReadError`` for every other one."""
    if answer.status != HTTPStatus.OK:
        raise read_error(answer, call.scope)
    try:
        value = call.request.postproc(Response({"status": answer.status}), answer.body)
    except (Error, ValueError, RecursionError) as error:
        raise malformed("an answer that is not JSON") from error
    if not isinstance(value, dict):
        raise malformed("an answer that is not a JSON object")
    return value


def parsed_result(call: Call, result: Answer | ReadError) -> Wire:
    """Return the object of one part of a batch; raise ``ReadError`` if it has none."""
    if isinstance(result, ReadError):
        raise result
    return parsed(call, result)


def listed(page: Wire, items: str) -> list[Wire]:
    """Return the entries of a page. Google leaves the key out of an empty listing; anything else must be objects."""
    entries = page.get(items, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise malformed(f"a listing of {items} that is not a list")
    return entries


def next_call(resource: Resource, call: Call, page: Wire, seen: set[str], method: str = "list_next") -> Call | None:
    """Return the call for the page after ``page``, None if it was the last; ``seen`` keeps the tokens of a listing.

    Raises ``ReadError`` (partial) when the listing loops or its token is none.
    """
    token = page.get("nextPageToken")
    if not token:
        return None
    if not isinstance(token, str) or not token.isascii() or len(token) > _LONGEST_PAGE_TOKEN:
        raise broken_off(malformed("a page token that is none"))
    if token in seen:
        raise ReadError(GapReason.PARTIAL, "A listing leads back to a page it already gave.", _AGAIN)
    seen.add(token)
    return Call(getattr(resource, method)(call.request, page), call.subject, call.scope)


def broken_off(error: ReadError) -> ReadError:
    """Return the error of a listing of which some pages were read; one that was put off is not asked for again."""
    if error.reason in {GapReason.PARTIAL, GapReason.THROTTLED}:
        return error
    return ReadError(GapReason.PARTIAL, f"A listing broke off: {error.message}", error.remedy)


def recognised(entry: Wire) -> int:
    """Return what an entry is recognised by when its listing is read once more: its id, or all of it without one."""
    return hash(json.dumps(next((entry[name] for name in _IDS if name in entry), entry), sort_keys=True))


_AGAIN = "Run again. If it stays, report it: Google's listing loops."
