"""The written list of what signing in to Google may send: a few requests, none of which changes anything.

A signature is let out for our own assertions alone: for one scope that this connector knows, meant for the token
endpoint. So whoever misled the auditor could not have Google sign anything else.
Source: RFC 7523; RFC 8693; IAM Service Account Credentials API, ``projects.serviceAccounts.signJwt``.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl

from connectors.allow_list import Rule, forbidden, rule
from connectors.google_workspace.scopes import ALL, OPTIONAL

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
EXCHANGE_URL = "https://sts.googleapis.com/v1/token"
MACHINE = "metadata.google.internal"
CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
"""The only scope that Google signs for; what it opens is decided by the roles of whoever has it."""
TOKEN_TYPES = frozenset({"urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token"})
"""Tokens of other identity providers that are exchanged."""

_SIGNATURES = "iamcredentials.googleapis.com"
_CLAIMS = frozenset({"iss", "sub", "scope", "aud", "iat", "exp"})
_SCOPES = frozenset(each.url for each in (*ALL, *OPTIONAL))
_TOKEN_REQUEST = re.compile(rb"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=[\w.-]+")
_EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "scope": CLOUD_PLATFORM,
}
_EXCHANGE_FIELDS = frozenset({*_EXCHANGE, "audience", "subject_token", "subject_token_type"})


def signature_url(service_account: str) -> str:
    """Return the address at which Google signs in the name of a service account."""
    return f"https://{_SIGNATURES}/v1/projects/-/serviceAccounts/{service_account}:signJwt"


def _token_request(body: bytes) -> None:
    """Let out nothing but the exchange of a signed assertion for a token (RFC 7523)."""
    if not _TOKEN_REQUEST.fullmatch(body):
        raise forbidden("POST", TOKEN_URL, "it is not a request for a token")


def _signature_request(body: bytes) -> None:
    """Let out nothing but an assertion of ours that is to be signed."""
    try:
        request = json.loads(body)
        claims = json.loads(request["payload"])
        ours = request.keys() == {"payload"} and claims.keys() == _CLAIMS
        ours = ours and claims["aud"] == TOKEN_URL and claims["scope"] in _SCOPES
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        ours = False
    if not ours:
        raise forbidden("POST", f"https://{_SIGNATURES}/", "it is not an assertion of ours that is to be signed")


def _exchange_request(body: bytes) -> None:
    """Let out nothing but the exchange of another identity provider's token for one of Google's (RFC 8693)."""
    try:
        pairs = parse_qsl(body.decode("ascii"), strict_parsing=True)
    except ValueError:
        pairs = []
    fields = dict(pairs)
    known = len(pairs) == len(fields) and fields.keys() == _EXCHANGE_FIELDS and fields.items() >= _EXCHANGE.items()
    if not known or fields["subject_token_type"] not in TOKEN_TYPES:
        raise forbidden("POST", EXCHANGE_URL, "it is not an exchange of a token")


SIGN_IN: tuple[Rule, ...] = (
    rule("oauth2.googleapis.com", "POST", "/token", _token_request),
    rule(_SIGNATURES, "POST", "/v1/projects/-/serviceAccounts/{}:signJwt", _signature_request),
    rule("sts.googleapis.com", "POST", "/v1/token", _exchange_request),
    rule(MACHINE, "GET", "/computeMetadata/v1/instance/service-accounts/{}/"),
    rule(MACHINE, "GET", "/computeMetadata/v1/instance/service-accounts/{}/token"),
)
"""Everything that may leave for signing in."""
