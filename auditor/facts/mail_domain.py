"""What the DNS says about mail in the name of a domain: who may send, how it is signed, what becomes of fakes."""

from __future__ import annotations

from typing import Literal

from auditor.facts.base import UNSET, Fact, Read

Spf = Literal["missing", "several", "invalid", "too_many_lookups", "everybody", "neutral", "softfail", "fail"]
Dmarc = Literal["missing", "several", "invalid", "none", "quarantine", "reject"]


class MailDomain(Fact, frozen=True, kw_only=True, gc=False):
    """A domain of the organisation as mail servers of others see it."""

    name: str
    """The domain in lower case."""
    mail_servers: Read[tuple[str, ...]] = UNSET
    """Who receives its mail (MX), in lower case; empty for a domain that receives none."""
    spf: Read[Spf] = UNSET
    """What its SPF record says of a stranger's server (RFC 7208): ``fail`` and ``softfail`` keep strangers out.
    ``everybody`` lets anyone send; ``too_many_lookups`` and ``invalid`` make receivers ignore it."""
    spf_lookups: Read[int] = UNSET
    """How many DNS look-ups its SPF record causes; receivers stop at ten."""
    dkim: Read[bool] = UNSET
    """Whether a public key for signatures is there, under one of the selectors that were asked for."""
    dmarc: Read[Dmarc] = UNSET
    """What receivers are told to do with mail that claims to come from it (RFC 7489), inherited or its own."""
    dmarc_percent: Read[int] = UNSET
    """To how much of that mail, in per cent."""
    dmarc_reports: Read[tuple[str, ...]] = UNSET
    """Where receivers report to, in lower case."""
