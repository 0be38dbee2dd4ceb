"""The accounts of the Google tenant, found by address, alias or id."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.practice.organisation import GoogleAccount, GoogleTenant


class People:
    """An index over the accounts, built once; Google compares addresses without regard to case."""

    def __init__(self, tenant: GoogleTenant) -> None:
        self.tenant = tenant
        self._accounts: dict[str, GoogleAccount] = {}
        for account in tenant.accounts:
            for key in (*account.aliases, account.address, account.id):
                self._accounts[key.lower()] = account

    def get(self, key: str) -> GoogleAccount | None:
        """Return the account with this address, alias or id, if there is one."""
        return self._accounts.get(key.lower())
