"""Mailboxes: the ways into them and out of them that are settings rather than rules."""

from __future__ import annotations

from typing import Literal

from auditor.facts.base import UNSET, Fact, Read

MailboxType = Literal["personal", "shared", "room", "equipment", "other"]


class Mailbox(Fact, frozen=True, kw_only=True, gc=False):
    """A mailbox and its settings."""

    address: str
    """Primary address, in lower case."""
    type: Read[MailboxType] = UNSET
    """Whose it is; a shared mailbox belongs to no single person."""
    sign_in_allowed: Read[bool] = UNSET
    """Whether somebody can sign in to its account with a password; a shared mailbox needs none."""
    pop: Read[bool] = UNSET
    """Whether POP is on, with what the organisation's setting says taken into account."""
    imap: Read[bool] = UNSET
    """Whether IMAP is on, likewise."""
    smtp_auth: Read[bool] = UNSET
    """Whether programs may send with name and password alone, likewise."""
    active_sync: Read[bool] = UNSET
    """Whether Exchange ActiveSync is on."""
    audited: Read[bool] = UNSET
    """Whether access to it is logged and nobody bypasses the log."""
    reply_to: Read[tuple[str, ...]] = UNSET
    """Reply-to addresses that differ from the sender's own, in lower case: answers go there."""
    outgoing_servers: Read[tuple[str, ...]] = UNSET
    """Mail servers of others through which mail leaves in its name."""
    send_as: Read[tuple[str, ...]] = UNSET
    """Addresses besides its own in whose name it sends, in lower case."""
    vacation_reply: Read[Literal["off", "inside", "contacts", "anyone"]] = UNSET
    """Whom an automatic reply tells that the person is away."""
