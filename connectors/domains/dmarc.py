"""DMARC: what receivers are told to do with mail that only claims to come from a domain.

A domain without a record has that of its organisational domain, which the public-suffix list tells; two records count
as none. Source: RFC 7489, sections 6.3, 6.6.3 and 3.2; publicsuffix.org.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from auditor.facts.mail_domain import Dmarc
from connectors.domains.lookups import Lookups

_WORDS: dict[str, Dmarc] = {"none": "none", "quarantine": "quarantine", "reject": "reject"}


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for a domain: the policy, to how much mail, and where reports go."""

    policy: Dmarc
    percent: int = 0
    reports: tuple[str, ...] = ()


def evaluate(domain: str, lookups: Lookups) -> Policy:
    """Return what holds for ``domain``. Raises ``ReadError`` when the DNS does not answer."""
    own = _records(domain, lookups)
    if own:
        return _read(own, "p")
    above = organisational(domain)
    inherited = _records(above, lookups) if above != domain else []
    return _read(inherited, "sp") if inherited else Policy("missing")


def organisational(domain: str) -> str:
    """Return the domain below a public suffix that ``domain`` belongs to; itself where there is none."""
    return _suffixes().privatesuffix(domain) or domain


def tags(record: str) -> dict[str, str]:
    """Return the tags of a record, names in lower case; the first of a name counts."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def _records(domain: str, lookups: Lookups) -> list[dict[str, str]]:
    """Return the tags of each DMARC record of exactly this domain; the version must stand first."""
    read = [tags(text) for text in lookups.texts(f"_dmarc.{domain}")]
    return [each for each in read if next(iter(each.items()), None) == ("v", "DMARC1")]


def _read(records: list[dict[str, str]], tag: str) -> Policy:
    if len(records) > 1:
        return Policy("several")
    (record,) = records
    word = record.get(tag, record.get("p", "")).lower()
    reports = tuple(
        sorted(
            each.strip().split("!")[0].lower().removeprefix("mailto:")
            for each in record.get("rua", "").split(",")
            if each.strip().lower().startswith("mailto:")
        )
    )
    # A policy that cannot be read counts as none where reports are asked for, else the record does not count at all.
    policy = _WORDS.get(word, "none" if reports else "invalid")
    percent = record.get("pct", "100")
    return Policy(policy, min(100, int(percent)) if percent.isascii() and percent.isdigit() else 100, reports)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
