"""Another identity provider of the Google Workspace customer: a pilot, who is in it, and for whom it counts.

Assignments of groups go by their rank before those of units, and super administrators sign in with Google whatever is
assigned. https://docs.cloud.google.com/identity/docs/reference/rest/v1/inboundSsoAssignments
"""

from __future__ import annotations

from random import Random

from connectors.practice.campaign.google_groups import SIGN_IN_PILOT, add_accounts
from connectors.practice.campaign.scene import GOOGLE, Scene
from connectors.practice.campaign.vendor_ids import alphanumeric
from connectors.practice.organisation import GoogleTenant, Json


def furnish_single_sign_on(rng: Random, tenant: GoogleTenant) -> None:
    """Set up another identity provider for a pilot, in which Google asks for a password too; the others have Google."""
    profile = f"inboundSamlSsoProfiles/0{alphanumeric(rng, 14)}"
    customer = f"customers/{tenant.customer_id}"
    groups = {group.name: group.id for group in tenant.catalogue.groups}
    tenant.catalogue.sso_profiles.append(
        {
            "name": profile,
            "customer": customer,
            "displayName": "Trial of another provider",
            "idpConfig": {
                "entityId": "https://login.provider.example/rivera",
                "singleSignOnServiceUri": "https://login.provider.example/rivera/sso",
            },
        }
    )
    root = str(tenant.units[0]["orgUnitId"]).removeprefix("id:")
    targets: tuple[Json, ...] = (
        {"targetOrgUnit": f"orgUnits/{root}", "ssoMode": "SSO_OFF"},
        {"targetGroup": f"groups/{groups['Help desk']}", "ssoMode": "SSO_OFF", "rank": 1},
        {
            "targetGroup": f"groups/{groups[SIGN_IN_PILOT]}",
            "ssoMode": "SAML_SSO",
            "samlSsoInfo": {"inboundSamlSsoProfile": profile},
            "signInBehavior": {"redirectCondition": "NEVER"},
            "rank": 2,
        },
    )
    for target in targets:
        name = f"inboundSsoAssignments/0{alphanumeric(rng, 14)}"
        tenant.catalogue.sso_assignments.append({"name": name, "customer": customer, **target})


def plant_single_sign_on(scene: Scene) -> None:
    """Let people into the pilot: an administrator, a super administrator, and one whose other group goes first."""
    pilot = next(group for group in scene.organisation.google.catalogue.groups if group.name == SIGN_IN_PILOT)
    admin, super_admin, helper = map(scene.google_account, ("Data director", "Operations director", "Policy adviser"))
    add_accounts(pilot, [admin, super_admin, helper])
    scene.problem("admin-single-sign-on", GOOGLE, admin.address, admin.id, admin.display_name)
    for kind, account in (("super-admin-in-pilot", super_admin), ("pilot-overruled", helper)):
        scene.decoy(kind, GOOGLE, account.address, account.address, f"{account.display_name} is in {SIGN_IN_PILOT}")
