"""One Entra tenant, read-only: signs in and lists the collectors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from msgspec.structs import replace

from auditor.errors import ReadError, SignInError
from auditor.facts import UNSET, Directory, Tenant
from connectors.domains import MailDomainsCollector
from connectors.door import Door
from connectors.microsoft_365 import entra_parts, exchange_parts, sharing_settings, teams
from connectors.microsoft_365.access import Access
from connectors.microsoft_365.accounts import AccountsCollector
from connectors.microsoft_365.app_grants import AppGrantsCollector
from connectors.microsoft_365.app_registrations import AppRegistrationsCollector
from connectors.microsoft_365.auto_forwarding import AutoForwarding
from connectors.microsoft_365.catalogue import Option, granted, missing
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.clouds import WITHOUT_INBOX_RULES, endpoints
from connectors.microsoft_365.cross_tenant import CrossTenant, PartnersCollector
from connectors.microsoft_365.domains import DomainsCollector
from connectors.microsoft_365.exchange import Exchange
from connectors.microsoft_365.exchange_settings import ExchangeSettings
from connectors.microsoft_365.forwarding_policies import ForwardingPoliciesCollector
from connectors.microsoft_365.group_facts import GroupsCollector
from connectors.microsoft_365.inbox_rules import InboxRulesCollector
from connectors.microsoft_365.items import ItemsCollector, UnreadItems
from connectors.microsoft_365.mailbox_forwarding import MailboxForwardingCollector
from connectors.microsoft_365.mailbox_grants import MailboxAccessCollector, SendingCollector
from connectors.microsoft_365.mailbox_settings import MailboxSettingsCollector
from connectors.microsoft_365.mailboxes import Mailboxes
from connectors.microsoft_365.managed_identity import ENDPOINT
from connectors.microsoft_365.pace import GraphPace
from connectors.microsoft_365.reads import GRAPH_SCOPE, RULES
from connectors.microsoft_365.recipients import Recipients
from connectors.microsoft_365.refusals import ORGANISATION
from connectors.microsoft_365.role_rules import RoleRulesCollector
from connectors.microsoft_365.settings import Part, SettingsCollector
from connectors.microsoft_365.sign_in import Tokens
from connectors.microsoft_365.sites import SitesCollector
from connectors.microsoft_365.teams import MeetingPoliciesCollector, Teams
from connectors.microsoft_365.tier_groups import TierGroupsCollector
from connectors.microsoft_365.transport_rules import TransportRulesCollector
from connectors.microsoft_365.values import text

_log = structlog.get_logger(__name__)

_DirectoryCollector = AccountsCollector | DomainsCollector | SettingsCollector | TierGroupsCollector
_Collector = (
    InboxRulesCollector
    | MailboxForwardingCollector
    | MailboxSettingsCollector
    | MailboxAccessCollector
    | SendingCollector
    | TransportRulesCollector
    | ForwardingPoliciesCollector
    | AppGrantsCollector
    | AppRegistrationsCollector
    | GroupsCollector
    | RoleRulesCollector
    | PartnersCollector
    | SitesCollector
    | MeetingPoliciesCollector
    | MailDomainsCollector
    | ItemsCollector
    | UnreadItems
)


class MicrosoftConnector:
    """Meets ``auditor.ports.Connector`` for Microsoft 365."""

    name = "microsoft_365"

    def __init__(
        self, access: Access, *, stop: threading.Event, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Open the door to Microsoft; nothing is sent yet."""
        self._access = access
        self._now = now
        self.door = Door(
            RULES,
            endpoints=endpoints(access.cloud, {**(ENDPOINT if access.managed_identity else {}), **access.endpoints}),
            patience=access.patience,
            connections=access.connections,
            stop=stop,
        )
        self._tokens = Tokens(access, self.door, now)
        paced = access.paced if access.paced is not None else not access.endpoints
        self._pace = GraphPace(self.door.waiting.now) if paced else None
        self._graph = Graph(self.door, self._tokens, self._pace)
        self._cross_tenant = CrossTenant(self._graph)
        self._exchange = Exchange(self.door, self._tokens)
        self._teams = Teams(self.door, self._tokens) if access.teams else None
        self._exchange_settings = ExchangeSettings(self._exchange)
        self._mailboxes = Mailboxes(self._exchange)
        self._recipients = Recipients(self._exchange)
        self._tenant = Tenant(
            tenant=access.tenant,
            key=access.tenant,
            label=access.tenant_id,
            connector="microsoft_365",
            vendor_id=access.tenant_id,
        )

    def identify(self) -> Tenant:
        """Sign in and name the tenant; where its name may not be read, its id stands in. Raises ``SignInError``."""
        try:
            token = self._tokens.token(GRAPH_SCOPE)
        except ReadError as error:
            raise SignInError(f"Nobody could be signed in: {error.message}", error.remedy) from error
        self._foretell(token)
        vendor_id = self._tokens.tenant_id
        names: list[str] = []
        with suppress(ReadError):  # a name is a courtesy: no judgement hangs on it
            rows, _ = self._graph.listing("/organization", ORGANISATION)
            names = [name for row in rows if (name := text(row.get("displayName"))) is not UNSET]
        self._tenant = replace(self._tenant, label=names[0] if names else vendor_id, vendor_id=vendor_id)
        return self._tenant

    def _foretell(self, token: str) -> None:
        """Say in advance which permissions are missing and what that costs; each becomes a gap when it is read."""
        permissions = granted(token)
        options: set[Option] = {"items"} if self._access.items else set()
        for need in missing(permissions, options) if permissions is not None else ():
            _log.warning("not_assessable", tenant=self._access.tenant, missing=need.permission.name, lost=need.lost)

    def directory_collectors(self) -> Sequence[_DirectoryCollector]:
        """List the collectors of accounts, domains and settings, and of the members of groups if these give tiers."""
        tenant = self._access.tenant
        return (
            AccountsCollector(
                self._graph,
                self._mailboxes,
                self._cross_tenant,
                self._forwarding(),
                self._tenant,
                self._access.break_glass,
            ),
            DomainsCollector(self._graph, tenant),
            SettingsCollector(self._settings(), tenant, self._tenant.vendor_id),
            *([TierGroupsCollector(self._graph, tenant, self._access.groups)] if self._access.groups else []),
        )

    def collectors(self, directory: Directory) -> Sequence[_Collector]:
        """List the collectors of rules, forwarding and, if they may be looked at, shared items."""
        if self._pace:
            accounts = directory.accounts.values()
            self._pace.fit(len(accounts), sum(bool(account.licences) for account in accounts))
        items: Sequence[ItemsCollector | UnreadItems] = (UnreadItems(),)
        if self._access.items:
            names = ("site_items", "onedrive_items")
            items = tuple(ItemsCollector(self._graph, directory, name) for name in names)
        return (
            InboxRulesCollector(self._graph, directory, served=self._access.cloud not in WITHOUT_INBOX_RULES),
            MailboxForwardingCollector(self._mailboxes, self._recipients, directory),
            MailboxSettingsCollector(self._exchange, self._exchange_settings, self._mailboxes, directory),
            MailboxAccessCollector(self._exchange, self._mailboxes, self._recipients, directory),
            SendingCollector(self._exchange, self._mailboxes, self._recipients, directory),
            TransportRulesCollector(self._exchange, self._recipients, directory.tenant.tenant),
            ForwardingPoliciesCollector(self._exchange_settings, directory),
            AppGrantsCollector(self._graph, directory, self._now),
            AppRegistrationsCollector(self._graph, directory, self._now),
            GroupsCollector(self._graph, directory),
            RoleRulesCollector(self._graph, directory.tenant.tenant),
            PartnersCollector(self._cross_tenant, directory.tenant.tenant),
            SitesCollector(self._graph, directory.tenant.tenant, self._access.items),
            MeetingPoliciesCollector(self._teams, directory.tenant.tenant),
            *self._mail_domains(directory.tenant.tenant),
            *items,
        )

    def _forwarding(self) -> AutoForwarding:
        domains = DomainsCollector(self._graph, self._access.tenant).names
        return AutoForwarding(self._exchange_settings, self._recipients, self._mailboxes, domains)

    def _mail_domains(self, tenant: str) -> Sequence[MailDomainsCollector]:
        """List the collector of what the DNS says, where there is somebody to ask."""
        if self._access.lookups is None:
            return ()
        names = DomainsCollector(self._graph, tenant).names
        usual = ("selector1", "selector2")
        return (MailDomainsCollector(tenant, names, self._access.lookups, usual, self._access.selectors),)

    def _settings(self) -> Sequence[Part]:
        return (
            *entra_parts.parts(self._graph),
            *sharing_settings.parts(self._graph, self._cross_tenant),
            *exchange_parts.parts(self._exchange_settings),
            *teams.parts(self._teams),
        )

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.door.requests

    def close(self) -> None:
        """Close connections and forget tokens."""
        self._tokens.forget()
        self.door.close()
