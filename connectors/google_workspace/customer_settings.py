"""The settings of a customer, read once for everybody who asks what holds for an account.

One unfiltered listing: Google allows about one request a second, and a hundred policies a page.
Source: Cloud Identity Policy API, ``policies.list``; Directory API, ``orgunits.list`` and ``members.list``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account
from connectors.google_workspace.client import Call, Client, listed
from connectors.google_workspace.customer_set import Set, Units, named
from connectors.google_workspace.effective_settings import (
    SETTINGS,
    Effective,
    Policies,
    SetValue,
    parse_policy,
    parse_units,
    resolve,
    setting_of,
)
from connectors.google_workspace.licences import Holders, not_asked, product_of, read_licences
from connectors.google_workspace.memberships import Members, all_members
from connectors.google_workspace.policy_query import ALL_ADMINS, AccountClass
from connectors.google_workspace.scopes import POLICIES, UNITS
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import text

_Read = TypeVar("_Read")
_KEPT = ("set", "units", "policies", "members", "licences")
"""What is read once; the first may ask for the others while it is read, and the last for the policies."""


class CustomerSettings:
    """Reads the settings when first asked, and resolves them per class of accounts. Safe to use from many threads.

    ``licensed`` says whether licences are read, which needs a scope that could do harm.
    """

    def __init__(self, client: Client, customer: str, *, licensed: bool = False) -> None:
        self._client = client
        self._customer = customer
        self._licensed = licensed
        self._lock = threading.Lock()
        self._locks = {what: threading.Lock() for what in _KEPT}
        self._kept: dict[tuple[str, str], object] = {}
        self._resolved: dict[AccountClass, Mapping[str, Effective]] = {}
        self._values: dict[AccountClass, Mapping[str, object]] = {}

    def read(self) -> Set:
        """Return what is set. Raises ``ReadError``, the same one to everybody who asks."""
        return self._once("set", "", self._set)

    def units(self) -> Units:
        """Return the organisational units. Raises ``ReadError``."""
        return self._once("units", "", self._units)

    def members(self, group: str) -> Members:
        """Return who is in a group, given by its id. Raises ``ReadError``."""
        return self._once("members", group, lambda: all_members(self._client, group))

    def outcome_of_units(self) -> Units | ReadError:
        """Return the organisational units, or why they could not be read."""
        return _outcome(self.units)

    def outcome_of(self, group: str) -> Members | ReadError:
        """Return who is in a group, given by its id, or why that could not be read."""
        return _outcome(partial(self.members, group))

    def licences(self, product: str) -> Holders:
        """Return who has which licence of a product. Raises ``ReadError``, also where nobody wants them read."""
        return self._once("licences", product, lambda: self._licences(product))

    def of(self, account: Account) -> Mapping[str, object]:
        """Return what holds for an account, by setting and field; nothing for one whose unit is not known.

        Raises ``ReadError`` when the settings cannot be read.
        """
        accounts = self.read().class_of(account)
        if accounts is None:
            return {}
        effective = self.resolved(accounts)
        with self._lock:
            if accounts not in self._values:
                self._values[accounts] = {path: each.value for path, each in effective.items()}
            return self._values[accounts]

    def resolved(self, accounts: AccountClass) -> Mapping[str, Effective]:
        """Return what holds for a class of accounts, and why, by setting and field. Raises ``ReadError``."""
        policies = self.read().policies
        with self._lock:
            if accounts not in self._resolved:
                self._resolved[accounts] = resolve(policies, accounts)
            return self._resolved[accounts]

    def _once(self, what: str, name: str, read: Callable[[], _Read]) -> _Read:
        """Return what is read once, or raise the error that came of it, again and again."""
        with self._locks[what]:
            if (what, name) not in self._kept:
                self._kept[what, name] = _outcome(read)
            kept = self._kept[what, name]
        if isinstance(kept, ReadError):
            raise kept
        return kept  # type: ignore[return-value]  # kept under the name of what ``read`` gives

    def _set(self) -> Set:
        units, policies = self.units(), self._policies()[0]
        groups = named(policies, "group") - {ALL_ADMINS}
        products = {product_of(name) for name in named(policies, "licences")}
        return Set(
            units,
            policies,
            {group: self.outcome_of(group) for group in sorted(groups)},
            {name: _outcome(partial(self.licences, name)) for name in sorted(filter(None, products))},
        )

    def _units(self) -> Units:
        request = self._client.directory.orgunits().list(customerId=self._customer, type="allIncludingParent")
        return parse_units(listed(self._client.get(Call(request, ADMINISTRATOR, UNITS)), "organizationUnits"))

    def _licences(self, product: str) -> Holders:
        if not self._licensed:
            raise not_asked()
        customer = self._customer if self._customer.startswith("C") else self._policies()[1]
        return read_licences(self._client, customer, product)

    def _policies(self) -> tuple[Policies, str]:
        """Return the policies of the settings that are read, and the id of the customer that they name as theirs."""
        return self._once("policies", "", self._listed)

    def _listed(self) -> tuple[Policies, str]:
        policies: dict[str, list[SetValue]] = {}
        customer = ""
        empty = True
        listing = self._client.cloud_identity.policies()
        for wire in self._client.pages(listing, Call(listing.list(pageSize=100), ADMINISTRATOR, POLICIES), "policies"):
            empty = False
            owner = text(wire.get("customer"))
            customer = customer if owner is UNSET else owner.removeprefix("customers/")
            setting = setting_of(wire)
            if setting in SETTINGS:
                policies.setdefault(setting, []).append(parse_policy(wire))
        if empty:
            raise ReadError(
                GapReason.SUSPICIOUS,
                "Google lists no setting at all, though it sets several itself.",
                "Check that `admin:`, or `policies:` under `subjects:`, is a super administrator of this customer.",
            )
        return policies, customer


def _outcome(read: Callable[[], _Read]) -> _Read | ReadError:
    """Return what is read, or why it could not be."""
    try:
        return read()
    except ReadError as error:
        return error
