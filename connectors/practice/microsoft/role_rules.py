"""The rules by which people activate directory roles (Privileged Identity Management, Entra ID P2).

Every role has rules of its own, those of a new tenant but for what this one changed.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.refusals import denied_by_privileged_identity, not_governed
from connectors.practice.microsoft.roles import BUILT_IN, identifier
from connectors.practice.organisation import Json

if TYPE_CHECKING:
    from connectors.practice.organisation import MicrosoftTenant
    from connectors.practice.wire import Answer

READS_RULES = frozenset({"RoleManagementPolicy.Read.Directory"})
ADDRESS = "policies/roleManagementPolicyAssignments"
EXPANDED = "policy($expand=rules)"
KIND = "#microsoft.graph.unifiedRoleManagementPolicy{}Rule"


def rules(changed: Json) -> list[Json]:
    """Return the rules of a role; ``changed`` are fields that differ from a new tenant's, by id of the rule."""
    usual: dict[str, Json] = {
        "Expiration_Admin_Eligibility": _expiration("P365D", ends=False),
        "Enablement_Admin_Eligibility": _enablement(),
        "Notification_Admin_Admin_Eligibility": _notification(),
        "Expiration_Admin_Assignment": _expiration("P180D", ends=False),
        "Enablement_Admin_Assignment": _enablement("MultiFactorAuthentication", "Justification"),
        "Notification_Admin_Admin_Assignment": _notification(),
        "Expiration_EndUser_Assignment": _expiration("PT8H", ends=True),
        "Enablement_EndUser_Assignment": _enablement("MultiFactorAuthentication", "Justification"),
        "Approval_EndUser_Assignment": approval(required=False),
        "AuthenticationContext_EndUser_Assignment": {
            "@odata.type": KIND.format("AuthenticationContext"),
            "isEnabled": False,
            "claimValue": "",
        },
        "Notification_Admin_EndUser_Assignment": _notification(),
    }
    rows = []
    for key, rule in usual.items():
        own = changed.get(key)
        rows.append(
            {**rule, "id": key, **(copy.deepcopy(own) if isinstance(own, dict) else {}), "target": _target(key)}
        )
    return rows


def approval(*, required: bool) -> Json:
    """Return the rule that says whether somebody else must agree."""
    stage = {
        "approvalStageTimeOutInDays": 1,
        "isApproverJustificationRequired": True,
        "escalationTimeInMinutes": 0,
        "isEscalationEnabled": False,
        "primaryApprovers": [],
        "escalationApprovers": [],
    }
    setting = {
        "isApprovalRequired": required,
        "isApprovalRequiredForExtension": False,
        "isRequestorJustificationRequired": True,
        "approvalMode": "SingleStage",
        "approvalStages": [stage],
    }
    return {"@odata.type": KIND.format("Approval"), "setting": setting}


def _expiration(longest: str, *, ends: bool) -> Json:
    return {"@odata.type": KIND.format("Expiration"), "isExpirationRequired": ends, "maximumDuration": longest}


def _enablement(*enabled: str) -> Json:
    return {"@odata.type": KIND.format("Enablement"), "enabledRules": list(enabled)}


def _notification() -> Json:
    return {
        "@odata.type": KIND.format("Notification"),
        "notificationType": "Email",
        "recipientType": "Admin",
        "notificationLevel": "All",
        "isDefaultRecipientsEnabled": True,
        "notificationRecipients": [],
    }


def _target(key: str) -> Json:
    _, caller, level = key.rsplit("_", 2)
    return {"caller": caller, "operations": ["All"], "level": level, "inheritableSettings": [], "enforcedSettings": []}


def assignments(call: Call) -> Answer:
    """``GET /policies/roleManagementPolicyAssignments``: not without a filter for the scope.

    https://learn.microsoft.com/graph/api/policyroot-list-rolemanagementpolicyassignments
    """
    if not call.governance:
        return not_governed(call.request, call.now)
    if "$filter" not in call.request.query:
        raise odata.QueryError("MissingProvider", "The filter of the scope is missing.")
    expand = call.request.query.get("$expand", "")
    if expand not in {"", EXPANDED}:
        raise odata.QueryError("BadRequest", f"Parsing OData Select and Expand failed: '{expand}'.")
    rows = [_row(call.directory.tenant, role, whole=bool(expand)) for role in BUILT_IN]
    return odata.rows(call.request, rows, entity=ADDRESS)


def _row(tenant: MicrosoftTenant, role: str, *, whole: bool) -> Json:
    policy = f"DirectoryRole_{tenant.tenant_id}_{identifier('rules', role)[:8]}"
    row: Json = {
        "id": f"{policy}_{role}",
        "policyId": policy,
        "scopeId": "/",
        "scopeType": "DirectoryRole",
        "roleDefinitionId": role,
    }
    if whole:
        own = {"id": policy, "displayName": "DirectoryRole", "scopeId": "/", "scopeType": "DirectoryRole"}
        row["policy"] = {**own, "rules": rules(tenant.entra.role_rules.get(role, {}))}
    return row


OPERATIONS = (Operation(ADDRESS, READS_RULES, denied_by_privileged_identity, assignments),)
