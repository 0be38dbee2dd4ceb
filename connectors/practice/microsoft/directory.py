"""The tenant's records by id, indexed once: a listing of 20,000 accounts must not search them 20,000 times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.practice.entra_organisation import ServicePrincipal
    from connectors.practice.organisation import (
        Drive,
        DriveItem,
        MicrosoftAccount,
        MicrosoftGroup,
        MicrosoftTenant,
        Site,
    )


@dataclass(slots=True)
class Directory:
    """A tenant and the ways to look something up in it. What is added to the tenant later is not seen."""

    tenant: MicrosoftTenant
    accounts: dict[str, MicrosoftAccount] = field(init=False)
    groups: dict[str, MicrosoftGroup] = field(init=False)
    sites: dict[str, Site] = field(init=False)
    services: dict[str, ServicePrincipal] = field(init=False)
    drives: dict[str, Drive] = field(init=False)
    owners: dict[str, MicrosoftAccount] = field(init=False)  # by id of the OneDrive
    _addresses: dict[str, MicrosoftAccount] = field(init=False)
    _mailboxes: dict[str, MicrosoftAccount] = field(init=False)
    _items: dict[str, dict[str, DriveItem]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        tenant = self.tenant
        self.accounts = {account.id: account for account in tenant.accounts}
        self._addresses = {account.address.lower(): account for account in tenant.accounts}
        self._mailboxes = {account.mailbox.exchange_guid: account for account in tenant.accounts if account.mailbox}
        self._mailboxes |= {account.mail.lower(): account for account in tenant.accounts if account.mail}
        self.groups = {group.id: group for group in tenant.groups}
        self.services = {service.id: service for service in tenant.entra.service_principals}
        self.sites = {site.id: site for site in tenant.sites}
        self.owners = {account.drive.id: account for account in tenant.accounts if account.drive}
        self.drives = {account.drive.id: account.drive for account in tenant.accounts if account.drive}
        self.drives |= {drive.id: drive for site in tenant.sites for drive in site.drives}

    def account(self, key: str) -> MicrosoftAccount | None:
        """Return the account with this object id or user principal name."""
        return self.accounts.get(key) or self._addresses.get(key.lower())

    def mailbox(self, key: str) -> MicrosoftAccount | None:
        """Return the account whose mailbox this object id, ``ExchangeGuid``, address or principal name names."""
        return self._mailboxes.get(key.lower()) or self.account(key)

    def item(self, drive: Drive, key: str) -> DriveItem | None:
        """Return the item of the drive; the drive is indexed at its first use."""
        if drive.id not in self._items:
            self._items[drive.id] = {item.id: item for item in drive.items}
        return self._items[drive.id].get(key)

    def members(self, group: MicrosoftGroup) -> list[MicrosoftAccount | MicrosoftGroup]:
        """Members of the group itself, groups not resolved."""
        known = [self.groups.get(key) or self.accounts.get(key) for key in group.members]
        return [member for member in known if member]

    def group_owners(self, group: MicrosoftGroup) -> list[MicrosoftAccount | MicrosoftGroup]:
        """Owners of the group."""
        return [self.accounts[key] for key in group.owners]

    def transitive_members(self, group: MicrosoftGroup) -> list[MicrosoftAccount | MicrosoftGroup]:
        """Members of the group and of the groups in it, each once, the group itself never, even in a circle."""
        found: dict[str, MicrosoftAccount | MicrosoftGroup] = {}
        waiting = [group]
        while waiting:
            for key in waiting.pop().members:
                if key == group.id or key in found:
                    continue
                if nested := self.groups.get(key):
                    found[key] = nested
                    waiting.append(nested)
                elif account := self.accounts.get(key):
                    found[key] = account
        return list(found.values())
