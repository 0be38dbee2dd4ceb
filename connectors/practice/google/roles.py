"""``admin.googleapis.com``: administrator roles, and who holds them, alone or with a whole group.

``assigneeType`` is written in lower case.
https://developers.google.com/workspace/admin/directory/reference/rest/v1/roleAssignments
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google.authority import require_administrator, require_customer
from connectors.practice.google.paging import page
from connectors.practice.google.refusals import not_found

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call
    from connectors.practice.organisation import GoogleTenant, Json


def roles(call: Call) -> Json:
    """``roles.list``: system roles and custom ones, up to 100 a page."""
    require_administrator(call)
    require_customer(call, call.part("customer"))
    found, following = page(call.people.tenant.roles, call.request.query, size="maxResults", usual=100, largest=100)
    entries = [{"kind": "admin#directory#role", "etag": '"role"'} | each for each in found]
    return {"kind": "admin#directory#roles", "etag": '"roles"'} | _unless_empty("items", entries) | following


def role_assignments(call: Call) -> Json:
    """``roleAssignments.list``: who holds which role, up to 200 a page; what comes through groups has to be asked for.

    ``includeIndirectRoleAssignments`` works together with ``userKey`` only.
    """
    require_administrator(call)
    require_customer(call, call.part("customer"))
    query = call.request.query
    entries = _role_assignments(call.people.tenant)
    if "roleId" in query:
        entries = [each for each in entries if each["roleId"] == query["roleId"]]
    if "userKey" in query:
        holders = _holders(call, query["userKey"], indirect=query.get("includeIndirectRoleAssignments") == "true")
        entries = [each for each in entries if each["assignedTo"] in holders]
    found, following = page(entries, query, size="maxResults", usual=200, largest=200)
    head: Json = {"kind": "admin#directory#roleAssignments", "etag": '"assignments"'}
    return head | _unless_empty("items", found) | following


def _holders(call: Call, key: str, *, indirect: bool) -> set[str]:
    """Return the ids that roles of an account or group may be assigned to."""
    account, groups = call.people.get(key), call.people.tenant.catalogue.groups
    if account is None:
        holders = {each.id for each in groups if key.lower() in {each.id, each.address}}
        if not holders:
            raise not_found("Resource: userKey")
        return holders
    through = [each.id for each in groups if any(member["id"] == account.id for member in each.members)]
    return {account.id, *(through if indirect else ())}


def _role_assignments(tenant: GoogleTenant) -> list[Json]:
    super_admin = next((str(each["roleId"]) for each in tenant.roles if each.get("isSuperAdminRole")), "")
    held = [
        (account.id, role_id, "user")
        for account in tenant.accounts
        for role_id in ([super_admin] if account.is_super_admin else []) + account.role_ids
    ]
    held += [(group.id, role_id, "group") for group in tenant.catalogue.groups for role_id in group.role_ids]
    return [
        {
            "kind": "admin#directory#roleAssignment",
            "etag": '"assignment"',
            "roleAssignmentId": str(13801188331880449 + number),
            "roleId": role_id,
            "assignedTo": holder,
            "assigneeType": kind,
            "scopeType": "CUSTOMER",
        }
        for number, (holder, role_id, kind) in enumerate(held)
    ]


def _unless_empty(key: str, entries: object) -> Json:
    return {key: entries} if entries else {}
