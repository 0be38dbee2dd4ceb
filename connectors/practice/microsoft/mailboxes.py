"""The cmdlets that show mailboxes: what they are, what may reach them, who else may use them.

Booleans are booleans in rows of mailboxes and texts in rows of permissions: ``Deny: "False"`` is how a grant looks.
``GrantSendOnBehalfTo`` holds display names and nothing else, though two people may share one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.microsoft.cmdlets import Cmdlet, not_found

if TYPE_CHECKING:
    from connectors.practice.exchange_organisation import Mailbox
    from connectors.practice.microsoft.directory import Directory
    from connectors.practice.organisation import Json, MicrosoftAccount

SELF = "NT AUTHORITY\\SELF"
USUAL_CALENDAR = (("Default", "AvailabilityOnly"), ("Anonymous", "None"))

Found = tuple["MicrosoftAccount", "Mailbox"]


def held(directory: Directory, given: Json) -> list[Found]:
    """Return every account that has a mailbox, with it, or the one that ``Identity`` names."""
    if wanted := given.get("Identity"):
        if (found := directory.mailbox(str(wanted))) is None or found.mailbox is None:
            raise not_found(str(wanted))
        return [(found, found.mailbox)]
    return [(account, account.mailbox) for account in directory.accounts.values() if account.mailbox]


def mailboxes(directory: Directory, given: Json) -> list[Json]:
    """``Get-Mailbox``; a type that does not exist finds nothing and is no error."""
    wanted = given.get("RecipientTypeDetails")
    kinds = {str(kind).lower() for kind in (wanted if isinstance(wanted, list) else [wanted])} if wanted else None
    return [
        mailbox(directory, account, box)
        for account, box in held(directory, given)
        if kinds is None or box.recipient_type.lower() in kinds
    ]


def mailbox(directory: Directory, account: MicrosoftAccount, box: Mailbox) -> Json:
    """Return a row of ``Get-Mailbox``: booleans are booleans here, quotas are sentences."""
    address = account.mail or account.address
    return {
        "UserPrincipalName": account.address,
        "DisplayName": account.display_name,
        "PrimarySmtpAddress": address,
        "RecipientTypeDetails": box.recipient_type,
        "ExchangeGuid": box.exchange_guid,
        "ExternalDirectoryObjectId": account.id,
        "LitigationHoldEnabled": False,
        "RetentionHoldEnabled": False,
        "InPlaceHolds": [],
        "ArchiveStatus": "None",
        "SingleItemRecoveryEnabled": True,
        "ForwardingAddress": box.forwarding_address,
        "ForwardingSmtpAddress": box.forwarding_smtp_address,
        "DeliverToMailboxAndForward": box.deliver_and_forward,
        "HiddenFromAddressListsEnabled": False,
        "AuditEnabled": True,
        "AuditLogAgeLimit": "90.00:00:00",
        "IsMailboxEnabled": True,
        "AccountDisabled": not account.enabled,
        "GrantSendOnBehalfTo": [directory.accounts[key].display_name for key in box.send_on_behalf],
        "ProhibitSendQuota": "49.5 GB (53,150,220,288 bytes)",
        "IsDirSynced": account.synchronised,
        "IsShared": box.recipient_type == "SharedMailbox",
        "IsResource": False,
        "IsInactiveMailbox": False,
        "EmailAddresses": [f"SMTP:{address}"],
        "Identity": account.id,
    }


def client_access(directory: Directory, given: Json) -> list[Json]:
    """``Get-CASMailbox``: protocols; a null ``SmtpClientAuthenticationDisabled`` means as the organisation has it."""
    return [
        {
            "Identity": account.id,
            "DisplayName": account.display_name,
            "PrimarySmtpAddress": account.mail or account.address,
            "ExternalDirectoryObjectId": account.id,
            "PopEnabled": box.pop,
            "ImapEnabled": box.imap,
            "MAPIEnabled": True,
            "OWAEnabled": True,
            "ActiveSyncEnabled": True,
            "EwsEnabled": True,
            "SmtpClientAuthenticationDisabled": box.smtp_auth_disabled,
        }
        for account, box in held(directory, given)
    ]


def audit_bypass(directory: Directory, given: Json) -> list[Json]:
    """``Get-MailboxAuditBypassAssociation``: whose actions are not logged."""
    return [
        {
            "Identity": account.id,
            "Name": account.id,
            "ObjectId": account.id,
            "AuditBypassEnabled": box.audit_bypass,
            "IsValid": True,
        }
        for account, box in held(directory, given)
    ]


def permission(trustee: str, *rights: str, deny: bool = False, inherited: bool = False) -> Json:
    """Return a row of ``Get-MailboxPermission`` but for its mailbox; the booleans are texts."""
    return {
        "User": trustee,
        "AccessRights": list(rights),
        "Deny": str(deny),
        "IsInherited": str(inherited),
        "InheritanceType": "All",
    }


def permissions(directory: Directory, given: Json) -> list[Json]:
    """``Get-MailboxPermission``: the owner, what all mailboxes inherit, and who was let in."""
    ((account, box),) = held(directory, given)
    usual = [
        permission(SELF, "FullAccess", "ReadPermission"),
        permission("NAMPR12A002\\Domain Admins", "FullAccess", deny=True, inherited=True),
        permission("NAMPR12A002\\Exchange Servers", "FullAccess", "ReadPermission", inherited=True),
    ]
    return [{"Identity": account.id, **row} for row in (*usual, *box.permissions)]


def send_as(directory: Directory, given: Json) -> list[Json]:
    """``Get-RecipientPermission``: who may send as somebody; "Allow" and "Deny" tell grants from bans."""
    usual: Json = {"Trustee": SELF, "AccessControlType": "Allow", "AccessRights": ["SendAs"]}
    rest: Json = {"IsInherited": "False", "InheritanceType": "None"}
    return [
        {"Identity": account.id, **row, **rest}
        for account, box in held(directory, given)
        for row in (usual, *box.send_as)
    ]


def folder_permissions(directory: Directory, given: Json) -> list[Json]:
    """``Get-MailboxFolderPermission`` of the calendar: ``Default`` is every colleague, ``Anonymous`` is anybody."""
    key, _, folder = str(given["Identity"]).partition(":")
    ((_, box),) = held(directory, {"Identity": key})
    if folder.strip("\\").casefold() != "calendar":
        raise not_found(str(given["Identity"]))
    rows = {name: _folder_row(name, right) for name, right in USUAL_CALENDAR}
    rows |= {str(row["User"]): {**_folder_row("", "None"), **row} for row in box.calendar}
    return list(rows.values())


def _folder_row(trustee: str, right: str) -> Json:
    return {
        "Identity": trustee,
        "FolderName": "Calendar",
        "User": trustee,
        "AccessRights": [right],
        "SharingPermissionFlags": None,
        "IsValid": "True",
    }


def priority_users(directory: Directory, given: Json) -> list[Json]:
    """``Get-User``: everybody, or with ``IsVIP`` those who are marked as priority accounts; no column says so."""
    return [
        {
            "Identity": account.id,
            "DisplayName": account.display_name,
            "UserPrincipalName": account.address,
            "ExternalDirectoryObjectId": account.id,
            "RecipientTypeDetails": "UserMailbox" if account.mailbox else "User",
        }
        for account in directory.accounts.values()
        if account.priority or given.get("IsVIP") is not True
    ]


CMDLETS = (
    Cmdlet("Get-User", priority_users, frozenset({"IsVIP"})),
    Cmdlet("Get-Mailbox", mailboxes, frozenset({"RecipientTypeDetails"})),
    Cmdlet("Get-CASMailbox", client_access),
    Cmdlet("Get-MailboxAuditBypassAssociation", audit_bypass),
    Cmdlet("Get-MailboxPermission", permissions, named=True),
    Cmdlet("Get-RecipientPermission", send_as, recipients=True),
    Cmdlet("Get-MailboxFolderPermission", folder_permissions, named=True),
)
