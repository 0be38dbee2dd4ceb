"""Who signs assertions in the name of the service account: here its private key; ``keyless`` lets Google sign instead.

Source: Google, "Using OAuth 2.0 for server to server applications"; RFC 7519.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from google.auth import crypt, jwt

from auditor.errors import SignInError


class Signer(Protocol):
    """Signs in the name of one service account. Safe to use from many threads."""

    @property
    def email(self) -> str:
        """Address of the service account."""
        ...

    @property
    def client_id(self) -> str:
        """Its unique id, under which the domain-wide delegation lists it; empty if it is not known."""
        ...

    @property
    def remedy(self) -> str:
        """What to do when Google does not know the signature."""
        ...

    def sign(self, claims: Mapping[str, object]) -> str:
        """Return the signed JWT of these claims. Raises ``SignInError`` or ``ReadError`` if nobody signs."""
        ...

    def forget(self) -> None:
        """Drop whatever allows to sign without asking again."""
        ...


class KeySigner:
    """Signs with the private key of a key file."""

    remedy = (
        "Create a new key: Google Cloud console > IAM & Admin > Service Accounts > your account > Keys > Add key > "
        "JSON, and put its path under `credentials: {key_file: ...}`."
    )

    def __init__(self, key: bytes) -> None:
        """Take the bytes of a service-account key file. Raises ``SignInError`` if it is none."""
        try:
            fields = json.loads(key)
            self._signer = crypt.RSASigner.from_service_account_info(fields)
            self._signer.sign(b"")  # a key of another kind shows only now
            self.email, self.client_id = str(fields["client_email"]), str(fields.get("client_id", ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UnsupportedAlgorithm):
            # Not chained: the exceptions of parsers hold what they parsed, and that is the key.
            raise SignInError("The file is not a service-account key.", self.remedy) from None

    def sign(self, claims: Mapping[str, object]) -> str:
        """Return the signed JWT of these claims."""
        return str(jwt.encode(self._signer, claims), "ascii")

    def forget(self) -> None:
        """Keep the key: it is the only thing there is."""
