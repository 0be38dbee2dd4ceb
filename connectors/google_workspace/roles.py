"""Administrator roles: who holds which, directly or through a group, and what they allow.

Google writes the type of the assignee in lower case, and leaves it out of older assignments, all to people.
Source: Directory API, ``roles.list`` and ``roleAssignments.list``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET
from connectors.google_workspace.client import Call, Client, Wire, listed
from connectors.google_workspace.memberships import Members, all_members
from connectors.google_workspace.scopes import ROLES
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.values import text


@dataclass(frozen=True, slots=True)
class Role:
    """An administrator role: its id, its name, and the privileges that it gives."""

    id: str
    name: str
    privileges: frozenset[str]


@dataclass(frozen=True, slots=True)
class Held:
    """The roles of each account by its id; what everybody holds comes on top."""

    roles: Mapping[str, Sequence[Role]]
    everybody: Sequence[Role] = ()

    def of(self, account: str) -> tuple[Role, ...]:
        """Return the roles of one account."""
        return (*self.roles.get(account, ()), *self.everybody)


def read_roles(client: Client, customer: str) -> Held:
    """Return who holds which role, groups resolved to their members. Raises ``ReadError``."""
    listing, assignments = client.directory.roles(), client.directory.roleAssignments()
    every = Call(listing.list(customer=customer, maxResults=100), ADMINISTRATOR, ROLES)
    roles = {role.id: role for role in map(parse_role, client.pages(listing, every, "items"))}
    every = Call(assignments.list(customer=customer, maxResults=200), ADMINISTRATOR, ROLES)
    given = [parse_assignment(wire) for wire in client.pages(assignments, every, "items")]
    if not roles or not given:
        raise ReadError(
            GapReason.SUSPICIOUS,
            "Google lists no administrator role, though an administrator asked.",
            "Check `customer:` in the configuration, and that nobody has limited what the administrator may see.",
        )
    groups = {assignee: all_members(client, assignee) for assignee, _, is_group in given if is_group}
    return resolved(roles, given, groups)


def resolved(roles: Mapping[str, Role], given: Sequence[tuple[str, str, bool]], groups: Mapping[str, Members]) -> Held:
    """Return who holds what, from assignments (assignee, role, whether the assignee is a group)."""
    held: dict[str, list[Role]] = {}
    everybody: list[Role] = []
    for assignee, role_id, is_group in given:
        role = roles.get(role_id, Role(role_id, role_id, frozenset()))
        for account in groups[assignee].accounts if is_group else (assignee,):
            held.setdefault(account, []).append(role)
        if is_group and groups[assignee].everybody:
            everybody.append(role)
    return Held(held, everybody)


def parse_role(wire: Wire) -> Role:
    """Return an administrator role. Raises ``ReadError``."""
    role, name = text(wire.get("roleId")), text(wire.get("roleName"))
    if role is UNSET or name is UNSET:
        raise ReadError(GapReason.MALFORMED, "An administrator role came without id or name.", "Run again.")
    privileges = (text(each.get("privilegeName")) for each in listed(wire, "rolePrivileges"))
    return Role(role, name, frozenset(each for each in privileges if each is not UNSET))


def parse_assignment(wire: Wire) -> tuple[str, str, bool]:
    """Return the id of an account or group, that of its role, and whether it is a group. Raises ``ReadError``."""
    assignee, role = text(wire.get("assignedTo")), text(wire.get("roleId"))
    kind = str(wire.get("assigneeType", "user")).lower()
    if assignee is UNSET or role is UNSET or kind not in {"user", "group"}:
        raise ReadError(GapReason.MALFORMED, "The assignment of an administrator role cannot be read.", "Run again.")
    return assignee, role, kind == "group"
