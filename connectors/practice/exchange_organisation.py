"""What Exchange Online of the practice organisation holds: mailboxes and their rules, other recipients, settings."""

from __future__ import annotations

from dataclasses import dataclass, field

Json = dict[str, object]


@dataclass(slots=True)
class InboxRule:
    """An Outlook inbox rule; ``conditions`` and ``actions`` are wire objects of ``messageRule``."""

    id: str
    name: str
    enabled: bool
    conditions: Json
    actions: Json


@dataclass(slots=True)
class Mailbox:
    """What ``Get-Mailbox`` says of a mailbox beyond the account."""

    exchange_guid: str
    recipient_type: str = "UserMailbox"  # or SharedMailbox
    forwarding_smtp_address: str | None = None  # as on the wire, "smtp:..." prefix included
    forwarding_address: str | None = None
    deliver_and_forward: bool = False
    audit_bypass: bool = False  # whoever owns it leaves no trace in the audit log
    smtp_auth_disabled: bool | None = None  # None: as the organisation has it
    pop: bool = False
    imap: bool = False
    permissions: list[Json] = field(default_factory=list)  # rows of Get-MailboxPermission besides SELF's own
    send_as: list[Json] = field(default_factory=list)  # rows of Get-RecipientPermission besides SELF's own
    send_on_behalf: list[str] = field(default_factory=list)  # ids of accounts
    calendar: list[Json] = field(default_factory=list)  # rows for Calendar that add to or replace the usual two


@dataclass(slots=True)
class Contact:
    """A mail contact: a name in the address book that stands for an address, usually of somebody outside."""

    id: str  # Guid
    name: str
    address: str


@dataclass(slots=True)
class DistributionGroup:
    """A distribution list; ``members`` are ids of accounts and of contacts."""

    id: str  # Guid
    name: str
    address: str
    members: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ExchangeOrganisation:
    """Recipients that are no accounts, and the settings, as rows of the cmdlets that show them.

    ``plan`` is the only row of Get-CASMailboxPlan: what a new mailbox may do.
    """

    contacts: list[Contact] = field(default_factory=list)
    distribution_groups: list[DistributionGroup] = field(default_factory=list)
    organisation: Json = field(default_factory=dict)  # Get-OrganizationConfig
    transport: Json = field(default_factory=dict)  # Get-TransportConfig
    plan: Json = field(default_factory=dict)
    remote_domains: list[Json] = field(default_factory=list)
    outbound_policies: list[Json] = field(default_factory=list)  # Get-HostedOutboundSpamFilterPolicy
    outbound_rules: list[Json] = field(default_factory=list)  # Get-HostedOutboundSpamFilterRule
    sharing_policies: list[Json] = field(default_factory=list)
    dkim: list[Json] = field(default_factory=list)
    web_policies: list[Json] = field(default_factory=list)  # Get-OwaMailboxPolicy
    external_marking: list[Json] = field(default_factory=list)  # Get-ExternalInOutlook
    application_access: list[Json] = field(default_factory=list)  # Get-ApplicationAccessPolicy
