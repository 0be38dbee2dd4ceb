"""What Exchange Online of the practice organisation holds beside its mailboxes: recipients and settings."""

from __future__ import annotations

from dataclasses import dataclass, field

Json = dict[str, object]


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
