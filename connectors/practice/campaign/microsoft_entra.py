"""The Entra tenant's applications, settings and further groups as they would be if nothing had gone wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.practice.campaign.microsoft_policies import HELPDESK_ADMINISTRATOR
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.vendor_ids import guid
from connectors.practice.entra_organisation import Application, EntraOrganisation, Json, ServicePrincipal
from connectors.practice.organisation import MicrosoftGroup, MicrosoftTenant

GRAPH_APP = "00000003-0000-0000-c000-000000000000"  # appId of Microsoft Graph in every tenant
MICROSOFT_SERVICES = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"  # the tenant that owns Microsoft's own applications
HELP_DESK, PRIVATE_GROUP = "Help desk", "Field leads"
_PERMISSIONS = (
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Files.ReadWrite.All",
    "Mail.Read",
    "Mail.ReadWrite",
    "Reports.Read.All",
    "RoleManagement.ReadWrite.Directory",
    "Sites.FullControl.All",
    "User.Read.All",
)


def entra_organisation(rng: Random, tenant: MicrosoftTenant, today: datetime) -> EntraOrganisation:
    """Return applications and settings; adds a private group, a help desk with a role and named locations."""
    tenant.groups += [
        MicrosoftGroup(guid(rng), HELP_DESK, role_template_ids=[HELPDESK_ADMINISTRATOR]),
        MicrosoftGroup(guid(rng), PRIVATE_GROUP, address=f"field-leads@{DOMAIN}", visibility="Private"),
    ]
    tenant.named_locations += named_locations(rng, today)
    graph = ServicePrincipal(
        id=guid(rng),
        app_id=GRAPH_APP,
        name="Microsoft Graph",
        home_tenant=MICROSOFT_SERVICES,
        created=moment(today, 600),
        permissions=list(_PERMISSIONS),
    )
    registered = Application(guid(rng), guid(rng), "Yard sign map", moment(today, 200))
    own = ServicePrincipal(
        guid(rng), registered.app_id, registered.name, tenant.tenant_id, registered.created, permissions=[]
    )
    reviewers = [{"query": f"/users/{each.id}", "queryType": "MicrosoftGraph"} for each in tenant.accounts[:1]]
    return EntraOrganisation(
        applications=[registered],
        service_principals=[graph, own],
        authorization={
            "allowInvitesFrom": "adminsAndGuestInviters",
            "allowUserConsentForRiskyApps": False,
            "blockMsolPowerShell": True,
            "guestUserRoleId": "2af84b1e-32c8-42b7-82bc-daa82404023b",
            "defaultUserRolePermissions": rights([]),
        },
        admin_consent={
            "isEnabled": True,
            "notifyReviewers": True,
            "remindersEnabled": True,
            "requestDurationInDays": 30,
            "reviewers": reviewers,
        },
        partners=[_partner(rng)],
        strengths=[_strength(rng, today)],
    )


def moment(today: datetime, days: int) -> str:
    """Return the time ``days`` before ``today``, negative ones after it, as Graph writes it."""
    return f"{today - timedelta(days=days):%Y-%m-%dT%H:%M:%S}Z"


def rights(consent: list[str]) -> Json:
    """Return what everybody may do; ``consent`` are the policies by which people allow applications something."""
    return {
        "allowedToCreateApps": False,
        "allowedToCreateSecurityGroups": False,
        "allowedToCreateTenants": False,
        "allowedToReadBitlockerKeysForOwnedDevice": True,
        "allowedToReadOtherUsers": True,
        "permissionGrantPoliciesAssigned": consent,
    }


def secret(rng: Random, name: str, today: datetime, *, made: int, ends: int) -> Json:
    """Return a ``passwordCredential`` made ``made`` days ago that ends in ``ends`` days, ended if that is negative."""
    return {
        "keyId": guid(rng),
        "displayName": name,
        "hint": "x7Q",
        "startDateTime": moment(today, made),
        "endDateTime": moment(today, -ends),
        "secretText": None,
        "customKeyIdentifier": None,
    }


def certificate(rng: Random, name: str, today: datetime, *, made: int, ends: int) -> Json:
    """Return a ``keyCredential``, dated as ``secret``."""
    return {
        "keyId": guid(rng),
        "displayName": name,
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": None,
        "startDateTime": moment(today, made),
        "endDateTime": moment(today, -ends),
        "customKeyIdentifier": None,
    }


def consent(rng: Random, client: ServicePrincipal, resource: ServicePrincipal, scope: str, person: str | None) -> Json:
    """Return an ``oauth2PermissionGrant``: for one account (its id) or, with None, for everybody."""
    return {
        "id": f"{client.id.replace('-', '')[:20]}{guid(rng)[:8]}",
        "clientId": client.id,
        "consentType": "Principal" if person else "AllPrincipals",
        "principalId": person,
        "resourceId": resource.id,
        "scope": scope,
    }


def named_locations(rng: Random, today: datetime) -> list[Json]:
    """Return the office, which is trusted, and the country, which is not."""
    made = {"createdDateTime": moment(today, 310), "modifiedDateTime": moment(today, 310)}
    return [
        {
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            "id": guid(rng),
            "displayName": "Headquarters",
            **made,
            "isTrusted": True,
            "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/24"}],
        },
        {
            "@odata.type": "#microsoft.graph.countryNamedLocation",
            "id": guid(rng),
            "displayName": "At home",
            **made,
            "countriesAndRegions": ["US"],
            "countryLookupMethod": "clientIpAddress",
            "includeUnknownCountriesAndRegions": False,
        },
    ]


def _partner(rng: Random) -> Json:
    trusted = dict.fromkeys(
        ("isMfaAccepted", "isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted"), False
    )
    return {
        "tenantId": guid(rng),
        "isServiceProvider": False,
        "isInMultiTenantOrganization": False,
        "inboundTrust": {**trusted, "isMfaAccepted": True},
        "b2bCollaborationInbound": None,
        "b2bCollaborationOutbound": None,
        "b2bDirectConnectInbound": None,
        "b2bDirectConnectOutbound": None,
        "automaticUserConsentSettings": {"inboundAllowed": None, "outboundAllowed": None},
    }


def _strength(rng: Random, today: datetime) -> Json:
    return {
        "id": guid(rng),
        "createdDateTime": moment(today, 95),
        "modifiedDateTime": moment(today, 95),
        "displayName": "Keys and passkeys",
        "description": "",
        "policyType": "custom",
        "requirementsSatisfied": "mfa",
        "allowedCombinations": ["fido2", "windowsHelloForBusiness"],
        "combinationConfigurations": [],
    }
