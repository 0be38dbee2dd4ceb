"""The agreements of the Entra tenant with other organisations: some go too far, the others do not."""

from __future__ import annotations

from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.campaign.vendor_ids import guid
from connectors.practice.organisation import Json

_SETTINGS = (
    "b2bCollaborationInbound",
    "b2bCollaborationOutbound",
    "b2bDirectConnectInbound",
    "b2bDirectConnectOutbound",
)


def plant_partners(scene: Scene) -> None:
    """Let one partner come in without being guests, and another make guests of its people without their knowing."""
    known = scene.organisation.microsoft.entra.partners[0]
    scene.problem("partner-mfa-trusted", MICROSOFT, "", str(known["tenantId"]), "its second factor counts")
    some = {"accessType": "blocked", "targets": [{"target": guid(scene.rng), "targetType": "group"}]}
    everything = {"accessType": "allowed", "targets": [{"target": "AllApplications", "targetType": "application"}]}
    direct = _partner(scene, b2bDirectConnectInbound={"usersAndGroups": some, "applications": everything})
    scene.problem("partner-direct-connect", MICROSOFT, "", str(direct["tenantId"]), "all but one group come in")
    silent = _partner(scene, automaticUserConsentSettings={"inboundAllowed": True, "outboundAllowed": None})
    scene.problem("partner-automatic-consent", MICROSOFT, "", str(silent["tenantId"]), "nobody is asked")
    nobody = {"accessType": "blocked", "targets": [{"target": "AllUsers", "targetType": "user"}]}
    closed = _partner(scene, b2bDirectConnectInbound={"usersAndGroups": nobody, "applications": everything})
    scene.decoy("partner-closed", MICROSOFT, "", str(closed["tenantId"]), "nobody comes in")
    scene.decoy("partner-as-everybody", MICROSOFT, "", str(_partner(scene)["tenantId"]), "as for everybody else")


def _partner(scene: Scene, **changed: Json) -> Json:
    added: Json = {
        "tenantId": guid(scene.rng),
        "isServiceProvider": None,
        "isInMultiTenantOrganization": False,
        "inboundTrust": None,
        **dict.fromkeys(_SETTINGS),
        "automaticUserConsentSettings": {"inboundAllowed": None, "outboundAllowed": None},
        **changed,
    }
    scene.organisation.microsoft.entra.partners.append(added)
    return added
