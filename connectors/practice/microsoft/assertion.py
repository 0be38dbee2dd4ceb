"""Signing in with a JWT (RFC 7523): signed by the application's key, or by another identity provider that it trusts.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connectors.practice.microsoft.tokens import decode, encode
from connectors.practice.organisation import Json

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FEDERATED_ISSUER = "https://identity.practice.example"
FEDERATED_SUBJECT = "repo:rivera-campaign/audit:ref:refs/heads/main"
FEDERATED_AUDIENCE = "api://AzureADTokenExchange"
SKEW = timedelta(minutes=5)  # clocks differ; Microsoft allows as much
PADDINGS: dict[str, padding.AsymmetricPadding] = {
    "RS256": padding.PKCS1v15(),
    "PS256": padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH),
}


class RefusedAssertion(Exception):  # noqa: N818 - it is the assertion that is refused
    """A client assertion that Entra refuses; ``number`` is that of the AADSTS error."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(sentence)
        self.number = number


def verify(token: str, certificate: str, client_id: str, audiences: AbstractSet[str], now: datetime) -> None:
    """Check an assertion against the application's certificate (PEM); raises ``RefusedAssertion``.

    The header must name the certificate by ``x5t`` (SHA-1) or ``x5t#S256``; the claims must name the client twice
    (``iss``, ``sub``), one of ``audiences``, and a time that includes ``now``.
    """
    header, claims, signed, signature = _parsed(token)
    known = x509.load_pem_x509_certificate(certificate.encode())
    if "x5t" not in header and "x5t#S256" not in header and claims.get("iss") == FEDERATED_ISSUER:
        _verify_federated(claims, signed, signature, known, now)
        return
    _verify_signature(header, signed, signature, known)
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise RefusedAssertion(700030, "Invalid certificate - subject name in certificate is not authorized.")
    if claims.get("aud") not in audiences:
        raise RefusedAssertion(700023, f"Client assertion audience claim does not match: '{claims.get('aud')}'.")
    expires, not_before = claims.get("exp", 0), claims.get("nbf", 0)
    moment = now.timestamp()
    if not isinstance(expires, int | float) or moment > expires + SKEW.total_seconds():
        raise RefusedAssertion(700024, "Client assertion is not within its valid time range.")
    if isinstance(not_before, int | float) and moment < not_before - SKEW.total_seconds():
        raise RefusedAssertion(700024, "Client assertion is not within its valid time range.")


def _verify_federated(claims: Json, signed: bytes, signature: bytes, known: x509.Certificate, now: datetime) -> None:
    """Check a token of another identity provider that the application trusts; its subject is the federated credential.

    https://learn.microsoft.com/entra/workload-id/workload-identity-federation
    """
    key = known.public_key()
    trusted = claims.get("sub") == FEDERATED_SUBJECT and claims.get("aud") == FEDERATED_AUDIENCE
    if not trusted or not isinstance(key, rsa.RSAPublicKey):
        raise RefusedAssertion(70021, "No matching federated identity record found for presented assertion.")
    try:
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise RefusedAssertion(70021, "The assertion's signature is not that of its issuer.") from error
    expires = claims.get("exp", 0)
    if not isinstance(expires, int | float) or now.timestamp() > expires + SKEW.total_seconds():
        raise RefusedAssertion(700024, "Client assertion is not within its valid time range.")


def federated_assertion(key: str, now: datetime, *, subject: str = "") -> str:
    """Return what the practice identity provider gives the auditor's job, valid for ten minutes.

    ``key`` is the private key (PEM) of the application's certificate, which stands in for the provider's own.
    """
    private = serialization.load_pem_private_key(key.encode(), None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("the practice identity provider signs with RSA")
    issued = int(now.timestamp())
    claims = {"iss": FEDERATED_ISSUER, "sub": subject or FEDERATED_SUBJECT, "aud": FEDERATED_AUDIENCE}
    parts = ({"alg": "RS256", "typ": "JWT", "kid": "practice"}, {**claims, "iat": issued, "exp": issued + 600})
    signed = ".".join(encode(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{encode(private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _parsed(token: str) -> tuple[Json, Json, bytes, bytes]:
    parts = token.split(".")
    try:
        head, body, signature = parts
        header, claims = json.loads(decode(head)), json.loads(decode(body))
        if not isinstance(header, dict) or not isinstance(claims, dict):
            raise TypeError  # noqa: TRY301 - one refusal for every way of being malformed
        return header, claims, f"{head}.{body}".encode(), decode(signature)
    except (ValueError, TypeError) as error:
        raise RefusedAssertion(50027, "JWT token is invalid or malformed.") from error


def _verify_signature(header: Json, signed: bytes, signature: bytes, known: x509.Certificate) -> None:
    sha1 = known.fingerprint(hashes.SHA1())  # noqa: S303 - x5t is SHA-1 by its definition (RFC 7515)
    named = {"x5t": encode(sha1), "x5t#S256": encode(known.fingerprint(hashes.SHA256()))}
    claimed = {name: str(header[name]).rstrip("=") for name in named if name in header}
    key, scheme = known.public_key(), PADDINGS.get(str(header.get("alg")))
    reason = "The key was not found."
    if claimed and all(claimed[name] == named[name] for name in claimed) and isinstance(key, rsa.RSAPublicKey):
        reason = "Key was found, but use of the key to verify the signature failed."
        if scheme is not None:
            try:
                key.verify(signature, signed, scheme, hashes.SHA256())
            except InvalidSignature:
                pass
            else:
                return
    used = next(iter(claimed.values()), "")
    thumbprint = f"Thumbprint of key used by client: '{used}'"
    sentence = f"Client assertion contains an invalid signature. [Reason - {reason} {thumbprint}]"
    raise RefusedAssertion(700027, sentence)
