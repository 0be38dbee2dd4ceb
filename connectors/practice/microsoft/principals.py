"""Whoever may hold a directory role: accounts, groups and service principals, as ``$expand=principal`` shows them."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from connectors.practice.entra_organisation import ServicePrincipal
from connectors.practice.microsoft.directory import Directory
from connectors.practice.microsoft.groups import group
from connectors.practice.microsoft.people import user
from connectors.practice.organisation import Json, MicrosoftAccount, MicrosoftGroup

Principal = MicrosoftAccount | MicrosoftGroup | ServicePrincipal


def service_principal(record: ServicePrincipal) -> Json:
    """https://learn.microsoft.com/graph/api/resources/serviceprincipal."""
    publisher = {"displayName": record.publisher, "verifiedPublisherId": None, "addedDateTime": None}
    if record.publisher:
        publisher |= {"verifiedPublisherId": record.app_id[:7], "addedDateTime": record.created}
    return {
        "id": record.id,
        "appId": record.app_id,
        "displayName": record.name,
        "appDisplayName": record.name,
        "accountEnabled": record.enabled,
        "appOwnerOrganizationId": record.home_tenant,
        "appRoleAssignmentRequired": False,
        "createdDateTime": record.created,
        "publisherName": record.publisher,
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
        "verifiedPublisher": publisher,
        "passwordCredentials": [],
        "keyCredentials": [],
        "replyUrls": [],
        "appRoles": [app_role(record, value) for value in record.permissions],
        "oauth2PermissionScopes": [],
    }


def app_role(record: ServicePrincipal, value: str) -> Json:
    """Return the application permission ``value`` of the resource, with the id by which assignments name it."""
    return {
        "id": app_role_id(record, value),
        "value": value,
        "displayName": value,
        "description": f"Application permission {value}",
        "allowedMemberTypes": ["Application"],
        "isEnabled": True,
        "origin": "Application",
    }


def app_role_id(record: ServicePrincipal, value: str) -> str:
    """Return a GUID that depends on the resource and the permission alone."""
    return str(uuid5(NAMESPACE_URL, f"{record.app_id}/{value}"))


def expanded(principal: Principal) -> Json:
    """Return the principal as ``$expand=principal`` shows it, told apart by ``@odata.type``."""
    match principal:
        case MicrosoftAccount():
            return {"@odata.type": "#microsoft.graph.user", **user(principal)}
        case MicrosoftGroup():
            return {"@odata.type": "#microsoft.graph.group", **group(principal)}
        case _:
            return {"@odata.type": "#microsoft.graph.servicePrincipal", **service_principal(principal)}


def active(directory: Directory) -> list[tuple[Principal, str]]:
    """Return who holds which role now, by template id; members of a group that holds one are not named."""
    holders: list[Principal] = [*directory.accounts.values(), *directory.groups.values(), *directory.services.values()]
    return [(holder, role) for holder in holders for role in holder.role_template_ids]


def eligible(directory: Directory) -> list[tuple[Principal, str]]:
    """Return who may activate which role."""
    holders: list[MicrosoftAccount | MicrosoftGroup] = [*directory.accounts.values(), *directory.groups.values()]
    return [(holder, role) for holder in holders for role in holder.eligible_role_template_ids]
