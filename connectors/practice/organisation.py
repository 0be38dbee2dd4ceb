"""What the practice organisation consists of: people, and what each cloud holds of them.

Plain records, filled by ``generator`` and rendered into wire JSON by ``google`` and ``microsoft``. The words
are the vendors' where a record belongs to one vendor, because the wire is what is being practised.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.practice.entra_organisation import EntraOrganisation
from connectors.practice.exchange_organisation import ExchangeOrganisation, InboxRule, Mailbox
from connectors.practice.google_organisation import AccountSecurity, GoogleCatalogue, MailSettings
from connectors.practice.planted import Planted, WeekChanges

Json = dict[str, object]


@dataclass(slots=True)
class Person:
    """Somebody of the organisation, with the job that decides how much an attacker wants the mailbox."""

    given_name: str
    family_name: str
    job: str  # "Candidate", "Treasurer", "Press secretary", "Volunteer", "Consultant", ...
    tier: str  # principal | administrator | finance | communications | staff | volunteer | outside
    unit: str  # organisational unit path in Google Workspace, such as "/Press"
    address: str

    @property
    def display_name(self) -> str:
        """Given and family name, as a directory shows them."""
        return f"{self.given_name} {self.family_name}"


@dataclass(slots=True)
class GmailFilter:
    """A Gmail filter; ``criteria`` and ``action`` are wire objects of ``users.settings.filters``."""

    id: str
    criteria: Json
    action: Json


@dataclass(slots=True)
class DriveFile:
    """A file in somebody's My Drive; ``permissions`` are wire objects, the owner's own included."""

    id: str
    name: str
    mime_type: str
    modified: datetime
    permissions: list[Json]
    trashed: bool = False


@dataclass(slots=True)
class GoogleAccount:
    """A user of the Google Workspace customer, with the mailbox settings and files that hang on it."""

    id: str  # 21 digits
    address: str
    display_name: str
    unit: str
    created: datetime
    last_login: datetime | None  # None: never
    is_super_admin: bool = False
    role_ids: list[str] = field(default_factory=list)  # delegated roles, by roleId
    enrolled_in_2sv: bool = True
    enforced_in_2sv: bool = True
    suspended: bool = False
    archived: bool = False
    has_gmail: bool = True
    recovery_email: str | None = None
    recovery_phone: str | None = None
    aliases: list[str] = field(default_factory=list)
    auto_forwarding: Json | None = None  # wire object, or None for {"enabled": false}
    forwarding_addresses: list[Json] = field(default_factory=list)
    filters: list[GmailFilter] = field(default_factory=list)
    delegates: list[Json] = field(default_factory=list)
    files: list[DriveFile] = field(default_factory=list)
    mail: MailSettings = field(default_factory=MailSettings)
    security: AccountSecurity = field(default_factory=AccountSecurity)
    group_role_ids: list[str] = field(default_factory=list)  # roles held through groups, by roleId
    job: str = ""


@dataclass(slots=True)
class DriveItem:
    """A file or folder in a OneDrive or SharePoint library; ``permissions`` are wire objects of ``permission``."""

    id: str
    name: str
    folder: bool
    permissions: list[Json]


@dataclass(slots=True)
class Drive:
    """A OneDrive or a document library."""

    id: str
    name: str
    web_url: str
    items: list[DriveItem] = field(default_factory=list)


@dataclass(slots=True)
class MicrosoftAccount:
    """A user of the Entra tenant, with the mailbox, rules and drive that hang on it."""

    id: str  # object id
    address: str  # userPrincipalName
    mail: str | None
    display_name: str
    created: datetime
    last_sign_in: datetime | None
    job: str = ""
    guest: bool = False
    pending: bool = False  # an invited guest who has not accepted
    enabled: bool = True
    licensed: bool = True
    methods: list[str] = field(default_factory=list)  # methodsRegistered of the registration report
    role_template_ids: list[str] = field(default_factory=list)  # active directory roles
    mailbox: Mailbox | None = None
    rules: list[InboxRule] = field(default_factory=list)
    mail_folders: dict[str, str] = field(default_factory=dict)  # folder id, as rules name it -> display name
    drive: Drive | None = None
    eligible_role_template_ids: list[str] = field(default_factory=list)  # roles that PIM lets the account activate
    per_user_mfa: str = "disabled"  # the older per-person switch: disabled | enabled | enforced
    password_changed: datetime | None = None  # None: when the account was made
    synchronised: bool = False  # copied from a directory of the organisation's own, whose administrators rule it
    priority: bool = False  # marked as a priority account

    @property
    def mfa_registered(self) -> bool:
        """Whether the registration report calls this account registered for MFA."""
        return any(method != "email" for method in self.methods)


@dataclass(slots=True)
class MicrosoftGroup:
    """A security group of the Entra tenant; members are object ids of accounts or of other groups.

    With an ``address`` it is a Microsoft 365 group, hence with mail and a site; ``visibility`` says who may look in.
    """

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    address: str | None = None
    visibility: str | None = None  # Public, Private or HiddenMembership
    owners: list[str] = field(default_factory=list)  # object ids of accounts
    role_template_ids: list[str] = field(default_factory=list)  # active directory roles, which all members have
    eligible_role_template_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Site:
    """A SharePoint site with its document libraries."""

    id: str
    name: str
    web_url: str
    drives: list[Drive] = field(default_factory=list)


@dataclass(slots=True)
class GoogleTenant:
    """The Google Workspace customer."""

    customer_id: str  # C0...
    primary_domain: str
    secondary_domains: list[str]
    alias_domains: list[str]
    admin: str  # the super administrator whom the auditor's service account may impersonate
    units: list[Json]  # wire objects of orgunits.list, the root included
    roles: list[Json]  # wire objects of roles.list
    policies: list[Json]  # wire objects of Cloud Identity policies.list
    accounts: list[GoogleAccount] = field(default_factory=list)
    catalogue: GoogleCatalogue = field(default_factory=GoogleCatalogue)


@dataclass(slots=True)
class MicrosoftTenant:
    """The Entra tenant."""

    tenant_id: str
    name: str
    domains: list[Json]  # wire objects of /domains
    security_defaults: bool
    conditional_access: list[Json]  # wire objects of conditionalAccess/policies
    sharepoint: Json  # wire object of admin/sharepoint/settings, without @odata.context
    transport_rules: list[Json]  # wire objects of Get-TransportRule
    groups: list[MicrosoftGroup] = field(default_factory=list)
    accounts: list[MicrosoftAccount] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    named_locations: list[Json] = field(default_factory=list)  # wire objects of conditionalAccess/namedLocations
    exchange: ExchangeOrganisation = field(default_factory=ExchangeOrganisation)
    entra: EntraOrganisation = field(default_factory=EntraOrganisation)
    teams: dict[str, list[Json]] = field(default_factory=dict)  # configurations of Teams by type
    emergencies: list[str] = field(default_factory=list)  # addresses that a configuration declares for emergencies


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """All records of one name and type; ``values`` are as a zone file has them, text without its quotation marks.

    ``rcode`` other than ``NOERROR`` is the answer to every question about the name: ``SERVFAIL``, ``REFUSED``, or
    ``SILENT`` for none at all.
    """

    name: str  # without the dot at the end
    type: str  # MX, TXT, CNAME, A, ...
    values: tuple[str, ...] = ()
    rcode: str = "NOERROR"


@dataclass(slots=True)
class Organisation:
    """The whole practice organisation and the truth about it.

    ``withdrawn`` are the permissions, by the names that ``Permissions.without`` takes, that nobody has this week.
    """

    name: str
    seed: int
    today: datetime  # of this week; in week 0, everything that is "old" or "recent" is so relative to it
    people: list[Person]
    google: GoogleTenant
    microsoft: MicrosoftTenant
    problems: list[Planted] = field(default_factory=list)
    decoys: list[Planted] = field(default_factory=list)
    dns: list[DnsRecord] = field(default_factory=list)
    week: int = 0
    withdrawn: tuple[str, ...] = ()
    changes: WeekChanges = field(default_factory=WeekChanges)

    @property
    def began(self) -> datetime:
        """The moment of week 0."""
        return self.today - timedelta(weeks=self.week)
