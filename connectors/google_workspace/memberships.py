"""Who is in a group, those of nested groups included.

A member of the type ``CUSTOMER`` stands for everybody of the customer; a nested group of another organisation stays
closed, and counts as one stranger. Source: Directory API, ``members.list`` with ``includeDerivedMembership``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET
from connectors.google_workspace.answers import GoneError
from connectors.google_workspace.client import Call, Client, Wire
from connectors.google_workspace.scopes import GROUPS
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import address, text


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a group, nested ones included."""

    accounts: frozenset[str] = frozenset()
    """Ids of the people, strangers' ids included."""
    addresses: frozenset[str] = frozenset()
    """Addresses of people and of nested groups, in lower case."""
    groups: frozenset[str] = frozenset()
    """Addresses of the nested groups among them."""
    owners: frozenset[str] = frozenset()
    """Addresses of those who own the group itself."""
    everybody: bool = False
    """Whether all accounts of the customer belong to it."""


def members_call(client: Client, group: str) -> Call:
    """Return the call for the first page of the members of a group, given by id or address."""
    request = client.directory.members().list(groupKey=group, includeDerivedMembership=True, maxResults=200)
    return Call(request, ADMINISTRATOR, GROUPS)


def all_members(client: Client, group: str) -> Members:
    """Return the members of a group, none for one that was deleted: settings outlive it. Raises ``ReadError``."""
    listing = client.directory.members()
    try:
        return parse_members(client.pages(listing, members_call(client, group), "members"))
    except GoneError:
        return Members()


def parse_members(wires: Iterable[Wire]) -> Members:
    """Return the members that member objects describe. Raises ``ReadError`` for one that cannot be told."""
    accounts, addresses, groups, owners, everybody = set(), set(), set(), set(), False
    for wire in wires:
        kind, key, member = wire.get("type"), text(wire.get("id")), address(wire.get("email"))
        if kind == "CUSTOMER":
            everybody = True
            continue
        if kind not in {"USER", "GROUP", "EXTERNAL"} or key is UNSET or (member is UNSET and kind == "GROUP"):
            raise ReadError(GapReason.MALFORMED, "A member of a group cannot be read.", "Run again.")
        if kind != "GROUP":
            accounts.add(key)
        if member is not UNSET:
            addresses.add(member)
            groups |= {member} if kind == "GROUP" else set()
            owners |= {member} if wire.get("role") == "OWNER" else set()
    return Members(frozenset(accounts), frozenset(addresses), frozenset(groups), frozenset(owners), everybody)
