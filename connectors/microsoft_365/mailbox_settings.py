"""The settings of every mailbox: old protocols, sign-in of shared ones, whether access to it is logged.

Source: ``Get-CASMailbox``, ``Get-MailboxAuditBypassAssociation``, ``Get-OrganizationConfig``, ``Get-TransportConfig``.
What a mailbox leaves open, the organisation decides: its ``SmtpClientAuthenticationDisabled`` is null then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.errors import ReadError
from auditor.facts import UNSET, Directory, Read
from auditor.facts import Mailbox as MailboxFact
from auditor.models import Failure, Target
from connectors.microsoft_365.exchange import Exchange
from connectors.microsoft_365.exchange_settings import ExchangeSettings
from connectors.microsoft_365.mailboxes import Mailbox, Mailboxes, owners
from connectors.microsoft_365.values import Wire, address, boolean, text

_KIND = "mailbox"
_TARGET = Target("mailboxes", "the settings of all mailboxes")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known around the mailboxes.

    ``protocols`` are rows by address and by object id, ``bypassing`` the names of those whose actions are not logged
    (``UNSET`` if that could not be read), ``smtp_auth`` and ``audit`` what the organisation says.
    """

    protocols: Mapping[str, Wire] = field(default_factory=dict)
    bypassing: Read[frozenset[str]] = UNSET
    smtp_auth: Read[bool] = UNSET
    audit: Read[bool] = UNSET


@dataclass(frozen=True, slots=True)
class MailboxSettingsCollector:
    """Reads the settings of all mailboxes, with one cmdlet for each sort."""

    exchange: Exchange
    settings: ExchangeSettings
    mailboxes: Mailboxes
    directory: Directory

    name = "mailbox_settings"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[MailboxFact | Failure]:
        """Yield the mailboxes; a cmdlet that fails costs its own fields only."""
        del targets  # there is only one
        listing = self.mailboxes.listing()
        if listing.broken:
            yield Failure(_TARGET, listing.broken, _KIND)
        protocols: dict[str, Wire] = {}
        bypassing: Read[frozenset[str]] = UNSET
        smtp_auth: Read[bool] = UNSET
        audit: Read[bool] = UNSET
        try:
            rows, broken = self.exchange.run("Get-CASMailbox", ResultSize="Unlimited")
            protocols = by_mailbox(rows)
        except ReadError as error:
            broken = error
        if broken:
            yield Failure(_TARGET, broken, _KIND, ("pop", "imap", "active_sync", "smtp_auth"))
        try:
            smtp_auth = _negated(boolean(self.settings.transport().get("SmtpClientAuthenticationDisabled")))
        except ReadError as error:
            yield Failure(_TARGET, error, _KIND, ("smtp_auth",))
        try:
            audit = _negated(boolean(self.settings.organisation().get("AuditDisabled")))
            rows = self.settings.some("Get-MailboxAuditBypassAssociation", ResultSize="Unlimited")
            bypassing = bypassed(rows)
        except ReadError as error:
            yield Failure(_TARGET, error, _KIND, ("audited",))
        around = Circumstances(protocols, bypassing, smtp_auth, audit)
        owner_of = owners(self.directory.accounts, listing.mailboxes)
        for mailbox in listing.mailboxes:
            yield mailbox_fact(mailbox, owner_of.get(mailbox.key), around, self.directory)


def mailbox_fact(mailbox: Mailbox, owner: str | None, around: Circumstances, directory: Directory) -> MailboxFact:
    """Return the settings of a mailbox; what its row does not say stays not collected."""
    account = directory.accounts.get(owner or "")
    row = around.protocols.get(mailbox.account) or around.protocols.get(mailbox.address or "", {})
    disabled: Read[bool] = mailbox.disabled
    if account is not None and account.status is not UNSET:
        disabled = account.status == "suspended"
    return MailboxFact(
        tenant=directory.tenant.tenant,
        key=mailbox.key,
        label=mailbox.name,
        owner=owner,
        address=mailbox.address or mailbox.principal or mailbox.key,
        type=mailbox.type,
        sign_in_allowed=_negated(disabled),
        pop=boolean(row.get("PopEnabled")),
        imap=boolean(row.get("ImapEnabled")),
        active_sync=boolean(row.get("ActiveSyncEnabled")),
        smtp_auth=_smtp_auth(row, around.smtp_auth),
        audited=_audited(mailbox, around),
    )


def by_mailbox(rows: Iterable[Wire]) -> dict[str, Wire]:
    """Return rows of ``Get-CASMailbox`` by address and by object id, which may be missing or empty."""
    found = {}
    for row in rows:
        for name in (text(row.get("ExternalDirectoryObjectId")), address(row.get("PrimarySmtpAddress"))):
            if name is not UNSET:
                found[name] = row
    return found


def bypassed(rows: Iterable[Wire]) -> Read[frozenset[str]]:
    """Return the names, in lower case, of those whose own actions in mailboxes are not logged."""
    found: set[str] = set()
    for row in rows:
        bypasses = boolean(row.get("AuditBypassEnabled"))
        if bypasses is UNSET:
            return UNSET
        if bypasses:
            found.update(str(row[name]).lower() for name in ("ObjectId", "Identity", "Name") if row.get(name))
    return frozenset(found)


def _smtp_auth(row: Wire, organisation: Read[bool]) -> Read[bool]:
    """Return whether SMTP takes name and password: as the mailbox says, else as the organisation has it."""
    if "SmtpClientAuthenticationDisabled" not in row:
        return UNSET
    own = row["SmtpClientAuthenticationDisabled"]
    return organisation if own in (None, "") else _negated(boolean(own))


def _audited(mailbox: Mailbox, around: Circumstances) -> Read[bool]:
    """Return whether access is logged; false as soon as one of the three switches says so."""
    switches = (around.audit, mailbox.audited, _negated(_bypasses(mailbox, around.bypassing)))
    return False if False in switches else UNSET if UNSET in switches else True


def _bypasses(mailbox: Mailbox, bypassing: Read[frozenset[str]]) -> Read[bool]:
    """Return whether its owner leaves no trace; a display name alone may be somebody else's, so it proves nothing."""
    if bypassing is UNSET:
        return UNSET
    if not bypassing.isdisjoint({mailbox.account.lower(), mailbox.key.lower(), mailbox.principal or ""}):
        return True
    return UNSET if mailbox.name.lower() in bypassing else False


def _negated(value: Read[bool]) -> Read[bool]:
    return UNSET if value is UNSET else not value
