"""The settings of a customer, read once for everybody who asks what holds for an account.

One unfiltered listing: Google allows about one request a second, and a hundred policies a page.
Source: Cloud Identity Policy API, ``policies.list``; Directory API, ``orgunits.list`` and ``members.list``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account
from connectors.google_workspace.client import Call, Client, listed
from connectors.google_workspace.effective_settings import (
    SETTINGS,
    Policies,
    SetValue,
    parse_policy,
    parse_units,
    resolve,
    setting_of,
)
from connectors.google_workspace.memberships import all_members
from connectors.google_workspace.policy_query import AccountClass, clauses
from connectors.google_workspace.scopes import POLICIES, UNITS

ALL_ADMINS = "WORKSPACE_ALL_ADMIN_GROUP"
"""Not a group that anybody made: everybody with an administrator role."""


@dataclass(frozen=True, slots=True)
class Set:
    """What somebody set: ids of each unit and then its ancestors by path, policies, and who is in their groups."""

    units: Mapping[str, tuple[str, ...]]
    policies: Policies
    groups: Mapping[str, frozenset[str]] | ReadError
    """Keys of the accounts in each group that a policy names, or why they could not be read."""


class CustomerSettings:
    """Reads the settings when first asked, and resolves them per class of accounts. Safe to use from many threads."""

    def __init__(self, client: Client, customer: str, admin: str) -> None:
        self._client = client
        self._customer = customer
        self._admin = admin
        self._lock = threading.Lock()
        self._found: Set | ReadError | None = None
        self._resolved: dict[AccountClass, Mapping[str, object]] = {}

    def read(self) -> Set:
        """Return what is set. Raises ``ReadError``, the same one to everybody who asks."""
        with self._lock:
            if self._found is None:
                try:
                    self._found = Set(self._units(), policies := self._policies(), self._groups(policies))
                except ReadError as error:
                    self._found = error
            if isinstance(self._found, ReadError):
                raise self._found
            return self._found

    def of(self, account: Account) -> Mapping[str, object]:
        """Return what holds for an account, by setting and field; nothing for one whose unit is not known.

        Raises ``ReadError`` when the settings cannot be read.
        """
        found = self.read()
        ids = found.units.get(account.unit) if isinstance(account.unit, str) else None
        if ids is None:
            return {}
        accounts = AccountClass(frozenset(ids), groups_of(account, found), None)
        with self._lock:
            if accounts not in self._resolved:
                self._resolved[accounts] = resolve(found.policies, accounts)
            return self._resolved[accounts]

    def _units(self) -> Mapping[str, tuple[str, ...]]:
        request = self._client.directory.orgunits().list(customerId=self._customer, type="allIncludingParent")
        return parse_units(listed(self._client.get(Call(request, self._admin, UNITS)), "organizationUnits"))

    def _policies(self) -> Policies:
        policies: dict[str, list[SetValue]] = {}
        empty = True
        listing = self._client.cloud_identity.policies()
        for wire in self._client.pages(listing, Call(listing.list(pageSize=100), self._admin, POLICIES), "policies"):
            empty = False
            setting = setting_of(wire)
            if setting in SETTINGS:
                policies.setdefault(setting, []).append(parse_policy(wire))
        if empty:
            raise ReadError(
                GapReason.SUSPICIOUS,
                "Google lists no setting at all, though it sets several itself.",
                "Check that `admin:`, or `policies:` under `subjects:`, is a super administrator of this customer.",
            )
        return policies

    def _groups(self, policies: Policies) -> Mapping[str, frozenset[str]] | ReadError:
        """Return who is in the groups that policies name. Without them the settings of whole units are still known."""
        queries = [each.query for values in policies.values() for each in values]
        named = [clause.values for query in queries for clause in clauses(query) if clause.kind == "group"]
        groups = sorted(frozenset[str]().union(*named) - {ALL_ADMINS})
        try:
            return {group: all_members(self._client, self._admin, group).accounts for group in groups}
        except ReadError as error:
            return error


def groups_of(account: Account, found: Set) -> frozenset[str] | None:
    """Return which of the groups that policies name an account is in; None when that is not known."""
    if isinstance(found.groups, ReadError) or account.is_admin is UNSET:
        return None
    inside = {name for name, members in found.groups.items() if account.key in members}
    return frozenset(inside | ({ALL_ADMINS} if account.is_admin else set()))
