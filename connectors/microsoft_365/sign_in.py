"""Tokens for the application alone, fetched by msal through the door, kept by msal while they last.

Source: Microsoft identity platform, "OAuth 2.0 client credentials flow"; error numbers from "Microsoft Entra
authentication and authorization error codes".
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msal

from auditor.errors import GapReason, ReadError, SignInError
from connectors.allow_list import demand_same_host
from connectors.door import Answer, Bearer, Door
from connectors.microsoft_365.access import Access
from connectors.microsoft_365.certificate import msal_credential
from connectors.microsoft_365.clouds import CloudName, worldwide
from connectors.microsoft_365.clouds import scope as in_cloud
from connectors.microsoft_365.managed_identity import MachineIdentity
from connectors.microsoft_365.reads import SIGN_IN

_APP = "Entra admin center > App registrations > your app"
_NO_SUCH_RESOURCE = 500011
_REMEDIES = {
    7000215: (
        "The client secret is wrong.",
        f"{_APP} > Certificates & secrets > New client secret; use its Value, not its ID.",
    ),
    7000222: ("The client secret has expired.", f"{_APP} > Certificates & secrets > New client secret."),
    700016: (
        "The tenant does not know the application.",
        f"Compare `client_id:` with {_APP} > Overview > Application (client) ID, and `tenant_id:` with the tenant's.",
    ),
    7000229: ("The application was not added to this tenant.", f"{_APP} > API permissions > Grant admin consent."),
    7000112: (
        "The application is disabled.",
        "Entra admin center > Enterprise applications > your app > Properties > Enabled for users to sign in: Yes.",
    ),
    90002: (
        "The tenant was not found.",
        "Compare `tenant_id:` with Entra admin center > Overview > Tenant ID.",
    ),
    700027: (
        "The application does not know the certificate.",
        f"{_APP} > Certificates & secrets > Certificates > Upload certificate (the certificate, not the key).",
    ),
    70021: (
        "The application does not trust the token of the other identity provider.",
        f"{_APP} > Certificates & secrets > Federated credentials: compare issuer, subject and audience.",
    ),
    700024: ("The time of this machine is wrong.", "Set the clock: timedatectl set-ntp true"),
    53003: (
        "A Conditional Access policy for workload identities blocks the application.",
        "Entra admin center > Protection > Conditional Access: exclude the application, or allow this network.",
    ),
}


class Tokens:
    """The auditor's identity in one tenant. Safe to use from many threads."""

    def __init__(self, access: Access, door: Door, now: Callable[[], datetime]) -> None:
        """Remember who to be; nothing is sent before the first token is wanted."""
        self._access = access
        self._now = now
        self._door = door
        self._lock = threading.Lock()
        self._application: Any = None
        self._given: dict[str, str] = {}

    @property
    def tenant_id(self) -> str:
        """The tenant's GUID, as the sign-in service tells it; the configured name before the first token."""
        return str(self._application.authority.tenant) if self._application else self._access.tenant_id

    def token(self, scope: str, refused: str | None = None) -> str:
        """Return a token for ``scope``, a new one if ``refused`` is the one kept.

        Raises ``SignInError`` when the identity is refused, ``ReadError`` when no answer came.
        """
        with self._lock:
            if self._application is None:
                self._application = self._signed_in()
            if refused is not None and self._given.get(scope) == refused:
                self._application.remove_tokens_for_client()
            answer = self._application.acquire_token_for_client([in_cloud(self._access.cloud, scope)])
            if not isinstance(answer.get("access_token"), str):
                raise _refusal(_number(answer))
            self._given[scope] = answer["access_token"]
            return self._given[scope]

    def bearer(self, scope: str) -> Bearer:
        """Return what the door asks for a token of one call; only the token that the call was refused is replaced.

        Raises, when called, ``ReadError`` also where the identity is refused: signing in worked, so it is this read
        that fails.
        """
        first: list[str] = []

        def give(renew: bool) -> str:  # noqa: FBT001 - the door's protocol
            try:
                if renew and first:
                    return self.token(scope, first[0])
                first[:] = [self.token(scope)]
            except SignInError as error:
                raise ReadError(GapReason.DENIED, error.message, error.remedy) from error
            return first[0]

        return give

    def forget(self) -> None:
        """Drop all tokens."""
        with self._lock:
            self._application = None
            self._given.clear()

    def _signed_in(self) -> Any:  # noqa: ANN401 - msal ships no types
        if self._access.managed_identity:
            return MachineIdentity(self._door, self._access.tenant_id, self._access.client_id, self._now)
        try:
            return msal.ConfidentialClientApplication(
                self._access.client_id,
                authority=f"https://{SIGN_IN}/{self._access.tenant_id}",
                client_credential=self._credential(),
                http_client=_Transport(self._door, self._access.cloud),
            )
        except ValueError as error:  # msal's word for a tenant that is not there; the reason is in the error before
            raise _refusal(_number({"error_description": str(error.__context__)})) from None

    def _credential(self) -> Any:  # noqa: ANN401 - as msal takes it
        if self._access.certificate is not None:
            return msal_credential(self._access.certificate, self._now())
        if self._access.assertion is not None:
            return {"client_assertion": self._access.assertion}
        return self._access.secret


@dataclass(frozen=True, slots=True)
class _Response:
    """An answer as msal reads it."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Do nothing: the door has raised for every answer that is no answer."""


@dataclass(frozen=True, slots=True)
class _Transport:
    """The HTTP client that msal is given: it sends through the door and looks at answers before msal logs them."""

    door: Door
    cloud: CloudName

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> _Response:
        """Send a GET."""
        url = worldwide(self.cloud, url)
        demand_same_host(url, SIGN_IN)
        return _response(
            self.door.send("GET", f"{url}?{urlencode(params)}" if params else url, headers=_plain(headers))
        )

    def post(
        self,
        url: str,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> _Response:
        """Send a form. The address comes from a discovery document, so it is checked like any link."""
        url = worldwide(self.cloud, url)
        demand_same_host(url, SIGN_IN)
        form = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode(data or {}).encode("ascii")
        return _response(self.door.send("POST", url, headers={**_plain(headers), **form}, body=body))

    def close(self) -> None:
        """Leave the door open: it is not msal's."""


def _plain(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (headers or {}).items() if value is not None}


def _response(answer: Answer) -> _Response:
    answer.json()  # msal would write an answer that is not JSON, token and all, to its log
    return _Response(answer.status, answer.body.decode(), answer.headers)


def _number(answer: Mapping[str, Any]) -> int:
    """Return the AADSTS number of a refusal, 0 if it has none."""
    codes = answer.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int):
        return codes[0]
    found = re.search(r"AADSTS(\d{1,9})", str(answer.get("error_description", "")))
    return int(found[1]) if found else 0


def _refusal(number: int) -> SignInError | ReadError:
    """Return what a refusal means. Microsoft's own sentence, which may hold identifiers, is left out."""
    if number == _NO_SUCH_RESOURCE:
        return ReadError(
            GapReason.NOT_LICENSED,
            "The tenant does not have this service (AADSTS500011).",
            "Nothing is to be done if the organisation has no Exchange Online.",
        )
    remedy = f"Look it up at https://{SIGN_IN}/error?code={number}, and compare `tenant_id:` and `client_id:`."
    what, remedy = _REMEDIES.get(number, ("Microsoft refused the sign-in.", remedy))
    return SignInError(f"{what} (AADSTS{number})" if number else what, remedy)
