"""Forwarding that is set on mailboxes themselves, where no rule shows it. Source: ``Get-Mailbox``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.facts import UNSET, Account, Directory, MailRule, Read
from auditor.models import Failure, Target
from connectors.microsoft_365.mailboxes import Mailbox, Mailboxes

_TARGET = Target("mailboxes", "the forwarding of all mailboxes")
_KNOWN = {"mechanism": "mailbox_forwarding"}


@dataclass(frozen=True, slots=True)
class MailboxForwardingCollector:
    """Reads the forwarding of every mailbox with one cmdlet."""

    mailboxes: Mailboxes
    directory: Directory

    name = "mailbox_forwarding"
    kinds = ("mail_rule",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[MailRule | Failure]:
        """Yield a rule for each mailbox that forwards."""
        del targets  # there is only one
        listing = self.mailboxes.listing()
        if listing.broken:
            yield Failure(_TARGET, listing.broken, "mail_rule", known=_KNOWN)
        accounts = self.directory.accounts
        by_address = {account.address: account for account in accounts.values()}
        recipients = recipients_by_name(listing.mailboxes)
        for mailbox in listing.mailboxes:
            if mailbox.forwarding_address is None and mailbox.forwarding_smtp_address is None:
                continue
            owner = accounts.get(mailbox.account) or by_address.get(mailbox.principal or "")
            yield forwarding(mailbox, owner, recipients, self.directory.tenant.tenant)


def recipients_by_name(mailboxes: Sequence[Mailbox]) -> Mapping[str, Read[str]]:
    """Return the addresses of mailboxes by object id and by display name; a name that two have stands for none."""
    found: dict[str, Read[str]] = {}
    for mailbox in mailboxes:
        for name in {mailbox.account, mailbox.name.lower()} - {""}:
            found[name] = UNSET if name in found else mailbox.address
    return found


def forwarding(mailbox: Mailbox, owner: Account | None, recipients: Mapping[str, Read[str]], tenant: str) -> MailRule:
    """Return the forwarding of a mailbox as a rule.

    ``ForwardingAddress`` names a recipient of the organisation, which may be a contact outside: where it cannot be told
    whose address that is, the destinations are not known, and that is not the same as none.
    """
    destinations: Read[tuple[str, ...]] = ()
    smtp, inner = mailbox.forwarding_smtp_address, mailbox.forwarding_address
    if inner is not None:
        inner = inner if inner and "@" in inner else recipients.get((inner or "").lower(), UNSET)
    if smtp is UNSET or inner is UNSET:
        destinations = UNSET
    else:
        destinations = tuple(sorted({each.lower() for each in (smtp, inner) if each}))
    return MailRule(
        tenant=tenant,
        key=mailbox.key,
        label="Mailbox forwarding" if owner else f"Forwarding of {mailbox.name}",
        owner=owner.key if owner else None,
        mechanism="mailbox_forwarding",
        enabled=True,
        destinations=destinations,
        deletes=False,
        hides=UNSET if mailbox.keeps_copy is UNSET else not mailbox.keeps_copy,
        marks_read=False,
        matches_all=True,
        looks_for=(),
    )
