"""The written list of reads of Google Workspace: every address that the connector may ask."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import urlsplit

from connectors.allow_list import AllowList, BodyRule, Rule, forbidden, rule

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GMAIL_BATCH = "https://gmail.googleapis.com/batch"
DRIVE_BATCH = "https://www.googleapis.com/batch/drive/v3"

_GMAIL = "gmail.googleapis.com"
_ADMIN = "admin.googleapis.com"
_DRIVE = "www.googleapis.com"

_SINGLE = (
    rule(_ADMIN, "GET", "/admin/directory/v1/users"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/domains"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/domainaliases"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/orgunits"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/roles"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/roleassignments"),
    rule("cloudidentity.googleapis.com", "GET", "/v1/policies"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/autoForwarding"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/forwardingAddresses"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/filters"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/delegates"),
    rule(_DRIVE, "GET", "/drive/v3/files"),
)


def _only_gets(host: str) -> BodyRule:
    """Return a rule that looks into a batch: every part a GET that could have been sent alone."""
    singles = AllowList(_SINGLE)

    def demand(body: bytes) -> None:
        boundary = body[2 : body.find(b"\r\n")]
        head = b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
        parts = [*BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()]
        if not parts:
            raise forbidden("POST", f"https://{host}/batch", "its batch cannot be read")
        for part in parts:
            method, _, rest = str(part.get_payload()).partition(" ")
            singles.demand(method, f"https://{host}{urlsplit(rest.partition(' ')[0]).path}", b"")

    return demand


def _token_request(body: bytes) -> None:
    """Let out nothing but the exchange of a signed assertion for a token (RFC 7523)."""
    if not body.startswith(b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="):
        raise forbidden("POST", TOKEN_URL, "it is not a request for a token")


RULES: tuple[Rule, ...] = (
    *_SINGLE,
    rule("oauth2.googleapis.com", "POST", "/token", _token_request),
    rule(_GMAIL, "POST", "/batch", _only_gets(_GMAIL)),
    rule(_DRIVE, "POST", "/batch/drive/v3", _only_gets(_DRIVE)),
)
"""Everything that may leave for Google."""
