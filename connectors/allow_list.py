"""The written list of reads: which requests may leave at all, and which addresses a link may lead to.

Rule: ``https`` only, a host from the list spelled exactly so, no user information, no port, a path that means the same
to every server, a method and path that a rule names. A POST is there only where the vendor made a read a POST, and its
body is looked at too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from auditor.errors import ForbiddenRequestError, GapReason, ReadError

LONGEST_ADDRESS = 16_384
"""Characters; the longest real addresses, next-page links of Microsoft Graph, have a few thousand."""

BodyRule = Callable[[bytes], None]
"""Looks into the body of a POST and raises ``ForbiddenRequestError`` unless it only reads."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of request that may leave. ``path`` is a pattern that must match the whole, still encoded, path."""

    host: str
    method: str
    path: re.Pattern[str]
    body: BodyRule | None = None


def rule(host: str, method: str, path: str, body: BodyRule | None = None) -> Rule:
    """Make a rule; in ``path`` a ``{}`` stands for one segment."""
    pattern = re.escape(path).replace(r"\{\}", "[^/]+")
    return Rule(host, method, re.compile(pattern), body)


class AllowList:
    """The rules of one connector, by host and method."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[tuple[str, str], list[Rule]] = {}
        for each in rules:
            self._rules.setdefault((each.host, each.method), []).append(each)

    @property
    def hosts(self) -> frozenset[str]:
        """Every host that may be spoken to."""
        return frozenset(host for host, _ in self._rules)

    def demand(self, method: str, url: str, body: bytes) -> str:
        """Return the host of an allowed request; raise ``ForbiddenRequestError`` for any other."""
        complaint = _address_complaint(url)
        if complaint:
            raise forbidden(method, url, complaint)
        split = urlsplit(url)
        host = split.hostname or ""
        rules = self._rules.get((host, method), [])
        match = next((each for each in rules if each.path.fullmatch(split.path)), None)
        if match is None:
            raise forbidden(method, url, "it is not on the list of reads")
        if match.body is not None:
            match.body(body)
        elif body:
            raise forbidden(method, url, "it carries a body")
        return host


def forbidden(method: str, url: str, complaint: str) -> ForbiddenRequestError:
    """Return the error for a request that must not leave; whatever of its address may hold a secret is left out."""
    shown = re.sub(r"//[^/]*@", "//", re.split(r"[?#]", url)[0])
    return ForbiddenRequestError(
        f"{method} {shown[:200]!r} was not sent: {complaint}.",
        "This is a defect of the auditor. Please report it; nothing was changed at the vendor.",
    )


def demand_same_host(link: str, host: str) -> None:
    """Raise ``ReadError`` unless a link that an answer contained leads back to the host that gave it."""
    complaint = _address_complaint(link)
    if complaint is None and urlsplit(link).hostname != host:
        complaint = "it leads to another host"
    if complaint:
        raise ReadError(
            GapReason.REFUSED_LINK,
            f"{host} answered with a link that was not followed: {complaint}.",
            "Somebody may be interfering with the connection (a proxy, DNS). Try from another network.",
        )


def _address_complaint(url: str) -> str | None:
    """Return what is wrong with the address itself, or None."""
    if len(url) > LONGEST_ADDRESS:
        return f"its address is longer than {LONGEST_ADDRESS} characters"
    if _STRANGE.search(url):
        return "its address contains characters that no address has"
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        return "its address cannot be read"
    segments = [unquote(segment) for segment in split.path.split("/")]
    complaints = (
        (not url.startswith("https://"), "it is not https"),
        ("@" in split.netloc, "its address carries user information"),
        (port is not None, "its address names a port"),
        ("#" in url, "its address has a fragment"),
        (not split.hostname or split.netloc != split.hostname, "its host is spelled oddly"),
        (any(segment in {".", ".."} for segment in segments), "its path climbs"),
        (any(_HIDDEN.search(segment) for segment in segments), "its path hides a character that divides paths"),
    )
    return next((text for wrong, text in complaints if wrong), None)


_STRANGE = re.compile(r"""[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]""")
"""What must be percent-encoded (RFC 3986, section 2), left unencoded."""

_HIDDEN = re.compile(r"[/\\%\x00-\x1f\x7f]")
"""What a server that decodes a segment once more, or before it divides the path, would read differently."""
