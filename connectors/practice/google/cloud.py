"""Google Cloud behind a sign-in without a key: tokens for machines and federated identities, signatures in their name.

``metadata.google.internal`` gives a machine the token of its service account, ``sts.googleapis.com`` exchanges that of
another identity provider, and ``iamcredentials.googleapis.com`` signs for both.
https://docs.cloud.google.com/compute/docs/metadata/querying-metadata
https://docs.cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
https://docs.cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt
"""

from __future__ import annotations

import json
import secrets
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature

from connectors.practice.google.refusals import (
    Refused,
    invalid,
    not_found,
    permission_denied,
    service_disabled,
    unauthenticated,
)
from connectors.practice.google.schema import described, properties
from connectors.practice.google.signatures import signed, verified
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.credentials import Credentials
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request, Service

MACHINE = "metadata.google.internal"
EXCHANGE = "sts.googleapis.com"
SIGNATURES = "iamcredentials.googleapis.com"
CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
LIFE = timedelta(seconds=3599)
LONGEST_CLAIM = timedelta(hours=12)

POOL = "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/audits/providers/forge"
"""The provider of the workload identity pool that trusts the practice identity provider."""
ISSUER = "https://identity.practice.example"
SUBJECT = "repo:rivera-campaign/audit:ref:refs/heads/main"
JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a kind of token
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - the name of a grant
_SIGN_JWT = "iamcredentials.projects.serviceAccounts.signJwt"


def services(
    credentials: Credentials, permissions: Callable[[], Permissions], clock: Callable[[], datetime]
) -> dict[str, Service]:
    """Return the service behind each of the three hosts."""
    cloud = Cloud(credentials, permissions, clock)
    return {MACHINE: cloud.machine, EXCHANGE: _refusing(cloud.exchange), SIGNATURES: _refusing(cloud.sign)}


def identity_token(credentials: Credentials, now: datetime) -> str:
    """Return what the practice identity provider gives the auditor's job, valid for ten minutes.

    The private key of Microsoft's application stands in for that of the provider.
    """
    issued = int(now.timestamp())
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": f"https:{POOL}", "iat": issued, "exp": issued + 600}
    return signed(claims, credentials.microsoft_key, "practice")


def credential_configuration(token_file: str) -> dict[str, object]:
    """Return what gcloud writes for a provider whose token lies in ``token_file``."""
    return {
        "universe_domain": "googleapis.com",
        "type": "external_account",
        "audience": POOL,
        "subject_token_type": JWT_TYPE,
        "token_url": f"https://{EXCHANGE}/v1/token",
        "credential_source": {"file": token_file, "format": {"type": "text"}},
        "token_info_url": f"https://{EXCHANGE}/v1/introspect",
    }


class Cloud:
    """Hands out tokens that stand for a machine or a federated identity, and signs for whoever has one."""

    def __init__(
        self, credentials: Credentials, permissions: Callable[[], Permissions], clock: Callable[[], datetime]
    ) -> None:
        self._credentials = credentials
        self._permissions = permissions
        self._clock = clock
        self._lock = threading.Lock()
        self._ends: dict[str, datetime] = {}
        self._method = described("iamcredentials.v1", _SIGN_JWT)
        self._fields = frozenset(properties(("iamcredentials.v1", {"$ref": "SignJwtRequest"})) or ())

    def machine(self, request: Request) -> Answer:
        """Answer a question to the metadata server, whose machine runs as the auditor's service account."""
        if request.headers.get("metadata-flavor") != "Google":
            return Answer(403, b"Missing required header: Metadata-Flavor", {"Content-Type": "text/html"})
        headers = {"Metadata-Flavor": "Google", "Content-Type": "application/json"}
        for account in ("default", self._credentials.google_email):
            root = f"/computeMetadata/v1/instance/service-accounts/{account}/"
            if request.path == root and request.query.get("recursive") == "true":
                about = {"aliases": ["default"], "email": self._credentials.google_email, "scopes": [CLOUD_PLATFORM]}
                return Answer(200, about, headers)
            if request.path == f"{root}token":
                return Answer(200, self._token(), headers)
        return Answer(404, b"Not Found", {"Content-Type": "text/html"})

    def exchange(self, request: Request) -> Answer:
        """Answer a token exchange (RFC 8693) for the one workload identity pool there is."""
        if request.path != "/v1/token":
            raise not_found("The requested URL")
        form = {name: values[-1] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
        if form.get("grant_type") != TOKEN_EXCHANGE or form.get("requested_token_type") != ACCESS_TOKEN_TYPE:
            raise _refused("invalid_request", 'Invalid value for "grant_type" or "requested_token_type".')
        if form.get("audience") != POOL:
            raise _refused("invalid_target", 'The target service indicated by the "audience" parameters is invalid.')
        if form.get("scope") != CLOUD_PLATFORM:
            raise _refused("invalid_scope", "Some scopes are not supported for the identity provider.")
        try:
            claims = verified(form.get("subject_token", ""), self._credentials.microsoft_key)
        except (ValueError, InvalidSignature):
            raise _refused("invalid_grant", "The ID Token cannot be verified.") from None
        ends, now = claims.get("exp"), self._clock().timestamp()
        if form.get("subject_token_type") != JWT_TYPE or claims.get("aud") != f"https:{POOL}":
            raise _refused("invalid_grant", "The audience in ID Token does not match the expected audience.")
        if claims.get("iss") != ISSUER or claims.get("sub") != SUBJECT:
            raise _refused("unauthorized_client", "The given credential is rejected by the attribute condition.")
        if not isinstance(ends, int | float) or now > ends:
            raise _refused("invalid_grant", "ID Token is stale to sign-in.")
        return Answer(200, self._token() | {"issued_token_type": ACCESS_TOKEN_TYPE})

    def sign(self, request: Request) -> Answer:
        """Answer ``signJwt``: claims in, a JWT signed by the service account's key out."""
        found = self._method.path.fullmatch(request.path)
        if found is None:
            raise not_found("The requested URL")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        with self._lock:
            ends = self._ends.get(token)
        if scheme != "Bearer" or ends is None or ends <= self._clock():
            raise unauthenticated()
        granted = self._permissions()
        if SIGNATURES not in granted.google_apis:
            raise service_disabled(SIGNATURES)
        project, account = found.groups()
        if project != "-":
            raise invalid("Request contains an invalid argument.")
        if account not in {self._credentials.google_email, self._credentials.google_client_id}:
            raise not_found(f"Service account {account}")
        if not granted.google_token_creator:
            raise permission_denied()
        claims = self._claims(request)
        key = self._credentials
        return Answer(200, {"keyId": key.google_key_id, "signedJwt": signed(claims, key.google_key, key.google_key_id)})

    def _claims(self, request: Request) -> dict[str, object]:
        """Return what is to be signed; raise ``Refused`` for a request that Google would not take."""
        body = request.json()
        for name in body.keys() - self._fields:
            raise invalid(f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
        try:
            claims = json.loads(str(body.get("payload")))
        except ValueError:
            claims = None
        if not isinstance(claims, dict):
            raise invalid("Payload must be a JSON object.")
        ends, now = claims.get("exp", 0), self._clock()
        late = not isinstance(ends, int) or ends > (now + LONGEST_CLAIM).timestamp()
        if late or (ends and ends < now.timestamp()):
            raise invalid("The expiration time is not in the future, or too far in it.")
        return claims

    def _token(self) -> dict[str, object]:
        token = f"ya29.c.{secrets.token_urlsafe(96)}"
        with self._lock:
            self._ends[token] = self._clock() + LIFE
        return {"access_token": token, "expires_in": int(LIFE.total_seconds()), "token_type": "Bearer"}


def _refusing(answer: Service) -> Service:
    """Return the service that turns refusals into answers."""

    def whole(request: Request) -> Answer:
        try:
            return answer(request)
        except Refused as refused:
            return refused.answer

    return whole


def _refused(error: str, description: str) -> Refused:
    return Refused(Answer(400, {"error": error, "error_description": description}))
