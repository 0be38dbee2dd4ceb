"""Who owns what in the Entra tenant: things left to somebody who is gone or a guest, and things in good hands."""

from __future__ import annotations

from connectors.practice.campaign.microsoft_entra import PRIVATE_GROUP, moment, secret
from connectors.practice.campaign.microsoft_entra_problems import add_service
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.campaign.vendor_ids import guid
from connectors.practice.entra_organisation import Application
from connectors.practice.organisation import MicrosoftGroup

LEFT_BEHIND = "Ballot access"


def plant_owners(scene: Scene) -> None:
    """Leave an application and a group to somebody who has left, and an application's identity to a guest."""
    rng, today, tenant = scene.rng, scene.organisation.today, scene.organisation.microsoft
    left, guest = scene.microsoft_account("Former staffer"), scene.microsoft_account("Event photographer")
    active = scene.microsoft_account("Digital director")
    registered = Application(guid(rng), guid(rng), "Door list", moment(today, 90), owners=[left.id, active.id])
    registered.passwords.append(secret(rng, "current", today, made=60, ends=120))
    tenant.entra.applications.append(registered)
    scene.problem("app-owned-by-leaver", MICROSOFT, "", registered.id, f"{registered.name}, of {left.display_name}")
    dashboard = add_service(scene, "Poll dashboard", publisher="Counting House")
    dashboard.granted.append((tenant.entra.service_principals[0].id, "Reports.Read.All"))
    dashboard.owners.append(guest.id)
    scene.problem("app-owned-by-guest", MICROSOFT, "", dashboard.id, f"{dashboard.name}, of {guest.display_name}")
    group = MicrosoftGroup(
        guid(rng), LEFT_BEHIND, [active.id, left.id], f"ballot-access@{DOMAIN}", "Private", owners=[left.id]
    )
    tenant.groups.append(group)
    scene.problem("group-owned-by-leaver", MICROSOFT, "", group.id, f"{group.name}, of {left.display_name}")
    _in_good_hands(scene)


def _in_good_hands(scene: Scene) -> None:
    tenant, active = scene.organisation.microsoft, scene.microsoft_account("Digital director")
    own, registered = tenant.entra.service_principals[1], tenant.entra.applications[0]
    own.owners, registered.owners = [active.id], [active.id]
    scene.decoy("app-owned-inside", MICROSOFT, "", registered.id, f"{registered.name}, of {active.display_name}")
    group = next(group for group in tenant.groups if group.name == PRIVATE_GROUP)
    scene.decoy("group-owned-inside", MICROSOFT, "", group.id, group.name)
