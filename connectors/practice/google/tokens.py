"""``oauth2.googleapis.com``: access tokens for a service account that acts as a person of the domain.

https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connectors.practice.credentials import GOOGLE_TOKEN_URI
from connectors.practice.google.refusals import Refused, not_found
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.credentials import Credentials
    from connectors.practice.google.people import People
    from connectors.practice.organisation import GoogleAccount
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION = 3600  # seconds
SKEW = 300  # seconds; clocks differ
UNREASONABLE = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)
UNAUTHORIZED_CLIENT = (
    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the "
    "scopes requested."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the account that the token acts as, and the scopes that it carries."""

    account: GoogleAccount
    scopes: frozenset[str]
    expires: datetime


class TokenOffice:
    """Hands out access tokens and knows them again, until they expire."""

    def __init__(
        self,
        people: People,
        credentials: Credentials,
        permissions: Callable[[], Permissions],
        clock: Callable[[], datetime],
    ) -> None:
        self._lifetime = credentials.google_token_lifetime
        self._people = people
        self._email = credentials.google_email
        self._public = _public_key(credentials.google_key)
        self._permissions = permissions
        self._clock = clock
        self._lock = threading.Lock()
        self._callers: dict[str, Caller] = {}

    def caller(self, token: str) -> Caller | None:
        """Return who calls with ``token``, or None if it was never issued or has expired."""
        with self._lock:
            caller = self._callers.get(token)
        return caller if caller and caller.expires > self._clock() else None

    def answer(self, request: Request) -> Answer:
        """Answer a request to the token endpoint."""
        if (request.method, request.path) != ("POST", "/token"):
            return not_found("The requested URL").answer
        form = {name: values[-1] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
        try:
            caller = self._recognised(form, {GOOGLE_TOKEN_URI, f"{request.base}/token"})
        except Refused as refused:
            return refused.answer
        token = f"ya29.{secrets.token_urlsafe(96)}"
        with self._lock:
            self._callers[token] = caller
        seconds = int(self._lifetime.total_seconds())
        return Answer(200, {"access_token": token, "expires_in": seconds, "token_type": "Bearer"})

    def _recognised(self, form: dict[str, str], audiences: set[str]) -> Caller:
        """Return the caller whom the assertion in ``form`` makes known; raise ``Refused`` in Google's words."""
        if form.get("grant_type") != JWT_BEARER:
            raise _refused(400, "unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
        claims = self._claims(form.get("assertion", ""))
        now = self._clock().timestamp()
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int | float) or not isinstance(expires, int | float):
            raise _refused(400, "invalid_grant", UNREASONABLE)
        if expires - issued > LONGEST_ASSERTION or issued > now + SKEW or expires < now - SKEW:
            raise _refused(400, "invalid_grant", UNREASONABLE)
        if claims.get("aud") not in audiences:
            raise _refused(400, "invalid_grant", "Invalid JWT: Failed audience check.")
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes:
            raise _refused(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        account = self._people.get(str(claims.get("sub", "")))
        if account is None or account.suspended:
            raise _refused(400, "invalid_grant", "Invalid email or User ID")
        if not scopes <= self._permissions().google_scopes:
            raise _refused(401, "unauthorized_client", UNAUTHORIZED_CLIENT)
        return Caller(account, scopes, self._clock() + self._lifetime)

    def _claims(self, assertion: str) -> dict[str, object]:
        """Return the claims of a JWT that our service account has signed with RS256."""
        try:
            head, body, signature = assertion.split(".")
            claims = json.loads(_decoded(body))
            algorithm = json.loads(_decoded(head)).get("alg")
            if claims.get("iss") != self._email:
                raise _refused(400, "invalid_grant", "Invalid grant: account not found")
            if algorithm != "RS256":
                raise _refused(400, "invalid_grant", "Invalid JWT Signature.")
            self._public.verify(_decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, AttributeError, binascii.Error) as error:
            raise _refused(400, "invalid_request", "Bad Request") from error
        except InvalidSignature as error:
            raise _refused(400, "invalid_grant", "Invalid JWT Signature.") from error
        return dict(claims)


def _refused(status: int, error: str, description: str) -> Refused:
    return Refused(Answer(status, {"error": error, "error_description": description}))


def _public_key(pem: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("a service account's key is an RSA key")
    return key.public_key()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
