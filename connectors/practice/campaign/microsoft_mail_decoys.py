"""What looks like a problem in Exchange beyond rules and forwarding, and is none."""

from __future__ import annotations

from connectors.practice.campaign.microsoft_exchange import (
    EVENTS_DESK,
    FINANCE_LIST,
    outbound_policy,
    outbound_rule,
    remote_domain,
)
from connectors.practice.campaign.microsoft_mail_problems import (
    another,
    full_access,
    is_ordinary,
    mailbox_of,
    send_as,
    trustee_id,
)
from connectors.practice.campaign.microsoft_policies import EVENTS_DOMAIN
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.organisation import MicrosoftAccount


def plant_mail_decoys(scene: Scene) -> None:
    """Put one decoy of every kind into Exchange."""
    volunteer = scene.microsoft_account("Volunteer")
    _colleagues_in_a_shared_mailbox(scene, volunteer)
    scheduler = scene.microsoft_account("Scheduler")
    _refusals(scene, another(scene, volunteer), volunteer)
    _assistant(scene, another(scene, scheduler), scheduler)
    _calendar_open_to_colleagues(scene, scene.microsoft(is_ordinary))
    _smtp_switched_off_twice(scene, scene.microsoft(is_ordinary))
    _forwarding_inside(scene, scene.microsoft(is_ordinary), "contact", EVENTS_DESK)
    _forwarding_inside(scene, scene.microsoft(is_ordinary), "list", FINANCE_LIST)
    _settings(scene)


def _colleagues_in_a_shared_mailbox(scene: Scene, trustee: MicrosoftAccount) -> None:
    shared = next(each for each in scene.organisation.microsoft.accounts if each.display_name == "Press office")
    mailbox_of(shared).permissions.append(full_access(trustee.address))
    mailbox_of(shared).send_as.append(send_as(trustee.address))
    scene.decoy(
        "shared-mailbox-access", MICROSOFT, shared.address, trustee_id(shared, trustee.address), trustee.display_name
    )


def _refusals(scene: Scene, account: MicrosoftAccount, trustee: MicrosoftAccount) -> None:
    mailbox_of(account).permissions.append(full_access(trustee.address, deny=True))
    mailbox_of(account).send_as.append(send_as(trustee.address, deny=True))
    key = trustee_id(account, trustee.address)
    scene.decoy("denied-grant", MICROSOFT, account.address, key, f"{trustee.display_name} is kept out")


def _assistant(scene: Scene, account: MicrosoftAccount, trustee: MicrosoftAccount) -> None:
    mailbox_of(account).send_on_behalf.append(trustee.id)
    key = trustee_id(account, trustee.display_name)  # Exchange says no more of them
    scene.decoy("send-on-behalf", MICROSOFT, account.address, key, f"{trustee.display_name} answers, and says so")


def _calendar_open_to_colleagues(scene: Scene, account: MicrosoftAccount) -> None:
    box = mailbox_of(account)
    box.calendar.append({"Identity": "Default", "User": "Default", "AccessRights": ["Reviewer"]})
    scene.decoy("internal-calendar", MICROSOFT, account.address, box.exchange_guid, "calendar open to colleagues")


def _smtp_switched_off_twice(scene: Scene, account: MicrosoftAccount) -> None:
    box = mailbox_of(account)
    box.smtp_auth_disabled = True
    scene.decoy("smtp-auth-off", MICROSOFT, account.address, box.exchange_guid, account.display_name)


def _forwarding_inside(scene: Scene, account: MicrosoftAccount, what: str, name: str) -> None:
    box = mailbox_of(account)
    box.forwarding_address = name
    scene.decoy(f"internal-{what}-forward", MICROSOFT, account.address, box.exchange_guid, f"forwards to {name}")


def _settings(scene: Scene) -> None:
    rng, exchange = scene.rng, scene.organisation.microsoft.exchange
    own = remote_domain(rng, "Events", EVENTS_DOMAIN, forwards=True)
    exchange.remote_domains.append(own)
    scene.decoy("own-remote-domain", MICROSOFT, "", str(own["Guid"]), f"forwarding to {EVENTS_DOMAIN}")
    policy = outbound_policy(rng, "Trial of last year", "On", scene.organisation.today)
    exchange.outbound_policies.append(policy)
    exchange.outbound_rules.append(outbound_rule(rng, policy, 1, enabled=False, FromMemberOf=[FINANCE_LIST]))
    scene.decoy("disabled-outbound-rule", MICROSOFT, "", str(policy["Guid"]), str(policy["Name"]))
    default = exchange.outbound_policies[0]
    scene.decoy("default-outbound-policy", MICROSOFT, "", str(default["Guid"]), "Enabled: false, and in force")
