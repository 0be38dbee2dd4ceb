"""Finds the problems of the Entra tenant from the meaning of each kind, without knowing how they were planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.practice.organisation import MicrosoftAccount, MicrosoftTenant

Outside = Callable[[str], bool]


def find_in_microsoft(tenant: MicrosoftTenant, is_outside: Outside) -> Iterator[tuple[str, str, str]]:
    """Yield kind, address and object id of everything but rules, links and sign-in of single accounts."""
    for account in tenant.accounts:
        if account.mailbox:
            found = (*grants(account), *protocols(account, tenant), *forwarding(account, tenant, is_outside))
            yield from ((kind, account.address, key) for kind, key in found)
    yield from ((kind, "", key) for kind, key in in_exchange(tenant, is_outside))


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
