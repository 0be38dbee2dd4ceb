"""Who holds which administrator role, or may activate it: directly or through groups, by object id, never by name.

Source: Graph v1.0, ``unifiedRoleAssignment``, ``unifiedRoleAssignmentScheduleInstance``,
``unifiedRoleEligibilityScheduleInstance`` and ``unifiedRoleDefinition``. A role that Privileged Identity Management
only lets somebody activate is not held now; one that somebody was given without an end is held for good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from auditor.errors import ReadError
from auditor.facts import UNSET, Read
from connectors.door import malformed
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.groups import Groups
from connectors.microsoft_365.refusals import ASSIGNED, ELIGIBLE, ROLES, Permission, suspicious
from connectors.microsoft_365.values import Wire, table, text

_ASSIGNMENTS = "/roleManagement/directory/roleAssignments?$expand=principal"
_ELIGIBLE = "/roleManagement/directory/roleEligibilityScheduleInstances"
_HELD = "/roleManagement/directory/roleAssignmentScheduleInstances"
_DEFINITIONS = "/roleManagement/directory/roleDefinitions"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
_EVERYWHERE = "/"
_SERVICE = "#microsoft.graph.servicePrincipal"


@dataclass(slots=True)
class Roles:
    """Roles by account, as far as they could be read.

    ``held`` are role ids; ``everywhere`` those of them that hold for the whole directory, not for one administrative
    unit. ``eligible`` can be activated, ``permanent`` are held without end; None if that could not be read. Unless
    ``complete``, somebody may hold more. ``names`` are those of the roles, None if they could not be read.
    """

    held: Mapping[str, Collection[str]] = field(default_factory=dict)
    everywhere: Mapping[str, Collection[str]] = field(default_factory=dict)
    eligible: Mapping[str, Collection[str]] | None = None
    permanent: Mapping[str, Collection[str]] | None = None
    names: Mapping[str, str] | None = None
    complete: bool = False
    errors: list[ReadError] = field(default_factory=list)
    eligible_errors: list[ReadError] = field(default_factory=list)
    permanent_errors: list[ReadError] = field(default_factory=list)

    def of(self, key: str) -> dict[str, Read[tuple[str, ...]] | Read[bool]]:
        """Return the fields of the account that hang on its roles."""
        held, everywhere = self.held.get(key, ()), self.everywhere.get(key, ())
        eligible = None if self.eligible is None else self.eligible.get(key, ())
        permanent = None if self.permanent is None else self.permanent.get(key, ())
        return {
            "admin_roles": self.called(held) if self.complete else UNSET,
            "is_admin": True if held else False if self.complete else UNSET,
            "is_super_admin": True if GLOBAL_ADMINISTRATOR in everywhere else False if self.complete else UNSET,
            "eligible_roles": UNSET if eligible is None else self.called(eligible),
            "permanent_roles": UNSET if permanent is None else self.called(permanent),
        }

    def called(self, roles: Collection[str]) -> Read[tuple[str, ...]]:
        """Return the names of roles; those of none at all are known in any case."""
        if self.names is None:
            return UNSET if roles else ()
        return tuple(sorted({self.names.get(role, role) for role in roles}))

    def everywhere_of(self, key: str) -> frozenset[str] | None:
        """Return the roles of the account that hold everywhere, None if they are not all known."""
        return frozenset(self.everywhere.get(key, ())) if self.complete else None


def read_roles(graph: Graph, groups: Groups, accounts: Collection[str]) -> Roles:
    """Return the roles of ``accounts``; what failed is in its ``errors``. Raises nothing but interruptions."""
    roles = Roles()
    roles.held, roles.everywhere = _assigned(graph, _ASSIGNMENTS, ROLES, groups, accounts, roles.errors)
    if not roles.errors and not roles.held:
        roles.errors.append(suspicious("nobody as an administrator, though every tenant has one"))
    roles.complete = not roles.errors
    eligible, _ = _assigned(graph, _ELIGIBLE, ELIGIBLE, groups, accounts, roles.eligible_errors)
    roles.eligible = None if roles.eligible_errors else eligible
    permanent, _ = _assigned(graph, _HELD, ASSIGNED, groups, accounts, roles.permanent_errors, without_end)
    roles.permanent = None if roles.permanent_errors else permanent
    try:
        definitions, broken = graph.listing(_DEFINITIONS, ROLES)
        roles.names = {str(row.get("id")): str(row.get("displayName") or row.get("id")) for row in definitions}
        roles.errors += [broken] if broken else []
        if not definitions:
            raise suspicious("no roles, though every tenant has some")
    except ReadError as error:
        roles.errors.append(error)
    return roles


_ByHolder = Mapping[str, Collection[str]]


def _assigned(
    graph: Graph,
    path: str,
    permission: Permission,
    groups: Groups,
    accounts: Collection[str],
    errors: list[ReadError],
    counts: Callable[[Wire], bool] = lambda _: True,
) -> tuple[_ByHolder, _ByHolder]:
    """Return the roles of accounts, and those of them that hold everywhere; only assignments that count."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    everywhere: defaultdict[str, set[str]] = defaultdict(set)
    try:
        rows, broken = graph.listing(path, permission)
        errors += [broken] if broken else []
    except ReadError as error:
        errors.append(error)
        rows = []
    for row in rows:
        role, scope = text(row.get("roleDefinitionId")), text(row.get("directoryScopeId"))
        try:
            holders = _holders(row, groups, accounts) if counts(row) else ()
        except ReadError as error:
            errors.append(error)
            continue
        if role is UNSET or (scope is UNSET and text(row.get("appScopeId")) is UNSET):
            errors.append(malformed("a role assignment without a role or a scope"))
            continue
        for holder in holders:
            held[holder].add(role)
            if scope == _EVERYWHERE:
                everywhere[holder].add(role)
    return held, everywhere


def without_end(row: Wire) -> bool:
    """Return whether an assignment holds for good; raises ``ReadError`` for one that does not say.

    One that somebody activated always ends.
    """
    kind, end = text(row.get("assignmentType")), row.get("endDateTime", UNSET)
    if kind not in {"Assigned", "Activated"} or not isinstance(end, str | None):
        raise malformed("a role assignment that does not say whether it ends")
    return kind == "Assigned" and end is None


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
    if table(row.get("principal")).get("@odata.type") in {_SERVICE, "#microsoft.graph.user"}:
        return ()
    return groups.members(principal)


def service_roles(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return the names of the roles that applications hold, by id of the service principal. Raises ``ReadError``."""
    definitions, broken = graph.listing(_DEFINITIONS, ROLES)
    rows, cut = graph.listing(_ASSIGNMENTS, ROLES)
    if error := broken or cut:
        raise error
    if not definitions or not rows:
        raise suspicious("no roles or nobody who holds one, though every tenant has both")
    names = {str(row.get("id")): text(row.get("displayName")) or str(row.get("id")) for row in definitions}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if table(row.get("principal")).get("@odata.type") == _SERVICE:
            role = str(row.get("roleDefinitionId"))
            found[str(row.get("principalId"))].add(names.get(role, role))
    return {key: tuple(sorted(roles)) for key, roles in found.items()}
