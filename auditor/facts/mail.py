"""What can lead mail out of a mailbox: rules, and grants to other people."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditor.facts.base import UNSET, Fact, Read

Mechanism = Literal[
    "auto_forwarding", "forwarding_address", "filter", "inbox_rule", "mailbox_forwarding", "transport_rule", "group"
]
Right = Literal["delegate", "full_access", "send_as", "send_on_behalf", "read_folder", "write_folder"]
ForwardingMechanism = Literal["outbound_policy", "remote_domain"]


class MailRule(Fact, frozen=True, kw_only=True, gc=False):
    """Anything that moves mail without its reader doing anything: a filter, an inbox rule, a forwarding setting."""

    mechanism: Mechanism
    """Where the rule lives. ``forwarding_address`` is an address that rules of the mailbox are allowed to use."""
    enabled: Read[bool] = UNSET
    """Whether the rule is in force."""
    destinations: Read[tuple[str, ...]] = UNSET
    """Addresses that receive a copy or the original, in lower case; empty when the rule sends nothing on."""
    deletes: Read[bool] = UNSET
    """Whether matching mail is deleted."""
    hides: Read[bool] = UNSET
    """Whether matching mail leaves the inbox for a place where its reader does not look."""
    marks_read: Read[bool] = UNSET
    """Whether matching mail is marked as read."""
    matches_all: Read[bool] = UNSET
    """Whether the rule applies to every mail."""
    looks_for: Read[tuple[str, ...]] = UNSET
    """Words and addresses that the rule looks for, in lower case."""
    created: Read[datetime | None] = UNSET
    """When the rule was made, where the vendor tells."""


class MailboxGrant(Fact, frozen=True, kw_only=True, gc=False):
    """A right of somebody else in a mailbox: to read it, or to send in its name."""

    right: Right
    """What the grantee may do."""
    grantee: Read[str] = UNSET
    """Address of whoever holds the right, in lower case."""
    active: Read[bool] = UNSET
    """Whether the grant is in force; an invitation that was not accepted is not."""


class ForwardingPolicy(Fact, frozen=True, kw_only=True, gc=False):
    """A setting of the organisation that decides whether mail may leave it automatically (Exchange Online)."""

    mechanism: ForwardingMechanism
    """``outbound_policy``: by who forwards (outbound spam policy). ``remote_domain``: by where the mail goes."""
    in_force: Read[bool] = UNSET
    """Whether it decides about anybody's mail."""
    forwarding_allowed: Read[bool] = UNSET
    """Whether it lets people forward automatically."""
    domain: Read[str | None] = UNSET
    """The domain that mail goes to, in lower case, ``*`` for every one; null where it is not about that."""
    outside: Read[bool] = UNSET
    """Whether it decides about mail to strangers; a domain of one's own is none."""
    senders: Read[tuple[str, ...]] = UNSET
    """Addresses, groups and domains whose mail it decides about; empty for everybody's."""
    spared_senders: Read[tuple[str, ...]] = UNSET
    """Those whose mail it leaves alone all the same."""
