"""A real mail server on loopback, with certificates of its own and the moods of others' servers."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD = "correct horse battery staple"


@dataclass
class Postbox:
    """What has arrived, and how the server answers: an answer by recipient, by mail, or at the end."""

    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    to: dict[str, str] = field(default_factory=dict)
    finally_: str = "250 2.0.0 Ok: queued as 4bX"
    hang_up: bool = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.to.get(address, "250 Ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.hang_up:
            server.transport.abort()  # type: ignore[union-attr]  # it is there while there is a session
        assert isinstance(envelope.content, bytes)
        if self.finally_.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=SMTP_POLICY)
            assert isinstance(mail, EmailMessage)
            self.mails.append((envelope.rcpt_tos[0], mail))
        return self.finally_


class _Controller(Controller):
    """A server on whatever port is free."""

    def _trigger_server(self) -> None:
        assert self.server
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass(frozen=True)
class Served:
    """Where the server is."""

    port: int
    postbox: Postbox
    authority: str


@contextmanager
def serving(
    folder: Path,
    *,
    security: Literal["tls", "starttls", "none"] = "starttls",
    name: str = "localhost",
    postbox: Postbox | None = None,
    without: tuple[str, ...] = (),
) -> Iterator[Served]:
    """Serve mail; ``name`` stands in the certificate, ``none`` is a server that offers no encryption, and
    ``without`` are ways to sign in that it does not have.
    """
    postbox = postbox or Postbox()
    certificate, key = certificate_for(name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    place = folder / f"{name}.pem"
    place.write_bytes(key + certificate)
    context.load_cert_chain(place)
    options: dict[str, Any] = {"authenticator": _authenticate, "auth_require_tls": security == "starttls"}
    options["auth_exclude_mechanism"] = without
    if security == "tls":
        options["ssl_context"] = context
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    controller = _Controller(postbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield Served(controller.port, postbox, certificate.decode())
    finally:
        controller.stop()


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: object) -> AuthResult:
    assert isinstance(given, LoginPassword)
    return AuthResult(success=given.password == PASSWORD.encode(), handled=False)


@cache
def certificate_for(name: str) -> tuple[bytes, bytes]:
    """Return a certificate that signs itself, and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    names += [x509.IPAddress(ip_address("127.0.0.1"))] if name == "localhost" else []
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(pem), private
