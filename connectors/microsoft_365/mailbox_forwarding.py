"""Forwarding that is set on mailboxes themselves, where no rule shows it. Source: ``Get-Mailbox``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Directory, MailRule, Read
from auditor.models import Failure, Target
from connectors.microsoft_365.mailboxes import Mailbox, Mailboxes, owners
from connectors.microsoft_365.recipients import Recipients

_TARGET = Target("mailboxes", "the forwarding of all mailboxes")
_KNOWN = {"mechanism": "mailbox_forwarding"}


@dataclass(frozen=True, slots=True)
class MailboxForwardingCollector:
    """Reads the forwarding of every mailbox with one cmdlet, and whom it names with another where it must."""

    mailboxes: Mailboxes
    recipients: Recipients
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
        owner_of = owners(self.directory.accounts, listing.mailboxes)
        for mailbox in listing.mailboxes:
            if mailbox.forwarding_address is None and mailbox.forwarding_smtp_address is None:
                continue
            owner = owner_of.get(mailbox.key)
            named: Read[tuple[str, ...]] = ()
            if mailbox.forwarding_address is not None:
                try:
                    named = self.recipients.destinations(mailbox.forwarding_address or "")
                except ReadError as error:
                    named = UNSET
                    target = Target(mailbox.key, mailbox.name, owner)
                    yield Failure(target, error, "mail_rule", ("destinations",), _KNOWN)
            yield forwarding(mailbox, owner, named, self.directory.tenant.tenant)


def forwarding(mailbox: Mailbox, owner: str | None, named: Read[tuple[str, ...]], tenant: str) -> MailRule:
    """Return the forwarding of a mailbox as a rule; ``named`` is whom its ``ForwardingAddress`` reaches.

    ``ForwardingAddress`` names a recipient of the organisation, which may be a contact outside: where it cannot be told
    whose address that is, the destinations are not known, and that is not the same as none.
    """
    smtp = mailbox.forwarding_smtp_address
    unknown = smtp is UNSET or named is UNSET
    return MailRule(
        tenant=tenant,
        key=mailbox.key,
        label="Mailbox forwarding" if owner else f"Forwarding of {mailbox.name}",
        owner=owner,
        mechanism="mailbox_forwarding",
        enabled=True,
        destinations=UNSET if unknown else tuple(sorted({*(named or ()), *([smtp] if smtp else [])})),
        deletes=False,
        hides=UNSET if mailbox.keeps_copy is UNSET else not mailbox.keeps_copy,
        marks_read=False,
        matches_all=True,
        looks_for=(),
    )
