"""Inbox rules, and the folders they move mail to, as Outlook shows them through Graph.

A rule names a folder by id alone. What the folder is called takes a permission that also shows senders and subjects,
so a careful application may be able to read the one and not the other.
"""

from __future__ import annotations

from connectors.practice.exchange_organisation import InboxRule
from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.refusals import denied_by_outlook, refuse
from connectors.practice.organisation import Json, MicrosoftAccount
from connectors.practice.wire import Answer

READS_RULES = frozenset({"MailboxSettings.Read"})
READS_FOLDERS = frozenset({"Mail.ReadBasic.All", "Mail.Read"})
FOLDER_PAGE = 10
FOLDER_MOST = 1000
NO_MAILBOX = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."


def rule(record: InboxRule, sequence: int) -> Json:
    """Return a rule; ``sequence`` counts from 1. https://learn.microsoft.com/graph/api/resources/messagerule."""
    return {
        "id": record.id,
        "displayName": record.name,
        "sequence": sequence,
        "isEnabled": record.enabled,
        "hasError": False,
        "isReadOnly": False,
        "conditions": record.conditions,
        "actions": record.actions,
    }


def _mailbox(call: Call) -> MicrosoftAccount | Answer:
    """Return the account whose mailbox is asked for, or why there is none."""
    if (account := call.directory.account(call.key)) is None:
        return refuse(call.request, call.now, 404, "ErrorInvalidUser", f"The requested user '{call.key}' is invalid.")
    if account.mailbox is None:
        return refuse(call.request, call.now, 404, "MailboxNotEnabledForRESTAPI", NO_MAILBOX)
    return account


def rules(call: Call) -> Answer:
    """``GET /users/{id}/mailFolders/inbox/messageRules``: only the inbox has rules."""
    person, name = call.keys
    account = _mailbox(call)
    if isinstance(account, Answer):
        return account
    if name.lower() != "inbox":
        return _no_such_folder(call)
    found = [rule(record, sequence) for sequence, record in enumerate(account.rules, start=1)]
    return odata.rows(call.request, found, entity=f"users('{person}')/mailFolders('{name}')/messageRules")


def folder(key: str, name: str) -> Json:
    """Return a folder. https://learn.microsoft.com/graph/api/resources/mailfolder."""
    return {
        "id": key,
        "displayName": name,
        "parentFolderId": f"{key[:-8]}AAAAAEI=",
        "childFolderCount": 0,
        "unreadItemCount": 0,
        "totalItemCount": 0,
        "isHidden": False,
    }


def folders(call: Call) -> Answer:
    """``GET /users/{id}/mailFolders``: ten to a page unless told."""
    account = _mailbox(call)
    if isinstance(account, Answer):
        return account
    size = odata.page_size(call.request, default=FOLDER_PAGE, most=FOLDER_MOST)
    found = [folder(key, name) for key, name in account.mail_folders.items()]
    return odata.rows(call.request, found, entity=f"users('{call.key}')/mailFolders", size=size)


def one_folder(call: Call) -> Answer:
    """``GET /users/{id}/mailFolders/{id}``."""
    account = _mailbox(call)
    if isinstance(account, Answer):
        return account
    if (name := account.mail_folders.get(call.keys[1])) is None:
        return _no_such_folder(call)
    return odata.single(call.request, f"users('{call.key}')/mailFolders/$entity", folder(call.keys[1], name))


def _no_such_folder(call: Call) -> Answer:
    message = "The specified object was not found in the store."
    return refuse(call.request, call.now, 404, "ErrorItemNotFound", message)


OPERATIONS = (
    Operation("users/{}/mailFolders/{}/messageRules", READS_RULES, denied_by_outlook, rules),
    Operation("users/{}/mailFolders", READS_FOLDERS, denied_by_outlook, folders),
    Operation("users/{}/mailFolders/{}", READS_FOLDERS, denied_by_outlook, one_folder),
)
