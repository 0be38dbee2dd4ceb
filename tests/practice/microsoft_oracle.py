"""Finds the problems of the Entra tenant from the meaning of each kind, without knowing how they were planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from connectors.practice.organisation import MicrosoftAccount, MicrosoftTenant

Outside = Callable[[str], bool]


TELEPHONES = {"mobilePhone", "alternateMobilePhone", "officePhone", "email"}
CONSENTED = {"62e90394-69f5-4237-9190-012177145e10", "e8611ab8-c189-46e8-94e1-60213ab1f814"}
POWERFUL = CONSENTED | {
    "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
    "fe930be7-5e62-47db-91af-98c3a49a38b1",
}
RISKY = ("Mail.", "Files.", "Sites.FullControl", "Directory.ReadWrite", "RoleManagement.ReadWrite")


def find_in_microsoft(tenant: MicrosoftTenant, is_outside: Outside, today: datetime) -> Iterator[tuple[str, str, str]]:
    """Yield kind, address and object id of everything but rules, links and sign-in of single accounts."""
    for account in tenant.accounts:
        if account.mailbox:
            found = (*grants(account), *protocols(account, tenant), *forwarding(account, tenant, is_outside))
            yield from ((kind, account.address, key) for kind, key in found)
    for account in tenant.accounts:
        yield from ((kind, account.address, key) for kind, key in in_account(account, today))
    yield from in_roles(tenant)
    yield from for_emergencies(tenant, today)
    yield from may_forward(tenant)
    settings = (*in_exchange(tenant, is_outside), *in_settings(tenant), *in_teams(tenant))
    others = (*in_places(tenant), *in_wrong_hands(tenant), *in_agreements(tenant))
    yield from ((kind, "", key) for kind, key in (*settings, *in_applications(tenant, today), *others))


def grants(account: MicrosoftAccount) -> Iterator[tuple[str, str]]:
    box = account.mailbox
    if any(row["User"] == "Anonymous" and row["AccessRights"] != ["None"] for row in box.calendar):
        yield "calendar-shared-outside", box.exchange_guid
    if box.recipient_type == "SharedMailbox":
        return
    for row in box.permissions:
        if row["Deny"] == "False" and row["IsInherited"] == "False" and "FullAccess" in row["AccessRights"]:
            yield "mailbox-full-access", f"{box.exchange_guid}/{row['User']}"
    for row in box.send_as:
        if row["AccessControlType"] == "Allow":
            yield "send-as-grant", f"{box.exchange_guid}/{row['Trustee']}"


def protocols(account: MicrosoftAccount, tenant: MicrosoftTenant) -> Iterator[tuple[str, str]]:
    box = account.mailbox
    inherited = tenant.exchange.transport["SmtpClientAuthenticationDisabled"]
    if not (inherited if box.smtp_auth_disabled is None else box.smtp_auth_disabled):
        yield "smtp-auth-on", box.exchange_guid
    if box.recipient_type == "SharedMailbox" and account.enabled:
        yield "shared-mailbox-sign-in", account.id
    if box.audit_bypass:
        yield "audit-bypass", box.exchange_guid
    if box.imap or box.pop:
        yield "imap-on", box.exchange_guid


def forwarding(account: MicrosoftAccount, tenant: MicrosoftTenant, is_outside: Outside) -> Iterator[tuple[str, str]]:
    box, exchange = account.mailbox, tenant.exchange
    if box.forwarding_address:
        addresses = {each.id: each.address for each in (*exchange.contacts, *tenant.accounts)}
        reached = {contact.name: [contact.address] for contact in exchange.contacts}
        reached |= {group.name: [addresses[key] for key in group.members] for group in exchange.distribution_groups}
        if any(map(is_outside, reached[box.forwarding_address])):
            yield "contact-forwarding", box.exchange_guid
    if not account.enabled and box.forwarding_smtp_address and is_outside(box.forwarding_smtp_address):
        yield "disabled-still-forwards", box.exchange_guid


def in_exchange(tenant: MicrosoftTenant, is_outside: Outside) -> Iterator[tuple[str, str]]:
    exchange = tenant.exchange
    for domain in exchange.remote_domains:
        if domain["AutoForwardEnabled"] and is_outside(f"@{domain['DomainName']}"):
            yield "remote-domain-forwarding", domain["Guid"]
    in_force = {
        rule["HostedOutboundSpamFilterPolicy"] for rule in exchange.outbound_rules if rule["State"] == "Enabled"
    }
    for policy in exchange.outbound_policies:
        if policy["AutoForwardingMode"] == "On" and (policy["IsDefault"] or policy["Name"] in in_force):
            yield "outbound-spam-forwarding", policy["Guid"]
    if any(entry.startswith(("*:", "Anonymous:")) for each in exchange.sharing_policies for entry in each["Domains"]):
        yield "setting-calendar-sharing", tenant.tenant_id


def may_forward(tenant: MicrosoftTenant) -> Iterator[tuple[str, str, str]]:
    open_ = {policy["Name"] for policy in tenant.exchange.outbound_policies if policy["AutoForwardingMode"] == "On"}
    lists = {each.address: each.members for each in (*tenant.exchange.distribution_groups, *tenant.groups)}
    for rule in tenant.exchange.outbound_rules:
        if rule["State"] != "Enabled" or rule["HostedOutboundSpamFilterPolicy"] not in open_:
            continue
        reached = {key for address in rule["FromMemberOf"] for key in lists[address]}
        for account in tenant.accounts:
            reads = account.enabled and account.mailbox and not account.guest
            if reads and account.id in reached and account.address not in rule["ExceptIfFrom"]:
                yield "may-forward", account.address, account.id


def for_emergencies(tenant: MicrosoftTenant, today: datetime) -> Iterator[tuple[str, str, str]]:
    known = {account.address: account for account in tenant.accounts}
    blocking = [
        policy["conditions"]
        for policy in tenant.conditional_access
        if policy["state"] == "enabled"
        and "block" in (policy["grantControls"] or {"builtInControls": []})["builtInControls"]
    ]
    for address in tenant.emergencies:
        if (account := known.get(address)) is None:
            yield "break-glass-missing", "", tenant.tenant_id
            continue
        if today - account.last_sign_in > timedelta(days=180):
            yield "break-glass-untried", address, account.id
        if any(each["locations"] and account.id not in each["users"]["excludeUsers"] for each in blocking):
            yield "break-glass-locked-out", address, account.id


def in_account(account: MicrosoftAccount, today: datetime) -> Iterator[tuple[str, str]]:
    if account.role_template_ids and account.guest:
        yield "guest-admin", account.id
    if account.role_template_ids and account.synchronised:
        yield "admin-synchronised", account.id
    if account.eligible_role_template_ids and set(account.methods) <= TELEPHONES:
        yield "eligible-admin-weak", account.id
    if account.pending and today - account.created > timedelta(days=30):
        yield "pending-guest", account.id


def in_roles(tenant: MicrosoftTenant) -> Iterator[tuple[str, str, str]]:
    for account in tenant.accounts:
        powerful = POWERFUL & set(account.role_template_ids) and account.address not in tenant.emergencies
        if powerful and account.id not in tenant.entra.role_ends:
            yield "permanent-admin", account.address, account.id
    for role, changed in tenant.entra.role_rules.items():
        rule = {name: value for each in changed.values() for name, value in each.items()}
        if not changed["Notification_Admin_EndUser_Assignment"]["notificationRecipients"]:
            yield "role-untold", "", role
        if "MultiFactorAuthentication" not in rule.get("enabledRules", ["MultiFactorAuthentication"]):
            yield "role-without-mfa", "", role
        if rule.get("maximumDuration", "PT8H") != "PT8H":
            yield "role-for-long", "", role
        if role in CONSENTED and not rule.get("setting", {}).get("isApprovalRequired"):
            yield "role-without-approval", "", role


def in_applications(tenant: MicrosoftTenant, today: datetime) -> Iterator[tuple[str, str]]:
    for service in tenant.entra.service_principals:
        if service.role_template_ids:
            yield "app-admin", service.id
        if any(value.startswith(RISKY) for _, value in service.granted):
            yield "risky-app-permission", service.id
    for consent in tenant.entra.consents:
        if consent["consentType"] == "AllPrincipals" and any(map(is_risky, consent["scope"].split())):
            yield "risky-app-everyone", consent["clientId"]
    for application in tenant.entra.applications:
        for secret in application.passwords:
            made, ends = (datetime.fromisoformat(secret[name]) for name in ("startDateTime", "endDateTime"))
            if ends > today and today - made > timedelta(days=730):
                yield "app-secret-old", application.id


def is_risky(scope: str) -> bool:
    return scope.startswith(RISKY)


def in_wrong_hands(tenant: MicrosoftTenant) -> Iterator[tuple[str, str]]:
    unfit = {account.id for account in tenant.accounts if account.guest or not account.enabled}
    for kind, owned in (
        ("app-owned-by-leaver", tenant.entra.applications),
        ("app-owned-by-guest", tenant.entra.service_principals),
        ("group-owned-by-leaver", tenant.groups),
    ):
        yield from ((kind, each.id) for each in owned if unfit & set(each.owners))


def in_agreements(tenant: MicrosoftTenant) -> Iterator[tuple[str, str]]:
    for partner in tenant.entra.partners:
        if (partner["inboundTrust"] or {}).get("isMfaAccepted"):
            yield "partner-mfa-trusted", partner["tenantId"]
        if partner["automaticUserConsentSettings"]["inboundAllowed"]:
            yield "partner-automatic-consent", partner["tenantId"]
        people = (partner["b2bDirectConnectInbound"] or {}).get("usersAndGroups", {"targets": [{"target": "AllUsers"}]})
        if "AllUsers" not in [target["target"] for target in people["targets"]]:
            yield "partner-direct-connect", partner["tenantId"]


def in_settings(tenant: MicrosoftTenant) -> Iterator[tuple[str, str]]:
    consents = tenant.entra.authorization["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"]
    if any(name.endswith("-legacy") for name in consents):
        yield "user-consent-open", tenant.tenant_id
    if "enabled" in {tenant.entra.methods.get("Sms"), tenant.entra.methods.get("Voice")}:
        yield "setting-telephone-factors", tenant.tenant_id
    for policy in tenant.conditional_access:
        grant, conditions = policy["grantControls"], policy["conditions"]
        if grant is None or policy["state"] == "disabled":
            continue
        if policy["state"] == "enabledForReportingButNotEnforced":
            yield "ca-report-only", policy["id"]
        elif "mfa" in grant["builtInControls"] and (conditions["locations"] or conditions["signInRiskLevels"]):
            yield "ca-narrowed", policy["id"]


def in_teams(tenant: MicrosoftTenant) -> Iterator[tuple[str, str]]:
    for federation in tenant.teams["TenantFederationSettings"]:
        if federation["AllowFederatedUsers"] and "AllowAllKnownDomains" in federation["AllowedDomains"]:
            yield "teams-anyone-federation", tenant.tenant_id
    for policy in tenant.teams["TeamsMeetingPolicy"]:
        if policy["AutoAdmittedUsers"] == "Everyone":
            yield "teams-meeting-open", policy["Identity"]
        if policy["AllowPSTNUsersToBypassLobby"]:
            yield "teams-meeting-callers", policy["Identity"]
        if policy["AllowExternalParticipantGiveRequestControl"]:
            yield "teams-meeting-control", policy["Identity"]
        if policy["DesignatedPresenterRoleMode"] == "EveryoneUserOverride":
            yield "teams-meeting-presenters", policy["Identity"]


def in_places(tenant: MicrosoftTenant) -> Iterator[tuple[str, str]]:
    yield from (("public-group", group.id) for group in tenant.groups if group.visibility == "Public")
    for site in tenant.sites:
        permissions = [each for drive in site.drives for item in drive.items for each in item.permissions]
        if any(permission.get("link", {}).get("scope") == "anonymous" for permission in permissions):
            yield "anonymous-links-site", site.id
