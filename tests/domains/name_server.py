"""A name server on loopback for single tests: the practice organisation's, with records of the test's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from connectors.domains import Lookups
from connectors.practice.dns import NameServer
from connectors.practice.organisation import DnsRecord


@contextmanager
def dns(texts: Mapping[str, Sequence[str]] | None = None, *others: DnsRecord) -> Iterator[Lookups]:
    """Answer with TXT records by name, and with ``others``; every other name does not exist."""
    records = [DnsRecord(name, "TXT", tuple(values)) for name, values in (texts or {}).items()]
    with NameServer(lambda: [*records, *others]) as server:
        yield Lookups(f"127.0.0.1:{server.port}")
