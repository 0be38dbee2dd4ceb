"""Further settings of the Google Workspace customer, and policies whose query is more than one unit.

Groups, licences, several units at once and negation stand in the CEL query alone; the helper fields are empty unless
there is a single value. Source: Cloud Identity ``PolicyQuery`` in its discovery document.
"""

from __future__ import annotations

from random import Random

from connectors.practice.campaign.google_security import ENTERPRISE
from connectors.practice.campaign.vendor_ids import guid, policy_name
from connectors.practice.organisation import GoogleTenant, Json

_SESSION = "security.session_controls"
_GROUPS = "groups_for_business.groups_sharing"
_RULES = "gmail.rule_states"
_ROOT: dict[str, Json] = {
    "security.two_step_verification_sign_in_code": {"backupCodeExceptionPeriod": "0s"},
    "security.advanced_protection_program": {
        "enableAdvancedProtectionSelfEnrollment": True,
        "securityCodeOption": "CODES_NOT_ALLOWED",
    },
    "security.login_challenges": {"enableEmployeeIdChallenge": False},
    "security.password": {
        "allowedStrength": "STRONG",
        "minimumLength": 14,
        "maximumLength": 100,
        "allowReuse": False,
        "enforceRequirementsAtLogin": True,
        "expirationDuration": "0s",
    },
    "gmail.per_user_outbound_gateway": {"allowUsersToUseExternalSmtpServers": False},
    "gmail.workspace_sync_for_outlook": {"enableGoogleWorkspaceSyncForMicrosoftOutlook": False},
    "gmail.user_email_uploads": {"enableMailAndContactsImport": False},
    "gmail.email_spam_filter_ip_allowlist": {"allowedIpAddresses": []},
    "gmail.enhanced_pre_delivery_message_scanning": {"enableImprovedSuspiciousContentDetection": True},
    "drive_and_docs.shared_drive_creation": {
        "allowManagersToOverrideSettings": False,
        "allowExternalUserAccess": False,
        "allowNonMemberAccess": False,
    },
    "drive_and_docs.drive_sdk": {"enableDriveSdkApiAccess": False},
    "drive_and_docs.drive_for_desktop": {"allowDriveForDesktop": True, "restrictToAuthorizedDevices": True},
    "drive_and_docs.external_file_warning": {"highlightingEnabled": True},
    _GROUPS: {
        "collaborationCapability": "DOMAIN_USERS_ONLY",
        "createGroupsAccessLevel": "ADMIN_ONLY",
        "ownersCanAllowExternalMembers": False,
    },
    "calendar.primary_calendar_max_allowed_external_sharing": {"maxAllowedExternalSharing": "EXTERNAL_FREE_BUSY_ONLY"},
    "calendar.secondary_calendar_max_allowed_external_sharing": {
        "maxAllowedExternalSharing": "EXTERNAL_FREE_BUSY_ONLY"
    },
    "calendar.external_invitations": {"warnOnInvite": True},
    "sites.service_status": {"serviceState": "DISABLED"},
    "takeout.service_status": {"serviceState": "DISABLED"},
    "groups.service_status": {"serviceState": "DISABLED"},
    "api_controls.internal_apps": {"trustInternalApps": False},
    "api_controls.unconfigured_third_party_apps": {"accessLevel": "ALLOW_SIGN_IN_SCOPES_ONLY"},
    "workspace_marketplace.apps_access_options": {"accessLevel": "ALLOW_LISTED_APPS", "allowAllInternalApps": False},
    "multi_party_approval.require_approvals": {"multiPartyApprovalState": "ENABLED"},
}
# Fields that the policy of the root above leaves open; a reader has to merge what several policies say.
_GOOGLE_DEFAULT_OF_GROUPS: Json = {
    "collaborationCapability": "DOMAIN_USERS_ONLY",
    "createGroupsAccessLevel": "USERS_IN_DOMAIN",
    "ownersCanAllowExternalMembers": False,
    "ownersCanAllowIncomingMailFromPublic": False,
    "viewTopicsDefaultAccessLevel": "MEMBERS",
}
_ALERTS = ("Government-backed attacks", "Leaked password", "Suspicious login", "User granted Admin privilege")


def furnish_policies(rng: Random, tenant: GoogleTenant) -> None:
    """Add the further policies before the last one, which belongs to a deleted unit."""
    units = {str(unit["orgUnitPath"]): str(unit["orgUnitId"]).removeprefix("id:") for unit in tenant.units}
    groups = {group.name: group.id for group in tenant.catalogue.groups}
    root = _unit(units["/"])
    added = [
        _policy(rng, tenant, setting, value, 201.5 + number / 10_000, root, unit=units["/"])
        for number, (setting, value) in enumerate(_ROOT.items())
    ]
    added.append(_policy(rng, tenant, _GROUPS, _GOOGLE_DEFAULT_OF_GROUPS, 101.9, root, unit=units["/"], kind="SYSTEM"))
    # One field for one unit: everything else comes from above.
    press: Json = {"ownersCanAllowIncomingMailFromPublic": True}
    added.append(_policy(rng, tenant, _GROUPS, press, 202.6, _unit(units["/Press"]), unit=units["/Press"]))
    shorter: Json = {"webSessionDuration": "28800s"}
    several = f"({_unit(units['/Leadership'])} || {_unit(units['/Finance'])})"
    added.append(_policy(rng, tenant, _SESSION, shorter, 202.61, several))
    desk = f"{_group(groups['Help desk'])} && {root}"
    shortest: Json = {"webSessionDuration": "14400s"}
    added.append(_policy(rng, tenant, _SESSION, shortest, 399.1, desk, unit=units["/"], group=groups["Help desk"]))
    licence = f"entity.licenses.exists(license, license in ['/product/Google-Apps/sku/{ENTERPRISE}'])"
    encrypted: Json = {"enableClientSideEncryption": True}
    added.append(
        _policy(rng, tenant, "gmail.client_side_encryption", encrypted, 201.7, f"{root} && {licence}", unit=units["/"])
    )
    free: Json = {"allowDriveForDesktop": True, "restrictToAuthorizedDevices": True}
    everybody_else = f"{root} && !{_group(groups['Help desk'])}"
    added.append(_policy(rng, tenant, "drive_and_docs.drive_for_desktop", free, 201.71, everybody_else))
    added += _rule_states(rng, tenant, units)
    added += [
        _policy(
            rng,
            tenant,
            "rule.system_defined_alerts",
            {"displayName": name, "state": "ACTIVE"},
            201.8 + number / 100,
            root,
            unit=units["/"],
        )
        for number, name in enumerate(_ALERTS)
    ]
    tenant.policies[-1:-1] = added


def _rule_states(rng: Random, tenant: GoogleTenant, units: dict[str, str]) -> list[Json]:
    """Return two maps of mail rules: the unit's switches one rule of the root off and leaves the other one alone."""
    first, second = guid(rng), guid(rng)
    root: Json = {"ruleStates": [{"ruleId": first, "state": "ENABLED"}, {"ruleId": second, "state": "ENABLED"}]}
    field: Json = {"ruleStates": [{"ruleId": second, "state": "DISABLED"}]}
    return [
        _policy(rng, tenant, _RULES, root, 201.9, _unit(units["/"]), unit=units["/"]),
        _policy(rng, tenant, _RULES, field, 202.9, _unit(units["/Field"]), unit=units["/Field"]),
    ]


def _policy(
    rng: Random,
    tenant: GoogleTenant,
    setting: str,
    value: Json,
    sort_order: float,
    query: str,
    *,
    unit: str = "",
    group: str = "",
    kind: str = "ADMIN",
) -> Json:
    asked: Json = {"query": query, "sortOrder": round(sort_order, 5)}
    if unit:
        asked["orgUnit"] = f"orgUnits/{unit}"
    if group:
        asked["group"] = f"groups/{group}"
    return {
        "name": policy_name(rng),
        "customer": f"customers/{tenant.customer_id}",
        "policyQuery": asked,
        "setting": {"type": f"settings/{setting}", "value": value},
        "type": kind,
    }


def _unit(unit_id: str) -> str:
    return f"entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit_id}'))"


def _group(group_id: str) -> str:
    return f"entity.groups.exists(group, group.group_id == groupId('{group_id}'))"
