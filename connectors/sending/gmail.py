"""Mail by the Gmail API, from the mailbox of a robot that consented once to ``gmail.send`` and to nothing else.

Sources: Gmail API, ``users.messages.send``; Google, "Using OAuth 2.0 to access Google APIs" (refresh tokens).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from auditor.errors import SignInError
from connectors.allow_list import forbidden, rule
from connectors.door import malformed
from connectors.patience import Patience
from connectors.sending.once import DoorOnce, Posted

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SEND_URL = "https://gmail.googleapis.com/gmail/v1/users/me/messages/send"
_REFRESH = re.compile(rb"grant_type=refresh_token&client_id=[\w.%-]+&client_secret=[\w.%~-]+&refresh_token=[\w.%~-]+")
_MAIL = re.compile(rb'\{"raw": "[A-Za-z0-9_-]+={0,2}"\}')
_TOKEN = re.compile(r"[\w.~+/-]+=*", re.ASCII)
_REMEDY = "Let the robot consent again, to the scope gmail.send alone, and put the new file in its place."


@dataclass(frozen=True, slots=True)
class Consent:
    """What a robot's consent gave: the client it was given to, and the refresh token, which is a secret."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @classmethod
    def read(cls, content: bytes) -> Consent:
        """Return the consent in a file of Google's ``authorized_user`` format. Raises ``SignInError``."""
        try:
            told = json.loads(content)
            return cls(*(str(told[name]) for name in ("client_id", "client_secret", "refresh_token")))
        except (ValueError, KeyError, TypeError):
            raise SignInError("The file of the consent is not Google's authorized_user format.", _REMEDY) from None


class GmailPost:
    """Posts mails from the mailbox of whoever consented."""

    def __init__(
        self,
        consent: Consent,
        *,
        now: Callable[[], datetime],
        endpoints: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Open a door through which only a token is fetched and mails leave."""
        rules = [
            rule("oauth2.googleapis.com", "POST", "/token", _only_refresh),
            rule("gmail.googleapis.com", "POST", "/gmail/v1/users/me/messages/send", _only_mail),
        ]
        self._door = DoorOnce(rules, endpoints=endpoints, patience=patience)
        self._consent = consent
        self._now = now
        self._token = ""
        self._until: datetime | None = None

    @property
    def name(self) -> str:
        """How receipts call this way."""
        return "gmail"

    def close(self) -> None:
        """Close all connections."""
        self._door.close()

    def ready(self) -> None:
        """Have a token that lasts. Raises ``SignInError`` and ``ReadError``; nothing was sent then."""
        if self._until is None or self._now() >= self._until:
            self._refresh()

    def post(self, mime: bytes) -> Posted:
        """Post one mail. Raises ``ReadError`` where nobody knows whether it arrived."""
        body = json.dumps({"raw": base64.urlsafe_b64encode(mime).decode("ascii")}).encode("ascii")
        return self._door.post(SEND_URL, body, {"content-type": "application/json"}, self._bearer)

    def _bearer(self, renew: bool) -> str:  # noqa: FBT001 - the door's protocol
        if renew:
            self._refresh()
        return self._token

    def _refresh(self) -> None:
        told = self._consent
        form = {"grant_type": "refresh_token", "client_id": told.client_id, "client_secret": told.client_secret}
        body = urlencode({**form, "refresh_token": told.refresh_token}).encode("ascii")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = self._door.send("POST", TOKEN_URL, headers=headers, body=body)
        if answer.status in {400, 401}:
            raise SignInError("Google does not accept the consent of the robot any more.", _REMEDY)
        fields = answer.json()
        token, lifetime = fields.get("access_token"), fields.get("expires_in")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not isinstance(lifetime, int):
            raise malformed("a token answer without a token")
        self._token, self._until = token, self._now() + timedelta(seconds=lifetime * 0.9)


def _only_refresh(body: bytes) -> None:
    """Let out nothing but the exchange of a refresh token (RFC 6749, section 6)."""
    if not _REFRESH.fullmatch(body):
        raise forbidden("POST", TOKEN_URL, "it is not a request for a token")


def _only_mail(body: bytes) -> None:
    """Let out nothing but one mail, whole."""
    if not _MAIL.fullmatch(body):
        raise forbidden("POST", SEND_URL, "it is not a mail")
