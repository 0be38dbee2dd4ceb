"""What else goes wrong in the Google Workspace customer: mail settings, accounts, apps, groups, entries of the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connectors.practice.campaign.google_groups import add_accounts, add_group, add_stranger
from connectors.practice.campaign.google_log import add_activity, add_alert, authorisation, days_ago, event
from connectors.practice.campaign.google_policies import UNITS_WITH_IMAP
from connectors.practice.campaign.google_security import SCOPE, add_token, is_administrator
from connectors.practice.campaign.names import outside_address
from connectors.practice.campaign.scene import GOOGLE, Scene
from connectors.practice.campaign.vendor_ids import digits
from connectors.practice.organisation import GoogleAccount, Json

_RISKY_APPS: tuple[tuple[str, str], ...] = (
    ("Inbox Booster", "https://mail.google.com/"),
    ("PDF Merge Free", SCOPE + "drive"),
    ("Mail Tracker", SCOPE + "gmail.modify"),
    ("Cloud Backup", SCOPE + "drive.readonly"),
)
_GROUPS = (
    ("donations", "Donations"),
    ("endorsements", "Endorsements"),
    ("war-room", "War room"),
    ("debate-prep", "Debate prep"),
    ("scheduling", "Scheduling"),
)


def is_active(account: GoogleAccount) -> bool:
    """Return whether somebody may sign in."""
    return not account.suspended


def is_ordinary(account: GoogleAccount) -> bool:
    """Return whether the account is active, has a mailbox and belongs to no administrator."""
    return is_active(account) and account.has_gmail and not is_administrator(account)


def outside_reply_to(scene: Scene, account: GoogleAccount) -> None:
    """Lead the answers to every mail to a stranger, without any forwarding."""
    address = outside_address(scene.rng)
    account.mail.send_as = [_own_address(account, reply_to=address)]
    scene.problem("outside-reply-to", GOOGLE, account.address, account.id, f"answers go to {address}")


def outside_smtp_server(scene: Scene, account: GoogleAccount) -> None:
    """Send in the name of a private address through a server of somebody else, past the organisation's records."""
    address = outside_address(scene.rng)
    foreign: Json = {
        "sendAsEmail": address,
        "displayName": account.display_name,
        "replyToAddress": "",
        "isDefault": False,
        "treatAsAlias": True,
        "smtpMsa": {"host": "smtp.postbox.example", "port": 587, "username": address, "securityMode": "starttls"},
        "verificationStatus": "accepted",
    }
    account.mail.send_as = [_own_address(account), foreign]
    scene.problem("outside-smtp-server", GOOGLE, account.address, account.id, f"sends through {address}")


def imap_on(scene: Scene, account: GoogleAccount) -> None:
    """Leave IMAP on in an administrator's mailbox, in a unit that allows it."""
    account.mail.imap = {"enabled": True, "autoExpunge": True, "expungeBehavior": "archive", "maxFolderSize": 0}
    scene.problem("imap-on", GOOGLE, account.address, account.id, account.display_name)


def may_use_imap(account: GoogleAccount) -> bool:
    """Return whether the account is an administrator's whose unit allows IMAP."""
    return is_active(account) and account.has_gmail and is_administrator(account) and account.unit in UNITS_WITH_IMAP


def weak_password(scene: Scene, account: GoogleAccount) -> None:
    """Let the password be one that Google calls weak."""
    account.security.password_strength = "WEAK"  # noqa: S105 - Google's word
    scene.problem("weak-password", GOOGLE, account.address, account.id, account.display_name)


def less_secure_apps(scene: Scene, account: GoogleAccount) -> None:
    """Let programs sign in with name and password alone."""
    account.security.less_secure_apps = True
    scene.problem("less-secure-apps", GOOGLE, account.address, account.id, account.display_name)


def app_password(scene: Scene, account: GoogleAccount) -> None:
    """Keep an application password, which works without a second factor."""
    created = int(days_ago(scene.rng, scene.organisation.today, 200, 290).timestamp() * 1000)
    account.security.app_passwords.append(
        {"codeId": scene.rng.randrange(1, 60), "name": "Old phone", "creationTime": str(created), "lastTimeUsed": "0"}
    )
    scene.problem("app-password", GOOGLE, account.address, account.id, account.display_name)


def shared_recovery(scene: Scene, account: GoogleAccount) -> None:
    """Let two people reset their passwords by the same telephone."""
    number = f"+1505556{digits(scene.rng, 5)}"
    other = scene.google(lambda each: has_no_shared_recovery(each) and each is not account)
    for each in (account, other):
        each.recovery_phone = number
        scene.problem("recovery-shared", GOOGLE, each.address, each.id, f"{each.display_name}, {number}")


def has_no_shared_recovery(account: GoogleAccount) -> bool:
    """Return whether the account is an ordinary one whose recovery telephone is its own."""
    return is_ordinary(account) and not (account.recovery_phone or "").startswith("+1505556")


def admin_without_key(account: GoogleAccount) -> None:
    """Leave an administrator with nothing but codes, which a look-alike page can relay."""
    account.security.security_keys = account.security.passkeys = 0


def administrators_without_key(scene: Scene) -> None:
    """Write down every active administrator without a key or passkey."""
    for account in scene.organisation.google.accounts:
        security = account.security
        if is_active(account) and is_administrator(account) and not security.security_keys + security.passkeys:
            scene.problem("admin-without-key", GOOGLE, account.address, account.id, account.display_name)


def risky_app(scene: Scene, account: GoogleAccount) -> None:
    """Let an application read all mail or all files of the account."""
    name, scope = scene.rng.choice(_RISKY_APPS)
    token = add_token(scene.rng, account, name, ["openid", SCOPE + "userinfo.email", scope])
    when = days_ago(scene.rng, scene.organisation.today, 5, 170)
    add_activity(scene.rng, scene.organisation.google, when, account, "token", authorisation(token))
    scene.problem("risky-app", GOOGLE, account.address, str(token["clientId"]), name)


def group_forwards_outside(scene: Scene) -> None:
    """Send what anybody writes to a group to a stranger as well; some strangers are whole lists elsewhere."""
    local, name = _name(scene)
    group = add_group(scene.rng, scene.organisation.google, local, name, whoCanPostMessage="ANYONE_CAN_POST")
    add_accounts(group, [scene.google(is_ordinary)], "OWNER")
    kind = scene.rng.choice(("USER", "USER", "GROUP"))
    add_stranger(scene.rng, group, outside_address(scene.rng), kind=kind)
    scene.problem("group-forwards-outside", GOOGLE, "", group.id, group.name)


def group_open_to_join(scene: Scene) -> None:
    """Let anybody at all become a member."""
    _open_group(scene, "group-open-to-join", whoCanJoin="ANYONE_CAN_JOIN", allowExternalMembers="true")


def group_readable_by_anyone(scene: Scene) -> None:
    """Let anybody at all read what is written to a group."""
    _open_group(scene, "group-readable-by-anyone", whoCanViewGroup="ANYONE_CAN_VIEW", isArchived="true")


def second_factor_switched_off(scene: Scene, account: GoogleAccount) -> None:
    """Switch 2-Step Verification off for a while; only the log still knows."""
    application = scene.rng.choice(("login", "user_accounts"))
    _event(scene, "mfa-disabled-event", account, application, event("2sv_change", "2sv_disable"))


def forwarding_switched_on(scene: Scene, account: GoogleAccount) -> None:
    """Forward the mailbox outside for a while; only the log still knows."""
    changed = event(
        "email_forwarding_change",
        "email_forwarding_out_of_domain",
        email_forwarding_destination_address=outside_address(scene.rng),
    )
    _event(scene, "forwarding-event", account, "user_accounts", changed)


def delegation_granted(scene: Scene, account: GoogleAccount) -> None:
    """Let a service account that nobody knows act as anybody of the domain."""
    granted = event(
        "DOMAIN_SETTINGS",
        "AUTHORIZE_API_CLIENT_ACCESS",
        API_CLIENT_NAME=digits(scene.rng, 21),
        API_SCOPES="https://mail.google.com/",
        DOMAIN_NAME=scene.organisation.google.primary_domain,
    )
    _event(scene, "delegation-event", account, "admin", granted)


def open_alert(scene: Scene, account: GoogleAccount) -> None:
    """Leave a warning of Google's unread in the alert centre."""
    kind, source = scene.rng.choice(
        (("Leaked password", "Google identity"), ("Government attack warning", "State Sponsored Attack"))
    )
    alert_id = add_alert(
        scene.organisation.google, scene.rng, kind, source, _lately(scene), {"email": account.address}, "NOT_STARTED"
    )
    scene.problem("open-alert", GOOGLE, account.address, alert_id, kind)


def _open_group(scene: Scene, kind: str, **settings: str) -> None:
    local, name = _name(scene)
    group = add_group(scene.rng, scene.organisation.google, local, name, **settings)
    add_accounts(group, [scene.google(is_ordinary)], "OWNER")
    scene.problem(kind, GOOGLE, "", group.id, group.name)


def _name(scene: Scene) -> tuple[str, str]:
    """Return a group's local part and name that no group has yet."""
    local, name = scene.rng.choice(_GROUPS)
    number = len(scene.organisation.google.catalogue.groups)
    return f"{local}-{number}", name


def _event(scene: Scene, kind: str, account: GoogleAccount, application: str, what: Json) -> None:
    qualifier = add_activity(scene.rng, scene.organisation.google, _lately(scene), account, application, what)
    scene.problem(kind, GOOGLE, account.address, qualifier, f"{what['name']} of {account.display_name}")


def _lately(scene: Scene) -> datetime:
    return days_ago(scene.rng, scene.organisation.today, 2, 85)


def _own_address(account: GoogleAccount, *, reply_to: str = "") -> Json:
    return {
        "sendAsEmail": account.address,
        "displayName": account.display_name,
        "replyToAddress": reply_to,
        "signature": "",
        "isPrimary": True,
        "isDefault": True,
    }


def _has_good_password(account: GoogleAccount) -> bool:
    return is_active(account) and account.security.password_strength != "WEAK"  # noqa: S105 - Google's word


def _has_plain_addresses(account: GoogleAccount) -> bool:
    return is_ordinary(account) and not account.mail.send_as


# What may befall anybody who fits; a larger organisation has more of these.
COMMON: tuple[tuple[Callable[[GoogleAccount], bool], Callable[[Scene, GoogleAccount], None]], ...] = (
    (_has_plain_addresses, outside_reply_to),
    (_has_plain_addresses, outside_smtp_server),
    (_has_good_password, weak_password),
    (lambda account: is_active(account) and not account.security.less_secure_apps, less_secure_apps),
    (lambda account: is_active(account) and not account.security.app_passwords, app_password),
    (is_active, risky_app),
    (is_active, second_factor_switched_off),
    (is_ordinary, forwarding_switched_on),
    (is_active, open_alert),
)
# What happens in a group, to nobody in particular.
IN_GROUPS: tuple[Callable[[Scene], None], ...] = (group_forwards_outside, group_open_to_join, group_readable_by_anyone)
