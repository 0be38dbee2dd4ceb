"""One Google Workspace customer, read-only: signs in and lists the collectors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from auditor.errors import GapReason, ReadError, SignInError
from auditor.facts import Directory, Tenant
from connectors.domains import Lookups, MailDomainsCollector
from connectors.door import Door
from connectors.google_workspace.accounts import AccountsCollector
from connectors.google_workspace.alerts import AlertsCollector
from connectors.google_workspace.answers import throttled
from connectors.google_workspace.apps import LogCollector, TokensCollector
from connectors.google_workspace.calendars import CalendarsCollector
from connectors.google_workspace.client import Client
from connectors.google_workspace.customer_settings import CustomerSettings
from connectors.google_workspace.domains import DomainsCollector
from connectors.google_workspace.events import EventsCollector
from connectors.google_workspace.files import FilesCollector
from connectors.google_workspace.groups import GroupsCollector
from connectors.google_workspace.mail import MailCollector
from connectors.google_workspace.pace import GooglePace
from connectors.google_workspace.reads import RULES
from connectors.google_workspace.scopes import ALL
from connectors.google_workspace.settings import SettingsCollector
from connectors.google_workspace.shared_drives import SharedDrivesCollector, UnreadSharedDrives
from connectors.google_workspace.sign_in import Identity
from connectors.google_workspace.signers import KeySigner, Signer
from connectors.google_workspace.subjects import ADMINISTRATOR, Subjects
from connectors.google_workspace.tier_groups import TierGroupsCollector
from connectors.patience import Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What it takes to read a customer. ``key`` holds the bytes of a service-account key file.

    ``admin`` serves all roles, unless ``subjects`` names an account for each.
    """

    tenant: str
    customer: str
    admin: str = ""
    subjects: Subjects | None = None
    key: bytes = field(default=b"", repr=False)
    signer: Callable[[Door], Signer] | None = None
    """What signs in the place of a key, given the door: see ``keyless``."""
    security: bool = False
    """Whether application passwords and apps of each person are read, with a scope that could do harm."""
    licences: bool = False
    """Whether it is read who has which licence, with a scope that could take licences away."""
    shared_drives: bool = False
    """Whether shared drives are read, with a scope that could read every document."""
    lookups: Lookups | None = None
    """Where mail domains are looked up; without it they are not."""
    selectors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Selectors of DKIM keys by domain, as far as somebody knows them."""
    groups: Sequence[str] = ()
    """Addresses of the groups from which tiers are taken."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    connections: int = 32


_Collector = (
    SettingsCollector
    | MailCollector
    | FilesCollector
    | GroupsCollector
    | EventsCollector
    | TokensCollector
    | LogCollector
    | CalendarsCollector
    | AlertsCollector
    | SharedDrivesCollector
    | UnreadSharedDrives
    | MailDomainsCollector
)


class GoogleConnector:
    """Meets ``auditor.ports.Connector`` for Google Workspace."""

    name = "google_workspace"

    def __init__(
        self, access: Access, *, stop: threading.Event, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Open the door to Google; nothing is sent yet. Raises ``SignInError`` for an unusable key."""
        self._access = access
        self.door = Door(
            RULES,
            endpoints=access.endpoints,
            patience=access.patience,
            connections=access.connections,
            stop=stop,
            wall=now,
            throttled=throttled,
        )
        signer = access.signer(self.door) if access.signer else KeySigner(access.key)
        self._identity = Identity(self.door, signer, wall=lambda: now().timestamp())
        self._subjects = access.subjects or Subjects.one(access.admin)
        pace = GooglePace(self.door.waiting.now)
        self._client = Client(self.door, self._identity, self._subjects, wall=now, pace=pace)
        self._customer = CustomerSettings(self._client, access.customer, licensed=access.licences)
        self._tenant = Tenant(
            tenant=access.tenant,
            key=access.tenant,
            label=self._subjects.domain,
            connector="google_workspace",
            vendor_id=access.customer,
        )

    def identify(self) -> Tenant:
        """Sign in; one granted scope is enough, the others show as gaps. Raises ``SignInError`` when none is."""
        refusals = []
        administrator = self._subjects.directory or self._subjects.policies
        for scope in ALL:
            try:
                subject = self._subjects.of(scope, administrator if scope.role == "users" else ADMINISTRATOR)
                self._identity.token(subject, scope)
            except ReadError as error:
                if error.reason is not GapReason.DENIED:  # the next scope would wait as long, and fail as well
                    raise SignInError(error.message, error.remedy) from error
                refusals.append(error)
            else:
                return self._tenant
        first = refusals[0]
        raise SignInError(
            f"Google granted the service account nothing at all: {first.message}", first.remedy
        ) from first

    def directory_collectors(self) -> Sequence[AccountsCollector | DomainsCollector | TierGroupsCollector]:
        """List the collectors of accounts and domains, and of the members of groups if these give tiers."""
        groups = self._access.groups
        return (
            AccountsCollector(self._client, self._tenant, self._customer, self._access.security),
            DomainsCollector(self._client, self._tenant),
            *([TierGroupsCollector(self._client, self._tenant, groups)] if groups else []),
        )

    def collectors(self, directory: Directory) -> Sequence[_Collector]:
        """List the collectors of settings, mail, shared files, groups, events, apps, calendars and drives."""
        apps = TokensCollector if self._access.security else LogCollector
        drives = SharedDrivesCollector(self._client, directory) if self._access.shared_drives else UnreadSharedDrives()
        return (
            SettingsCollector(self._client, directory, self._customer),
            MailCollector(self._client, directory, self._customer),
            FilesCollector(self._client, directory),
            GroupsCollector(self._client, directory),
            EventsCollector(self._client, directory, self._identity.client_id),
            apps(self._client, directory),
            CalendarsCollector(self._client, directory),
            AlertsCollector(self._client, directory),
            *self._mail_domains(),
            drives,
        )

    def _mail_domains(self) -> Sequence[MailDomainsCollector]:
        """List the collector of what the DNS says, where there is somebody to ask."""
        if self._access.lookups is None:
            return ()
        domains = DomainsCollector(self._client, self._tenant)
        return (
            MailDomainsCollector(
                self._access.tenant, domains.names, self._access.lookups, ("google",), self._access.selectors
            ),
        )

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.door.requests

    def close(self) -> None:
        """Close connections and forget tokens."""
        self._identity.forget()
        self.door.close()
