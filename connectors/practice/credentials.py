"""What the auditor signs in with: a Google service account, and a Microsoft application's secret and certificate."""

from __future__ import annotations

import json
import os
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

GOOGLE_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a secret
GOOGLE_KEY_FILE = "google-service-account.json"
MICROSOFT_SECRET_FILE = "microsoft-client-secret.txt"  # noqa: S105 - the name of a file
MICROSOFT_CERTIFICATE_FILE = "microsoft-certificate.pem"
CERTIFICATE_BEGINS = "-----BEGIN CERTIFICATE-----"
CERTIFICATE_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Credentials that open the practice organisation and nothing else.

    ``google_key`` and ``microsoft_key`` are RSA private keys as PKCS #8 PEM text; ``microsoft_certificate`` is the
    self-signed certificate of the latter as PEM text. ``google_token_lifetime`` is how long access tokens last.
    """

    google_email: str
    google_client_id: str  # 21 digits, as the domain-wide delegation lists it
    google_key_id: str
    google_key: str
    microsoft_client_id: str
    microsoft_secret: str
    microsoft_key: str
    microsoft_certificate: str
    google_token_lifetime: timedelta = timedelta(hours=1)

    @classmethod
    def fresh(cls) -> Credentials:
        """Return credentials that nobody has ever had before."""
        google, microsoft = _new_key(), _new_key()
        return cls(
            google_email="auditor@practice-project.iam.gserviceaccount.com",
            google_client_id=f"1{secrets.randbelow(10**20):020d}",
            google_key_id=secrets.token_hex(20),
            google_key=_pem(google),
            microsoft_client_id=str(uuid.uuid4()),
            microsoft_secret=secrets.token_urlsafe(30),
            microsoft_key=_pem(microsoft),
            microsoft_certificate=_self_signed(microsoft),
        )

    @classmethod
    def read(cls, folder: Path, microsoft_client_id: str) -> Credentials:
        """Return the credentials that ``write`` has put into ``folder``; the client id stands in none of its files.

        Raises ``OSError``, ``ValueError`` or ``KeyError`` where they are not what was written.
        """
        google = json.loads((folder / GOOGLE_KEY_FILE).read_text("utf-8"))
        key, begins, certificate = (
            (folder / MICROSOFT_CERTIFICATE_FILE).read_text("utf-8").partition(CERTIFICATE_BEGINS)
        )
        return cls(
            google_email=google["client_email"],
            google_client_id=google["client_id"],
            google_key_id=google["private_key_id"],
            google_key=google["private_key"],
            microsoft_client_id=microsoft_client_id,
            microsoft_secret=(folder / MICROSOFT_SECRET_FILE).read_text("utf-8"),
            microsoft_key=key,
            microsoft_certificate=begins + certificate,
        )

    def service_account(self, *, token_uri: str = GOOGLE_TOKEN_URI) -> dict[str, str]:
        """Return the service account's key file as Google's console hands it out.

        ``token_uri`` may be the practice server's own token address, for clients that take it from the key file.
        """
        return {
            "type": "service_account",
            "project_id": "practice-project",
            "private_key_id": self.google_key_id,
            "private_key": self.google_key,
            "client_email": self.google_email,
            "client_id": self.google_client_id,
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": token_uri,
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url": f"https://www.googleapis.com/robot/v1/metadata/x509/{self.google_email}",
            "universe_domain": "googleapis.com",
        }

    def write(self, folder: Path, *, token_uri: str = GOOGLE_TOKEN_URI) -> dict[str, Path]:
        """Write the credentials into ``folder``, readable by its owner alone, and return where they lie.

        The names are ``google_key_file`` (JSON), ``microsoft_secret_file`` (text) and ``microsoft_certificate_file``
        (PEM: private key, then certificate). Raises ``FileExistsError`` rather than write over anything.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key_file = json.dumps(self.service_account(token_uri=token_uri), indent=2)
        return {
            "google_key_file": _write(folder / GOOGLE_KEY_FILE, key_file),
            "microsoft_secret_file": _write(folder / MICROSOFT_SECRET_FILE, self.microsoft_secret),
            "microsoft_certificate_file": _write(
                folder / MICROSOFT_CERTIFICATE_FILE, self.microsoft_key + self.microsoft_certificate
            ),
        }


def _write(path: Path, text: str) -> Path:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _self_signed(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "auditor practice")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + CERTIFICATE_LIFE)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
