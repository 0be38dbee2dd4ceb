"""Settings of the Entra tenant about sign-in methods, applications, guests and licences.

Each begins with what a new tenant has; the tenant's own record says what was changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.people import BUSINESS_PREMIUM
from connectors.practice.microsoft.policies import READS_POLICIES
from connectors.practice.microsoft.refusals import Refusal, denied_by_directory, denied_by_policies, not_found

if TYPE_CHECKING:
    from connectors.practice.organisation import Json, MicrosoftTenant
    from connectors.practice.wire import Answer

READS_METHODS = READS_POLICIES | {"Policy.Read.AuthenticationMethod"}
READS_LICENCES = frozenset({"LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"})
EVERYBODY: Json = {"targetType": "group", "id": "all_users", "isRegistrationRequired": False}
METHODS = {
    "Fido2": "enabled",
    "MicrosoftAuthenticator": "enabled",
    "Sms": "disabled",
    "TemporaryAccessPass": "disabled",
    "HardwareOath": "disabled",
    "SoftwareOath": "enabled",
    "Voice": "disabled",
    "Email": "disabled",
    "X509Certificate": "disabled",
}
PREMIUM_PLAN = "AAD_PREMIUM"  # Entra ID P1
PLANS = ("EXCHANGE_S_STANDARD", "SHAREPOINTSTANDARD", "TEAMS1")


def authentication_methods(tenant: MicrosoftTenant) -> Json:
    """https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy."""
    states = METHODS | tenant.entra.methods
    campaign = {"snoozeDurationInDays": 1, "state": "default", "excludeTargets": [], "includeTargets": []}
    return {
        "id": "authenticationMethodsPolicy",
        "displayName": "Authentication Methods Policy",
        "description": "Which methods people may sign in with",
        "lastModifiedDateTime": "2026-01-26T10:47:26Z",
        "policyVersion": "1.5",
        "policyMigrationState": "migrationComplete",
        "registrationEnforcement": {"authenticationMethodsRegistrationCampaign": campaign},
        "reportSuspiciousActivitySettings": {"state": "enabled", "includeTarget": _target(), "voiceReportingCode": 0},
        "systemCredentialPreferences": {"state": "enabled", "excludeTargets": [], "includeTargets": [_target()]},
        "authenticationMethodConfigurations": [_method(name, state) for name, state in states.items()],
    }


def _target() -> Json:
    return {"targetType": "group", "id": "all_users"}


def _method(name: str, state: str) -> Json:
    row: Json = {
        "@odata.type": f"#microsoft.graph.{name[0].lower()}{name[1:]}AuthenticationMethodConfiguration",
        "id": name,
        "state": state,
        "excludeTargets": [],
        "includeTargets": [dict(EVERYBODY)],
    }
    if name == "Fido2":
        restrictions = {"isEnforced": False, "enforcementType": "block", "aaGuids": []}
        row |= {"isSelfServiceRegistrationAllowed": True, "isAttestationEnforced": True}
        row |= {"keyRestrictions": restrictions}
    elif name == "TemporaryAccessPass":
        row |= {"isUsableOnce": True, "defaultLifetimeInMinutes": 60}
    elif name == "MicrosoftAuthenticator":
        shown = {"state": "enabled", "includeTarget": _target(), "excludeTarget": None}
        names = ("numberMatchingRequiredState", "displayAppInformationRequiredState")
        row["featureSettings"] = dict.fromkeys((*names, "displayLocationInformationRequiredState"), shown)
    return row


def admin_consent(tenant: MicrosoftTenant) -> Json:
    """https://learn.microsoft.com/graph/api/resources/adminconsentrequestpolicy."""
    return {
        "isEnabled": False,
        "version": 0,
        "notifyReviewers": False,
        "remindersEnabled": False,
        "requestDurationInDays": 0,
        "reviewers": [],
        **tenant.entra.admin_consent,
    }


def grant_policies(_tenant: MicrosoftTenant) -> list[Json]:
    """Return the built-in policies that say to what a person may consent for themselves.

    https://learn.microsoft.com/graph/api/resources/permissiongrantpolicy
    """
    names = {
        "microsoft-user-default-legacy": "Any permission that needs no administrator, to any application",
        "microsoft-user-default-low": "Permissions classified as low, to applications of verified publishers",
        "microsoft-user-default-recommended": "What Microsoft recommends at present",
    }
    return [
        {
            "id": key,
            "displayName": key,
            "description": meaning,
            "includes": [_grant_condition(classification="low" if key.endswith("low") else "all")],
            "excludes": [],
        }
        for key, meaning in names.items()
    ]


def _grant_condition(*, classification: str) -> Json:
    return {
        "id": f"include-{classification}",
        "permissionType": "delegated",
        "permissionClassification": classification,
        "permissions": ["all"],
        "resourceApplication": "any",
        "clientApplicationIds": ["all"],
        "clientApplicationTenantIds": ["all"],
        "clientApplicationPublisherIds": ["all"],
        "clientApplicationsFromVerifiedPublisherOnly": classification == "low",
    }


def app_management(tenant: MicrosoftTenant) -> Json:
    """https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy."""
    unrestricted: Json = {"passwordCredentials": [], "keyCredentials": []}
    return {
        "id": "00000000-0000-0000-0000-000000000000",
        "displayName": "Default app management tenant policy",
        "description": "Limits of the credentials of applications",
        "isEnabled": False,
        "applicationRestrictions": unrestricted,
        "servicePrincipalRestrictions": unrestricted,
        **tenant.entra.app_management,
    }


def cross_tenant(tenant: MicrosoftTenant) -> Json:
    """Return how people of other tenants are treated unless a partner's own record says otherwise.

    https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationdefault
    """
    return {
        "isServiceDefault": not tenant.entra.cross_tenant,
        "inboundTrust": {
            "isMfaAccepted": False,
            "isCompliantDeviceAccepted": False,
            "isHybridAzureADJoinedDeviceAccepted": False,
        },
        "b2bCollaborationOutbound": _access("allowed"),
        "b2bCollaborationInbound": _access("allowed"),
        "b2bDirectConnectOutbound": _access("blocked"),
        "b2bDirectConnectInbound": _access("blocked"),
        **tenant.entra.cross_tenant,
    }


def _access(kind: str) -> Json:
    people = [{"target": "AllUsers", "targetType": "user"}]
    applications = [{"target": "AllApplications", "targetType": "application"}]
    return {
        "usersAndGroups": {"accessType": kind, "targets": people},
        "applications": {"accessType": kind, "targets": applications},
    }


def licences(call: Call) -> Answer:
    """``GET /subscribedSkus``: knows ``$select`` and nothing else; P1 is among the plans where the tenant has it."""
    if "$filter" in call.request.query:
        raise odata.QueryError("Request_UnsupportedQuery", "Filter not supported.")
    tenant = call.directory.tenant
    used = sum(account.licensed for account in call.directory.accounts.values())
    plans = (*PLANS, PREMIUM_PLAN) if call.premium else PLANS
    rows = [
        _sku(tenant, BUSINESS_PREMIUM, "SPB", plans, used, used + 5),
        _sku(tenant, "f30db892-07e9-47e9-837c-80727f46fd3d", "FLOW_FREE", ("FLOW_P2_VIRAL",), 1, 0),
    ]
    return odata.rows(call.request, rows, entity="subscribedSkus")


def _sku(tenant: MicrosoftTenant, sku: str, name: str, plans: tuple[str, ...], used: int, enabled: int) -> Json:
    suspended = not enabled
    return {
        "id": f"{tenant.tenant_id}_{sku}",
        "skuId": sku,
        "skuPartNumber": name,
        "accountId": tenant.tenant_id,
        "accountName": tenant.name,
        "appliesTo": "User",
        "capabilityStatus": "Suspended" if suspended else "Enabled",
        "consumedUnits": used,
        "prepaidUnits": {"enabled": enabled, "suspended": 5 if suspended else 0, "warning": 0, "lockedOut": 0},
        "subscriptionIds": [],
        "servicePlans": [
            {
                "servicePlanId": f"{sku[:-3]}{number:03}",
                "servicePlanName": plan,
                "provisioningStatus": "Disabled" if suspended else "Success",
                "appliesTo": "User",
            }
            for number, plan in enumerate(plans)
        ],
    }


def one_partner(call: Call) -> Answer:
    """``GET /policies/crossTenantAccessPolicy/partners/{tenant id}``."""
    partners = {str(row["tenantId"]): row for row in call.directory.tenant.entra.partners}
    if (row := partners.get(call.key)) is None:
        return not_found(call.request, call.now, call.key)
    return odata.single(call.request, f"{PARTNERS}/$entity", row)


def _rows(address: str, found: Callable[[MicrosoftTenant], list[Json]]) -> Operation:
    def answer(call: Call) -> Answer:
        return odata.rows(call.request, found(call.directory.tenant), entity=address)

    return Operation(address, READS_POLICIES, denied_by_policies, answer)


def _single(
    address: str, found: Callable[[MicrosoftTenant], Json], roles: frozenset[str] = READS_POLICIES
) -> Operation:
    def answer(call: Call) -> Answer:
        return odata.single(call.request, f"{address}/$entity", found(call.directory.tenant))

    refusal: Refusal = denied_by_policies
    return Operation(address, roles, refusal, answer)


PARTNERS = "policies/crossTenantAccessPolicy/partners"
OPERATIONS = (
    _single("policies/authenticationMethodsPolicy", authentication_methods, READS_METHODS),
    _single("policies/adminConsentRequestPolicy", admin_consent),
    _single("policies/defaultAppManagementPolicy", app_management),
    _single("policies/crossTenantAccessPolicy/default", cross_tenant),
    _rows(PARTNERS, lambda tenant: tenant.entra.partners),
    Operation(f"{PARTNERS}/{{}}", READS_POLICIES, denied_by_policies, one_partner),
    _rows("policies/permissionGrantPolicies", grant_policies),
    Operation("subscribedSkus", READS_LICENCES, denied_by_directory, licences),
)
