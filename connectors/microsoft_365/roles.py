"""Who holds which administrator role now: directly or through groups, counted by object id, never by name.

Source: Graph v1.0, ``unifiedRoleAssignment`` and ``unifiedRoleDefinition``. A role that Privileged Identity Management
only lets somebody activate is not held now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from auditor.errors import ReadError
from auditor.facts import UNSET, Read
from connectors.door import malformed
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.groups import Groups
from connectors.microsoft_365.refusals import ROLES
from connectors.microsoft_365.values import Wire, table, text

_ASSIGNMENTS = "/roleManagement/directory/roleAssignments?$expand=principal"
_DEFINITIONS = "/roleManagement/directory/roleDefinitions"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
_EVERYWHERE = "/"


@dataclass(slots=True)
class Roles:
    """Roles by account, as far as they could be read.

    ``held`` are role ids; ``everywhere`` those of them that hold for the whole directory, not for one administrative
    unit. Unless ``complete``, somebody may hold more. ``names`` are those of the roles, None if they could not be read.
    """

    held: Mapping[str, Collection[str]] = field(default_factory=dict)
    everywhere: Mapping[str, Collection[str]] = field(default_factory=dict)
    names: Mapping[str, str] | None = None
    complete: bool = False
    errors: list[ReadError] = field(default_factory=list)

    def of(self, key: str) -> dict[str, Read[tuple[str, ...]] | Read[bool]]:
        """Return the fields of the account that hang on its roles."""
        held, everywhere = self.held.get(key, ()), self.everywhere.get(key, ())
        names = self.names
        return {
            "admin_roles": UNSET
            if names is None or not self.complete
            else tuple(sorted({names.get(role, role) for role in held})),
            "is_admin": True if held else False if self.complete else UNSET,
            "is_super_admin": True if GLOBAL_ADMINISTRATOR in everywhere else False if self.complete else UNSET,
        }

    def everywhere_of(self, key: str) -> frozenset[str] | None:
        """Return the roles of the account that hold everywhere, None if they are not all known."""
        return frozenset(self.everywhere.get(key, ())) if self.complete else None


def read_roles(graph: Graph, groups: Groups, accounts: Collection[str]) -> Roles:
    """Return the roles of ``accounts``; what failed is in its ``errors``. Raises nothing but interruptions."""
    roles = Roles()
    try:
        rows, broken = graph.listing(_ASSIGNMENTS, ROLES)
    except ReadError as error:
        roles.errors.append(error)
        return roles
    errors = [broken] if broken else []
    held: defaultdict[str, set[str]] = defaultdict(set)
    everywhere: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        role, scope = text(row.get("roleDefinitionId")), row.get("directoryScopeId")
        try:
            holders = _holders(row, groups, accounts)
        except ReadError as error:
            errors.append(error)
            continue
        if role is UNSET:
            errors.append(malformed("a role assignment without a role"))
            continue
        for holder in holders:
            held[holder].add(role)
            if scope == _EVERYWHERE:
                everywhere[holder].add(role)
    roles.held, roles.everywhere, roles.complete = held, everywhere, not errors
    try:
        definitions, broken = graph.listing(_DEFINITIONS, ROLES)
        roles.names = {str(row.get("id")): str(row.get("displayName") or row.get("id")) for row in definitions}
        errors += [broken] if broken else []
    except ReadError as error:
        errors.append(error)
    roles.errors = errors
    return roles


def _holders(row: Wire, groups: Groups, accounts: Collection[str]) -> Collection[str]:
    """Return the accounts to which an assignment gives its role.

    A principal that is no account may be a group or a service; what it is, is told only if it may be read, so that
    whatever is not known to be a service is looked up as a group.
    """
    principal = text(row.get("principalId"))
    if principal is UNSET:
        raise malformed("a role assignment without a principal")
    if principal in accounts:
        return (principal,)
    if table(row.get("principal")).get("@odata.type") in {"#microsoft.graph.servicePrincipal", "#microsoft.graph.user"}:
        return ()
    return groups.members(principal)
