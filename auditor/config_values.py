"""What a single value in the configuration must look like. No message repeats the value: it may be a secret."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, ValidationInfo

_Entry = TypeVar("_Entry")

_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_DOMAIN = r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOOPBACK = re.compile(r"(https?)://(?:127\.0\.0\.1|localhost|\[::1\])(?::([0-9]{1,5}))?((?:/[a-z0-9._-]+)*)/?")
_LARGEST_PORT = 65535
_DURATION = re.compile(r"([1-9][0-9]{0,3}) (day|week|year)s?")
_DAYS = {"day": 1, "week": 7, "year": 365}


def _form(pattern: str, message: str, remedy: str) -> AfterValidator:
    """Return the demand that a text has the form of ``pattern``."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(message, remedy)
        return text

    return AfterValidator(check)


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("this is no name", "Write what people call the organisation, on one line.")
    return text.strip()


def _loopback(text: str) -> str:
    match = _LOOPBACK.fullmatch(text)
    port = int(match[2] or 0) if match else 0
    plain = match is not None and match[1] == "http"
    if not match or port > _LARGEST_PORT or (plain and not port) or {".", ".."} & set(match[3].split("/")):
        raise ValueError(
            "this leads away from this machine, and tokens with it",
            "Write http://127.0.0.1:PORT/... of a practice server, or delete 'endpoints' to read the real tenant.",
        )
    return text.rstrip("/")


def _file(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value.strip() or "\n" in value or value.lstrip().startswith(("{", "-----")):
        raise ValueError(
            "this must be the path of a file", "Keep the key in a file of its own and write its path here."
        )
    return _anchored(value, info)


def _yaml_file(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value.strip() or "\n" in value:
        raise ValueError("this must be the path of a file", "Write exemptions.yaml, or where else it lies.")
    return _anchored(value, info)


def _database_file(value: object, info: ValidationInfo) -> Path:
    value = str(value) if isinstance(value, Path) else value  # the default goes through here too
    if not isinstance(value, str) or not value.strip() or "\n" in value or "://" in value:
        raise ValueError(
            "this must be the path of a file", "Write state/history.db, or use 'url' for a database of PostgreSQL's."
        )
    return _anchored(value, info)


def _pack(value: object, info: ValidationInfo) -> str | Path:
    if isinstance(value, str) and ("/" in value or value.startswith((".", "~"))):
        return _anchored(value, info)
    if not isinstance(value, str) or not re.fullmatch(_SLUG, value):
        raise ValueError("this is neither the name of a pack nor a folder", "Write baseline, or ./folder for your own.")
    return value


def _duration(value: object) -> timedelta | None:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if value != "forever" and not match:
        raise ValueError("this is no span of time", "Write it like 90 days, 12 weeks, 2 years, or forever.")
    return timedelta(days=int(match[1]) * _DAYS[match[2]]) if match else None


def _duration_words(span: timedelta | None) -> str:
    return "forever" if span is None else f"{span.days} days"


def _anchored(text: str, info: ValidationInfo) -> Path:
    """Return the path that ``text`` means in a file that lies in the folder which the context of ``info`` names."""
    folder: Path = (info.context or {}).get("folder", Path())
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:
        raise ValueError("~ means nobody's home here", "Write the whole path, beginning with /.") from None


def _not_literal(value: object) -> object:
    if isinstance(value, str | int | float):
        raise ValueError(  # noqa: TRY004 - pydantic makes problems of ValueError alone
            "a secret stands in the configuration itself",
            "Write {env: NAME} or {file: PATH} here, and make a new secret: this one has been written down.",
        )
    return value


def _some(entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    if not entries:
        raise ValueError("this list is empty, so nothing would be audited", "Write at least one entry.")
    return entries


Some = AfterValidator(_some)
"""The demand that a list is not empty."""

NotLiteral = BeforeValidator(_not_literal)
"""The demand that a secret is named, not written out."""

Name = Annotated[str, Field(max_length=200), AfterValidator(_name)]
Slug = Annotated[
    str, _form(_SLUG, "this is no short name", "Use lower-case letters, digits and single hyphens, like workspace.")
]
Domain = Annotated[
    str,
    AfterValidator(str.lower),
    _form(_DOMAIN, "this is no domain", "Write it like gmail.googleapis.com; other alphabets in their xn-- form."),
]
MailHost = Annotated[
    str,
    AfterValidator(str.lower),
    _form(
        rf"{_DOMAIN}|localhost",
        "this is no name of a mail server",
        "Write the name that stands in its certificate, like smtp.gmail.com.",
    ),
]
Address = Annotated[
    str,
    Field(max_length=254),
    AfterValidator(str.lower),
    _form(
        rf"{_ATOM}(?:\.{_ATOM})*@{_DOMAIN}",
        "this is no e-mail address",
        "Write the address alone, like ana@rivera-campaign.example.",
    ),
]
ServiceAccount = Annotated[
    str,
    _form(
        r"[a-z0-9.-]{1,63}@[a-z0-9.-]{1,100}\.gserviceaccount\.com",
        "this is no address of a service account",
        "Copy it from Google Cloud console > IAM & Admin > Service Accounts: NAME@PROJECT.iam.gserviceaccount.com.",
    ),
]
UniqueId = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if type(value) is int else value),
    _form(
        "[1-9][0-9]{14,29}",
        "this is no unique id of a service account",
        "Copy the long number from Google Cloud console > IAM & Admin > Service Accounts > the account > Details.",
    ),
]
UnitPath = Annotated[
    str,
    Field(max_length=1000),
    _form(
        r"/|(?:/[^/\s](?:[^/]*[^/\s])?)+",
        "this is no path of an organisational unit",
        "Copy it from Admin console > Directory > Organisational units, like /Staff/Finance.",
    ),
]
Guid = Annotated[
    str,
    AfterValidator(str.lower),
    _form(
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "this is no id of Microsoft's",
        "Copy it from Entra admin centre > App registrations > your app > Overview: 32 digits with four hyphens.",
    ),
]
CustomerId = Annotated[
    str,
    _form(
        r"my_customer|C[0-9a-zA-Z]+",
        "this is no customer id",
        "Write my_customer, or the id from Admin console > Account > Account settings.",
    ),
]
# Upper case only, so that a secret pasted here by mistake is hardly ever taken for a name, and shown as one.
Variable = Annotated[
    str,
    _form(r"[A-Z_][A-Z0-9_]*", "this is no name of a variable", "Use capital letters, like AUDITOR_MICROSOFT_SECRET."),
]
Selector = Annotated[
    str, _form(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?", "this is no selector", "Write it like google.")
]
Recipient = Annotated[
    str,
    _form(
        "age1[02-9ac-hj-np-z]{58}",
        "this is no public key of age's",
        "Write the one that begins with age1: `age-keygen -y FILE` tells it.",
    ),
]
Resolver = Annotated[
    str,
    _form(
        r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?|\[[0-9a-f:]+\]:[0-9]{1,5}|[0-9a-f]*:[0-9a-f:]+",
        "this is no address of a resolver",
        "Write it like 9.9.9.9, or 127.0.0.1:5353 with another port than 53.",
    ),
]
Loopback = Annotated[str, AfterValidator(_loopback)]
PrivateFile = Annotated[Path, PlainValidator(_file)]
PublicFile = Annotated[Path, PlainValidator(_file)]
"""A file that everybody may read, and only its owner may change."""
DatabaseFile = Annotated[Path, PlainValidator(_database_file), Field(validate_default=True)]
Duration = Annotated[timedelta | None, PlainValidator(_duration), PlainSerializer(_duration_words, when_used="json")]
"""A span of whole days; None is forever."""
YamlFile = Annotated[Path, PlainValidator(_yaml_file)]
Pack = Annotated[str | Path, PlainValidator(_pack)]
