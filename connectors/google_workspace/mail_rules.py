"""Mail rules and delegates as Gmail tells them: one call a mailbox and kind. Pure but for the requests.

There is no audit event for new filters or delegates, so that only reading every mailbox finds them.
Source: Gmail API, ``users.settings``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from googleapiclient.http import HttpRequest

from auditor.errors import ReadError
from auditor.facts import UNSET, Account, MailboxGrant, MailRule, Mechanism, Read
from auditor.models import Failure, Target
from connectors.google_workspace.client import Client, Wire, listed
from connectors.google_workspace.values import address, boolean, text

_Parser = Callable[[Wire, Account], Iterable[MailRule | MailboxGrant]]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a mailbox: how to ask for it, and how to read it."""

    kind: Literal["mail_rule", "mailbox_grant"]
    known: dict[str, str]
    method: str
    collection: str
    parse: _Parser

    def failure(self, target: Target, error: ReadError) -> Failure:
        """Return what it means that this setting of a mailbox could not be read."""
        return Failure(target, error, self.kind, known=self.known)

    def request(self, client: Client, mailbox: str) -> HttpRequest:
        """Return the library's request for this setting of ``mailbox``."""
        settings = client.gmail.users().settings()
        resource = getattr(settings, self.collection)() if self.collection else settings
        return getattr(resource, self.method)(userId=mailbox)


_WORDS = {"from": "from", "to": "to", "subject": "subject", "query": "", "negatedQuery": "without"}
"""Criteria that are words or addresses, and how a person says them."""
_SMALLEST_MAIL = 1000
"""Bytes; headers alone make every mail larger."""


def parse_auto_forwarding(wire: Wire, account: Account) -> Iterator[MailRule]:
    """Yield the automatic forwarding of a whole mailbox, unless it is known to be off."""
    enabled = boolean(wire.get("enabled"))
    if enabled is False:
        return
    destination = address(wire.get("emailAddress"))
    disposition = text(wire.get("disposition"))
    known = disposition in {"leaveInInbox", "archive", "trash", "markRead"}
    yield MailRule(
        tenant=account.tenant,
        key=f"{account.key}/auto_forwarding/{destination or 'unnamed'}",
        label="Automatic forwarding",
        owner=account.key,
        mechanism="auto_forwarding",
        enabled=enabled,
        destinations=UNSET if destination is UNSET else (destination,),
        deletes=disposition == "trash" if known else UNSET,
        hides=disposition == "archive" if known else UNSET,
        marks_read=disposition == "markRead" if known else UNSET,
        matches_all=True,
        looks_for=(),
    )


def parse_forwarding_addresses(wire: Wire, account: Account) -> Iterator[MailRule]:
    """Yield the addresses that filters of this mailbox may forward to."""
    for entry in listed(wire, "forwardingAddresses"):
        destination = address(entry.get("forwardingEmail"))
        status = text(entry.get("verificationStatus"))
        yield _plain_rule(
            account,
            "forwarding_address",
            f"Forwarding address {destination or 'without a name'}",
            destination,
            enabled={"accepted": True, "pending": False}.get(status or "", UNSET),
        )


def parse_filters(wire: Wire, account: Account) -> Iterator[MailRule]:
    """Yield the filters of a mailbox."""
    for entry in listed(wire, "filter"):
        criteria, action = entry.get("criteria", {}), entry.get("action", {})
        readable = isinstance(criteria, dict) and isinstance(action, dict)
        forward = address(action.get("forward")) if readable and "forward" in action else None
        added, removed = (
            _labels(action.get(field)) if readable else UNSET for field in ("addLabelIds", "removeLabelIds")
        )
        words = _words(criteria) if readable else ()
        yield MailRule(
            tenant=account.tenant,
            key=f"{account.key}/{text(entry.get('id')) or 'unnamed'}",
            label="Filter: " + (_description(criteria) if readable else "unreadable"),
            owner=account.key,
            mechanism="filter",
            enabled=True,
            destinations=UNSET if not readable or forward is UNSET else (forward,) if forward else (),
            deletes=UNSET if added is UNSET else "TRASH" in added,
            hides=UNSET if removed is UNSET or added is UNSET else "INBOX" in removed or "SPAM" in added,
            marks_read=UNSET if removed is UNSET else "UNREAD" in removed,
            matches_all=_matches_all(criteria) if readable else UNSET,
            looks_for=words if readable else UNSET,
        )


def _words(criteria: Wire) -> tuple[str, ...]:
    """Return the words and addresses that a filter looks for, in lower case."""
    return tuple(
        (text(criteria[field]) or str(criteria[field])).lower() for field in sorted(_WORDS) if field in criteria
    )


def _matches_all(criteria: Wire) -> bool:
    """Whether a filter catches every mail: it asks for nothing, or for a size that every mail has."""
    size = criteria.get("size", 0)
    asks = criteria.keys() & {*_WORDS, "hasAttachment"}
    any_size = criteria.get("sizeComparison") != "smaller" and isinstance(size, int) and size <= _SMALLEST_MAIL
    return not asks and ("size" not in criteria or any_size)


def _description(criteria: Wire) -> str:
    """Return what a filter looks for, as its owner would say it."""
    said = [f"{_WORDS[field]} {text(criteria[field]) or 'something'}".strip() for field in _WORDS if field in criteria]
    if "size" in criteria:
        unit = "byte" if criteria["size"] == 1 else "bytes"
        said.append(f"{text(criteria.get('sizeComparison')) or 'other'} than {criteria['size']} {unit}")
    if criteria.get("hasAttachment") is True:
        said.append("with an attachment")
    return ", ".join(said) or "every mail"


def parse_delegates(wire: Wire, account: Account) -> Iterator[MailboxGrant]:
    """Yield the people who may open this mailbox."""
    for entry in listed(wire, "delegates"):
        delegate = address(entry.get("delegateEmail"))
        status = text(entry.get("verificationStatus"))
        meanings: dict[str, Read[bool]] = {"accepted": True, "pending": False, "rejected": False, "expired": False}
        yield MailboxGrant(
            tenant=account.tenant,
            key=f"{account.key}/{delegate or 'unnamed'}",
            label=f"Delegate {delegate or 'without an address'}",
            owner=account.key,
            right="delegate",
            grantee=delegate or "",
            active=meanings.get(status or "", UNSET),
        )


def _plain_rule(
    account: Account, mechanism: Mechanism, label: str, destination: Read[str], *, enabled: Read[bool]
) -> MailRule:
    """Return a rule that sends mail on and does nothing else."""
    return MailRule(
        tenant=account.tenant,
        key=f"{account.key}/{mechanism}/{destination or 'unnamed'}",
        label=label,
        owner=account.key,
        mechanism=mechanism,
        enabled=enabled,
        destinations=UNSET if destination is UNSET else (destination,),
        deletes=False,
        hides=False,
        marks_read=False,
        matches_all=False,
        looks_for=(),
    )


def _labels(value: object) -> Read[frozenset[str]]:
    """Return a list of label ids; Google leaves an empty one out."""
    if value is None:
        return frozenset()
    return frozenset(map(str, value)) if isinstance(value, list) else UNSET


SETTINGS = (
    Setting("mail_rule", {"mechanism": "auto_forwarding"}, "getAutoForwarding", "", parse_auto_forwarding),
    Setting(
        "mail_rule", {"mechanism": "forwarding_address"}, "list", "forwardingAddresses", parse_forwarding_addresses
    ),
    Setting("mail_rule", {"mechanism": "filter"}, "list", "filters", parse_filters),
    Setting("mailbox_grant", {"right": "delegate"}, "list", "delegates", parse_delegates),
)
