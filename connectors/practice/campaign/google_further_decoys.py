"""What else looks like a problem in the Google Workspace customer and is none."""

from __future__ import annotations

from collections.abc import Callable

from connectors.practice.campaign.google_further_problems import is_active, is_ordinary
from connectors.practice.campaign.google_groups import add_accounts, add_group, add_nested, add_stranger
from connectors.practice.campaign.google_log import add_activity, add_alert, authorisation, days_ago, event
from connectors.practice.campaign.google_security import IDENTITY, SCOPE, add_token
from connectors.practice.campaign.google_tenant import ALIAS_DOMAIN, VOLUNTEERS_DOMAIN
from connectors.practice.campaign.scene import GOOGLE, Scene
from connectors.practice.organisation import GoogleAccount, Json

AUDITOR = "{auditor}"  # stands for the client id of the auditor's service account, which the server alone knows


def _internal_reply_to(scene: Scene, account: GoogleAccount) -> None:
    address = f"Replies{scene.rng.randrange(1000, 10_000)}@{VOLUNTEERS_DOMAIN.upper()}"
    account.mail.send_as = [_address(account, account.address, reply_to=address, primary=True)]
    scene.decoy("internal-reply-to", GOOGLE, account.address, address, f"answers go to {address}")


def _send_as_alias(scene: Scene, account: GoogleAccount) -> None:
    address = f"office{scene.rng.randrange(1000, 10_000)}@{ALIAS_DOMAIN}"
    own = _address(account, account.address, primary=True)
    account.mail.send_as = [own, _address(account, address) | {"verificationStatus": "accepted"}]
    scene.decoy("send-as-alias", GOOGLE, account.address, address, f"sends as {address}")


def _vacation_reply(scene: Scene, account: GoogleAccount) -> None:
    subject = f"Back on the {scene.rng.randrange(3, 29)}th, call the office"
    account.mail.vacation = {
        "enableAutoReply": True,
        "responseSubject": subject,
        "restrictToContacts": False,
        "restrictToDomain": True,
        "startTime": str(int(scene.organisation.today.timestamp() * 1000)),
    }
    scene.decoy("vacation-reply", GOOGLE, account.address, subject, subject)


def _imap_forbidden(scene: Scene, account: GoogleAccount) -> None:
    account.mail.imap = {"enabled": True, "autoExpunge": True, "expungeBehavior": "archive", "maxFolderSize": 0}
    account.mail.pop = {"accessWindow": "disabled", "disposition": "leaveInInbox"}
    scene.decoy("imap-forbidden", GOOGLE, account.address, account.address, "chose IMAP, which the unit forbids")


def _harmless_app(scene: Scene, account: GoogleAccount) -> None:
    # It sees the files that it makes itself and no others, although its scope begins like the one for all files.
    token = add_token(scene.rng, account, "Flyer Designer", [*IDENTITY, SCOPE + "drive.file"])
    when = days_ago(scene.rng, scene.organisation.today, 5, 170)
    add_activity(scene.rng, scene.organisation.google, when, account, "token", authorisation(token))
    scene.decoy("harmless-app", GOOGLE, account.address, str(token["clientId"]), "Flyer Designer")


def _second_factor_set_up(scene: Scene, account: GoogleAccount) -> None:
    _event(scene, "second-factor-event", account, "login", event("2sv_change", "2sv_enroll"))


def _forwarding_to_second_domain(scene: Scene, account: GoogleAccount) -> None:
    changed = event(
        "email_forwarding_change",
        "email_forwarding_out_of_domain",
        email_forwarding_destination_address=f"desk@{VOLUNTEERS_DOMAIN}",
    )
    _event(scene, "own-domain-forwarding-event", account, "user_accounts", changed)


def _closed_alert(scene: Scene, account: GoogleAccount) -> None:
    when = days_ago(scene.rng, scene.organisation.today, 20, 85)
    facts: Json = {"email": account.address}
    alert = add_alert(scene.organisation.google, scene.rng, "Leaked password", "Google identity", when, facts, "CLOSED")
    scene.decoy("closed-alert", GOOGLE, account.address, alert, "Leaked password, dealt with")


def auditor_s_own_delegation(scene: Scene) -> None:
    """Write down that the auditor itself was let in, and that somebody else's delegation was taken away."""
    google = scene.organisation.google
    administrator = next(account for account in google.accounts if account.address == google.admin)
    for name, client in (("AUTHORIZE_API_CLIENT_ACCESS", AUDITOR), ("REMOVE_API_CLIENT_ACCESS", "107" + "3" * 18)):
        changed = event(
            "DOMAIN_SETTINGS",
            name,
            API_CLIENT_NAME=client,
            API_SCOPES=SCOPE + "gmail.settings.basic",
            DOMAIN_NAME=google.primary_domain,
        )
        _event(scene, "own-delegation", administrator, "admin", changed)


def harmless_groups(scene: Scene) -> None:
    """Found groups that are open in some way and lead nobody outside."""
    google, rng = scene.organisation.google, scene.rng
    staff = [account for account in google.accounts if is_ordinary(account)]
    inbox = add_group(rng, google, "contact", "Front desk", whoCanPostMessage="ANYONE_CAN_POST")
    add_accounts(inbox, staff[:1], "OWNER")
    add_nested(inbox, next(each for each in google.catalogue.groups if each.name == "Press"))
    scene.decoy("group-nested-inside", GOOGLE, "", inbox.id, inbox.name)
    partners = add_group(rng, google, "polling", "Polling", whoCanPostMessage="ALL_MEMBERS_CAN_POST")
    add_accounts(partners, staff[1:3], "OWNER")
    add_stranger(rng, partners, "analyst@county-polling.example")
    scene.decoy("group-closed-with-outsider", GOOGLE, "", partners.id, partners.name)
    lunch = add_group(
        rng, google, "lunch", "Lunch", whoCanJoin="ALL_IN_DOMAIN_CAN_JOIN", whoCanViewGroup="ALL_IN_DOMAIN_CAN_VIEW"
    )
    add_accounts(lunch, staff[3:6], "OWNER")
    scene.decoy("group-open-to-colleagues", GOOGLE, "", lunch.id, lunch.name)


def careless_and_gone(scene: Scene) -> None:
    """Leave a weak password and old programs to somebody who can no longer sign in."""
    for account in scene.organisation.google.accounts:
        if account.suspended:
            account.security.password_strength = "WEAK"  # noqa: S105 - Google's word
            account.security.less_secure_apps = True
            scene.decoy("careless-and-gone", GOOGLE, account.address, account.id, account.display_name)


def _event(scene: Scene, kind: str, account: GoogleAccount, application: str, what: Json) -> None:
    when = days_ago(scene.rng, scene.organisation.today, 2, 85)
    qualifier = add_activity(scene.rng, scene.organisation.google, when, account, application, what)
    scene.decoy(kind, GOOGLE, account.address, qualifier, f"{what['name']} of {account.display_name}")


def _address(account: GoogleAccount, address: str, *, reply_to: str = "", primary: bool = False) -> Json:
    shown: Json = {
        "sendAsEmail": address,
        "displayName": account.display_name,
        "replyToAddress": reply_to,
        "signature": "",
        "isDefault": primary,
    }
    return shown | ({"isPrimary": True} if primary else {"treatAsAlias": True})


def _has_plain_addresses(account: GoogleAccount) -> bool:
    return is_ordinary(account) and not account.mail.send_as


def _may_choose_imap(account: GoogleAccount) -> bool:
    return _has_plain_addresses(account) and account.mail.imap is None


COMMON: tuple[tuple[Callable[[GoogleAccount], bool], Callable[[Scene, GoogleAccount], None]], ...] = (
    (_has_plain_addresses, _internal_reply_to),
    (_has_plain_addresses, _send_as_alias),
    (_has_plain_addresses, _vacation_reply),
    (_may_choose_imap, _imap_forbidden),
    (is_active, _harmless_app),
    (is_active, _second_factor_set_up),
    (is_ordinary, _forwarding_to_second_domain),
    (is_active, _closed_alert),
)
