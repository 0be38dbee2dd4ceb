"""Whom Exchange means when it names a recipient: a mailbox, a contact outside, a list and all who are on it.

Source: ``Get-Recipient`` and ``Get-DistributionGroupMember``. Exchange names recipients by whatever it has at hand: an
id, an address, an alias, a path, or a display name, which two of them may share.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Read
from connectors.microsoft_365.exchange import Exchange
from connectors.microsoft_365.once import Once
from connectors.microsoft_365.values import Wire, address, text, texts

_ELSEWHERE = frozenset({"MailContact", "MailUser", "GuestMailUser", "MailForestContact"})
_LISTS = frozenset({"MailUniversalDistributionGroup", "MailUniversalSecurityGroup", "MailNonUniversalGroup"})
_OF_NOBODY = frozenset({"DynamicDistributionGroup", "GroupMailbox", "PublicFolder", "RoomList"})
_DEEPEST = 8
"""Lists within lists that are followed."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody or something that gets mail; ``reaches`` is where it ends up, which for a contact is elsewhere."""

    key: str
    account: str
    kind: str
    address: Read[str]
    reaches: Read[str]

    @property
    def has_no_mailbox(self) -> bool:
        """Whether it is known not to be somebody's mailbox: it is a list, or somebody elsewhere."""
        return self.kind in _LISTS | _ELSEWHERE | _OF_NOBODY


@dataclass(frozen=True, slots=True)
class AddressBook:
    """All recipients by the names that are theirs alone, and the error if Exchange did not list all."""

    by_name: Mapping[str, Recipient]
    broken: ReadError | None


class Recipients:
    """The recipients of the organisation, read when first asked for. Safe to use from many threads."""

    def __init__(self, exchange: Exchange) -> None:
        """Take the client."""
        self._exchange = exchange
        self._lock = threading.Lock()
        self._members: dict[str, Read[tuple[str, ...]]] = {}
        self.book = Once(self._book)
        """Returns the address book. Raises ``ReadError`` if it cannot be had."""

    def find(self, name: str) -> Recipient | None:
        """Return the recipient that goes by ``name``, if exactly one does. Raises ``ReadError``."""
        return self.book().by_name.get(_plain(name))

    def destinations(self, name: str) -> Read[tuple[str, ...]]:
        """Return the addresses that mail for ``name`` reaches, lists resolved; ``UNSET`` if that cannot be told.

        An address that Exchange does not know is taken as it is: it is outside, or nobody's. Raises ``ReadError``.
        """
        found = self.find(name)
        if found is None:
            plain = address(name)
            return UNSET if plain is UNSET else (plain,)
        return self._reached(found, 0)

    def _book(self) -> AddressBook:
        rows, broken = self._exchange.run("Get-Recipient", ResultSize="Unlimited")
        return AddressBook(by_name(rows), broken)

    def _reached(self, recipient: Recipient, depth: int) -> Read[tuple[str, ...]]:
        if recipient.kind not in _LISTS:
            return UNSET if recipient.reaches is UNSET else (recipient.reaches,)
        with self._lock:
            known = self._members.get(recipient.key)
        if known is None:
            known = self._on_list(recipient, depth) if depth < _DEEPEST else UNSET
            with self._lock:
                self._members[recipient.key] = known
        return known

    def _on_list(self, recipient: Recipient, depth: int) -> Read[tuple[str, ...]]:
        rows, broken = self._exchange.run("Get-DistributionGroupMember", Identity=recipient.key, ResultSize="Unlimited")
        if broken:
            raise broken
        found: set[str] = set()
        for row in rows:
            reached = self._reached(parse_recipient(row), depth + 1)
            if reached is UNSET:
                return UNSET
            found.update(reached)
        return tuple(sorted(found))


def by_name(rows: Iterable[Wire]) -> dict[str, Recipient]:
    """Return the recipients by every name that only one of them has; ids and addresses go before display names."""
    own: defaultdict[str, set[Recipient]] = defaultdict(set)
    shown: defaultdict[str, set[Recipient]] = defaultdict(set)
    for row in rows:
        recipient = parse_recipient(row)
        mail = texts(row.get("EmailAddresses")) or ()
        for name in ("Guid", "ExternalDirectoryObjectId", "Identity", "Name", "Alias", "PrimarySmtpAddress"):
            own[_plain(text(row.get(name)) or "")].add(recipient)
        for each in mail:
            own[_plain(address(each) or "")].add(recipient)
        shown[_plain(text(row.get("DisplayName")) or "")].add(recipient)
    unique = {name: found for name, found in own.items() if len(found) == 1}
    unique = {name: found for name, found in shown.items() if len(found) == 1 and name not in own} | unique
    return {name: next(iter(found)) for name, found in unique.items() if name}


def parse_recipient(wire: Wire) -> Recipient:
    """Return the recipient that a row describes; a group of Microsoft 365 is taken for its mailbox."""
    kind, own = text(wire.get("RecipientTypeDetails")) or "", address(wire.get("PrimarySmtpAddress"))
    key, account = text(wire.get("Guid")) or "", text(wire.get("ExternalDirectoryObjectId")) or ""
    outside = address(wire.get("ExternalEmailAddress"))
    reaches = outside if kind in _ELSEWHERE else UNSET if kind == "DynamicDistributionGroup" or not kind else own
    return Recipient(key or account or own or "", account, kind, own, reaches)


def _plain(name: str) -> str:
    """Return a name as it is compared: in lower case, of a path its last part, of an address its bare form."""
    bare = name.strip().lower().removeprefix("smtp:")
    return bare if "@" in bare else bare.rpartition("/")[2]
