"""How widely SharePoint and OneDrive may share, and who may be let in as a guest.

Source: Graph v1.0, ``sharepointSettings``, ``authorizationPolicy`` and ``crossTenantAccessPolicyConfigurationDefault``.
"""

from __future__ import annotations

from typing import Any

from auditor.facts import UNSET, Read, SharingLimit
from auditor.facts.microsoft_settings import GuestAccess, Inviters
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.cross_tenant import CrossTenant, lets_in, trusts_devices, trusts_mfa
from connectors.microsoft_365.refusals import SHARING
from connectors.microsoft_365.settings import Part
from connectors.microsoft_365.values import Wire, boolean, word

_LIMITS: dict[str, SharingLimit] = {
    "disabled": "nobody",
    "existingExternalUserSharingOnly": "existing_guests",
    "externalUserSharingOnly": "new_guests",
    "externalUserAndGuestSharing": "anyone",
}
INVITERS: dict[str, Inviters] = {
    "everyone": "anyone",
    "adminsGuestInvitersAndAllMembers": "members",
    "adminsAndGuestInviters": "administrators",
    "none": "nobody",
}
GUEST_ACCESS: dict[str, GuestAccess] = {
    "a0b1b346-4d3e-4e8b-98f8-753987be4970": "as_members",
    "10dae51f-b6af-4016-8d66-8c2a99b929b3": "limited",
    "2af84b1e-32c8-42b7-82bc-daa82404023b": "restricted",
}
"""Ids of the roles that guests can be given."""


def parts(graph: Graph, cross_tenant: CrossTenant) -> tuple[Part, ...]:
    """Return what is read of sharing."""
    return (
        Part(
            (
                "outside_sharing",
                "resharing_by_outsiders",
                "legacy_sharepoint_sign_in",
                "sharing_domains_listed",
                "unmanaged_sync_restricted",
            ),
            lambda: parse_sharing(graph.get("/admin/sharepoint/settings", SHARING)),
        ),
        Part(
            ("trusts_mfa_of_others", "trusts_devices_of_others", "direct_connect_inbound"),
            lambda: parse_cross_tenant(cross_tenant.default()),
        ),
    )


def parse_sharing(sharing: Wire) -> dict[str, Any]:
    """Return the sharing settings; some gateways wrap the object in ``value``."""
    inner = sharing.get("value")
    sharing = inner if isinstance(inner, dict) else sharing
    mode = sharing.get("sharingDomainRestrictionMode", UNSET)
    return {
        "outside_sharing": _outside_sharing(sharing),
        "resharing_by_outsiders": boolean(sharing.get("isResharingByExternalUsersEnabled")),
        "legacy_sharepoint_sign_in": boolean(sharing.get("isLegacyAuthProtocolsEnabled")),
        "sharing_domains_listed": {"allowList": True, "blockList": False, "none": False}.get(str(mode), UNSET),
        "unmanaged_sync_restricted": boolean(sharing.get("isUnmanagedSyncAppForTenantRestricted")),
    }


def parse_cross_tenant(default: Wire) -> dict[str, Any]:
    """Return what holds for every organisation that has no agreement of its own."""
    return {
        "trusts_mfa_of_others": trusts_mfa(default, {}),
        "trusts_devices_of_others": trusts_devices(default, {}),
        "direct_connect_inbound": lets_in(default.get("b2bDirectConnectInbound")),
    }


def _outside_sharing(sharing: Wire) -> Read[SharingLimit]:
    """Return the widest circle; a list of allowed domains limits guests, but not links that open for anyone."""
    limit = word(sharing.get("sharingCapability"), _LIMITS)
    if limit == "new_guests" and sharing.get("sharingDomainRestrictionMode") == "allowList":
        return "allow_listed" if sharing.get("sharingAllowedDomainList") else UNSET
    return limit
