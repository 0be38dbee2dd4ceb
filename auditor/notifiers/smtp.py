"""Mail by SMTP, over verified TLS or not at all.

The conversation is held step by step (RFC 5321): only between our final dot and the server's answer does nobody know
whether the mail arrived, and ``hand`` is called just before that dot. There is no opportunistic TLS: a server that
does not offer STARTTLS, or an attacker between us who hides the offer, gets nothing (RFC 8314).

Whatever ``smtplib`` raises is an ``OSError``.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

from auditor.models import Message
from auditor.notifiers.email import compose
from auditor.notifiers.way import DeliveryError, Trouble, UncertainDeliveryError
from auditor.ports import Clock
from auditor.secrets import Secret, redact

PORTS: Final = {"tls": 465, "starttls": 587}
"""Where servers take mail from people who sign in, by when TLS begins (RFC 8314, RFC 6409)."""
_SECONDS: Final = 60.0
"""For each step: servers that look into a mail before they take it are slow."""
_LONGEST: Final = 200
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpWay:
    """One mail server. ``authority`` holds certificates to trust beside the public authorities, in PEM."""

    sender: str
    host: str
    port: int | None = None
    security: Literal["tls", "starttls"] = "tls"
    username: str | None = None
    password: Secret | None = None
    authority: str | None = None
    seconds: float = _SECONDS
    clock: Clock

    @property
    def name(self) -> str:
        """How receipts call this way."""
        return "smtp"

    def send(self, message: Message, recipient: str, hand: Callable[[], None]) -> str:
        """Send a message as a mail to one recipient and return what the server said (``Way.send``)."""
        mail = compose(message, sender=self.sender, recipient=recipient, now=self.clock())
        body = re.sub(rb"(?m)^\.", b"..", mail.as_bytes())
        with self._connected() as server:
            self._step(server, f"MAIL FROM:<{self.sender}>", Trouble.UNUSABLE)
            self._step(server, f"RCPT TO:<{recipient}>", Trouble.REFUSED)
            self._step(server, "DATA", Trouble.REFUSED)
            server.send(body if body.endswith(b"\r\n") else body + b"\r\n")
            hand()
            try:
                server.send(b".\r\n")
                code, said = server.getreply()
            except OSError as error:
                raise UncertainDeliveryError(f"{self.host} never answered: {self._words(error)}") from error
            return self._require(code, said, Trouble.REFUSED)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Give a connection that is encrypted, to a server whose certificate holds, signed in if need be."""
        try:
            server = self._open()
        except ssl.SSLError as error:
            raise self._error(Trouble.UNUSABLE, f"TLS failed: {self._words(error)}") from error
        except OSError as error:
            raise self._error(Trouble.LATER, f"cannot be reached: {self._words(error)}") from error
        try:
            self._sign_in(server)
            yield server
        except OSError as error:
            raise self._error(Trouble.LATER, f"broke off: {self._words(error)}") from error
        finally:
            # No QUIT: before the final dot it would end the mail politely, and afterwards nobody needs it.
            server.close()

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.authority:
            context.load_verify_locations(cadata=self.authority)
        port = self.port or PORTS[self.security]
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, port, timeout=self.seconds, context=context)
        server = smtplib.SMTP(self.host, port, timeout=self.seconds)
        try:
            self._require_tls(server)
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server

    def _require_tls(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if not server.has_extn("starttls"):
            what = "offers no STARTTLS: it cannot encrypt, or somebody between us hides that it can"
            raise self._error(Trouble.UNUSABLE, what)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self.username is None:
            return
        try:
            server.login(self.username, self.password.reveal() if self.password else "")
        except smtplib.SMTPResponseException as error:
            trouble = Trouble.LATER if 400 <= error.smtp_code < 500 else Trouble.UNUSABLE  # noqa: PLR2004 - RFC 5321
            raise self._error(trouble, f"did not let us in: {self._words(error)}") from error
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPException as error:
            raise self._error(Trouble.UNUSABLE, f"has no sign-in that we know: {self._words(error)}") from error

    def _step(self, server: smtplib.SMTP, command: str, refused: Trouble) -> None:
        self._require(*server.docmd(command), refused)

    def _require(self, code: int, said: bytes, refused: Trouble) -> str:
        """Return an answer that agrees (RFC 5321, 4.2.1: 2 and 3); raise what any other means."""
        words = f"{code} {self._plain(said)}"
        if 200 <= code < 400:  # noqa: PLR2004 - as above
            return words
        later = 400 <= code < 500  # noqa: PLR2004 - as above
        raise self._error(Trouble.LATER if later else refused, f"said: {words}")

    def _error(self, trouble: Trouble, what: str) -> DeliveryError:
        return DeliveryError(trouble, f"{self.host} {what}")

    def _words(self, error: Exception) -> str:
        """Return what an error says, without secrets."""
        if isinstance(error, smtplib.SMTPResponseException):
            said = error.smtp_error
            return f"{error.smtp_code} {self._plain(said if isinstance(said, bytes) else said.encode())}"
        return self._plain(str(error).encode("utf-8", "replace"))

    def _plain(self, said: bytes) -> str:
        text = " ".join(said.decode("utf-8", "replace").split())
        return redact(text, [self.password] if self.password else [])[:_LONGEST]
