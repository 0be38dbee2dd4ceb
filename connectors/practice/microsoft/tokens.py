"""Access tokens of the practice tenant: they look like Microsoft's, and only this server accepts them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.practice.microsoft.clouds import CLOUDS, Kind

if TYPE_CHECKING:
    from connectors.practice.organisation import Json
    from connectors.practice.wire import Request

EXCHANGE_ROLE = "Exchange.ManageAsApp"
TEAMS_ROLE = "application_access"
ROLES: dict[str, Kind] = {EXCHANGE_ROLE: "exchange", TEAMS_ROLE: "teams"}  # all others belong to Graph
RESOURCES: dict[str, Kind] = {name: kind for cloud in CLOUDS for name, kind in cloud.resources().items()}
LIFETIME = 3599  # seconds; Microsoft grants an hour and reports one second less


class TokenError(Exception):
    """A bearer token that this tenant does not accept; the text is Microsoft's message."""


@dataclass(frozen=True, slots=True)
class Mint:
    """Issues and reads the tokens of one tenant; ``key`` signs them (HS256, where Microsoft would use RS256)."""

    tenant_id: str
    client_id: str
    key: bytes

    def issue(self, audience: str, roles: frozenset[str], now: datetime, *, lifetime: int = LIFETIME) -> str:
        """Return a token for ``audience`` that carries those of ``roles`` that belong to it, alive for ``lifetime``.

        Raises ``KeyError`` for an audience that is none of Microsoft's.
        """
        issued = int(now.timestamp())
        claims: Json = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.tenant_id}/",
            "iat": issued,
            "nbf": issued,
            "exp": issued + lifetime,
            "appid": self.client_id,
            "app_displayname": "auditor",
            "appidacr": "1",
            "idtyp": "app",
            "tid": self.tenant_id,
            "ver": "1.0",
        }
        # Microsoft leaves the claim out when nothing was granted.
        if mine := sorted(role for role in roles if ROLES.get(role, "graph") == RESOURCES[audience]):
            claims["roles"] = mine
        signed = f"{_encode(json.dumps({'typ': 'JWT', 'alg': 'HS256'}))}.{_encode(json.dumps(claims))}"
        return f"{signed}.{encode(self._signature(signed))}"

    def roles(self, request: Request, audience: str, now: datetime) -> frozenset[str]:
        """Return the roles in the request's bearer token; raises ``TokenError`` unless it is ours, alive and for us."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenError("Access token is empty.")
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(encode(self._signature(signed)).encode(), signature.encode()):
            raise TokenError("IDX14100: JWT is not well formed, or its signature is not ours.")
        claims: Json = json.loads(decode(signed.partition(".")[2]))
        if claims["aud"] != audience:
            raise TokenError("Access token validation failure. Invalid audience.")
        if now.timestamp() >= int(str(claims["exp"])):
            raise TokenError("Lifetime validation failed, the token is expired.")
        held = claims.get("roles", [])
        return frozenset(held) if isinstance(held, list) else frozenset()

    def _signature(self, signed: str) -> bytes:
        return hmac.new(self.key, signed.encode(), hashlib.sha256).digest()


def encode(raw: bytes) -> str:
    """Base64url without padding, as in every part of a JWT (RFC 7515)."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Return what was encoded, padding allowed because msal sends it; raises ``ValueError`` for other text."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


def _encode(text: str) -> str:
    return encode(text.encode())
