"""Applications: what is registered here, who is let in, and what each was allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.people import user
from connectors.practice.microsoft.principals import app_role_id, service_principal
from connectors.practice.microsoft.refusals import denied_by_directory, not_found

if TYPE_CHECKING:
    from connectors.practice.entra_organisation import Application, ServicePrincipal
    from connectors.practice.microsoft.directory import Directory
    from connectors.practice.organisation import Json
    from connectors.practice.wire import Answer

READS_APPLICATIONS = frozenset({"Application.Read.All", "Directory.Read.All"})
READS_CONSENTS = frozenset({"Directory.Read.All", "DelegatedPermissionGrant.Read.All"})
READS_CONTACTS = frozenset({"OrgContact.Read.All", "Directory.Read.All"})


def application(record: Application) -> Json:
    """https://learn.microsoft.com/graph/api/resources/application."""
    return {
        "id": record.id,
        "appId": record.app_id,
        "displayName": record.name,
        "createdDateTime": record.created,
        "publisherDomain": None,
        "signInAudience": "AzureADMyOrg",
        "passwordCredentials": record.passwords,
        "keyCredentials": record.keys,
        "requiredResourceAccess": [],
        "verifiedPublisher": {"displayName": None, "verifiedPublisherId": None, "addedDateTime": None},
    }


def assignment(holder: ServicePrincipal, resource: ServicePrincipal, value: str) -> Json:
    """https://learn.microsoft.com/graph/api/resources/approleassignment."""
    role = app_role_id(resource, value)
    return {
        "id": f"{holder.id[:8]}{role[:8]}",
        "createdDateTime": holder.created,
        "appRoleId": role,
        "principalDisplayName": holder.name,
        "principalId": holder.id,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": resource.name,
        "resourceId": resource.id,
    }


def assignments(directory: Directory) -> list[Json]:
    """Return every application permission that was granted in the tenant."""
    return [
        assignment(holder, directory.services[resource], value)
        for holder in directory.services.values()
        for resource, value in holder.granted
    ]


def _page(call: Call, rows: Sequence[Json], entity: str) -> Answer:
    size = odata.page_size(call.request, default=odata.DIRECTORY_PAGE, most=odata.DIRECTORY_MOST)
    return odata.rows(call.request, rows, entity=entity, size=size)


def applications(call: Call) -> Answer:
    """``GET /applications``."""
    return _page(call, [application(record) for record in call.directory.tenant.entra.applications], "applications")


def application_owners(call: Call) -> Answer:
    """``GET /applications/{id}/owners``."""
    known = {record.id: record for record in call.directory.tenant.entra.applications}
    return _owners(call, known.get(call.key))


def service_owners(call: Call) -> Answer:
    """``GET /servicePrincipals/{id}/owners``."""
    return _owners(call, call.directory.services.get(call.key))


def _owners(call: Call, record: Application | ServicePrincipal | None) -> Answer:
    if record is None:
        return not_found(call.request, call.now, call.key)
    found = [user(call.directory.accounts[key]) for key in record.owners]
    names = odata.selected(call.request, found[0]) if found else None

    def render(row: Json) -> Json:
        kept = row if names is None else {name: row[name] for name in names}
        return {"@odata.type": "#microsoft.graph.user", **kept}  # always there, whatever $select asks for

    return odata.listing(call.request, found, render, entity="directoryObjects", size=odata.DIRECTORY_PAGE)


def services(call: Call) -> Answer:
    """``GET /servicePrincipals``."""
    return _page(call, [service_principal(record) for record in call.directory.services.values()], "servicePrincipals")


def one_service(call: Call) -> Answer:
    """``GET /servicePrincipals/{id}``."""
    if (record := call.directory.services.get(call.key)) is None:
        return not_found(call.request, call.now, call.key)
    return odata.single(call.request, "servicePrincipals/$entity", service_principal(record))


def assigned_to_others(call: Call) -> Answer:
    """``GET /servicePrincipals/{id}/appRoleAssignments``: what this one was allowed."""
    return _assignments(call, "principalId")


def assigned_here(call: Call) -> Answer:
    """``GET /servicePrincipals/{id}/appRoleAssignedTo``: who was allowed something about this one."""
    return _assignments(call, "resourceId")


def _assignments(call: Call, side: str) -> Answer:
    if call.key not in call.directory.services:
        return not_found(call.request, call.now, call.key)
    rows = [row for row in assignments(call.directory) if row[side] == call.key]
    return _page(call, rows, "appRoleAssignments")


def consents(call: Call) -> Answer:
    """``GET /oauth2PermissionGrants``: delegated permissions, for one person or for everybody."""
    return _page(call, call.directory.tenant.entra.consents, "oauth2PermissionGrants")


def contacts(call: Call) -> Answer:
    """``GET /contacts``: the mail contacts of Exchange, as the directory has them."""
    rows: list[Json] = [
        {
            "id": contact.id,
            "displayName": contact.name,
            "mail": contact.address,
            "mailNickname": contact.name.replace(" ", ""),
            "proxyAddresses": [f"SMTP:{contact.address}"],
            "onPremisesSyncEnabled": None,
        }
        for contact in call.directory.tenant.exchange.contacts
    ]
    return _page(call, rows, "contacts")


OPERATIONS = (
    Operation("applications", READS_APPLICATIONS, denied_by_directory, applications),
    Operation("applications/{}/owners", READS_APPLICATIONS, denied_by_directory, application_owners),
    Operation("servicePrincipals", READS_APPLICATIONS, denied_by_directory, services),
    Operation("servicePrincipals/{}", READS_APPLICATIONS, denied_by_directory, one_service),
    Operation("servicePrincipals/{}/owners", READS_APPLICATIONS, denied_by_directory, service_owners),
    Operation("servicePrincipals/{}/appRoleAssignments", READS_APPLICATIONS, denied_by_directory, assigned_to_others),
    Operation("servicePrincipals/{}/appRoleAssignedTo", READS_APPLICATIONS, denied_by_directory, assigned_here),
    Operation("oauth2PermissionGrants", READS_CONSENTS, denied_by_directory, consents),
    Operation("contacts", READS_CONTACTS, denied_by_directory, contacts),
)
