"""Mailboxes as Exchange lists them: whose they are, of which kind, and where they forward to.

Source: ``Get-Mailbox`` of the Exchange admin API. Graph's ``mailboxSettings`` has no forwarding field at all.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Read
from connectors.microsoft_365.exchange import Exchange
from connectors.microsoft_365.values import Wire, address, boolean, text


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox. ``account`` is the object id of its account, empty where Exchange does not tell.

    ``forwarding_address`` names a recipient of the organisation in one of many ways, ``forwarding_smtp_address`` is a
    mail address; None where there is none.
    """

    key: str
    account: str
    name: str
    principal: Read[str]
    address: Read[str]
    kind: Read[str]
    forwarding_address: Read[str | None]
    forwarding_smtp_address: Read[str | None]
    keeps_copy: Read[bool]


@dataclass(frozen=True, slots=True)
class MailboxListing:
    """All mailboxes that Exchange listed, and the error if those were not all."""

    mailboxes: Sequence[Mailbox]
    broken: ReadError | None


class Mailboxes:
    """The listing of mailboxes, read when first asked for. Safe to use from many threads."""

    def __init__(self, exchange: Exchange) -> None:
        """Take the client."""
        self._exchange = exchange
        self._lock = threading.Lock()
        self._listing: MailboxListing | None = None

    def listing(self) -> MailboxListing:
        """Return the listing. Raises ``ReadError`` if it cannot be had; asked again, it tries again."""
        with self._lock:
            if self._listing is None:
                rows, broken = self._exchange.run("Get-Mailbox", ResultSize="Unlimited")
                self._listing = MailboxListing([parse_mailbox(row) for row in rows], broken)
            return self._listing


def parse_mailbox(wire: Wire) -> Mailbox:
    """Return the mailbox that a row describes. ``ExternalDirectoryObjectId`` may be an empty text."""
    account, principal = text(wire.get("ExternalDirectoryObjectId")) or "", text(wire.get("UserPrincipalName"))
    key = text(wire.get("ExchangeGuid")) or account or text(wire.get("Identity")) or principal or ""
    smtp = wire.get("ForwardingSmtpAddress", UNSET)
    forwarding = wire.get("ForwardingAddress", UNSET)
    return Mailbox(
        key=key,
        account=account,
        name=text(wire.get("DisplayName")) or principal or key,
        principal=principal.lower() if principal is not UNSET else UNSET,
        address=address(wire.get("PrimarySmtpAddress")),
        kind=text(wire.get("RecipientTypeDetails")),
        forwarding_address=None if forwarding in (None, "") else text(forwarding),
        forwarding_smtp_address=None if smtp in (None, "") else address(smtp),
        keeps_copy=boolean(wire.get("DeliverToMailboxAndForward")),
    )
