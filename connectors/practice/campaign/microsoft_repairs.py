"""How each kind of problem of the Entra tenant is mended; see ``campaign.problems`` for the kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from connectors.practice.campaign.microsoft_entra import moment
from connectors.practice.campaign.microsoft_mail_problems import mailbox_of
from connectors.practice.organisation import Drive, DriveItem, Json, MicrosoftAccount, Organisation
from connectors.practice.planted import Planted

_ROLES_LAST = 365  # days

Mend = Callable[[Organisation, MicrosoftAccount, Planted], None]


def close_link(organisation: Organisation, planted: Planted) -> None:
    """Delete the links of an item that open for anybody, in whosever library it lies."""
    item = next(each for drive in _drives(organisation) for each in drive.items if each.id == planted.object_id)
    item.permissions = [each for each in item.permissions if not _is_anonymous(each)]
    closed = {
        site.id
        for site in organisation.microsoft.sites
        if not any(_is_open(each) for d in site.drives for each in d.items)
    }
    organisation.problems = [
        each for each in organisation.problems if each.kind != "anonymous-links-site" or each.object_id not in closed
    ]


def _drives(organisation: Organisation) -> Iterator[Drive]:
    yield from (drive for site in organisation.microsoft.sites for drive in site.drives)
    yield from (account.drive for account in organisation.microsoft.accounts if account.drive)


def _is_open(item: DriveItem) -> bool:
    return any(map(_is_anonymous, item.permissions))


def _is_anonymous(permission: Json) -> bool:
    link = permission.get("link")
    return isinstance(link, dict) and link.get("scope") == "anonymous"


def _close_own_link(organisation: Organisation, _: MicrosoftAccount, planted: Planted) -> None:
    close_link(organisation, planted)


def _end_share(organisation: Organisation, _: MicrosoftAccount, planted: Planted) -> None:
    item = next(each for drive in _drives(organisation) for each in drive.items if each.id == planted.object_id)
    item.permissions = [each for each in item.permissions if each.get("roles") == ["owner"]]


def _register(_: Organisation, account: MicrosoftAccount, __: Planted) -> None:
    account.methods = ["passKeyDeviceBound", "microsoftAuthenticatorPush"]


def _sign_in(organisation: Organisation, account: MicrosoftAccount, _: Planted) -> None:
    account.last_sign_in = organisation.today - timedelta(days=1)


def _exclude_no_more(organisation: Organisation, account: MicrosoftAccount, _: Planted) -> None:
    for group in organisation.microsoft.groups[:2]:  # the exceptions, and the group inside them
        group.members = [key for key in group.members if key != account.id]


def _cloud_only(_: Organisation, account: MicrosoftAccount, __: Planted) -> None:
    account.synchronised = False


def _take_role(organisation: Organisation, account: MicrosoftAccount, _: Planted) -> None:
    account.role_template_ids = []
    over = {"guest-admin", "permanent-admin", "stale-admin", "admin-weak-method", "admin-synchronised"}
    organisation.problems = [
        each for each in organisation.problems if each.kind not in over or each.object_id != account.id
    ]


def _let_role_end(organisation: Organisation, account: MicrosoftAccount, _: Planted) -> None:
    organisation.microsoft.entra.role_ends[account.id] = moment(organisation.today, -_ROLES_LAST)


def _delete_rule(_: Organisation, account: MicrosoftAccount, planted: Planted) -> None:
    account.rules = [each for each in account.rules if each.id != planted.object_id]


def _stop_forwarding(_: Organisation, account: MicrosoftAccount, __: Planted) -> None:
    box = mailbox_of(account)
    box.forwarding_smtp_address, box.deliver_and_forward = None, False


def _stop_contact_forwarding(_: Organisation, account: MicrosoftAccount, __: Planted) -> None:
    mailbox_of(account).forwarding_address = None


def _audit(_: Organisation, account: MicrosoftAccount, __: Planted) -> None:
    mailbox_of(account).audit_bypass = False


def _old_protocols_off(_: Organisation, account: MicrosoftAccount, __: Planted) -> None:
    box = mailbox_of(account)
    box.imap = box.pop = False


def _smtp_auth_off(_: Organisation, account: MicrosoftAccount, __: Planted) -> None:
    mailbox_of(account).smtp_auth_disabled = None


def _own_mailbox(_: Organisation, account: MicrosoftAccount, __: Planted) -> None:
    mailbox_of(account).recipient_type = "UserMailbox"


def _no_full_access(_: Organisation, account: MicrosoftAccount, planted: Planted) -> None:
    box, trustee = mailbox_of(account), planted.object_id.partition("/")[2]
    box.permissions = [row for row in box.permissions if row["User"] != trustee]


def _no_send_as(_: Organisation, account: MicrosoftAccount, planted: Planted) -> None:
    box, trustee = mailbox_of(account), planted.object_id.partition("/")[2]
    box.send_as = [row for row in box.send_as if row["Trustee"] != trustee]


def _close_calendar(_: Organisation, account: MicrosoftAccount, __: Planted) -> None:
    box = mailbox_of(account)
    box.calendar = [row for row in box.calendar if row["User"] != "Anonymous"]


MICROSOFT_REPAIRS: dict[str, Mend] = {
    "not-registered": _register,
    "admin-weak-method": _register,
    "eligible-admin-weak": _register,
    "stale-admin": _sign_in,
    "mfa-excluded": _exclude_no_more,
    "admin-synchronised": _cloud_only,
    "guest-admin": _take_role,
    "permanent-admin": _let_role_end,
    "forwarding-rule": _delete_rule,
    "hiding-rule": _delete_rule,
    "mailbox-forwarding": _stop_forwarding,
    "contact-forwarding": _stop_contact_forwarding,
    "audit-bypass": _audit,
    "imap-on": _old_protocols_off,
    "smtp-auth-on": _smtp_auth_off,
    "shared-mailbox-sign-in": _own_mailbox,
    "mailbox-full-access": _no_full_access,
    "send-as-grant": _no_send_as,
    "calendar-shared-outside": _close_calendar,
    "public-link": _close_own_link,
    "outside-share": _end_share,
}
"""By kind of problem."""
