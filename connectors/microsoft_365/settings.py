"""Settings of the tenant: security defaults, and how widely SharePoint and OneDrive may share.

Source: Graph v1.0, ``identitySecurityDefaultsEnforcementPolicy`` and ``sharepointSettings``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, MicrosoftSettings, Read, Settings, SharingLimit
from auditor.models import Failure, Target
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.refusals import POLICIES, SHARING
from connectors.microsoft_365.values import Wire, boolean, word

_TARGET = Target("settings", "the settings of the tenant")
_LIMITS: dict[str, SharingLimit] = {
    "disabled": "nobody",
    "existingExternalUserSharingOnly": "existing_guests",
    "externalUserSharingOnly": "new_guests",
    "externalUserAndGuestSharing": "anyone",
}
_SHARING_FIELDS = (
    "outside_sharing",
    "microsoft_365.resharing_by_outsiders",
    "microsoft_365.legacy_sharepoint_sign_in",
)


@dataclass(frozen=True, slots=True)
class SettingsCollector:
    """Reads the settings that hold for the whole tenant."""

    graph: Graph
    tenant: str
    tenant_id: str

    name = "settings"
    kinds = ("settings",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One set of settings."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Settings | Failure]:
        """Yield the settings; what cannot be read stays not collected."""
        del targets  # there is only one
        defaults: Wire = {}
        sharing: Wire = {}
        try:
            defaults = self.graph.get("/policies/identitySecurityDefaultsEnforcementPolicy", POLICIES)
        except ReadError as error:
            yield Failure(_TARGET, error, "settings", ("microsoft_365.security_defaults",))
        try:
            sharing = self.graph.get("/admin/sharepoint/settings", SHARING)
        except ReadError as error:
            yield Failure(_TARGET, error, "settings", _SHARING_FIELDS)
        yield parse_settings(defaults, sharing, self.tenant, self.tenant_id)


def parse_settings(defaults: Wire, sharing: Wire, tenant: str, tenant_id: str) -> Settings:
    """Return the settings that two answers describe; some gateways wrap the second one in ``value``."""
    inner = sharing.get("value")
    sharing = inner if isinstance(inner, dict) else sharing
    return Settings(
        tenant=tenant,
        key=tenant_id,
        label="The whole tenant",
        scope="/",
        outside_sharing=_outside_sharing(sharing),
        microsoft_365=MicrosoftSettings(
            security_defaults=boolean(defaults.get("isEnabled")),
            resharing_by_outsiders=boolean(sharing.get("isResharingByExternalUsersEnabled")),
            legacy_sharepoint_sign_in=boolean(sharing.get("isLegacyAuthProtocolsEnabled")),
        ),
    )


def _outside_sharing(sharing: Wire) -> Read[SharingLimit]:
    """Return the widest circle; a list of allowed domains limits guests, but not links that open for anyone."""
    limit = word(sharing.get("sharingCapability"), _LIMITS)
    if limit == "new_guests" and sharing.get("sharingDomainRestrictionMode") == "allowList":
        return "allow_listed" if sharing.get("sharingAllowedDomainList") else UNSET
    return limit
