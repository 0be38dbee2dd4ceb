"""A client of the practice server's Google side that holds every 200 answer against Google's own schema."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

import google_auth_httplib2
import httplib2
import httpx2
from discovery import problems
from google.oauth2 import service_account

from connectors.practice.credentials import Credentials
from connectors.practice.generator import generate
from connectors.practice.server import PracticeServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from connectors.practice.organisation import Organisation

TODAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
AUTH = "https://www.googleapis.com/auth/"
ADMIN = "admin.googleapis.com"
GMAIL = "gmail.googleapis.com"
DRIVE = "www.googleapis.com"
POLICY = "cloudidentity.googleapis.com"
TOKEN = "oauth2.googleapis.com"
ALERTS = "alertcenter.googleapis.com"
LICENSING = "licensing.googleapis.com"
SCOPES = (
    "admin.directory.domain.readonly",
    "admin.directory.group.member.readonly",
    "admin.directory.group.readonly",
    "admin.directory.orgunit.readonly",
    "admin.directory.rolemanagement.readonly",
    "admin.directory.user.readonly",
    "admin.directory.user.security",
    "admin.reports.audit.readonly",
    "admin.reports.usage.readonly",
    "apps.alerts",
    "apps.groups.settings",
    "calendar.acls.readonly",
    "calendar.calendarlist.readonly",
    "cloud-identity.inboundsso.readonly",
    "cloud-identity.policies.readonly",
    "drive.metadata.readonly",
    "drive.readonly",
    "gmail.settings.basic",
)


class Google:
    """Calls as the service account of ``server``, impersonating somebody; the administrator if nobody is named."""

    def __init__(self, server: PracticeServer) -> None:
        self.server = server
        self.http = httpx2.Client(follow_redirects=False, timeout=10)
        self._tokens: dict[tuple[str, tuple[str, ...]], str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def token(self, subject: str = "", scopes: tuple[str, ...] = SCOPES) -> str:
        """Return an access token that google-auth has fetched."""
        subject = subject or self.server.organisation.google.admin
        if (subject, scopes) not in self._tokens:
            key_file = self.server.credentials.service_account(token_uri=f"{self.server.endpoints[TOKEN]}/token")
            credentials = service_account.Credentials.from_service_account_info(
                key_file, scopes=[AUTH + scope for scope in scopes], subject=subject
            )
            transport = httplib2.Http()
            try:
                credentials.refresh(google_auth_httplib2.Request(transport))
            finally:
                transport.close()
            self._tokens[subject, scopes] = credentials.token
        return self._tokens[subject, scopes]

    def answer(self, host: str, path: str, subject: str = "", /, **query: str) -> httpx2.Response:
        """Return the answer to a GET, whatever it is; hold it against the schema if it is a 200 with JSON."""
        headers = {"Authorization": f"Bearer {self.token(subject)}"}
        response = self.http.get(self.server.endpoints[host] + quote(path), params=query, headers=headers)
        if response.status_code == 200:
            assert problems(host, path, response.json()) == []
        return response

    def get(self, host: str, path: str, subject: str = "", /, **query: str) -> dict[str, Any]:
        """Return the body of a 200 answer to a GET."""
        response = self.answer(host, path, subject, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def error(self, host: str, path: str, subject: str = "", /, **query: str) -> tuple[int, str]:
        """Return the status and the message of an answer that must be a refusal."""
        response = self.answer(host, path, subject, **query)
        error = response.json()["error"]
        assert error["code"] == response.status_code
        return response.status_code, error["message"]

    def pages(self, key: str, host: str, path: str, subject: str = "", /, **query: str) -> list[list[dict[str, Any]]]:
        """Return the entries of a listing, page by page."""
        pages: list[list[dict[str, Any]]] = []
        while True:
            body = self.get(host, path, subject, **query)
            pages.append(body.get(key, []))
            if "nextPageToken" not in body:
                return pages
            query["pageToken"] = body["nextPageToken"]

    def batch(
        self, host: str, where: str, parts: list[tuple[str, str, dict[str, str]]]
    ) -> tuple[httpx2.Response, dict[str, tuple[int, dict[str, str], Any]]]:
        """Send GETs of (path, subject, query) in a batch; return the answer, and its parts by Content-ID."""
        lines = []
        for number, (path, subject, query) in enumerate(parts):
            target = quote(path) + (f"?{urlencode(query)}" if query else "")
            lines += ["--between", "Content-Type: application/http", f"Content-ID: <call + {number}>", ""]
            lines += [f"GET {target} HTTP/1.1", f"Authorization: Bearer {self.token(subject)}", "", ""]
        body = "\r\n".join([*lines, "--between--", ""])
        headers = {"Content-Type": "multipart/mixed; boundary=between"}
        response = self.http.post(f"{self.server.endpoints[host]}{where}", content=body, headers=headers)
        answers = {}
        if response.status_code == 200:
            whole = message_from_bytes(
                b"Content-Type: " + response.headers["content-type"].encode() + b"\r\n\r\n" + response.content
            )
            for part in whole.get_payload():
                head, _, content = part.get_payload(decode=True).partition(b"\r\n\r\n")
                line, *fields = head.decode().split("\r\n")
                status = int(line.split(" ")[1])
                value = json.loads(content) if content.strip().startswith((b"{", b"[")) else content
                if status == 200:
                    path = parts[int(part["Content-ID"].removesuffix(">").rpartition(" + ")[2])][0]
                    assert problems(host, path, value) == []
                headed = dict(field.lower().split(": ", 1) for field in fields)
                answers[part["Content-ID"]] = (status, headed, value)
        return response, answers


@cache
def credentials() -> Credentials:
    """Return credentials that all tests share, because making keys takes time."""
    return Credentials.fresh()


@contextmanager
def practice(organisation: Organisation | None = None, **options: object) -> Iterator[Google]:
    """Give a client of a practice server that runs for as long as the block does."""
    organisation = organisation or generate(today=TODAY)
    with PracticeServer(organisation, credentials=credentials(), **options) as server, Google(server) as client:
        yield client
