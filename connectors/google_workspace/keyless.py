"""Signing in without a key: Google signs the assertions, for whoever may sign in the name of the service account.

Who that is says the metadata server of a machine in Google Cloud, or the token of another identity provider.
google-auth fetches both, through our door: from the addresses below and no other, whatever the environment says.
Source: IAM Service Account Credentials API, ``projects.serviceAccounts.signJwt``; Compute Engine, "Query VM metadata".
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.auth import compute_engine, exceptions, transport

from auditor.errors import GapReason, ReadError, SignInError
from connectors.door import Answer, Door, malformed
from connectors.google_workspace.answers import refusal
from connectors.google_workspace.federation import ReadFile, federated
from connectors.google_workspace.sign_in_rules import CLOUD_PLATFORM, EXCHANGE_URL, MACHINE, signature_url

MACHINE_ENDPOINT: Mapping[str, str] = {MACHINE: f"http://{MACHINE}"}
"""Where the door finds the metadata server: it speaks plain HTTP, on an address that no packet can leave Google by."""

_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What google-auth stumbles with over an answer that is not what Google documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyless:
    """Who signs in without a key: the service account, its unique id, and how we are known to Google.

    ``federation`` holds the bytes of a credential configuration, ``read_file`` reads the token that it names; without
    one, the machine's own service account signs.
    """

    service_account: str
    client_id: str
    federation: bytes | None = field(default=None, repr=False)
    read_file: ReadFile


class KeylessSigner:
    """Lets Google sign in the name of a service account. Safe to use from many threads."""

    remedy = "Compare `service_account:` with Google Cloud console > IAM & Admin > Service Accounts."

    def __init__(self, keyless: Keyless, door: Door) -> None:
        """Open nothing yet. Raises ``SignInError`` for a credential configuration that cannot be used."""
        self.email, self.client_id = keyless.service_account, keyless.client_id
        self._keyless = keyless
        self._door = door
        self._lock = threading.Lock()
        self._credentials = self._fresh()

    def sign(self, claims: Mapping[str, object]) -> str:
        """Return the signed JWT of these claims. Raises ``SignInError`` or ``ReadError`` if nobody signs."""
        body = json.dumps({"payload": json.dumps(dict(claims))}).encode("ascii")
        headers = {"content-type": "application/json", "accept": "application/json"}
        answer = self._door.send("POST", signature_url(self.email), headers=headers, body=body, bearer=self._bearer)
        if answer.status != 200:  # noqa: PLR2004 - HTTP
            raise _refused(answer, self.email)
        signed = answer.json().get("signedJwt")
        if not isinstance(signed, str) or not _JWT.fullmatch(signed):
            raise malformed("a signature that is none")
        return signed

    def forget(self) -> None:
        """Drop the token that allows to sign."""
        with self._lock:
            self._credentials = self._fresh()

    def _fresh(self) -> Any:  # noqa: ANN401 - google-auth's credentials have no common type
        if self._keyless.federation is None:
            return compute_engine.Credentials(scopes=[CLOUD_PLATFORM], universe_domain="googleapis.com")
        return federated(self._keyless.federation, self.email, self._keyless.read_file)

    def _bearer(self, renew: bool) -> str:  # noqa: FBT001 - the door's protocol
        """Return the token by which Google knows us. Raises ``SignInError`` or ``ReadError``."""
        with self._lock:
            if renew or not self._credentials.valid:
                self._refresh()
            return str(self._credentials.token)

    def _refresh(self) -> None:
        try:
            self._credentials.refresh(_Transport(self._door))
        except ReadError as error:
            if self._keyless.federation is None and error.reason is GapReason.UNREACHABLE:
                raise SignInError("This machine has no metadata server of Google's.", _NO_MACHINE) from error
            raise
        except exceptions.OAuthError as error:
            code = re.match(r"Error code (\w{1,40})", str(error.args[0] if error.args else ""))
            told = f" ({code[1]})" if code else ""
            raise SignInError(f"Google refuses the token of the identity provider{told}.", _FEDERATION) from None
        except exceptions.GoogleAuthError:  # its text may hold the whole answer
            raise SignInError("The metadata server gives no token.", _NO_ACCOUNT) from None
        except _MALFORMED:
            raise malformed("a token answer without a token") from None


@dataclass(frozen=True, slots=True)
class _Response:
    """An answer as google-auth reads it."""

    status: int
    headers: Mapping[str, str]
    data: bytes


@dataclass(frozen=True, slots=True)
class _Transport(transport.Request):
    """What google-auth sends with. Its own retries find nothing to do: the door has waited already, or has raised."""

    door: Door

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: object,
    ) -> _Response:
        """Send one request to the metadata server or the exchange; refuse every other."""
        del timeout  # the door has its own
        machine = re.fullmatch(rf"https?://{re.escape(MACHINE)}(/.*)", url) if method == "GET" else None
        if machine is None and url != EXCHANGE_URL:
            raise SignInError("The environment has google-auth ask another address, or otherwise.", _ENVIRONMENT)
        address = f"https://{MACHINE}{machine[1]}" if machine else url
        answer = self.door.send(method, address, headers=headers, body=body or b"")
        return _Response(answer.status, answer.headers, answer.body)


def _refused(answer: Answer, email: str) -> SignInError | ReadError:
    """Return what it means that Google does not sign. Its own sentence is left out."""
    told = refusal(answer)
    if told.reasons & {"SERVICE_DISABLED", "accessNotConfigured"}:
        remedy = (
            "Google Cloud console > APIs & Services > Library > IAM Service Account Credentials API > Enable, in the "
            "project of the service account."
        )
        return SignInError("The API that signs is not enabled.", remedy)
    if answer.status in {401, 403}:
        return SignInError(f"Google does not let us sign in the name of {email}.", _CREATOR)
    if answer.status == 404:  # noqa: PLR2004 - HTTP
        return SignInError(f"Google does not know the service account {email}.", KeylessSigner.remedy)
    return malformed(f"an unexpected refusal of a signature (HTTP {answer.status})")


_CREATOR = (
    "Google Cloud console > IAM & Admin > Service Accounts > the account > Permissions > Grant access: to whoever runs "
    "the auditor, the role Service Account Token Creator. A machine needs the access scope cloud-platform besides."
)
_NO_MACHINE = (
    "Run the auditor on a machine in Google Cloud that has a service account, or name a credential configuration under "
    "`keyless: {federation_file: ...}`, or a key under `key_file:`."
)
_NO_ACCOUNT = "Give the machine a service account: Google Cloud console > Compute Engine > the machine > Edit."
_FEDERATION = (
    "Compare issuer, audience and attribute condition: Google Cloud console > IAM & Admin > Workload Identity "
    "Federation > the pool > the provider. The token may also have run out."
)
_ENVIRONMENT = "Run it without GCE_METADATA_HOST, GCE_METADATA_ROOT and GOOGLE_API_CERTIFICATE_CONFIG."
