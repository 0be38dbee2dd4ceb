"""What the policies of a customer say, and who is in the groups and has the licences that they name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from auditor.errors import ReadError
from auditor.facts import UNSET, Account
from connectors.google_workspace.effective_settings import Policies
from connectors.google_workspace.licences import Holders, not_asked, product_of
from connectors.google_workspace.memberships import Members
from connectors.google_workspace.policy_query import ALL_ADMINS, AccountClass, clauses

Groups = Mapping[str, Members | ReadError]
"""The members of groups by id, or why they could not be read."""
Units = Mapping[str, tuple[str, ...]]
"""The ids of each organisational unit and then of those above it, by its path; "" stands for one that is not listed."""


@dataclass(frozen=True)
class Set:
    """What somebody set, and for whom."""

    units: Units
    policies: Policies
    groups: Groups
    """The groups that policies name."""
    licences: Mapping[str, Holders | ReadError] = field(default_factory=dict)
    """Who has a licence of each product that a policy names one of, or why that could not be read."""

    @cached_property
    def _unlisted(self) -> frozenset[str]:
        """The units that policies name and the listing lacks: deleted, unless the listing is not whole."""
        return named(self.policies, "unit") - {ids[0] for ids in self.units.values()}

    @cached_property
    def licences_named(self) -> frozenset[str]:
        """The licences that policies name."""
        return named(self.policies, "licences")

    @property
    def licences_unread(self) -> ReadError | None:
        """Why it is not known who has a licence that policies name; None if it is."""
        errors = [self._holders(name) for name in sorted(self.licences_named)]
        return next((error for error in errors if isinstance(error, ReadError)), None)

    def class_of(self, account: Account) -> AccountClass | None:
        """Return what tells an account from others as far as policies do; None where its unit is not known."""
        if not isinstance(account.unit, str) or account.unit not in self.units:
            return None
        plain = self.plain(account.unit)
        having, unread = groups_of(account, self.groups)
        for name in self.licences_named:
            holders = self._holders(name)
            if isinstance(holders, ReadError):
                unread |= {name}
            elif any(each.name == name for each in holders.get(account.address, ())):
                having |= {name}
        return replace(plain, having=having, unread=unread)

    def plain(self, path: str) -> AccountClass:
        """Return the class of those of a unit who are in no group and have no licence that policies name."""
        ids = self.units[path]
        return AccountClass(frozenset(ids) - {""}, unlisted=self._unlisted if "" in ids else frozenset())

    def _holders(self, name: str) -> Holders | ReadError:
        return self.licences.get(product_of(name) or "", not_asked())


def named(policies: Policies, kind: str) -> frozenset[str]:
    """Return the groups or licences that policies name; ``kind`` is that of a clause."""
    queries = [each.query for values in policies.values() for each in values]
    found = [clause.values for query in queries for clause in clauses(query) if clause.kind == kind]
    return frozenset[str]().union(*found)


def groups_of(account: Account, groups: Groups) -> tuple[frozenset[str], frozenset[str]]:
    """Return in which of some groups an account is, administrators as a group of theirs, and of which it is unknown."""
    having, unread = set[str](), set[str]()
    for name, members in groups.items():
        if isinstance(members, ReadError):
            unread.add(name)
        elif members.everybody or account.key in members.accounts:
            having.add(name)
    if account.is_admin is not False:
        (unread if account.is_admin is UNSET else having).add(ALL_ADMINS)
    return frozenset(having), frozenset(unread)
