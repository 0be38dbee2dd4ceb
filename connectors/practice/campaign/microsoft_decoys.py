"""What looks like a problem in the Entra tenant and is none; each is written down as a decoy."""

from __future__ import annotations

from collections.abc import Callable

from connectors.practice.campaign.microsoft_mail_problems import is_ordinary
from connectors.practice.campaign.microsoft_objects import (
    account_permission,
    add_item,
    add_rule,
    folder_called,
    link_permission,
    recipients,
    transport_rule,
)
from connectors.practice.campaign.microsoft_policies import EVENTS_DOMAIN, INITIAL_DOMAIN
from connectors.practice.campaign.microsoft_problems import has_drive, has_working_mailbox
from connectors.practice.campaign.names import DOCUMENTS, NEWSLETTERS, outside_address
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.organisation import MicrosoftAccount


def _colleague(scene: Scene, account: MicrosoftAccount) -> MicrosoftAccount:
    return scene.microsoft(lambda other: has_working_mailbox(other) and other is not account)


def _disabled_rule(scene: Scene, account: MicrosoftAccount) -> None:
    actions: dict[str, object] = {"forwardTo": recipients(outside_address(scene.rng)), "delete": True}
    added = add_rule(scene.rng, account, "Holiday", {}, actions, enabled=False)
    scene.decoy("disabled-rule", MICROSOFT, account.address, added.id, "rule Holiday is switched off")


def _rule_to_colleague(scene: Scene, account: MicrosoftAccount) -> None:
    address = _colleague(scene, account).address
    conditions: dict[str, object] = {"subjectContains": ["walk list"]}
    added = add_rule(scene.rng, account, "Share lists", conditions, {"forwardTo": recipients(address)})
    scene.decoy("internal-forward", MICROSOFT, account.address, added.id, f"rule forwards to colleague {address}")


def _rule_to_second_domain(scene: Scene, account: MicrosoftAccount) -> None:
    address = f"Team@{EVENTS_DOMAIN.upper()}"
    conditions: dict[str, object] = {"subjectContains": ["rally"]}
    added = add_rule(scene.rng, account, "Events", conditions, {"redirectTo": recipients(address)})
    scene.decoy("second-own-domain", MICROSOFT, account.address, added.id, f"rule redirects to {address}")


def _mailbox_to_initial_domain(scene: Scene, account: MicrosoftAccount) -> None:
    if account.mailbox is None:
        raise LookupError(f"{account.address} has no mailbox")
    address = f"office@{INITIAL_DOMAIN}"
    account.mailbox.forwarding_smtp_address = f"smtp:{address}"
    account.mailbox.deliver_and_forward = True
    scene.decoy("alias-domain", MICROSOFT, account.address, account.mailbox.exchange_guid, f"forwards to {address}")


def _rule_that_files_a_newsletter(scene: Scene, account: MicrosoftAccount) -> None:
    sender = scene.rng.choice(NEWSLETTERS)
    actions: dict[str, object] = {"moveToFolder": folder_called(scene.rng, account, "Newsletters")}
    added = add_rule(scene.rng, account, "Newsletters", {"senderContains": [sender]}, actions)
    scene.decoy("archive-newsletter", MICROSOFT, account.address, added.id, f"rule files {sender}")


def _organisation_link(scene: Scene, account: MicrosoftAccount) -> None:
    if account.drive is None:
        raise LookupError(f"{account.address} has no OneDrive")
    name = f"{scene.rng.choice(DOCUMENTS)}.docx"
    permissions = [
        account_permission(scene.rng, account, "owner"),
        link_permission(scene.rng, account.drive, "organization", edit=True),
    ]
    added = add_item(scene.rng, account.drive, name, permissions)
    scene.decoy("organisation-link", MICROSOFT, account.address, added.id, name)


def _internal_share(scene: Scene, account: MicrosoftAccount) -> None:
    if account.drive is None:
        raise LookupError(f"{account.address} has no OneDrive")
    colleague, name = _colleague(scene, account), f"{scene.rng.choice(DOCUMENTS)}.docx"
    permissions = [
        account_permission(scene.rng, account, "owner"),
        account_permission(scene.rng, colleague, "write"),
    ]
    added = add_item(scene.rng, account.drive, name, permissions)
    scene.decoy("internal-share", MICROSOFT, account.address, added.id, f"{name}, shared with {colleague.address}")


def accounts_nobody_signs_in_to(scene: Scene) -> None:
    """Write down the accounts without a second factor that need none: left, shared, guests; and one in the gap."""
    forgotten = {planted.object_id for planted in scene.organisation.problems if planted.kind == "pending-guest"}
    for account in scene.organisation.microsoft.accounts:
        if account.id in forgotten:
            continue
        if account.pending:
            scene.decoy("pending-guest", MICROSOFT, account.address, account.id, account.display_name)
        if account.guest and not account.mfa_registered:
            scene.decoy("guest-not-registered", MICROSOFT, account.address, account.id, account.display_name)
        elif account.enabled:
            continue
        elif account.mailbox is not None and account.mailbox.recipient_type == "SharedMailbox":
            scene.decoy("shared-mailbox-not-registered", MICROSOFT, account.address, account.id, account.display_name)
        else:
            scene.decoy("disabled-not-registered", MICROSOFT, account.address, account.id, account.display_name)
    left = scene.microsoft_account("Former staffer")
    scene.organisation.microsoft.groups[1].members.append(left.id)
    scene.decoy("disabled-excluded", MICROSOFT, left.address, left.id, left.display_name)


def transport_rules(scene: Scene) -> None:
    """Add a mail flow rule that is switched off and one that copies to a colleague."""
    rng, microsoft, today = scene.rng, scene.organisation.microsoft, scene.organisation.today
    outside, inside = outside_address(rng), scene.address_of("Treasurer").title()
    rules = microsoft.transport_rules
    off = transport_rule(
        rng, "Test, please ignore", today, priority=len(rules), enabled=False, RedirectMessageTo=[outside]
    )
    copy = transport_rule(rng, "Copy invoices", today, priority=len(rules) + 1, BlindCopyTo=[inside])
    rules += [off, copy]
    scene.decoy("disabled-transport-rule", MICROSOFT, "", str(off["Guid"]), f"switched off: redirects to {outside}")
    scene.decoy("internal-transport-rule", MICROSOFT, "", str(copy["Guid"]), f"copies to {inside}")


COMMON: tuple[tuple[Callable[[MicrosoftAccount], bool], Callable[[Scene, MicrosoftAccount], None]], ...] = (
    (has_working_mailbox, _disabled_rule),
    (has_working_mailbox, _rule_to_colleague),
    (has_working_mailbox, _rule_to_second_domain),
    (is_ordinary, _mailbox_to_initial_domain),
    (has_working_mailbox, _rule_that_files_a_newsletter),
    (has_drive, _organisation_link),
    (has_drive, _internal_share),
)
