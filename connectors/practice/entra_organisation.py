"""What the Entra tenant of the practice organisation holds beside people: applications, consents and settings."""

from __future__ import annotations

from dataclasses import dataclass, field

Json = dict[str, object]


@dataclass(slots=True)
class Application:
    """An application that is registered here; credentials are wire objects of Graph."""

    id: str  # object id
    app_id: str
    name: str
    created: str  # as on the wire
    passwords: list[Json] = field(default_factory=list)  # passwordCredential
    keys: list[Json] = field(default_factory=list)  # keyCredential
    owners: list[str] = field(default_factory=list)  # ids of accounts


@dataclass(slots=True)
class ServicePrincipal:
    """An application's identity in the tenant; ``granted`` are application permissions, by resource and value."""

    id: str  # object id
    app_id: str
    name: str
    home_tenant: str | None  # who owns the application
    created: str  # as on the wire
    publisher: str | None = None  # verified publisher
    enabled: bool = True
    permissions: list[str] = field(default_factory=list)  # values of the app roles that it offers to others
    granted: list[tuple[str, str]] = field(default_factory=list)  # object id of the resource, value of its app role
    role_template_ids: list[str] = field(default_factory=list)  # active directory roles
    owners: list[str] = field(default_factory=list)  # ids of accounts


@dataclass(slots=True)
class EntraOrganisation:
    """Applications, and what the tenant's settings change about those of a new tenant (see ``microsoft.policies``)."""

    applications: list[Application] = field(default_factory=list)
    service_principals: list[ServicePrincipal] = field(default_factory=list)
    consents: list[Json] = field(default_factory=list)  # oauth2PermissionGrant
    authorization: Json = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)  # state by id of the authentication method
    admin_consent: Json = field(default_factory=dict)
    app_management: Json = field(default_factory=dict)
    cross_tenant: Json = field(default_factory=dict)
    partners: list[Json] = field(default_factory=list)  # crossTenantAccessPolicyConfigurationPartner
    strengths: list[Json] = field(default_factory=list)  # authentication strengths besides the built-in ones
    role_ends: dict[str, str] = field(
        default_factory=dict
    )  # when the roles of an account end, by its id; as on the wire
    role_rules: dict[str, Json] = field(default_factory=dict)  # by template id of the role, then by id of the rule
    conceals_names: bool = False  # whether usage reports show digests in place of names
