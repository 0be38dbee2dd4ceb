"""SPF: what a domain's record says of a stranger's server, and how many look-ups it takes to find out.

A receiver stops at ten look-ups and at two that come to nothing, and then ignores the record. Macros depend on the
single mail, so that what stands behind one is not known. Source: RFC 7208, sections 4.5 to 4.6.4, 5 and 6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.facts import UNSET, Read
from auditor.facts.mail_domain import Spf
from connectors.domains.lookups import Lookups

MOST_LOOKUPS, MOST_VOID = 10, 2
_TERM = re.compile(
    r"(?P<sign>[-+~?]?)(?P<name>[a-z][a-z0-9_.-]*)(?::(?P<domain>[^/\s]+))?(?P<cidr>(?:/[0-9/]+)?)", re.ASCII
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>\S*)", re.ASCII)
_IP = re.compile(r"[-+~?]?ip[46]:(?P<network>\S+)", re.ASCII)
_VERDICTS: dict[str, Spf] = {"+": "everybody", "": "everybody", "?": "neutral", "~": "softfail", "-": "fail"}
_LOOKING_UP = frozenset({"include", "a", "mx", "ptr", "exists"})


class _Wrong(Exception):  # noqa: N818 - says what a record is, caught here
    """A record that receivers ignore."""

    def __init__(self, verdict: Spf) -> None:
        self.verdict: Spf = verdict


@dataclass(slots=True)
class _Count:
    lookups: int = 0
    void: int = 0
    macros: bool = False

    def look_up(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise _Wrong("too_many_lookups")

    def come_to_nothing(self) -> None:
        self.void += 1
        if self.void > MOST_VOID:
            raise _Wrong("invalid")


def evaluate(domain: str, lookups: Lookups) -> tuple[Read[Spf], Read[int]]:
    """Return what the SPF record of ``domain`` says of strangers, and how many look-ups it takes.

    Raises ``ReadError`` when the DNS does not answer.
    """
    count = _Count()
    try:
        verdict = _record(domain, lookups, count)
    except _Wrong as wrong:
        return wrong.verdict, UNSET if wrong.verdict == "invalid" else count.lookups
    return verdict, UNSET if count.macros else count.lookups


def _record(domain: str, lookups: Lookups, count: _Count) -> Read[Spf]:
    """Return the verdict of one record, those that it includes or hands on to taken into account."""
    found = [text for text in lookups.texts(domain) if re.match(r"v=spf1(?: |$)", text, re.IGNORECASE)]
    if len(found) != 1:
        raise _Wrong("several" if found else "missing")
    redirect = ""
    unknown = False
    for term in found[0].lower().split()[1:]:
        modifier = _MODIFIER.fullmatch(term)
        if modifier:
            redirect = modifier["value"] if modifier["name"] == "redirect" else redirect
            continue
        if _IP.fullmatch(term):
            if term.lstrip("+").endswith("/0") and term[0] not in "-~?":
                return "everybody"
            continue
        match = _TERM.fullmatch(term)
        if match is None or match["name"] not in _LOOKING_UP | {"all"}:
            raise _Wrong("invalid")
        if match["name"] == "all":
            return UNSET if unknown else _VERDICTS[match["sign"]]
        inner = _mechanism(match["name"], match["domain"] or domain, lookups, count)
        if inner == "everybody" and match["sign"] in {"", "+"}:
            return "everybody"
        unknown |= inner is UNSET
    if not redirect:
        return UNSET if unknown else "neutral"
    verdict = _mechanism("redirect", redirect, lookups, count)
    return UNSET if unknown else verdict


def _mechanism(name: str, target: str, lookups: Lookups, count: _Count) -> Read[Spf]:
    """Look up what a mechanism, or a redirect, leads to; return the verdict of a record that it leads to."""
    count.look_up()
    if "%" in target:
        if name in {"include", "redirect"}:
            count.macros = True
            return UNSET
        return "neutral"
    if name in {"include", "redirect"}:
        try:
            return _record(target, lookups, count)
        except _Wrong as wrong:
            # A record that is not there makes the one that names it invalid (RFC 7208, sections 5.2 and 6.1).
            raise _Wrong("too_many_lookups" if wrong.verdict == "too_many_lookups" else "invalid") from None
    found: object = True
    if name == "mx":
        found = lookups.mail_servers(target)
    elif name in {"a", "exists"}:
        found = lookups.has_address(target)
    if not found:
        count.come_to_nothing()
    return "neutral"
