"""The settings of the Exchange organisation that several collectors need, each read once."""

from __future__ import annotations

from connectors.door import malformed
from connectors.microsoft_365.exchange import Exchange
from connectors.microsoft_365.once import Once
from connectors.microsoft_365.refusals import suspicious
from connectors.microsoft_365.values import Wire


class ExchangeSettings:
    """Objects of which every organisation has one or a few. Safe to use from many threads."""

    def __init__(self, exchange: Exchange) -> None:
        """Take the client; nothing is read before it is asked for."""
        self._exchange = exchange
        self.organisation = Once(lambda: self._only("Get-OrganizationConfig"))
        """``Get-OrganizationConfig``. Raises ``ReadError``."""
        self.transport = Once(lambda: self._only("Get-TransportConfig"))
        """``Get-TransportConfig``. Raises ``ReadError``."""
        self.outbound_policies = Once(lambda: self.rows("Get-HostedOutboundSpamFilterPolicy"))
        """``Get-HostedOutboundSpamFilterPolicy``, which knows no ``ResultSize``. Raises ``ReadError``."""
        self.outbound_rules = Once(lambda: self.rows("Get-HostedOutboundSpamFilterRule"))
        """``Get-HostedOutboundSpamFilterRule``, likewise. Raises ``ReadError``."""
        self.remote_domains = Once(lambda: self.some("Get-RemoteDomain", ResultSize="Unlimited"))
        """``Get-RemoteDomain``. Raises ``ReadError``."""

    def rows(self, cmdlet: str, **parameters: str) -> list[Wire]:
        """Return all rows of a cmdlet that has few. Raises ``ReadError``, also if they are not all."""
        rows, broken = self._exchange.run(cmdlet, **parameters)
        if broken:
            raise broken
        return rows

    def some(self, cmdlet: str, **parameters: str) -> list[Wire]:
        """Return all rows of a cmdlet of which every organisation has at least one. Raises ``ReadError``."""
        rows = self.rows(cmdlet, **parameters)
        if not rows:
            raise suspicious(f"nothing for {cmdlet}, of which every organisation has something")
        return rows

    def _only(self, cmdlet: str) -> Wire:
        rows = self.rows(cmdlet)
        if len(rows) != 1:
            raise malformed(f"{len(rows)} rows for {cmdlet}, of which every organisation has one")
        return rows[0]
