"""Settings of a mailbox that are no rules: addresses it sends as, POP, IMAP, the automatic reply.

POP and IMAP are on only where the owner chose them *and* the organisation allows them; ``getImap`` and ``getPop`` tell
the choice alone. Source: Gmail API, ``users.settings``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from googleapiclient.http import HttpRequest

from auditor.errors import ReadError
from auditor.facts import UNSET, Account, Read
from auditor.models import Failure, Target
from connectors.google_workspace.client import Client, Wire, listed
from connectors.google_workspace.values import address, boolean, text

Allowed = Mapping[str, object]
"""What the organisation's settings say for the owner, by setting and field; empty when that is not known."""


@dataclass(frozen=True, slots=True)
class MailboxSetting:
    """One call about a mailbox, and the fields of the mailbox that it gives."""

    fields: tuple[str, ...]
    method: str
    collection: str
    parse: Callable[[Wire, Account, Allowed], Mapping[str, object]]

    def failure(self, target: Target, error: ReadError) -> Failure:
        """Return what it means that this setting of a mailbox could not be read."""
        return Failure(target, error, "mailbox", fields=self.fields)

    def request(self, client: Client, mailbox: str) -> HttpRequest:
        """Return the library's request for this setting of ``mailbox``."""
        settings = client.gmail.users().settings()
        resource = getattr(settings, self.collection)() if self.collection else settings
        return getattr(resource, self.method)(userId=mailbox)


def parse_send_as(wire: Wire, account: Account, allowed: Allowed) -> Mapping[str, object]:
    """Return addresses, reply-to addresses and mail servers. An address that was not verified sends nothing yet."""
    del allowed
    addresses: set[Read[str]] = set()
    replies: set[Read[str]] = set()
    servers: set[Read[str]] = set()
    for entry in listed(wire, "sendAs"):
        own = address(entry.get("sendAsEmail"))
        if text(entry.get("verificationStatus")) == "pending":
            continue
        addresses |= {own} - {account.address}
        if entry.get("replyToAddress"):
            replies |= {address(entry["replyToAddress"])} - ({own, account.address} - {UNSET})
        server = entry.get("smtpMsa")
        if server:
            servers.add(address(server.get("host")) if isinstance(server, dict) else UNSET)
    return {"send_as": _sorted(addresses), "reply_to": _sorted(replies), "outgoing_servers": _sorted(servers)}


def parse_imap(wire: Wire, account: Account, allowed: Allowed) -> Mapping[str, object]:
    """Return whether IMAP is on."""
    del account
    return {"imap": _both(boolean(wire.get("enabled")), boolean(allowed.get("gmail.imap_access.enableImapAccess")))}


def parse_pop(wire: Wire, account: Account, allowed: Allowed) -> Mapping[str, object]:
    """Return whether POP is on."""
    del account
    window = text(wire.get("accessWindow"))
    known = {"disabled": False, "fromNowOn": True, "allMail": True}
    chosen = UNSET if window is UNSET else known.get(window, UNSET)
    return {"pop": _both(chosen, boolean(allowed.get("gmail.pop_access.enablePopAccess")))}


def parse_vacation(wire: Wire, account: Account, allowed: Allowed) -> Mapping[str, object]:
    """Return whom the automatic reply tells. Google leaves a switch out that is off."""
    del account, allowed
    on, contacts, inside = (
        boolean(wire.get(name, False)) for name in ("enableAutoReply", "restrictToContacts", "restrictToDomain")
    )
    if UNSET in {on, contacts, inside}:
        return {"vacation_reply": UNSET}
    return {"vacation_reply": "off" if not on else "inside" if inside else "contacts" if contacts else "anyone"}


def _both(chosen: Read[bool], allowed: Read[bool]) -> Read[bool]:
    """Return whether something is chosen and allowed; one "no" decides."""
    if chosen is False or allowed is False:
        return False
    return UNSET if UNSET in {chosen, allowed} else True


def _sorted(values: set[Read[str]]) -> Read[tuple[str, ...]]:
    known = sorted(value for value in values if value is not UNSET)
    return tuple(known) if len(known) == len(values) else UNSET


MAILBOX_SETTINGS = (
    MailboxSetting(("send_as", "reply_to", "outgoing_servers"), "list", "sendAs", parse_send_as),
    MailboxSetting(("imap",), "getImap", "", parse_imap),
    MailboxSetting(("pop",), "getPop", "", parse_pop),
    MailboxSetting(("vacation_reply",), "getVacation", "", parse_vacation),
)
