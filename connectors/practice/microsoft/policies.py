"""What holds for the whole tenant: organisation, domains, Conditional Access, defaults, sharing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.refusals import denied_by_directory, denied_by_policies, denied_by_sharepoint

if TYPE_CHECKING:
    from connectors.practice.organisation import Json, MicrosoftTenant
    from connectors.practice.wire import Answer

READS_POLICIES = frozenset({"Policy.Read.All"})
READS_CONDITIONAL_ACCESS = READS_POLICIES | {"Policy.Read.ConditionalAccess"}
READS_STRENGTHS = READS_POLICIES | {"Policy.Read.AuthenticationMethod", "Policy.Read.ConditionalAccess"}
READS_ORGANISATION = frozenset({"Organization.Read.All", "Directory.Read.All"})
READS_DOMAINS = frozenset({"Domain.Read.All", "Directory.Read.All"})
READS_SHARING = frozenset({"SharePointTenantSettings.Read.All"})

RESISTANT = ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"]
PASSWORDLESS = [*RESISTANT, "deviceBasedPush"]
SECOND_FACTORS = ["microsoftAuthenticatorPush", "softwareOath", "hardwareOath", "sms", "voice"]
CERTIFICATES = ["x509CertificateSingleFactor", "x509CertificateMultiFactor"]
MULTIFACTOR = [
    *PASSWORDLESS,
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    *(f"password,{second}" for second in (*SECOND_FACTORS, *CERTIFICATES)),
    "federatedMultiFactor",
    *(f"{second},federatedSingleFactor" for second in SECOND_FACTORS),
]


def organisation(tenant: MicrosoftTenant) -> Json:
    """https://learn.microsoft.com/graph/api/resources/organization."""
    return {
        "id": tenant.tenant_id,
        "displayName": tenant.name,
        "countryLetterCode": "US",
        "createdDateTime": "2019-05-06T09:00:00Z",
        "onPremisesSyncEnabled": any(account.synchronised for account in tenant.accounts) or None,
        "preferredLanguage": "en",
        "tenantType": "AAD",
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": domain.get("isDefault", False),
                "isInitial": domain.get("isInitial", False),
                "name": domain["id"],
                "type": "Managed",
            }
            for domain in tenant.domains
        ],
    }


def security_defaults(tenant: MicrosoftTenant) -> Json:
    """https://learn.microsoft.com/graph/api/resources/identitysecuritydefaultsenforcementpolicy."""
    return {
        "id": "00000000-0000-0000-0000-000000000005",
        "displayName": "Security Defaults",
        "description": "Basic protection against common attacks on identities",
        "isEnabled": tenant.security_defaults,
    }


def authorization(tenant: MicrosoftTenant) -> Json:
    """Return the rights of members and guests: those of a new tenant but for what this one changed.

    https://learn.microsoft.com/graph/api/resources/authorizationpolicy
    """
    return {
        "id": "authorizationPolicy",
        "displayName": "Authorization Policy",
        "description": "Company-wide authorization settings",
        "allowInvitesFrom": "everyone",
        "allowedToSignUpEmailBasedSubscriptions": True,
        "allowedToUseSSPR": True,
        "allowEmailVerifiedUsersToJoinOrganization": False,
        "allowUserConsentForRiskyApps": None,
        "blockMsolPowerShell": False,
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": True,
            "allowedToCreateSecurityGroups": True,
            "allowedToCreateTenants": True,
            "allowedToReadBitlockerKeysForOwnedDevice": True,
            "allowedToReadOtherUsers": True,
            "permissionGrantPoliciesAssigned": ["ManagePermissionGrantsForSelf.microsoft-user-default-low"],
        },
        **tenant.entra.authorization,
    }


def strengths() -> list[Json]:
    """Return the three authentication strengths that every tenant has, weakest first.

    https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths
    """
    built_in = {
        "2": ("Multifactor authentication", MULTIFACTOR),
        "3": ("Passwordless MFA", PASSWORDLESS),
        "4": ("Phishing resistant MFA", RESISTANT),
    }
    return [
        {
            "id": f"00000000-0000-0000-0000-00000000000{digit}",
            "createdDateTime": "2021-12-01T00:00:00Z",
            "modifiedDateTime": "2021-12-01T00:00:00Z",
            "displayName": name,
            "description": f"Built-in strength: {name}",
            "policyType": "builtIn",
            "requirementsSatisfied": "mfa",
            "allowedCombinations": combinations,
            "combinationConfigurations": [],
        }
        for digit, (name, combinations) in built_in.items()
    ]


def _rows(entity: str, found: Callable[[MicrosoftTenant], list[Json]]) -> Callable[[Call], Answer]:
    return lambda call: odata.rows(call.request, found(call.directory.tenant), entity=entity)


def _single(entity: str, found: Callable[[MicrosoftTenant], Json]) -> Callable[[Call], Answer]:
    return lambda call: odata.single(call.request, entity, found(call.directory.tenant))


ORGANISATIONS = _rows("organization", lambda tenant: [organisation(tenant)])
DOMAINS = _rows("domains", lambda tenant: tenant.domains)
POLICIES = _rows("conditionalAccess/policies", lambda tenant: tenant.conditional_access)
LOCATIONS = _rows("conditionalAccess/namedLocations", lambda tenant: tenant.named_locations)
STRENGTHS = _rows("policies/authenticationStrengthPolicies", lambda tenant: strengths() + tenant.entra.strengths)
DEFAULTS = _single("policies/identitySecurityDefaultsEnforcementPolicy/$entity", security_defaults)
AUTHORIZATION = _single("policies/authorizationPolicy/$entity", authorization)
SHARING = _single("admin/sharepoint/settings/$entity", lambda tenant: tenant.sharepoint)

STRENGTH_ADDRESS = "policies/authenticationStrengthPolicies"
DEFAULTS_ADDRESS = "policies/identitySecurityDefaultsEnforcementPolicy"
CONDITIONAL = "identity/conditionalAccess"
OPERATIONS = (
    Operation("organization", READS_ORGANISATION, denied_by_directory, ORGANISATIONS),
    Operation("domains", READS_DOMAINS, denied_by_directory, DOMAINS),
    Operation(f"{CONDITIONAL}/policies", READS_CONDITIONAL_ACCESS, denied_by_policies, POLICIES),
    Operation(f"{CONDITIONAL}/namedLocations", READS_CONDITIONAL_ACCESS, denied_by_policies, LOCATIONS),
    Operation(STRENGTH_ADDRESS, READS_STRENGTHS, denied_by_policies, STRENGTHS),
    Operation(DEFAULTS_ADDRESS, READS_POLICIES, denied_by_policies, DEFAULTS),
    Operation("policies/authorizationPolicy", READS_POLICIES, denied_by_policies, AUTHORIZATION),
    Operation("admin/sharepoint/settings", READS_SHARING, denied_by_sharepoint, SHARING),
)
