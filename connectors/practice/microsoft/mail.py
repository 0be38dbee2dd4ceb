"""Inbox rules as Outlook shows them through Graph."""

from __future__ import annotations

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.refusals import denied_by_outlook, refuse
from connectors.practice.organisation import InboxRule, Json
from connectors.practice.wire import Answer

READS_RULES = frozenset({"MailboxSettings.Read"})
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


def rules(call: Call) -> Answer:
    """``GET /users/{id}/mailFolders/inbox/messageRules``: only the inbox has rules."""
    person, folder = call.keys
    if (account := call.directory.account(person)) is None:
        return refuse(call.request, call.now, 404, "ErrorInvalidUser", f"The requested user '{person}' is invalid.")
    if account.mailbox is None:
        return refuse(call.request, call.now, 404, "MailboxNotEnabledForRESTAPI", NO_MAILBOX)
    if folder.lower() != "inbox":
        message = "The specified object was not found in the store."
        return refuse(call.request, call.now, 404, "ErrorItemNotFound", message)
    found = [rule(record, sequence) for sequence, record in enumerate(account.rules, start=1)]
    return odata.rows(call.request, found, entity=f"users('{person}')/mailFolders('{folder}')/messageRules")


OPERATIONS = (Operation("users/{}/mailFolders/{}/messageRules", READS_RULES, denied_by_outlook, rules),)
