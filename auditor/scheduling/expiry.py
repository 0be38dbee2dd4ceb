"""Expiry: when what the auditor signs in with ends, as far as that can be read where it lies."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from auditor.config import Config
from auditor.config_secrets import MicrosoftCredentials
from auditor.errors import AuditorError
from auditor.models import Expiry
from auditor.secrets import read_private_file, read_public_file


@dataclass(frozen=True, slots=True)
class Ends:
    """What ends when, and what is wrong with files that should tell."""

    expiring: tuple[Expiry, ...]
    problems: tuple[str, ...]


def ends(config: Config, now: datetime) -> Ends:
    """Return when all credentials of a configuration end.

    Of a secret nobody but its vendor knows. Keys of Google's service accounts do not end. Tokens of other identity
    providers are renewed all the time: one is worth a word only if it has ended.
    """
    expiring: list[Expiry] = []
    problems: list[str] = []
    for what, path, read in _certificates(config):
        try:
            expiring.append(Expiry(what=f"the certificate {what}", ends=_end_of_certificate(read(path))))
        except AuditorError as error:
            problems.append(f"The certificate {what} cannot be read: {error.message}. {error.remedy}")
        except ValueError:
            problems.append(f"The certificate {what} cannot be understood. Put certificate and key there, in PEM.")
    for what, given in _microsoft(config):
        if given.secret is not None:
            expiring.append(Expiry(what=f"the secret {what}"))
        if given.assertion_file is not None and (ended := _end_of_token(given.assertion_file)) and ended <= now:
            problems.append(f"The token {what} has ended: whoever renews it does not. Look at {given.assertion_file}.")
    for what, path in _for_sending(config):
        try:
            read_private_file(path)
        except AuditorError as error:
            problems.append(f"The {what} cannot be read: {error.message}. {error.remedy}")
    return Ends(tuple(expiring), tuple(problems))


def _for_sending(config: Config) -> Iterator[tuple[str, Path]]:
    """Yield what each file holds that is not opened before something has to be sent, which may be in a week.

    Variables are left alone: those of whoever looks are not those of the daemon.
    """
    for way in config.mail.ways if config.mail else ():
        if way.smtp is not None and way.smtp.password is not None and way.smtp.password.file is not None:
            yield f"password for the mail server {way.smtp.host}", way.smtp.password.file
        if way.gmail is not None:
            yield "consent of the mailbox that sends mail", way.gmail.consent_file
    for channel in config.alerts.to:
        if channel.url.file is not None:
            yield f"address of the channel {channel.name}", channel.url.file


def _microsoft(config: Config) -> Iterator[tuple[str, MicrosoftCredentials]]:
    for tenant in config.tenants:
        if tenant.connector == "microsoft_365":
            yield f"of the tenant {tenant.id}", tenant.credentials
    for way in config.mail.ways if config.mail else ():
        if way.graph is not None:
            yield "that sends mail", way.graph.credentials


def _certificates(config: Config) -> Iterator[tuple[str, Path, Callable[[Path], bytes]]]:
    for what, given in _microsoft(config):
        if given.certificate_file is not None:
            yield what, given.certificate_file, read_private_file
    for way in config.mail.ways if config.mail else ():
        if way.smtp is not None and way.smtp.authority_file is not None:
            yield f"that the mail server {way.smtp.host} is trusted by", way.smtp.authority_file, read_public_file


def _end_of_certificate(content: bytes) -> datetime:
    """Return when the first of the certificates in a PEM file ends. Raises ``ValueError`` if there is none."""
    return min(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(content))


def _end_of_token(path: Path) -> datetime | None:
    """Return when a token ends, by its own word (RFC 7519, ``exp``); None for one that says nothing."""
    try:
        claims = read_private_file(path).decode("ascii").split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return datetime.fromtimestamp(told["exp"], UTC)
    except (AuditorError, ValueError, LookupError, TypeError, OverflowError, OSError):
        return None
