"""Workload identity federation: the token of another identity provider, exchanged for one of Google's. Pure but for it.

A credential configuration says where the token lies and where it goes. Whoever writes that file could make us run a
program or send the token elsewhere, so only one form of it is taken: a token in a file, exchanged at Google's own
address. Source: Google Cloud, "Workload Identity Federation"; google-auth, ``identity_pool``, which leaves the looking
at such a file to its caller; RFC 8693.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from google.auth import identity_pool
from google.auth.external_account import SupplierContext
from google.auth.transport import Request

from auditor.errors import AuditorError, SignInError
from connectors.google_workspace.sign_in_rules import CLOUD_PLATFORM, EXCHANGE_URL, TOKEN_TYPES

ReadFile = Callable[[Path], bytes]
"""Gives what is in a private file, or raises an error of ours."""

_GOOGLE = "googleapis.com"
_KEYS = frozenset(
    {
        "audience",
        "credential_source",
        "quota_project_id",
        "service_account_impersonation_url",
        "service_account_impersonation",
        "subject_token_type",
        "token_info_url",
        "token_url",
        "type",
        "universe_domain",
    }
)
_POOL = re.compile(
    r"//iam\.googleapis\.com/projects/\d{1,20}/locations/global/workloadIdentityPools/[a-z0-9-]{1,64}/providers/"
    r"[a-z0-9-]{1,64}"
)
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)  # a JWT
_MAKE = (
    "Make it anew: gcloud iam workload-identity-pools create-cred-config PROVIDER --credential-source-file=PATH "
    "--output-file=FILE, where PATH is the file into which your identity provider writes its token."
)


def federated(configuration: bytes, service_account: str, read_file: ReadFile) -> identity_pool.Credentials:
    """Return Google's credentials for what a credential configuration describes.

    Raises ``SignInError`` for a file that is anything else than a token in a file and Google's own addresses.
    """
    fields = _object(configuration)
    complaint = _complaint(fields, service_account)
    if complaint:
        raise SignInError(f"The credential configuration cannot be used: {complaint}.", _MAKE)
    return identity_pool.Credentials(
        audience=fields["audience"],
        subject_token_type=fields["subject_token_type"],
        token_url=EXCHANGE_URL,
        subject_token_supplier=_TokenFile(fields["credential_source"], read_file),
        scopes=[CLOUD_PLATFORM],
    )


class _TokenFile(identity_pool.SubjectTokenSupplier):
    """Reads the token of the identity provider anew for each exchange, because it lives for minutes."""

    def __init__(self, source: Mapping[str, object], read_file: ReadFile) -> None:
        self._path = Path(str(source["file"]))
        form = source.get("format")
        self._field = form.get("subject_token_field_name") if isinstance(form, dict) else None
        self._read_file = read_file

    def get_subject_token(self, context: SupplierContext, request: Request) -> str:
        """Return the token. Raises ``SignInError``."""
        del context, request
        try:
            token = self._read_file(self._path).decode("ascii")
            if self._field is not None:
                token = json.loads(token)[self._field]
        except AuditorError as error:
            raise SignInError(error.message, error.remedy) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            token = ""
        if not isinstance(token, str) or not _TOKEN.fullmatch(token.strip()):
            raise SignInError(
                f"There is no token in {self._path}.", "Look at what writes it, and whether it still runs."
            )
        return token.strip()


def _object(configuration: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(configuration)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):  # not chained: a parser's exception holds what it parsed
        raise SignInError("The file is no credential configuration.", _MAKE)
    if fields.get("type") == "service_account":
        raise SignInError(
            "The file is a key.", "Name it under `credentials: {key_file: ...}`, or better, delete the key."
        )
    return fields


def _complaint(fields: Mapping[str, Any], service_account: str) -> str | None:
    """Return what is wrong with a credential configuration, or None."""
    impersonation = fields.get("service_account_impersonation_url")
    ours = f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{service_account}:generateAccessToken"
    unknown = sorted(fields.keys() - _KEYS)
    checks = (
        (fields.get("type") != "external_account", "its type is not external_account"),
        (bool(unknown), f"it has a key that is not known here, {''.join(unknown[:1])[:40]!r}"),
        (fields.get("universe_domain", _GOOGLE) != _GOOGLE, "it is for another universe than Google's"),
        (fields.get("token_url") != EXCHANGE_URL, f"its token_url is not {EXCHANGE_URL}"),
        (
            impersonation is not None and impersonation != ours,
            "it leads to another account or host",
        ),
        (not _POOL.fullmatch(str(fields.get("audience"))), "its audience is no workload identity pool"),
        (str(fields.get("subject_token_type")) not in TOKEN_TYPES, "its subject_token_type is none of an OpenID token"),
    )
    found = next((text for wrong, text in checks if wrong), None)
    return found or _source_complaint(fields.get("credential_source"))


def _source_complaint(source: object) -> str | None:
    """Return what is wrong with where the token is said to be, or None."""
    if not isinstance(source, dict):
        return "it has no credential_source"
    checks = (
        *((key in source, what) for key, what in _REFUSED_SOURCES.items()),
        (bool(source.keys() - {"file", "format"}), "its credential_source has more than file and format"),
        (not _absolute(source.get("file")), "its credential_source names no file by its whole path"),
        (not _known_format(source.get("format", {"type": "text"})), "the format of its token is not known"),
    )
    return next((text for wrong, text in checks if wrong), None)


def _known_format(form: object) -> bool:
    if not isinstance(form, dict):
        return False
    named = isinstance(form.get("subject_token_field_name"), str)
    return bool(form.get("type") == ("json" if named else "text"))


def _absolute(path: object) -> bool:
    return isinstance(path, str) and path.startswith("/") and path.isprintable()


_REFUSED_SOURCES: Mapping[str, str] = {
    "executable": "it names a program to run, which the auditor never does",
    "url": "it fetches the token from an address, to which more could be sent than is asked for",
    "environment_id": "it is for AWS, which signs requests instead of giving tokens",
    "certificate": "it wants a certificate instead of a token",
}
"""Sources of tokens that google-auth knows and that are not used here."""
