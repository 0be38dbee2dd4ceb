"""What is wrong in the Google Workspace customer beside its mail rules and files, from the meaning of each kind."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.practice.google_organisation import GoogleGroup, SharedDrive
    from connectors.practice.organisation import GoogleAccount, Organisation

OWN = {"rivera-campaign.example", "rivera-volunteers.example", "rivera-senate.example", "rivera-action.example"}
ALL_MAIL_OR_FILES = {
    "https://mail.google.com/",
    "https://www.googleapis.com/auth/drive",
    "https://www.googleapis.com/auth/drive.readonly",
    "https://www.googleapis.com/auth/gmail.modify",
}

Found = tuple[str, str, str]  # kind, address, object id


def is_outside(address: str) -> bool:
    return address.rpartition("@")[2].casefold() not in OWN


def find(organisation: Organisation) -> Iterator[Found]:
    google = organisation.google
    phones = Counter(account.recovery_phone for account in google.accounts)
    mails = Counter(account.recovery_email for account in google.accounts)
    units = allowing_imap(organisation)
    yield from signed_in_elsewhere(organisation)
    for account in google.accounts:
        shared = phones[account.recovery_phone] > 1 and account.recovery_phone
        if shared or (mails[account.recovery_email] > 1 and account.recovery_email):
            yield "recovery-shared", account.address, account.id
        if not account.suspended:
            yield from ((kind, account.address, key) for kind, key in in_account(account, units))
    for group in google.catalogue.groups:
        yield from ((kind, "", group.id) for kind in in_group(group))
    for drive in google.catalogue.shared_drives:
        yield from ((kind, "", key) for kind, key in in_drive(drive))
    for calendar in google.catalogue.calendars:
        if any(each["scope"]["type"] == "default" and each["role"] != "freeBusyReader" for each in calendar.acl):
            yield "public-calendar", calendar.owner, calendar.id
    yield from in_log(organisation)


def signed_in_elsewhere(organisation: Organisation) -> Iterator[Found]:
    google = organisation.google
    members = {f"groups/{group.id}": {each["id"] for each in group.members} for group in google.catalogue.groups}
    assigned = sorted((each for each in google.catalogue.sso_assignments if "rank" in each), key=lambda e: e["rank"])
    for account in google.accounts:
        modes = [each["ssoMode"] for each in assigned if account.id in members[each["targetGroup"]]]
        is_admin = bool(account.role_ids or account.group_role_ids) and not account.is_super_admin
        if is_admin and not account.suspended and modes[:1] == ["SAML_SSO"]:
            yield "admin-single-sign-on", account.address, account.id


def in_drive(drive: SharedDrive) -> Iterator[tuple[str, str]]:
    if any(is_outside(each["emailAddress"]) for each in drive.permissions):
        yield "shared-drive-outside-member", drive.id
    if not any(each["role"] == "organizer" for each in drive.permissions):
        yield "shared-drive-no-organizer", drive.id
    for file in drive.files:
        if not file.trashed and any(each["type"] == "anyone" for each in file.permissions):
            yield "shared-drive-public-item", file.id


def in_domain_names(organisation: Organisation) -> Iterator[tuple[str, str, str]]:
    """Cloud, kind and domain, by reading the records as text; not even an attempt at a resolver."""
    google, microsoft = organisation.google, organisation.microsoft
    records = {(each.name, each.type): each.values for each in organisation.dns}
    texts = {name: values for (name, kind), values in records.items() if kind == "TXT"}
    of_google = [google.primary_domain, *google.secondary_domains, *google.alias_domains]
    domains = [("google_workspace", name) for name in of_google]
    domains += [("microsoft_365", domain["id"]) for domain in microsoft.domains]
    for cloud, name in domains:
        spf = [text for text in texts.get(name, ()) if text.startswith("v=spf1 ")]
        if len(spf) != 1:
            yield cloud, "spf-two-records" if spf else "no-spf", name
        elif lookups(spf[0], texts) > 10:
            yield cloud, "spf-too-many-lookups", name
        dmarc = texts.get(f"_dmarc.{name}") or texts.get(f"_dmarc.{name.partition('.')[2]}")
        if not dmarc:
            yield cloud, "no-dmarc", name
        elif "p=none" in dmarc[0]:
            yield cloud, "weak-dmarc", name
        selector = "google" if cloud == "google_workspace" else "selector1"
        key = f"{selector}._domainkey.{name}"
        target = records.get((key, "CNAME"), (f"{key}.",))[0].rstrip(".")
        if texts.get(target, ("p=",))[0].endswith("p="):
            yield cloud, "no-dkim", name


def lookups(record: str, texts: dict[str, tuple[str, ...]]) -> int:
    found = 0
    for term in record.split()[1:]:
        if term.startswith(("a:", "mx")):
            found += 1
        elif term.startswith(("include:", "redirect=")):
            inner = term.replace("redirect=", "include:").removeprefix("include:")
            found += 1 + lookups(texts[inner][0], texts)
    return found


def allowing_imap(organisation: Organisation) -> set[str]:
    ids = {str(unit["orgUnitId"]).removeprefix("id:"): unit["orgUnitPath"] for unit in organisation.google.units}
    return {
        ids[policy["policyQuery"]["orgUnit"].removeprefix("orgUnits/")]
        for policy in organisation.google.policies
        if policy["setting"]["value"].get("enableImapAccess") and policy["policyQuery"].get("orgUnit")
    }


def in_account(account: GoogleAccount, units_with_imap: set[str]) -> Iterator[tuple[str, str]]:
    security = account.security
    is_admin = account.is_super_admin or bool(account.role_ids or account.group_role_ids)
    if is_admin and not security.security_keys and not security.passkeys:
        yield "admin-without-key", account.id
    if security.password_strength == "WEAK":
        yield "weak-password", account.id
    if security.less_secure_apps:
        yield "less-secure-apps", account.id
    if security.app_passwords:
        yield "app-password", account.id
    for token in security.tokens:
        if ALL_MAIL_OR_FILES & set(token["scopes"]):
            yield "risky-app", token["clientId"]
    if is_admin and account.unit in units_with_imap and (account.mail.imap or {}).get("enabled"):
        yield "imap-on", account.id
    yield from in_addresses(account)


def in_addresses(account: GoogleAccount) -> Iterator[tuple[str, str]]:
    for address in account.mail.send_as:
        if address.get("replyToAddress") and is_outside(address["replyToAddress"]):
            yield "outside-reply-to", account.id
        if "smtpMsa" in address and is_outside(address["sendAsEmail"]):
            yield "outside-smtp-server", account.id


def in_group(group: GoogleGroup) -> Iterator[str]:
    outsiders = [each for each in group.members if "email" in each and is_outside(each["email"])]
    if outsiders and group.settings["whoCanPostMessage"] == "ANYONE_CAN_POST":
        yield "group-forwards-outside"
    if group.settings["whoCanJoin"] == "ANYONE_CAN_JOIN":
        yield "group-open-to-join"
    if group.settings["whoCanViewGroup"] == "ANYONE_CAN_VIEW":
        yield "group-readable-by-anyone"


def in_log(organisation: Organisation) -> Iterator[Found]:
    for entry in organisation.google.catalogue.activities:
        event = entry["events"][0]
        values = {each["name"]: each.get("value", "") for each in event.get("parameters", [])}
        if datetime.fromisoformat(entry["id"]["time"]) < organisation.today - timedelta(days=180):
            continue
        target = values.get("email_forwarding_destination_address", "@rivera-campaign.example")
        kinds = {
            "2sv_disable": "mfa-disabled-event",
            "email_forwarding_out_of_domain": "forwarding-event" if is_outside(target) else "",
            "AUTHORIZE_API_CLIENT_ACCESS": "delegation-event" if values.get("API_CLIENT_NAME") != "{auditor}" else "",
        }
        if kind := kinds.get(event["name"]):
            yield kind, entry["actor"]["email"], entry["id"]["uniqueQualifier"]
    for alert in organisation.google.catalogue.alerts:
        if alert["metadata"]["status"] != "CLOSED":
            yield "open-alert", alert["data"]["email"], alert["alertId"]
