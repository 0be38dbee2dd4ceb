"""JSON Web Tokens signed with RS256, as Google and the practice identity provider make them (RFC 7515, RFC 7519)."""

from __future__ import annotations

import base64
import json
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def signed(claims: dict[str, object], key: str, key_id: str) -> str:
    """Return the token of these claims, signed with the private key (PEM) that is called ``key_id``."""
    head = {"alg": "RS256", "kid": key_id, "typ": "JWT"}
    text = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{_encoded(_private(key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def verified(token: str, key: str) -> dict[str, object]:
    """Return the claims of a token that the private key (PEM) has signed.

    Raises ``ValueError`` for what is no such token, ``InvalidSignature`` where somebody else has signed.
    """
    head, body, signature = token.split(".")
    signature_bytes = _decoded(signature)
    _private(key).public_key().verify(signature_bytes, f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(_decoded(body))
    if not isinstance(claims, dict) or json.loads(_decoded(head)).get("alg") != "RS256":
        raise ValueError("not a token of claims")
    return claims


@cache
def _private(key: str) -> rsa.RSAPrivateKey:
    private = serialization.load_pem_private_key(key.encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("tokens are signed with RSA keys here")
    return private


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
