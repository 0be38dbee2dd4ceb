"""Tokens: a service account's signed assertion, exchanged for an access token in the name of one account.

Domain-wide delegation: the assertion names a subject and exactly one scope; Google answers ``unauthorized_client``
when the scope was not granted to the service account, ``invalid_grant`` when the subject cannot be impersonated.
Source: Google, "Using OAuth 2.0 for server to server applications"; RFC 7523.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from urllib.parse import urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from google.auth import crypt, jwt

from auditor.errors import GapReason, ReadError, SignInError
from connectors.door import Answer, Door, malformed
from connectors.google_workspace.reads import TOKEN_URL
from connectors.google_workspace.scopes import Scope

_TOKEN = re.compile(r"[\w.~+/-]+=*", re.ASCII)  # what a header can carry: RFC 6750, section 2.1
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME = 3600  # seconds; the longest that Google accepts for an assertion
_KEY_REMEDY = (
    "Create a new key: Google Cloud console > IAM & Admin > Service Accounts > your account > Keys > Add key > JSON, "
    "and put its path under `credentials: {key_file: ...}`."
)


class Identity:
    """The service account of the auditor: mints tokens per subject and scope and keeps them while they last."""

    def __init__(self, door: Door, key: bytes, *, wall: Callable[[], float] = time.time) -> None:
        """Take the bytes of a service-account key file. Raises ``SignInError`` if it is none."""
        try:
            fields = json.loads(key)
            self._signer = crypt.RSASigner.from_service_account_info(fields)
            self._signer.sign(b"")  # a key of another kind shows only now
            self.email, self.client_id = str(fields["client_email"]), str(fields.get("client_id", ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UnsupportedAlgorithm):
            # Not chained: the exceptions of parsers hold what they parsed, and that is the key.
            raise SignInError("The file is not a service-account key.", _KEY_REMEDY) from None
        self._door = door
        self._wall = wall
        self._tokens: dict[tuple[str, str], tuple[str, float]] = {}
        self._lock = threading.Lock()

    def token(self, subject: str, scope: Scope, *, refused: str = "") -> str:
        """Return a token for reading ``scope`` in the name of ``subject``; never the ``refused`` one.

        Raises ``ReadError`` when scope or subject was not granted, ``SignInError`` when the key itself is refused.
        """
        place = (subject, scope.url)
        with self._lock:
            token, until = self._tokens.get(place, ("", 0.0))
        if token and token != refused and self._door.waiting.now() < until:
            return token
        answer = self._exchange(subject, scope)
        fields = answer.json()
        fresh, lifetime = fields.get("access_token"), fields.get("expires_in", _LIFETIME)
        if not isinstance(fresh, str) or not _TOKEN.fullmatch(fresh) or not isinstance(lifetime, int | float):
            raise malformed("a token answer without a token")
        with self._lock:
            self._tokens[place] = (fresh, self._door.waiting.now() + lifetime * 0.9)
        return fresh

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
            self._tokens.clear()

    def _exchange(self, subject: str, scope: Scope) -> Answer:
        """Send the assertion; return a good answer or raise what the refusal means."""
        issued = int(self._wall())
        claims = {"iss": self.email, "sub": subject, "scope": scope.url, "aud": TOKEN_URL}
        assertion = jwt.encode(self._signer, claims | {"iat": issued, "exp": issued + _LIFETIME})
        body = urlencode({"grant_type": _GRANT, "assertion": assertion.decode("ascii")}).encode("ascii")
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
            raise SignInError(f"Google refuses the key of {self.email} ({code}).", _KEY_REMEDY)
        raise malformed(f"an unexpected refusal of a token (HTTP {answer.status})")
