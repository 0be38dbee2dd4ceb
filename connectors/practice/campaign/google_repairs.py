"""How each kind of problem of the Google Workspace customer is mended; see ``campaign.problems`` for the kinds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from connectors.practice.campaign.google_log import add_activity, authorisation, settle_log
from connectors.practice.campaign.roster import DOMAIN
from connectors.practice.campaign.vendor_ids import stream
from connectors.practice.organisation import DriveFile, GoogleAccount, Organisation
from connectors.practice.planted import Planted

Mend = Callable[[Organisation, GoogleAccount, Planted], None]


def _enrol(_: Organisation, account: GoogleAccount, __: Planted) -> None:
    account.enrolled_in_2sv = True
    account.security.security_keys = max(account.security.security_keys, 2)


def _sign_in(organisation: Organisation, account: GoogleAccount, _: Planted) -> None:
    account.last_login = organisation.today - timedelta(days=1)


def _stop_forwarding(_: Organisation, account: GoogleAccount, __: Planted) -> None:
    account.auto_forwarding = None


def _forget_forwarding_address(_: Organisation, account: GoogleAccount, planted: Planted) -> None:
    account.forwarding_addresses = [
        each for each in account.forwarding_addresses if each["forwardingEmail"] != planted.object_id
    ]


def _delete_filter(_: Organisation, account: GoogleAccount, planted: Planted) -> None:
    account.filters = [each for each in account.filters if each.id != planted.object_id]


def _remove_delegate(_: Organisation, account: GoogleAccount, planted: Planted) -> None:
    account.delegates = [each for each in account.delegates if each["delegateEmail"] != planted.object_id]


def _close_file(_: Organisation, account: GoogleAccount, planted: Planted) -> None:
    file: DriveFile = next(each for each in account.files if each.id == planted.object_id)
    file.permissions = [each for each in file.permissions if each["role"] == "owner"]


def _plain_addresses(_: Organisation, account: GoogleAccount, __: Planted) -> None:
    account.mail.send_as = []


def _imap_off(_: Organisation, account: GoogleAccount, __: Planted) -> None:
    account.mail.imap = None


def _strong_password(_: Organisation, account: GoogleAccount, __: Planted) -> None:
    account.security.password_strength = "STRONG"  # noqa: S105 - Google's word


def _no_less_secure_apps(_: Organisation, account: GoogleAccount, __: Planted) -> None:
    account.security.less_secure_apps = False


def _no_app_passwords(_: Organisation, account: GoogleAccount, __: Planted) -> None:
    account.security.app_passwords = []


def _telephone_of_their_own(organisation: Organisation, account: GoogleAccount, planted: Planted) -> None:
    # Whoever had the same telephone has it for themselves from now on.
    shared, account.recovery_phone = account.recovery_phone, None
    others = {each.id for each in organisation.google.accounts if each.recovery_phone == shared}
    organisation.problems = [
        each for each in organisation.problems if each.kind != planted.kind or each.object_id not in others
    ]


def _revoke_app(organisation: Organisation, account: GoogleAccount, planted: Planted) -> None:
    security, rng = account.security, stream(organisation.seed, f"revoke {planted.object_id}")
    when = organisation.today - timedelta(days=1)
    for token in (each for each in security.tokens if each["clientId"] == planted.object_id):
        add_activity(rng, organisation.google, when, account, "token", authorisation(token, "revoke"))
    settle_log(organisation.google)
    security.tokens = [each for each in security.tokens if each["clientId"] != planted.object_id]


def _close_calendar(organisation: Organisation, _: GoogleAccount, planted: Planted) -> None:
    calendar = next(each for each in organisation.google.catalogue.calendars if each.id == planted.object_id)
    calendar.acl = [each for each in calendar.acl if each["id"] != "default"]


def _leave_pilot(organisation: Organisation, account: GoogleAccount, _: Planted) -> None:
    pilot = next(each for each in organisation.google.catalogue.groups if each.address == f"sign-in-pilot@{DOMAIN}")
    pilot.members = [each for each in pilot.members if each["id"] != account.id]


def _close_alert(organisation: Organisation, _: GoogleAccount, planted: Planted) -> None:
    for alert in organisation.google.catalogue.alerts:
        metadata = alert["metadata"]
        if alert["alertId"] == planted.object_id and isinstance(metadata, dict):
            metadata["status"] = "CLOSED"


GOOGLE_REPAIRS: dict[str, Mend] = {
    "not-enrolled": _enrol,
    "admin-not-enrolled": _enrol,
    "admin-without-key": _enrol,
    "stale-admin": _sign_in,
    "auto-forwarding": _stop_forwarding,
    "forwarding-address": _forget_forwarding_address,
    "forwarding-filter": _delete_filter,
    "hiding-filter": _delete_filter,
    "outside-delegate": _remove_delegate,
    "public-file": _close_file,
    "outside-share": _close_file,
    "outside-reply-to": _plain_addresses,
    "outside-smtp-server": _plain_addresses,
    "imap-on": _imap_off,
    "weak-password": _strong_password,
    "less-secure-apps": _no_less_secure_apps,
    "app-password": _no_app_passwords,
    "recovery-shared": _telephone_of_their_own,
    "risky-app": _revoke_app,
    "public-calendar": _close_calendar,
    "admin-single-sign-on": _leave_pilot,
    "open-alert": _close_alert,
}
"""By kind of problem. What the log has written down cannot be mended: it is forgotten after 180 days."""
