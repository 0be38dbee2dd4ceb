"""Who is an administrator for good, and what it takes to become one: problems and decoys of the roles themselves."""

from __future__ import annotations

from connectors.practice.campaign.microsoft_entra import moment
from connectors.practice.campaign.microsoft_entra_problems import PRIVILEGED_ROLE_ADMINISTRATOR
from connectors.practice.campaign.microsoft_policies import (
    EXCHANGE_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    USER_ADMINISTRATOR,
)
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.organisation import Json

SHAREPOINT_ADMINISTRATOR = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"
POWERFUL = (
    GLOBAL_ADMINISTRATOR,
    PRIVILEGED_ROLE_ADMINISTRATOR,
    EXCHANGE_ADMINISTRATOR,
    USER_ADMINISTRATOR,
    SHAREPOINT_ADMINISTRATOR,
)
_NOTIFICATIONS = (
    "Notification_Admin_EndUser_Assignment",
    "Notification_Admin_Admin_Assignment",
    "Notification_Admin_Admin_Eligibility",
)


def plant_roles(scene: Scene) -> None:
    """Let all but one administrator hold their roles for good, and loosen the rules of a role each in another way."""
    tenant = scene.organisation.microsoft
    careful = scene.microsoft_account("IT volunteer")
    tenant.entra.role_ends[careful.id] = moment(scene.organisation.today, -60)
    scene.decoy("role-for-a-time", MICROSOFT, careful.address, careful.id, careful.display_name)
    for account in tenant.accounts:
        if account is not careful and not set(account.role_template_ids).isdisjoint(POWERFUL):
            scene.problem("permanent-admin", MICROSOFT, account.address, account.id, account.display_name)
    _rules(scene)


def _rules(scene: Scene) -> None:
    told: Json = {name: {"notificationRecipients": [f"security@{DOMAIN}"]} for name in _NOTIFICATIONS}
    agreed: Json = {"Approval_EndUser_Assignment": {"setting": {"isApprovalRequired": True}}}
    changed: dict[str, Json] = {
        GLOBAL_ADMINISTRATOR: told,
        PRIVILEGED_ROLE_ADMINISTRATOR: told | agreed,
        USER_ADMINISTRATOR: told | {"Enablement_EndUser_Assignment": {"enabledRules": ["Justification"]}},
        EXCHANGE_ADMINISTRATOR: told | {"Expiration_EndUser_Assignment": {"maximumDuration": "P1D"}},
        SHAREPOINT_ADMINISTRATOR: told | {"Notification_Admin_EndUser_Assignment": {"notificationRecipients": []}},
    }
    scene.organisation.microsoft.entra.role_rules |= changed
    for kind, role, label in (
        ("role-without-approval", GLOBAL_ADMINISTRATOR, "Global Administrator, without anybody's consent"),
        ("role-without-mfa", USER_ADMINISTRATOR, "User Administrator, without a second factor"),
        ("role-for-long", EXCHANGE_ADMINISTRATOR, "Exchange Administrator, for a whole day"),
        ("role-untold", SHAREPOINT_ADMINISTRATOR, "SharePoint Administrator, without anybody hearing of it"),
    ):
        scene.problem(kind, MICROSOFT, "", role, label)
    scene.decoy("role-agreed", MICROSOFT, "", PRIVILEGED_ROLE_ADMINISTRATOR, "somebody else has to agree")
