"""The certificate file: a private key and its certificate in one PEM text."""

from __future__ import annotations

import re
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from auditor.errors import SignInError

_KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_REMEDY = (
    "Put the private key, without a password, and its certificate into one PEM file: "
    "cat private.key certificate.crt > microsoft.pem; chmod 600 microsoft.pem"
)
_EXPIRED = (
    "Make a new one, and upload it: Entra admin center > App registrations > your app > Certificates & secrets > "
    "Certificates > Upload certificate."
)


def msal_credential(pem: bytes, now: datetime) -> dict[str, str]:
    """Return key and certificate as msal wants them; it computes the SHA-256 thumbprint itself.

    Raises ``SignInError``, without any of the text, if one is missing, they do not belong together or the certificate
    has expired at ``now``.
    """
    found = _KEY.search(pem)
    if found is None:
        raise SignInError("The certificate file holds no private key.", _REMEDY)
    try:
        key = load_pem_private_key(found.group(), None)
        certificates = x509.load_pem_x509_certificates(pem)
    except (ValueError, TypeError):
        raise SignInError("The certificate file cannot be read, or its key has a password.", _REMEDY) from None
    mine = next((each for each in certificates if each.public_key() == key.public_key()), None)
    if mine is None:
        raise SignInError("The certificate file holds no certificate that belongs to its private key.", _REMEDY)
    if mine.not_valid_after_utc < now:
        raise SignInError(f"The certificate expired on {mine.not_valid_after_utc:%Y-%m-%d}.", _EXPIRED)
    return {
        "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii"),
        "public_certificate": mine.public_bytes(Encoding.PEM).decode("ascii"),
    }
