"""The accounts for emergencies: one that would help, one that would not, and one that only the configuration knows."""

from __future__ import annotations

from datetime import timedelta

from connectors.practice.campaign.microsoft_policies import GLOBAL_ADMINISTRATOR, INITIAL_DOMAIN, policy
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.campaign.vendor_ids import guid
from connectors.practice.organisation import MicrosoftAccount

EMERGENCIES = 2
"""Accounts for emergencies that exist; ``microsoft_tenant`` leaves room for them."""


def plant_emergencies(scene: Scene) -> None:
    """Add the accounts, and a policy that lets nobody in from abroad but the first of them."""
    tenant, today = scene.organisation.microsoft, scene.organisation.today
    ready, forgotten = (_emergency(scene, number) for number in range(1, EMERGENCIES + 1))
    tenant.accounts += [ready, forgotten]
    nowhere = f"emergency-{EMERGENCIES + 1}@{INITIAL_DOMAIN}"
    tenant.emergencies = [ready.address, forgotten.address, nowhere]
    home = next(str(each["id"]) for each in tenant.named_locations if each["displayName"] == "At home")
    abroad = policy(
        scene.rng,
        "Nobody signs in from abroad",
        today - timedelta(days=120),
        users={"includeUsers": ["All"], "excludeUsers": [ready.id]},
        grant={"builtInControls": ["block"]},
        conditions={"locations": {"includeLocations": ["All"], "excludeLocations": [home]}},
    )
    tenant.conditional_access.append(abroad)
    forgotten.last_sign_in = today - timedelta(days=400)
    for kind, label in (("break-glass-locked-out", str(abroad["displayName"])), ("break-glass-untried", "never tried")):
        scene.problem(kind, MICROSOFT, forgotten.address, forgotten.id, f"{forgotten.display_name}: {label}")
    scene.problem("break-glass-missing", MICROSOFT, "", tenant.tenant_id, nowhere)
    scene.decoy("break-glass-ready", MICROSOFT, ready.address, ready.id, ready.display_name)


def _emergency(scene: Scene, number: int) -> MicrosoftAccount:
    today = scene.organisation.today
    return MicrosoftAccount(
        id=guid(scene.rng),
        address=f"emergency-{number}@{INITIAL_DOMAIN}",
        mail=None,
        display_name=f"Emergency {number}",
        created=today - timedelta(days=500),
        last_sign_in=today - timedelta(days=20),
        licensed=False,
        methods=["fido2SecurityKey"],
        role_template_ids=[GLOBAL_ADMINISTRATOR],
    )
