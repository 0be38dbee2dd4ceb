"""What goes wrong in Exchange beyond rules and forwarding: grants, protocols, audit, settings of the organisation."""

from __future__ import annotations

from collections.abc import Callable

from connectors.practice.campaign.microsoft_exchange import PRINTER, outbound_policy, outbound_rule
from connectors.practice.campaign.microsoft_problems import has_working_mailbox
from connectors.practice.campaign.names import outside_address
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.scene import MICROSOFT, Scene
from connectors.practice.exchange_organisation import Mailbox
from connectors.practice.organisation import Json, MicrosoftAccount

LARGE = 100  # accounts from which on the rarer kinds are there, so that the small demonstration stays readable
_PEOPLE_PER_FURTHER_ROUND = 2500
_LASTING_POSTS = frozenset({"Candidate", "Campaign manager", "Scheduler", "Treasurer", "Press secretary"})


def mailbox_of(account: MicrosoftAccount) -> Mailbox:
    """Return the account's mailbox; raises ``LookupError`` where there is none."""
    if account.mailbox is None:
        raise LookupError(f"{account.address} has no mailbox")
    return account.mailbox


def is_ordinary(account: MicrosoftAccount) -> bool:
    """Return whether this is somebody's own mailbox and nothing about it has been changed yet."""
    box = account.mailbox
    if box is None or not has_working_mailbox(account) or box.recipient_type != "UserMailbox":
        return False
    forwards = box.forwarding_smtp_address or box.forwarding_address
    granted = box.permissions or box.send_as or box.send_on_behalf or box.calendar
    return not (forwards or granted or box.audit_bypass or box.smtp_auth_disabled is not None or box.imap or box.pop)


def trustee_id(account: MicrosoftAccount, trustee: str) -> str:
    """Return the id by which the truth file knows a grant: ``ExchangeGuid/trustee``, the trustee as on the wire."""
    return f"{mailbox_of(account).exchange_guid}/{trustee}"


def mailbox_full_access(scene: Scene, account: MicrosoftAccount, trustee: MicrosoftAccount) -> None:
    """Let a colleague open a mailbox that is not theirs."""
    mailbox_of(account).permissions.append(full_access(trustee.address))
    key, label = trustee_id(account, trustee.address), f"{trustee.display_name} opens the mailbox"
    scene.problem("mailbox-full-access", MICROSOFT, account.address, key, label)


def full_access(trustee: str, *, deny: bool = False) -> Json:
    """Return a row of ``Get-MailboxPermission`` that lets ``trustee`` in, or keeps them out; its booleans are texts."""
    return {
        "User": trustee,
        "AccessRights": ["FullAccess"],
        "Deny": str(deny),
        "IsInherited": "False",
        "InheritanceType": "All",
    }


def send_as_grant(scene: Scene, account: MicrosoftAccount, trustee: MicrosoftAccount) -> None:
    """Let a colleague write in somebody's name, indistinguishable from them."""
    mailbox_of(account).send_as.append(send_as(trustee.address))
    key, label = trustee_id(account, trustee.address), f"{trustee.display_name} sends as {account.display_name}"
    scene.problem("send-as-grant", MICROSOFT, account.address, key, label)


def send_as(trustee: str, *, deny: bool = False) -> Json:
    """Return what ``Get-RecipientPermission`` says of ``trustee``, but for the mailbox."""
    return {"Trustee": trustee, "AccessControlType": "Deny" if deny else "Allow", "AccessRights": ["SendAs"]}


def calendar_shared_outside(scene: Scene, account: MicrosoftAccount) -> None:
    """Publish a calendar, subjects and places included, to anybody who has the address."""
    box = mailbox_of(account)
    box.calendar.append({"Identity": "Anonymous", "User": "Anonymous", "AccessRights": ["Reviewer"]})
    label = f"calendar of {account.display_name}"
    scene.problem("calendar-shared-outside", MICROSOFT, account.address, box.exchange_guid, label)


def smtp_auth_on(scene: Scene, account: MicrosoftAccount) -> None:
    """Let programs send with name and password alone, though the organisation has switched that off."""
    box = mailbox_of(account)
    box.smtp_auth_disabled = False
    scene.problem("smtp-auth-on", MICROSOFT, account.address, box.exchange_guid, account.display_name)


def imap_on(scene: Scene, account: MicrosoftAccount) -> None:
    """Leave an old protocol open."""
    box = mailbox_of(account)
    box.imap = box.pop = True
    scene.problem("imap-on", MICROSOFT, account.address, box.exchange_guid, account.display_name)


def shared_mailbox_sign_in(scene: Scene, account: MicrosoftAccount) -> None:
    """Turn a mailbox into a shared one and forget to block its account."""
    mailbox_of(account).recipient_type = "SharedMailbox"
    scene.problem("shared-mailbox-sign-in", MICROSOFT, account.address, account.id, account.display_name)


def audit_bypass(scene: Scene, account: MicrosoftAccount) -> None:
    """Keep whatever the account does in mailboxes out of the log."""
    box = mailbox_of(account)
    box.audit_bypass = True
    scene.problem("audit-bypass", MICROSOFT, account.address, box.exchange_guid, account.display_name)


def contact_forwarding(scene: Scene, account: MicrosoftAccount) -> None:
    """Forward a mailbox to a contact; only the contact's own record shows that it is outside."""
    box = mailbox_of(account)
    box.forwarding_address = PRINTER
    scene.problem("contact-forwarding", MICROSOFT, account.address, box.exchange_guid, f"forwards to {PRINTER}")


def disabled_still_forwards(scene: Scene, account: MicrosoftAccount) -> None:
    """Let the mailbox of somebody who left go on sending their mail to an address outside."""
    box, address = mailbox_of(account), outside_address(scene.rng)
    box.forwarding_smtp_address = f"smtp:{address}"
    for kind in ("disabled-still-forwards", "mailbox-forwarding"):
        scene.problem(kind, MICROSOFT, account.address, box.exchange_guid, f"forwards to {address}")


def forwarding_is_allowed(scene: Scene) -> None:
    """Open both doors of the organisation to automatic forwarding, and publish calendars."""
    rng, tenant, exchange = scene.rng, scene.organisation.microsoft, scene.organisation.microsoft.exchange
    everywhere = exchange.remote_domains[0]
    everywhere["AutoForwardEnabled"] = True
    scene.problem("remote-domain-forwarding", MICROSOFT, "", str(everywhere["Guid"]), "to every domain")
    policy = outbound_policy(rng, "Finance may forward", "On", scene.organisation.today)
    exchange.outbound_policies.append(policy)
    exchange.outbound_rules.append(outbound_rule(rng, policy, 0, FromMemberOf=[f"finance@{DOMAIN}"]))
    scene.problem("outbound-spam-forwarding", MICROSOFT, "", str(policy["Guid"]), str(policy["Name"]))
    exchange.sharing_policies[0]["Domains"] = ["Anonymous:CalendarSharingFreeBusyReviewer"]
    scene.problem("setting-calendar-sharing", MICROSOFT, "", tenant.tenant_id, "Default Sharing Policy")


def may_be_shared(scene: Scene) -> Callable[[MicrosoftAccount], bool]:
    """Return whether an account may lose its owner without spoiling the part that somebody plays in the story."""
    playing = {planted.object_id for planted in scene.organisation.problems}

    def fits(account: MicrosoftAccount) -> bool:
        free = account.id not in playing and account.job not in _LASTING_POSTS
        return free and is_ordinary(account) and not account.role_template_ids

    return fits


def another(scene: Scene, account: MicrosoftAccount) -> MicrosoftAccount:
    """Return somebody else than ``account``, no administrator, whose mailbox is as it should be."""
    return scene.microsoft(lambda other: is_ordinary(other) and not other.role_template_ids and other is not account)


def plant_mail_problems(scene: Scene) -> None:
    """Put the problems of Exchange into the organisation; the rarer ones from ``LARGE`` accounts on."""
    volunteer, candidate = scene.microsoft_account("Volunteer"), scene.microsoft_account("Candidate")
    forwarding_is_allowed(scene)
    shared_mailbox_sign_in(scene, scene.microsoft(may_be_shared(scene)))
    mailbox_full_access(scene, candidate, volunteer)
    calendar_shared_outside(scene, candidate)
    send_as_grant(scene, scene.microsoft_account("Treasurer"), scene.microsoft_account("Finance assistant"))
    smtp_auth_on(scene, scene.microsoft(is_ordinary))
    accounts = len(scene.organisation.microsoft.accounts)
    if accounts < LARGE:
        return
    audit_bypass(scene, scene.microsoft(is_ordinary))
    contact_forwarding(scene, scene.microsoft(is_ordinary))
    imap_on(scene, scene.microsoft(is_ordinary))
    left = scene.microsoft_account("Former staffer")
    disabled_still_forwards(scene, left)
    for _ in range(accounts // _PEOPLE_PER_FURTHER_ROUND):
        mailbox_full_access(scene, another(scene, volunteer), volunteer)
        send_as_grant(scene, another(scene, volunteer), volunteer)
        calendar_shared_outside(scene, scene.microsoft(is_ordinary))
        smtp_auth_on(scene, scene.microsoft(is_ordinary))
        imap_on(scene, scene.microsoft(is_ordinary))
        contact_forwarding(scene, scene.microsoft(is_ordinary))
