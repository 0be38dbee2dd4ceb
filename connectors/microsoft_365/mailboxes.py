"""Mailboxes as Exchange lists them: whose they are, of which kind, where they forward to, who sends on their behalf.

Source: ``Get-Mailbox`` of the Exchange admin API. Graph's ``mailboxSettings`` has no forwarding field at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Account, MailboxType, Read
from connectors.door import malformed
from connectors.microsoft_365.exchange import Exchange
from connectors.microsoft_365.once import Once
from connectors.microsoft_365.refusals import suspicious
from connectors.microsoft_365.values import Wire, address, boolean, text, texts

_TYPES: Mapping[str, MailboxType] = {
    "UserMailbox": "personal",
    "LinkedMailbox": "personal",
    "LegacyMailbox": "personal",
    "SharedMailbox": "shared",
    "RoomMailbox": "room",
    "LinkedRoomMailbox": "room",
    "EquipmentMailbox": "equipment",
    "SchedulingMailbox": "other",
    "DiscoveryMailbox": "other",
    "TeamMailbox": "other",
    "GroupMailbox": "other",
    "PublicFolderMailbox": "other",
    "MonitoringMailbox": "other",
    "ArbitrationMailbox": "other",
    "AuditLogMailbox": "other",
}
"""By ``RecipientTypeDetails``; a kind that is not here may be somebody's own."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox. ``account`` is the object id of its account, empty where Exchange does not tell.

    ``forwarding_address`` names a recipient of the organisation in one of many ways, ``forwarding_smtp_address`` is a
    mail address; None where there is none. ``on_behalf`` are names of recipients, often no more than display names.
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
    on_behalf: Read[tuple[str, ...]]
    audited: Read[bool]
    disabled: Read[bool]

    @property
    def type(self) -> Read[MailboxType]:
        """Whose it is, in the auditor's words."""
        return UNSET if self.kind is UNSET else _TYPES.get(self.kind, UNSET)


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
        self.listing = Once(self._listing)
        """Returns the listing. Raises ``ReadError`` if it cannot be had; asked again, it tries again."""

    def priority_accounts(self) -> tuple[frozenset[str], bool]:
        """Return the object ids of those whom the organisation calls priority accounts, and whether that is all.

        Nobody need be one. Raises ``ReadError``. Source: Microsoft, "Manage and monitor priority accounts"
        (``Get-User -IsVIP``; no property of an account says so).
        """
        rows, broken = self._exchange.run("Get-User", IsVIP=True, ResultSize="Unlimited")
        keys = [text(row.get("ExternalDirectoryObjectId")) or "" for row in rows]
        return frozenset(filter(None, keys)), broken is None and all(keys)

    def _listing(self) -> MailboxListing:
        rows, broken = self._exchange.run("Get-Mailbox", ResultSize="Unlimited")
        if not rows:
            raise suspicious("no mailbox at all, though every organisation in Exchange has one for searches")
        mailboxes = [parse_mailbox(row) for row in rows]
        named = [mailbox for mailbox in mailboxes if mailbox.key]
        if len(named) < len(mailboxes):
            broken = broken or malformed("a mailbox without an id or a name")
        return MailboxListing(named, broken)


def owners(accounts: Mapping[str, Account], mailboxes: Iterable[Mailbox]) -> dict[str, str]:
    """Return the key of the account of each mailbox, by the mailbox's key.

    A mailbox whose account was not listed still belongs to somebody: it gets the key that the account would have, or
    whatever else names it, so that nothing takes it for the organisation's. Only mailboxes that never are anybody's are
    left out.
    """
    by_address = {account.address: account.key for account in accounts.values()}
    found = {}
    for mailbox in mailboxes:
        known = mailbox.account if mailbox.account in accounts else by_address.get(mailbox.principal or "")
        if known or mailbox.type != "other":
            found[mailbox.key] = known or mailbox.account or mailbox.principal or mailbox.key
    return found


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
        on_behalf=texts(wire.get("GrantSendOnBehalfTo", UNSET)),
        audited=boolean(wire.get("AuditEnabled")),
        disabled=boolean(wire.get("AccountDisabled")),
    )
