"""Tokens: a service account's signed assertion, exchanged for an access token in the name of one account.

Domain-wide delegation: the assertion names a subject and exactly one scope; Google answers ``unauthorized_client``
when the scope was not granted to the service account, ``invalid_grant`` when the subject cannot be impersonated.
Source: Google, "Using OAuth 2.0 for server to server applications"; RFC 7523.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from auditor.errors import GapReason, ReadError, SignInError
from connectors.door import Answer, Door, malformed
from connectors.google_workspace.scopes import Scope
from connectors.google_workspace.sign_in_rules import TOKEN_URL
from connectors.google_workspace.signers import Signer

_TOKEN = re.compile(r"[\w.~+/-]+=*", re.ASCII)  # what a header can carry: RFC 6750, section 2.1
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME = 3600  # seconds; the longest that Google accepts for an assertion


@dataclass(slots=True)
class _Kept:
    """The token of one subject and scope, whose lock whoever needs it holds while it is fetched."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    token: str = field(default="", repr=False)
    until: float = 0.0


class Identity:
    """The service account of the auditor: mints tokens per subject and scope and keeps them while they last.

    Safe to use from many threads: those that want the same token wait for one of them to fetch it, and nobody waits for
    the token of another subject or scope.
    """

    def __init__(self, door: Door, signer: Signer, *, wall: Callable[[], float] = time.time) -> None:
        """Take what signs in the name of the service account; nothing is sent before the first token is wanted."""
        self._door = door
        self._signer = signer
        self._wall = wall
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._lock = threading.Lock()

    @property
    def client_id(self) -> str:
        """The unique id of the service account; empty if it is not known."""
        return self._signer.client_id

    def token(self, subject: str, scope: Scope, *, refused: str = "") -> str:
        """Return a token for reading ``scope`` in the name of ``subject``; never the ``refused`` one.

        Raises ``ReadError`` when scope or subject was not granted, ``SignInError`` when the service account is refused.
        """
        with self._lock:
            kept = self._kept.setdefault((subject, scope.url), _Kept())
        with kept.lock:
            if not kept.token or kept.token == refused or self._door.waiting.now() >= kept.until:
                kept.token, kept.until = self._mint(subject, scope)
            return kept.token

    def bearer(self, subject: str, scope: Scope) -> Callable[[bool], str]:
        """Return what the door asks for a token of one call."""
        given = ""

        def give(renew: bool) -> str:  # noqa: FBT001 - the door's protocol
            nonlocal given
            given = self.token(subject, scope, refused=given if renew else "")
            return given

        return give

    def forget(self) -> None:
        """Drop all tokens."""
        with self._lock:
            self._kept.clear()
        self._signer.forget()

    def _mint(self, subject: str, scope: Scope) -> tuple[str, float]:
        """Return a new token, and until when it is used: nine tenths of its life."""
        asked = self._door.waiting.now()
        fields = self._exchange(subject, scope).json()
        token, lifetime = fields.get("access_token"), fields.get("expires_in", _LIFETIME)
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not isinstance(lifetime, int | float):
            raise malformed("a token answer without a token")
        return token, asked + lifetime * 0.9

    def _exchange(self, subject: str, scope: Scope) -> Answer:
        """Send the assertion; return a good answer or raise what the refusal means."""
        issued = int(self._wall())
        claims = {"iss": self._signer.email, "sub": subject, "scope": scope.url, "aud": TOKEN_URL}
        assertion = self._signer.sign(claims | {"iat": issued, "exp": issued + _LIFETIME})
        body = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode("ascii")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = self._door.send("POST", TOKEN_URL, headers=headers, body=body)
        if answer.status == 200:  # noqa: PLR2004 - HTTP
            return answer
        fields = answer.json()
        code, text = str(fields.get("error", "")), str(fields.get("error_description", ""))
        if code == "unauthorized_client":
            raise ReadError(GapReason.DENIED, f"The scope {scope.url} is not granted.", scope.remedy)
        if code == "invalid_grant" and "JWT" not in text and "account not found" not in text.lower():
            raise ReadError(
                GapReason.DENIED,
                f"Google does not let the service account act as {subject}.",
                "Check that the account exists and is not suspended, and that it belongs to this customer.",
            )
        if code in {"invalid_grant", "invalid_client"}:
            raise SignInError(f"Google refuses the key of {self._signer.email} ({code}).", self._signer.remedy)
        raise malformed(f"an unexpected refusal of a token (HTTP {answer.status})")
