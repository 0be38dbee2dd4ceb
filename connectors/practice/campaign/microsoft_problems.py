"""What goes wrong in the Entra tenant: each function does it to one account, drive or tenant and writes it down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from connectors.practice.campaign.microsoft_objects import (
    account_permission,
    add_item,
    add_rule,
    folder_called,
    invitation_permission,
    link_permission,
    recipients,
    transport_rule,
)
from connectors.practice.campaign.names import TEMPTING_DOCUMENTS, outside_address
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.organisation import Drive, Json, MicrosoftAccount, MicrosoftGroup

FORWARDING_ACTIONS = ("forwardTo", "redirectTo", "forwardAsAttachmentTo")
# rule name, conditions, folder to which the mail is moved ("" deletes it)
_HIDING: tuple[tuple[str, Json, str], ...] = (
    ("Cleanup", {"bodyOrSubjectContains": ["phish", "hacked", "suspicious sign-in"]}, ""),
    ("Newsletters", {"subjectContains": ["password", "security code"]}, "RSS Feeds"),
    ("Archive", {"bodyOrSubjectContains": ["invoice", "wire transfer"]}, "Conversation History"),
    (".", {"sentToMe": True}, "RSS Feeds"),
    ("..", {"senderContains": ["@"]}, "Conversation History"),
)
HIDING_VARIANTS = len(_HIDING)


def has_working_mailbox(account: MicrosoftAccount) -> bool:
    """Return whether a person of the organisation reads mail in this account."""
    return account.enabled and not account.guest and account.mailbox is not None


def may_forward(account: MicrosoftAccount) -> bool:
    """Return whether the mailbox as a whole forwards nowhere yet."""
    mailbox = account.mailbox
    return has_working_mailbox(account) and mailbox is not None and mailbox.forwarding_smtp_address is None


def has_drive(account: MicrosoftAccount) -> bool:
    """Return whether somebody uses a OneDrive here."""
    return account.enabled and account.drive is not None


def _may_lapse(account: MicrosoftAccount) -> bool:
    return account.enabled and not account.guest and account.mfa_registered and not account.role_template_ids


def not_registered(scene: Scene, account: MicrosoftAccount) -> None:
    """Leave the account without a second factor; an address for password resets is none."""
    account.methods = scene.rng.choice(([], ["email"]))
    scene.problem("not-registered", MICROSOFT, account.address, account.id, account.display_name)


def excluded_from_mfa(scene: Scene, account: MicrosoftAccount, group: MicrosoftGroup) -> None:
    """Put the account into a group that the MFA policy leaves out, itself or by way of another group."""
    group.members.append(account.id)
    scene.problem("mfa-excluded", MICROSOFT, account.address, account.id, f"{account.display_name} by {group.name}")


def admin_weak_method(scene: Scene, account: MicrosoftAccount) -> None:
    """Leave an administrator with nothing but a telephone."""
    account.methods = scene.rng.choice((["mobilePhone"], ["mobilePhone", "officePhone"]))
    scene.problem("admin-weak-method", MICROSOFT, account.address, account.id, account.display_name)


def stale_admin(scene: Scene, account: MicrosoftAccount) -> None:
    """Let an administrator's account lie unused for months."""
    account.last_sign_in = scene.organisation.today - timedelta(days=scene.rng.randrange(120, 290))
    scene.problem("stale-admin", MICROSOFT, account.address, account.id, account.display_name)


def stale_guest(scene: Scene, account: MicrosoftAccount) -> None:
    """Let a guest who has finished long ago keep the access, second factor included."""
    account.last_sign_in = scene.organisation.today - timedelta(days=scene.rng.randrange(200, 290))
    account.methods = ["microsoftAuthenticatorPush"]
    scene.problem("stale-guest", MICROSOFT, account.address, account.id, account.display_name)


def forwarding_rule(scene: Scene, account: MicrosoftAccount, variant: int | None = None) -> None:
    """Send mail outside by one of the three actions that do; a random one without ``variant``."""
    action = scene.rng.choice(FORWARDING_ACTIONS) if variant is None else FORWARDING_ACTIONS[variant]
    address = outside_address(scene.rng)
    name = scene.rng.choice(("Copy", "Travel", "Backup", "New rule"))
    added = add_rule(scene.rng, account, name, {}, {action: recipients(address), "stopProcessingRules": False})
    scene.problem("forwarding-rule", MICROSOFT, account.address, added.id, f"{name}: {action} {address}")


def hiding_rule(scene: Scene, account: MicrosoftAccount, variant: int | None = None) -> None:
    """Hide the mails that would give an intruder away; a random way without ``variant``."""
    name, conditions, folder = scene.rng.choice(_HIDING) if variant is None else _HIDING[variant]
    actions: Json = {"markAsRead": True, "stopProcessingRules": True}
    actions |= {"moveToFolder": folder_called(scene.rng, account, folder)} if folder else {"delete": True}
    added = add_rule(scene.rng, account, name, conditions, actions)
    scene.problem("hiding-rule", MICROSOFT, account.address, added.id, f"rule {name}")


def mailbox_forwarding(scene: Scene, account: MicrosoftAccount) -> None:
    """Forward the whole mailbox outside, as an administrator sets it; the mailbox carries it."""
    if account.mailbox is None:
        raise LookupError(f"{account.address} has no mailbox")
    address = outside_address(scene.rng)
    account.mailbox.forwarding_smtp_address = f"smtp:{address}"
    account.mailbox.deliver_and_forward = scene.rng.randrange(2) == 0
    scene.problem(
        "mailbox-forwarding", MICROSOFT, account.address, account.mailbox.exchange_guid, f"forwards to {address}"
    )


def public_link(scene: Scene, drive: Drive, address: str, name: str, *, edit: bool) -> None:
    """Make a link to a file or folder that opens for anybody; ``address`` is empty for a site's library."""
    link = link_permission(scene.rng, drive, "anonymous", edit=edit)
    added = add_item(scene.rng, drive, name, [link], folder="." not in name)
    scene.problem("public-link", MICROSOFT, address, added.id, name)


def guest_share(scene: Scene, account: MicrosoftAccount, guest: MicrosoftAccount) -> None:
    """Leave a folder open to a guest."""
    if account.drive is None:
        raise LookupError(f"{account.address} has no OneDrive")
    owner = account_permission(scene.rng, account, "owner")
    granted = account_permission(scene.rng, guest, "write")
    added = add_item(scene.rng, account.drive, "Strategy and targeting", [owner, granted], folder=True)
    scene.problem("outside-share", MICROSOFT, account.address, added.id, f"{added.name}, shared with {guest.mail}")


def transport_rule_outside(scene: Scene) -> None:
    """Copy every mail of the organisation to a stranger, unseen by sender and recipient."""
    rng, microsoft = scene.rng, scene.organisation.microsoft
    address = outside_address(rng)
    rule = transport_rule(
        rng,
        "Journal",
        scene.organisation.today,
        priority=len(microsoft.transport_rules),
        BlindCopyTo=[address],
    )
    microsoft.transport_rules.append(rule)
    scene.problem("transport-rule", MICROSOFT, "", str(rule["Guid"]), f"Journal copies to {address}")


def _may_be_excluded(account: MicrosoftAccount) -> bool:
    return _may_lapse(account) and account.job != "Treasurer"  # who is excluded already


def _excluded_for_now(scene: Scene, account: MicrosoftAccount) -> None:
    group = scene.organisation.microsoft.groups[1]
    if account.id not in group.members:
        excluded_from_mfa(scene, account, group)


def _public_onedrive_link(scene: Scene, account: MicrosoftAccount) -> None:
    if account.drive is None:
        raise LookupError(f"{account.address} has no OneDrive")
    name = f"{scene.rng.choice(TEMPTING_DOCUMENTS)}.xlsx"
    public_link(scene, account.drive, account.address, name, edit=scene.rng.randrange(3) == 0)


def _outside_invitation(scene: Scene, account: MicrosoftAccount) -> None:
    if account.drive is None:
        raise LookupError(f"{account.address} has no OneDrive")
    stranger, name = outside_address(scene.rng), f"{scene.rng.choice(TEMPTING_DOCUMENTS)}.docx"
    owner = account_permission(scene.rng, account, "owner")
    added = add_item(scene.rng, account.drive, name, [owner, invitation_permission(scene.rng, stranger)])
    scene.problem("outside-share", MICROSOFT, account.address, added.id, f"{name}, shared with {stranger}")


# What may befall anybody who fits; a larger organisation has more of these.
COMMON: tuple[tuple[Callable[[MicrosoftAccount], bool], Callable[[Scene, MicrosoftAccount], None]], ...] = (
    (_may_lapse, not_registered),
    (_may_be_excluded, _excluded_for_now),
    (has_working_mailbox, forwarding_rule),
    (has_working_mailbox, hiding_rule),
    (may_forward, mailbox_forwarding),
    (has_drive, _public_onedrive_link),
    (has_drive, _outside_invitation),
)
