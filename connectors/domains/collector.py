"""Reads what the DNS says of each mail domain of a tenant.

DKIM keys stand under selectors that no interface tells: a key under one is proof, none under a guessed one is nothing.
Source: RFC 6376, section 3.6; RFC 7505.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from auditor.errors import ReadError
from auditor.facts import UNSET, Read
from auditor.facts.mail_domain import MailDomain
from auditor.models import Failure, Target
from connectors.domains import dmarc, spf
from connectors.domains.lookups import Lookups

_Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class MailDomainsCollector:
    """Reads the mail domains of one tenant of either vendor; ``names`` lists them, and may raise ``ReadError``."""

    tenant: str
    names: Callable[[], Iterable[str]]
    lookups: Lookups
    usual: tuple[str, ...]
    """Selectors that the vendor proposes."""
    selectors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Selectors that are configured, by domain."""

    name = "mail_domains"
    kinds = ("mail_domain",)
    per_account = False
    batch_size = 1

    def targets(self) -> Iterator[Target]:
        """Every domain. Raises ``ReadError``."""
        return (Target(name, name) for name in sorted({each.lower() for each in self.names()}))

    def read(self, targets: Sequence[Target]) -> Iterator[MailDomain | Failure]:
        """Yield each domain; what the DNS does not answer stays unknown."""
        for target in targets:
            found = MailDomain(tenant=self.tenant, key=target.key, label=target.label, name=target.key)
            for fields, ask in _QUESTIONS:
                try:
                    found = msgspec.structs.replace(found, **ask(self, target.key))
                except ReadError as error:
                    yield Failure(target, error, "mail_domain", fields=fields)
            yield found

    def mail_servers(self, domain: str) -> _Fields:
        """Return who receives the mail of a domain."""
        return {"mail_servers": self.lookups.mail_servers(domain)}

    def spf(self, domain: str) -> _Fields:
        """Return what SPF says."""
        verdict, lookups = spf.evaluate(domain, self.lookups)
        return {"spf": verdict, "spf_lookups": lookups}

    def dkim(self, domain: str) -> _Fields:
        """Return whether there is a key. Without one under a configured selector there is none."""
        configured = tuple(self.selectors.get(domain, ()))
        keys = (self._has_key(f"{selector}._domainkey.{domain}") for selector in configured or self.usual)
        found: Read[bool] = any(keys) or (False if configured else UNSET)
        return {"dkim": found}

    def dmarc(self, domain: str) -> _Fields:
        """Return what DMARC says."""
        policy = dmarc.evaluate(domain, self.lookups)
        return {"dmarc": policy.policy, "dmarc_percent": policy.percent, "dmarc_reports": policy.reports}

    def _has_key(self, name: str) -> bool:
        """Whether there is a key that was not taken back; an empty ``p`` takes it back."""
        records = [dmarc.tags(text) for text in self.lookups.texts(name)]
        return any(each.get("p") and each.get("v", "DKIM1") == "DKIM1" for each in records)


_QUESTIONS: tuple[tuple[tuple[str, ...], Callable[[MailDomainsCollector, str], _Fields]], ...] = (
    (("mail_servers",), MailDomainsCollector.mail_servers),
    (("spf", "spf_lookups"), MailDomainsCollector.spf),
    (("dkim",), MailDomainsCollector.dkim),
    (("dmarc", "dmarc_percent", "dmarc_reports"), MailDomainsCollector.dmarc),
)
