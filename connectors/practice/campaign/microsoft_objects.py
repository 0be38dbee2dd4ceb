"""What hangs on a Microsoft account or site, as wire objects of Graph and of Exchange's admin API."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.practice.campaign.vendor_ids import base64url, drive_item_id, guid, inbox_rule_id, mail_folder_id
from connectors.practice.exchange_organisation import InboxRule
from connectors.practice.organisation import Drive, DriveItem, Json, MicrosoftAccount

NO_EXPIRY = "0001-01-01T00:00:00Z"  # how Graph says that a permission does not expire
TRANSPORT_RULE_RECIPIENTS = ("BlindCopyTo", "CopyTo", "RedirectMessageTo", "AddToRecipients")


def add_rule(
    rng: Random, account: MicrosoftAccount, name: str, conditions: Json, actions: Json, *, enabled: bool = True
) -> InboxRule:
    """Add an inbox rule to the mailbox and return it; the wire objects may be shared and never change."""
    added = InboxRule(inbox_rule_id(rng), name, enabled, conditions, actions)
    account.rules.append(added)
    return added


def recipients(address: str) -> list[Json]:
    """Return one recipient as the forwarding actions of a ``messageRule`` list them."""
    return [{"emailAddress": {"name": address, "address": address}}]


def folder_called(rng: Random, account: MicrosoftAccount, name: str) -> str:
    """Return the id of the mailbox's folder called ``name``, made on first use; rules know folders by id only."""
    for folder_id, known in account.mail_folders.items():
        if known == name:
            return folder_id
    folder_id = mail_folder_id(rng)
    account.mail_folders[folder_id] = name
    return folder_id


def add_item(rng: Random, drive: Drive, name: str, permissions: list[Json], *, folder: bool = False) -> DriveItem:
    """Add a file or folder to the drive and return it; without permissions nobody but the owner has access."""
    added = DriveItem(drive_item_id(rng), name, folder, permissions)
    drive.items.append(added)
    return added


def link_permission(rng: Random, drive: Drive, scope: str, *, edit: bool = False) -> Json:
    """Return a sharing link; ``scope`` is ``anonymous`` or ``organization``."""
    host = drive.web_url.partition("://")[2].partition("/")[0]
    return {
        "id": guid(rng),
        "roles": ["write" if edit else "read"],
        "shareId": f"u!{base64url(rng, 60)}",
        "expirationDateTime": NO_EXPIRY,
        "link": {
            "scope": scope,
            "type": "edit" if edit else "view",
            "webUrl": f"https://{host}/:x:/g/{base64url(rng, 46)}",
            "preventsDownload": False,
        },
        "grantedToIdentitiesV2": [],
    }


def invitation_permission(rng: Random, address: str) -> Json:
    """Return an invitation by mail to somebody who has not opened it yet; the person may edit."""
    return {
        "id": guid(rng),
        "roles": ["write"],
        "shareId": f"u!{base64url(rng, 60)}",
        "expirationDateTime": NO_EXPIRY,
        "invitation": {"email": address, "signInRequired": True},
    }


def account_permission(rng: Random, account: MicrosoftAccount, role: str) -> Json:
    """Return the permission of an account of the tenant, guests included; ``role`` is read, write or owner."""
    mail = account.mail or account.address
    return {
        "id": base64url(rng, 40),
        "roles": [role],
        "grantedToV2": {
            "user": {"id": account.id, "displayName": account.display_name, "email": mail},
            "siteUser": {
                "id": str(rng.randrange(5, 400)),
                "displayName": account.display_name,
                "email": mail,
                "loginName": f"i:0#.f|membership|{account.address.lower()}",
            },
        },
    }


def transport_rule(
    rng: Random, name: str, today: datetime, *, priority: int, enabled: bool = True, **fields: object
) -> Json:
    """Return a mail flow rule as ``Get-TransportRule`` has it; ``fields`` are wire fields that differ from empty."""
    changed = today - timedelta(days=rng.randrange(10, 300))
    return {
        "Priority": priority,
        "Name": name,
        "Identity": name,
        "Guid": guid(rng),
        "State": "Enabled" if enabled else "Disabled",
        "Mode": "Enforce",
        "Comments": None,
        "CreatedBy": "Operations",
        "Conditions": None,
        "Exceptions": None,
        "Actions": None,
        "RuleErrorAction": "Ignore",
        "FromScope": None,
        "SentTo": None,
        **dict.fromkeys(TRANSPORT_RULE_RECIPIENTS),
        "RouteMessageOutboundConnector": None,
        "DeleteMessage": False,
        "Quarantine": False,
        "StopRuleProcessing": False,
        "PrependSubject": None,
        "IsValid": True,
        "WhenChanged": f"{changed:%Y-%m-%dT%H:%M:%S}.0000000+00:00",
        **fields,
    }
