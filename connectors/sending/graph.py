"""Mail by Microsoft Graph, from one mailbox.

The application has ``Mail.Send``, which Exchange must limit to that mailbox (role-based access control for
applications); otherwise it could write in everybody's name. Source: Graph v1.0, ``user: sendMail`` (MIME format).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from connectors.allow_list import BodyRule, Rule, forbidden
from connectors.microsoft_365 import Access
from connectors.microsoft_365.clouds import endpoints
from connectors.microsoft_365.managed_identity import ENDPOINT
from connectors.microsoft_365.reads import GRAPH, GRAPH_SCOPE, MACHINE, RULES, SIGN_IN
from connectors.microsoft_365.sign_in import Tokens
from connectors.sending.once import DoorOnce, Posted

LARGEST = 4 * 1024 * 1024
"""Bytes of a request that Graph takes."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


class GraphPost:
    """Posts mails from one mailbox of Microsoft 365. ``access`` is the identity of the application that sends."""

    def __init__(self, access: Access, mailbox: str, *, now: Callable[[], datetime]) -> None:
        """Open a door through which only tokens are fetched and mails of ``mailbox`` leave."""
        self._url = f"https://{GRAPH}/v1.0/users/{quote(mailbox, safe='')}/sendMail"
        led = endpoints(access.cloud, {**(ENDPOINT if access.managed_identity else {}), **access.endpoints})
        self._door = DoorOnce([*_sign_in_rules(), self._rule()], endpoints=led, patience=access.patience)
        self._tokens = Tokens(access, self._door, now)

    @property
    def name(self) -> str:
        """How receipts call this way."""
        return "graph"

    def close(self) -> None:
        """Close all connections."""
        self._door.close()

    def ready(self) -> None:
        """Fetch a token. Raises ``SignInError`` and ``ReadError``; nothing was sent then."""
        self._tokens.token(GRAPH_SCOPE)

    def post(self, mime: bytes) -> Posted:
        """Post one mail. Raises ``ReadError`` where nobody knows whether it arrived."""
        headers = {"content-type": "text/plain"}
        return self._door.post(self._url, base64.b64encode(mime), headers, self._tokens.bearer(GRAPH_SCOPE))

    def _rule(self) -> Rule:
        path = self._url.removeprefix(f"https://{GRAPH}")
        return Rule(GRAPH, "POST", re.compile(re.escape(path)), _only_mime(self._url))


def _sign_in_rules() -> list[Rule]:
    """Return what of the reader's list serves to sign in, and reads nothing."""
    return [each for each in RULES if each.host in {SIGN_IN, MACHINE}]


def _only_mime(url: str) -> BodyRule:
    """Let out nothing but a mail in MIME, in base64; the JSON form could do more."""

    def look(body: bytes) -> None:
        if len(body) > LARGEST or not _BASE64.fullmatch(body):
            raise forbidden("POST", url, "it is not a mail")

    return look
