"""Whom the outbound policy that allows forwarding reaches: through a list, through a group, and who is spared."""

from __future__ import annotations

from connectors.practice.campaign.microsoft_entra_problems import unremarkable
from connectors.practice.campaign.microsoft_owners import LEFT_BEHIND
from connectors.practice.campaign.microsoft_problems import has_working_mailbox
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.campaign.vendor_ids import guid
from connectors.practice.exchange_organisation import DistributionGroup

FORWARDERS = "Finance may forward"
_PILOTS = ("Finance director", "Finance assistant", "Policy adviser")


def plant_forwarders(scene: Scene) -> None:
    """Let the policy reach a list and a group of Microsoft 365, spare some members, and write down whom it reaches."""
    tenant = scene.organisation.microsoft
    spared = scene.rng.choice([each for each in unremarkable(scene) if has_working_mailbox(each)])
    scene.decoy("spared-forwarder", MICROSOFT, spared.address, spared.id, spared.display_name)
    members = [*(scene.microsoft_account(job).id for job in _PILOTS), spared.id]
    pilots = DistributionGroup(guid(scene.rng), "Forwarding pilots", f"pilots@{DOMAIN}", sorted(set(members)))
    tenant.exchange.distribution_groups.append(pilots)
    group = next(group for group in tenant.groups if group.name == LEFT_BEHIND)
    decoys = {planted.object_id for planted in scene.organisation.decoys}  # who plays one must not be a problem too
    rule = next(rule for rule in tenant.exchange.outbound_rules if rule["Name"] == FORWARDERS)
    rule |= {
        "FromMemberOf": [pilots.address, group.address],
        "ExceptIfFrom": [account.address for account in tenant.accounts if account.id in decoys],
    }
    reached = {*pilots.members, *group.members} - decoys
    for account in tenant.accounts:
        if account.id in reached and has_working_mailbox(account):
            scene.problem("may-forward", MICROSOFT, account.address, account.id, account.display_name)
