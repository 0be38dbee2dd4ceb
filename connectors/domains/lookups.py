"""Questions to the DNS, by the machine's own resolver or by one that is named; the only place that asks any.

That a name has no such record is an answer; that nobody could say is a failure. Source: RFC 1035; dnspython.
"""

from __future__ import annotations

import ipaddress

import dns.exception
import dns.name
import dns.rdata
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

from auditor.errors import GapReason, ReadError

_SECONDS = 15.0
"""For one question, all tries together."""


class Lookups:
    """Asks one resolver. Safe to use from many threads."""

    def __init__(self, server: str = "") -> None:
        """Take the resolver's ``ADDRESS`` or ``ADDRESS:PORT``; without one the machine's own is asked."""
        self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.lifetime = _SECONDS
        self._resolver.cache = dns.resolver.LRUCache(2000)
        if server:
            address, port = _place(server)
            self._resolver.nameservers, self._resolver.port = [address], port
            return
        try:
            self._resolver.read_resolv_conf("/etc/resolv.conf")
        except dns.resolver.NoResolverConfiguration:  # every question then says so
            self._resolver.nameservers = []

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name, the pieces of each joined. Raises ``ReadError``."""
        return tuple(
            b"".join(each.strings).decode("latin-1") for each in self._ask(name, "TXT") if isinstance(each, TXT)
        )

    def mail_servers(self, name: str) -> tuple[str, ...]:
        """Return the names of MX records in lower case; the null MX of RFC 7505 is none. Raises ``ReadError``."""
        found = (each for each in self._ask(name, "MX") if isinstance(each, MX))
        hosts = (each.exchange.to_text(omit_final_dot=True).lower() for each in found)
        return tuple(sorted(host for host in hosts if host not in {"", "."}))

    def has_address(self, name: str) -> bool:
        """Whether a name has an address of either kind. Raises ``ReadError``."""
        return bool(self._ask(name, "A") or self._ask(name, "AAAA"))

    def _ask(self, name: str, kind: str) -> list[dns.rdata.Rdata]:
        if not self._resolver.nameservers:
            raise ReadError(
                GapReason.UNREACHABLE,
                "This machine knows no resolver, so that no domain can be looked up.",
                "Name one in the configuration: mail_domains: {resolver: 9.9.9.9}.",
            )
        try:
            return list(self._resolver.resolve(dns.name.from_text(name), kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, dns.name.BadEscape, UnicodeError):
            return []  # no such name can exist
        except dns.exception.DNSException as error:
            raise ReadError(
                GapReason.UNREACHABLE,
                f"The DNS gave no answer about {name} ({type(error).__name__}).",
                "Run again later. If it stays, ask whoever runs the domain's name servers.",
            ) from error


def _place(server: str) -> tuple[str, int]:
    """Return address and port of a resolver."""
    try:
        return str(ipaddress.ip_address(server)), 53
    except ValueError:
        address, _, port = server.rpartition(":")
        return address.strip("[]"), int(port)
