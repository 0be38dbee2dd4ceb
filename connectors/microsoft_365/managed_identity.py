"""The identity of a machine in Azure: a token without any secret, from the machine's own metadata service.

Source: Microsoft Entra, "How to use managed identities for Azure resources to acquire an access token". The service
speaks plain HTTP, on an address that no packet can leave the machine to. To the door it is a host like any other, which
is led to that address.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from connectors.door import Door
from connectors.microsoft_365.reads import MACHINE

ENDPOINT: Mapping[str, str] = {MACHINE: f"http://{MACHINE}"}
"""Where the door finds the service."""

_ADDRESS = f"https://{MACHINE}/metadata/identity/oauth2/token"
_EARLY = timedelta(minutes=5)


class Authority(NamedTuple):
    """The tenant of the identity, under the name by which msal has it."""

    tenant: str


class MachineIdentity:
    """Gives tokens as msal's applications do, so that nobody need know which of the two it is."""

    def __init__(self, door: Door, tenant_id: str, client_id: str, now: Callable[[], datetime]) -> None:
        """Take the door; nothing is sent before the first token is wanted."""
        self.authority = Authority(tenant_id)
        self._door = door
        self._client_id = client_id
        self._now = now
        self._kept: dict[str, tuple[str, datetime]] = {}

    def acquire_token_for_client(self, scopes: Sequence[str]) -> dict[str, Any]:
        """Return a token, or the error of the service as msal would. Raises ``ReadError`` when no answer came."""
        (scope,) = scopes
        token, ends = self._kept.get(scope, ("", self._now()))
        if token and self._now() < ends - _EARLY:
            return {"access_token": token}
        resource = scope.removesuffix("/.default")
        query = urlencode({"api-version": "2018-02-01", "resource": resource, "client_id": self._client_id})
        answer = self._door.send("GET", f"{_ADDRESS}?{query}", headers={"metadata": "true"})
        found = answer.json()
        try:
            lifetime = timedelta(seconds=int(str(found["expires_in"])))
            self._kept[scope] = (str(found["access_token"]), self._now() + lifetime)
        except (KeyError, ValueError, OverflowError):
            return {"error_description": json.dumps(found.get("error_description", ""))}
        return {"access_token": self._kept[scope][0]}

    def remove_tokens_for_client(self) -> None:
        """Forget all tokens."""
        self._kept.clear()
