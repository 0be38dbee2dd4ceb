"""The settings of the Entra tenant: Conditional Access, SharePoint and domains as wire objects of Graph v1.0."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.practice.campaign.vendor_ids import guid
from connectors.practice.organisation import Json

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
HELPDESK_ADMINISTRATOR = "729827e3-9c14-49f7-bb1b-9608f156bbb8"

INITIAL_DOMAIN = "riveracampaign.onmicrosoft.com"
EVENTS_DOMAIN = "rivera-events.example"

_PHISHING_RESISTANT: Json = {
    "id": "00000000-0000-0000-0000-000000000004",
    "createdDateTime": "2021-12-01T00:00:00Z",
    "modifiedDateTime": "2021-12-01T00:00:00Z",
    "displayName": "Phishing resistant MFA",
    "description": "Methods that no look-alike sign-in page can relay",
    "policyType": "builtIn",
    "requirementsSatisfied": "mfa",
    "allowedCombinations": ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"],
    "combinationConfigurations": [],
}
_NO_GRANT: Json = {
    "operator": "OR",
    "builtInControls": [],
    "customAuthenticationFactors": [],
    "termsOfUse": [],
    "authenticationStrength": None,
}


def domains(primary: str) -> list[Json]:
    """Return the verified domains of the tenant: ``primary`` (the default), the events domain, the initial one."""
    return [_domain(primary, default=True), _domain(EVENTS_DOMAIN), _domain(INITIAL_DOMAIN, initial=True)]


def conditional_access(rng: Random, exceptions: str, today: datetime) -> list[Json]:
    """Return the Conditional Access policies; ``exceptions`` is the id of the group that is left out of MFA.

    MFA for everybody but that group, legacy protocols blocked, and phishing-resistant MFA for administrators that
    only reports and so protects nobody.
    """
    return [
        policy(
            rng,
            "Require MFA for everyone",
            today - timedelta(days=310),
            users={"includeUsers": ["All"], "excludeGroups": [exceptions]},
            grant={"builtInControls": ["mfa"]},
        ),
        policy(
            rng,
            "Block legacy authentication",
            today - timedelta(days=310),
            users={"includeUsers": ["All"]},
            grant={"builtInControls": ["block"]},
            client_app_types=["exchangeActiveSync", "other"],
        ),
        policy(
            rng,
            "Administrators need a security key (trial)",
            today - timedelta(days=95),
            users={"includeRoles": [GLOBAL_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR, USER_ADMINISTRATOR]},
            grant={"authenticationStrength": _PHISHING_RESISTANT},
            state="enabledForReportingButNotEnforced",
        ),
    ]


def sharepoint_settings(rng: Random) -> Json:
    """Return the tenant's SharePoint settings, which let anybody with a link in."""
    return {
        "allowedDomainGuidsForSyncApp": [guid(rng)],
        "availableManagedPathsForSiteCreation": ["/sites/", "/teams/"],
        "deletedUserPersonalSiteRetentionPeriodInDays": 30,
        "excludedFileExtensionsForSyncApp": [],
        "idleSessionSignOut": {"isEnabled": True, "warnAfterInSeconds": 3300, "signOutAfterInSeconds": 3600},
        "imageTaggingOption": "basic",
        "isCommentingOnSitePagesEnabled": True,
        "isFileActivityNotificationEnabled": True,
        "isLegacyAuthProtocolsEnabled": False,
        "isLoopEnabled": True,
        "isMacSyncAppEnabled": True,
        "isRequireAcceptingUserToMatchInvitedUserEnabled": True,
        "isResharingByExternalUsersEnabled": False,
        "isSharePointMobileNotificationEnabled": True,
        "isSharePointNewsfeedEnabled": False,
        "isSiteCreationEnabled": False,
        "isSiteCreationUIEnabled": False,
        "isSitePagesCreationEnabled": True,
        "isSitesStorageLimitAutomatic": True,
        "isSyncButtonHiddenOnPersonalSite": False,
        "isUnmanagedSyncAppForTenantRestricted": True,
        "personalSiteDefaultStorageLimitInMB": 1048576,
        "sharingAllowedDomainList": [],
        "sharingBlockedDomainList": [],
        "sharingCapability": "externalUserAndGuestSharing",
        "sharingDomainRestrictionMode": "none",
        "siteCreationDefaultManagedPath": "/sites/",
        "siteCreationDefaultStorageLimitInMB": 26214400,
        "tenantDefaultTimezone": "(UTC-07:00) Mountain Time (US and Canada)",
    }


def _domain(name: str, *, default: bool = False, initial: bool = False) -> Json:
    return {
        "id": name,
        "authenticationType": "Managed",
        "availabilityStatus": None,
        "isAdminManaged": True,
        "isDefault": default,
        "isInitial": initial,
        "isRoot": True,
        "isVerified": True,
        "supportedServices": ["Email", "OfficeCommunicationsOnline"],
        "passwordValidityPeriodInDays": 2147483647,
        "passwordNotificationWindowInDays": 14,
        "state": None,
    }


def policy(
    rng: Random,
    name: str,
    created: datetime,
    *,
    users: Json,
    grant: Json | None,
    client_app_types: list[str] | None = None,
    state: str = "enabled",
    conditions: Json | None = None,
) -> Json:
    """Return a Conditional Access policy over all applications that differs in what is given from one without effect.

    ``users`` and ``conditions`` are parts of its conditions; ``grant`` are its grant controls, None for none at all.
    """
    return {
        "id": guid(rng),
        "templateId": None,
        "displayName": name,
        "createdDateTime": f"{created:%Y-%m-%dT%H:%M:%S}Z",
        "modifiedDateTime": None,
        "state": state,
        "partialEnablementStrategy": None,
        "sessionControls": None,
        "conditions": {
            "userRiskLevels": [],
            "signInRiskLevels": [],
            "clientAppTypes": client_app_types or ["all"],
            "servicePrincipalRiskLevels": [],
            "insiderRiskLevels": None,
            "clients": None,
            "platforms": None,
            "locations": None,
            "times": None,
            "deviceStates": None,
            "devices": None,
            "clientApplications": None,
            "authenticationFlows": None,
            "applications": {
                "includeApplications": ["All"],
                "excludeApplications": [],
                "includeUserActions": [],
                "includeAuthenticationContextClassReferences": [],
                "applicationFilter": None,
                "networkAccess": None,
                "globalSecureAccess": None,
            },
            "users": {
                "includeUsers": [],
                "excludeUsers": [],
                "includeGroups": [],
                "excludeGroups": [],
                "includeRoles": [],
                "excludeRoles": [],
                "includeGuestsOrExternalUsers": None,
                "excludeGuestsOrExternalUsers": None,
                **users,
            },
            **(conditions or {}),
        },
        "grantControls": None if grant is None else {**_NO_GRANT, **grant},
    }
