"""The decoys: an audit that cries wolf fails over these. Their kinds all begin with ``decoy-``."""

from __future__ import annotations

from connectors.practice.campaign import google_decoys as google
from connectors.practice.campaign import microsoft_decoys as microsoft
from connectors.practice.campaign.scene import Scene

_PEOPLE_PER_FURTHER_ROUND = 2500


def plant_decoys(scene: Scene) -> None:
    """Put one decoy of every kind into the organisation, and a further round for every 2,500 accounts."""
    google.suspended_and_deleted(scene)
    microsoft.accounts_nobody_signs_in_to(scene)
    microsoft.transport_rules(scene)
    for _ in range(1 + len(scene.organisation.google.accounts) // _PEOPLE_PER_FURTHER_ROUND):
        for fits, plant in google.COMMON:
            plant(scene, scene.google(fits))
        for fits_microsoft, plant_microsoft in microsoft.COMMON:
            plant_microsoft(scene, scene.microsoft(fits_microsoft))
