"""``gmail.googleapis.com``: the settings of one mailbox, for its owner alone.

There is no call for all mailboxes, and an administrator gets "Delegation denied" for anybody else's. A listing without
entries is ``{}``. https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.practice.google.refusals import delegation_denied, mail_not_enabled

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call
    from connectors.practice.organisation import GoogleAccount, Json


def auto_forwarding(call: Call) -> Json:
    """``getAutoForwarding``: whether every mail is forwarded, to whom, and what becomes of the original."""
    return _mailbox(call).auto_forwarding or {"enabled": False}


def forwarding_addresses(call: Call) -> Json:
    """``forwardingAddresses.list``: the addresses to which forwarding is possible."""
    addresses = _mailbox(call).forwarding_addresses
    return {"forwardingAddresses": addresses} if addresses else {}


def filters(call: Call) -> Json:
    """``filters.list``: all filters, under the key ``filter``."""
    found = [{"id": each.id, "criteria": each.criteria, "action": each.action} for each in _mailbox(call).filters]
    return {"filter": found} if found else {}


def delegates(call: Call) -> Json:
    """``delegates.list``: the people who may read and send in this mailbox."""
    found = _mailbox(call).delegates
    return {"delegates": found} if found else {}


def send_as(call: Call) -> Json:
    """``sendAs.list``: the addresses in whose name the mailbox sends, its own among them, with where replies go."""
    account = _mailbox(call)
    own: Json = {
        "sendAsEmail": account.address,
        "displayName": account.display_name,
        "replyToAddress": "",
        "signature": "",
        "isPrimary": True,
        "isDefault": True,
    }
    return {"sendAs": account.mail.send_as or [own]}


def imap(call: Call) -> Json:
    """``getImap``: what the owner has chosen, whatever the organisation allows."""
    usual: Json = {"enabled": False, "autoExpunge": True, "expungeBehavior": "archive", "maxFolderSize": 0}
    return _mailbox(call).mail.imap or usual


def pop(call: Call) -> Json:
    """``getPop``: what the owner has chosen, whatever the organisation allows."""
    return _mailbox(call).mail.pop or {"accessWindow": "disabled", "disposition": "leaveInInbox"}


def vacation(call: Call) -> Json:
    """``getVacation``: the automatic reply, if it is on."""
    usual: Json = {"enableAutoReply": False, "restrictToContacts": False, "restrictToDomain": False}
    return _mailbox(call).mail.vacation or usual


def _mailbox(call: Call) -> GoogleAccount:
    caller = call.caller.account
    asked = call.part("userId")
    if asked != "me" and call.people.get(asked) is not caller:
        raise delegation_denied(caller.address)
    if not caller.has_gmail:
        raise mail_not_enabled()
    return caller
