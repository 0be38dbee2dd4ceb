"""The cmdlets that show everybody who can receive mail: mailboxes, guests, contacts, distribution lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.exchange_organisation import Contact, DistributionGroup
from connectors.practice.microsoft.cmdlets import Cmdlet, not_found, one_of
from connectors.practice.organisation import MicrosoftGroup

if TYPE_CHECKING:
    from connectors.practice.microsoft.directory import Directory
    from connectors.practice.organisation import Json, MicrosoftAccount


def recipient(record: MicrosoftAccount | MicrosoftGroup | Contact | DistributionGroup) -> Json:
    """Return a row of ``Get-Recipient``, which the other cmdlets here share."""
    outside: str | None = None
    match record:
        case Contact():
            kind, general, address, name = "MailContact", "MailContact", record.address, record.name
            outside = record.address
        case DistributionGroup():
            kind = general = "MailUniversalDistributionGroup"
            address, name = record.address, record.name
        case MicrosoftGroup():
            kind, general = "GroupMailbox", "MailUniversalDistributionGroup"
            address, name = record.address or "", record.name
        case _:
            address, name = record.mail or record.address, record.display_name
            kind, general = "GuestMailUser", "MailUser"
            if record.mailbox:
                kind, general = record.mailbox.recipient_type, "UserMailbox"
            else:
                outside = address
    # Exchange names mailboxes after the object id of their account, and everything else as people do.
    own_name = name if isinstance(record, Contact | DistributionGroup) else record.id
    return {
        "Identity": own_name,
        "Name": own_name,
        "DisplayName": name,
        "Guid": record.id,
        "ExternalDirectoryObjectId": record.id,
        "RecipientType": general,
        "RecipientTypeDetails": kind,
        "PrimarySmtpAddress": address,
        "ExternalEmailAddress": f"SMTP:{outside}" if outside else None,
        "EmailAddresses": [f"SMTP:{address}"],
        "HiddenFromAddressListsEnabled": False,
    }


def recipients(directory: Directory, given: Json) -> list[Json]:
    """``Get-Recipient``: all of them; a type that does not exist finds nothing and is no error."""
    exchange = directory.tenant.exchange
    people = [account for account in directory.accounts.values() if account.mailbox or (account.guest and account.mail)]
    rows = [recipient(account) for account in people]
    rows += [recipient(contact) for contact in exchange.contacts]
    rows += [recipient(group) for group in exchange.distribution_groups]
    rows += [recipient(group) for group in directory.groups.values() if group.address]
    if kind := str(given.get("RecipientTypeDetails") or "").casefold():
        rows = [row for row in rows if str(row["RecipientTypeDetails"]).casefold() == kind]
    return list(one_of(rows, given))


def contacts(directory: Directory, given: Json) -> list[Json]:
    """``Get-MailContact``."""
    return list(one_of([recipient(each) for each in directory.tenant.exchange.contacts], given))


def lists(directory: Directory, given: Json) -> list[Json]:
    """``Get-DistributionGroup``: whether strangers may write is in ``RequireSenderAuthenticationEnabled``."""
    more: Json = {"RequireSenderAuthenticationEnabled": True, "MemberJoinRestriction": "Closed", "ManagedBy": []}
    return list(one_of([recipient(each) | more for each in directory.tenant.exchange.distribution_groups], given))


def list_members(directory: Directory, given: Json) -> list[Json]:
    """``Get-DistributionGroupMember``."""
    exchange, wanted = directory.tenant.exchange, str(given["Identity"]).casefold()
    known = {contact.id: contact for contact in exchange.contacts}
    for each in exchange.distribution_groups:
        if wanted in {each.id, each.name.casefold(), each.address.casefold()}:
            return [recipient(known.get(key) or directory.accounts[key]) for key in each.members]
    raise not_found(str(given["Identity"]))


CMDLETS = (
    Cmdlet("Get-Recipient", recipients, frozenset({"RecipientTypeDetails"})),
    Cmdlet("Get-MailContact", contacts),
    Cmdlet("Get-DistributionGroup", lists),
    Cmdlet("Get-DistributionGroupMember", list_members, named=True),
)
