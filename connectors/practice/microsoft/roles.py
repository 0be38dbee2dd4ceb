"""Directory roles: who holds one now, and who may activate one through Privileged Identity Management."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.people import moment
from connectors.practice.microsoft.principals import Principal, active, eligible, expanded
from connectors.practice.microsoft.refusals import denied_by_directory, denied_by_privileged_identity, not_governed
from connectors.practice.microsoft.tokens import encode
from connectors.practice.organisation import Json, MicrosoftAccount

if TYPE_CHECKING:
    from connectors.practice.wire import Answer

READS_ROLES = frozenset({"RoleManagement.Read.Directory"})
READS_ELIGIBILITY = frozenset({"RoleEligibilitySchedule.Read.Directory"})
READS_ASSIGNED = frozenset({"RoleAssignmentSchedule.Read.Directory"})
ASSIGNED = "roleManagement/directory/roleAssignmentScheduleInstances"
ASSIGNMENTS = "roleManagement/directory/roleAssignments"
DEFINITIONS = "roleManagement/directory/roleDefinitions"
ELIGIBILITY = "roleManagement/directory/roleEligibilityScheduleInstances"

# https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
BUILT_IN = {
    "62e90394-69f5-4237-9190-012177145e10": ("Global Administrator", True),
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": ("Global Reader", True),
    "29232cdf-9323-42fd-ade2-1d097af3e4de": ("Exchange Administrator", True),
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c": ("SharePoint Administrator", True),
    "fe930be7-5e62-47db-91af-98c3a49a38b1": ("User Administrator", True),
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": ("Helpdesk Administrator", True),
    "e8611ab8-c189-46e8-94e1-60213ab1f814": ("Privileged Role Administrator", True),
    "194ae4cb-b126-40b2-bd5b-6091b380977d": ("Security Administrator", True),
    "5d6b6bb7-de71-4623-b4af-96380a352509": ("Security Reader", True),
    "b0f54661-2d74-4c50-afa3-1ec803f12efe": ("Billing Administrator", False),
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": ("Directory Readers", False),
    "4a5d8f65-41da-4de4-8968-e035b65339cf": ("Reports Reader", False),
}


def identifier(*parts: str) -> str:
    """Return an opaque id that depends on ``parts`` alone, in the look of role assignments."""
    return f"{encode(hashlib.sha256('|'.join(parts).encode()).digest()[:32])}-1"


def assignments(call: Call) -> Answer:
    """``GET .../roleAssignments``, with ``$expand=principal``: all hold over the whole directory.

    https://learn.microsoft.com/graph/api/resources/unifiedroleassignment
    """
    expand = call.request.query.get("$expand", "")
    if expand not in {"", "principal"}:
        raise odata.QueryError("BadRequest", f"Parsing OData Select and Expand failed: '{expand}'.")
    rows: list[Json] = [
        {
            "id": identifier("active", role, holder.id),
            "principalId": holder.id,
            "directoryScopeId": "/",
            "roleDefinitionId": role,
            **({"principal": expanded(holder)} if expand else {}),
        }
        for holder, role in active(call.directory)
    ]
    entity = f"{ASSIGNMENTS}(principal())" if expand else ASSIGNMENTS
    return odata.rows(call.request, rows, entity=entity)


def definitions(call: Call) -> Answer:
    """``GET .../roleDefinitions``: the built-in roles, whose id is their template id."""
    rows: list[Json] = [
        {
            "id": template,
            "templateId": template,
            "displayName": name,
            "description": f"Built-in role: {name}",
            "isBuiltIn": True,
            "isEnabled": True,
            "isPrivileged": privileged,
            "resourceScopes": ["/"],
            "version": "1",
            "rolePermissions": [],
        }
        for template, (name, privileged) in BUILT_IN.items()
    ]
    return odata.rows(call.request, rows, entity=DEFINITIONS)


def _instance(kind: str, holder: Principal, role: str) -> Json:
    """Return what an assignment and an eligibility of Privileged Identity Management have in common."""
    return {
        "id": identifier(kind, role, holder.id),
        "principalId": holder.id,
        "roleDefinitionId": role,
        "directoryScopeId": "/",
        "appScopeId": None,
        "startDateTime": moment(holder.created) if isinstance(holder, MicrosoftAccount) else None,
        "endDateTime": None,
        "memberType": "Direct",
    }


def eligibility(call: Call) -> Answer:
    """``GET .../roleEligibilityScheduleInstances``: who may activate a role.

    https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityscheduleinstance
    """
    if not call.governance:
        return not_governed(call.request, call.now)
    rows: list[Json] = [
        {
            **_instance("eligible", holder, role),
            "roleEligibilityScheduleId": identifier("schedule", role, holder.id),
        }
        for holder, role in eligible(call.directory)
    ]
    return odata.rows(call.request, rows, entity=ELIGIBILITY)


def assigned(call: Call) -> Answer:
    """``GET .../roleAssignmentScheduleInstances``: who holds a role, and whether for good.

    https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentscheduleinstance
    """
    if not call.governance:
        return not_governed(call.request, call.now)
    ends = call.directory.tenant.entra.role_ends
    rows: list[Json] = [
        {
            **_instance("assigned", holder, role),
            "endDateTime": ends.get(holder.id),
            "assignmentType": "Assigned",
            "roleAssignmentOriginId": identifier("active", role, holder.id),
            "roleAssignmentScheduleId": identifier("assignment schedule", role, holder.id),
        }
        for holder, role in active(call.directory)
    ]
    return odata.rows(call.request, rows, entity=ASSIGNED)


OPERATIONS = (
    Operation(ASSIGNMENTS, READS_ROLES, denied_by_directory, assignments),
    Operation(DEFINITIONS, READS_ROLES, denied_by_directory, definitions),
    Operation(ASSIGNED, READS_ASSIGNED, denied_by_privileged_identity, assigned),
    Operation(ELIGIBILITY, READS_ELIGIBILITY, denied_by_privileged_identity, eligibility),
)
