"""Who else may use a mailbox: full access, sending as its owner, sending on the owner's behalf, its calendar.

Source: ``Get-MailboxPermission`` and ``Get-MailboxFolderPermission``, one mailbox at a time;
``Get-RecipientPermission`` and ``Get-Mailbox``, all at once. Booleans in rows of permissions are texts:
``Deny: "False"`` is how a grant looks. What is inherited comes from Microsoft's own servers, and a mailbox's own
account is called SELF.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Directory, MailboxGrant, Read, Right, SharedItem
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.calendars import CALENDAR, calendar_facts
from connectors.microsoft_365.exchange import Exchange
from connectors.microsoft_365.mailboxes import Mailbox, Mailboxes, owners
from connectors.microsoft_365.recipients import Recipients
from connectors.microsoft_365.refusals import NotThereError, suspicious
from connectors.microsoft_365.values import Wire, address, boolean, text, texts

_KIND = "mailbox_grant"
_OWN = frozenset({"nt authority\\self", "self"})
_ALL_AT_ONCE = Target("grants", "who may send in the name of others")


@dataclass(frozen=True, slots=True)
class _Reach:
    """Finds out whom a name means."""

    recipients: Recipients

    def address(self, name: str) -> Read[str]:
        """Return the address of whoever goes by ``name``; of a guest the one at home. Not known if several do."""
        found = self.recipients.find(name)
        plain = address(name)
        if found is None:
            return plain
        return found.reaches if found.reaches is not UNSET else found.address

    def perhaps(self, name: str) -> Read[str]:
        """Return the same, and not collected where the address book cannot be read."""
        try:
            return self.address(name)
        except ReadError:
            return address(name)


@dataclass(frozen=True, slots=True)
class MailboxAccessCollector:
    """Reads, mailbox by mailbox, who may open it, and who sees its calendar."""

    exchange: Exchange
    mailboxes: Mailboxes
    recipients: Recipients
    directory: Directory

    name = "mailbox_access"
    kinds = (_KIND, "shared_item")
    per_account = False
    batch_size = 1

    def targets(self) -> Iterator[Target]:
        """Every mailbox. Raises ``ReadError`` if they cannot be listed."""
        listing = self.mailboxes.listing()
        if listing.broken:
            raise listing.broken
        owner_of = owners(self.directory.accounts, listing.mailboxes)
        for mailbox in listing.mailboxes:
            yield _target(mailbox, owner_of.get(mailbox.key))

    def read(self, targets: Sequence[Target]) -> Iterator[MailboxGrant | SharedItem | Failure]:
        """Yield the grants and the calendar of each mailbox."""
        reach = _Reach(self.recipients)
        tenant = self.directory.tenant.tenant
        for target in targets:
            known = {"right": "full_access"}
            try:
                rows = self._rows("Get-MailboxPermission", target.key)
                for trustee in trustees(rows, "User", "FullAccess"):
                    yield from granted("full_access", target, trustee, reach, tenant)
            except ReadError as error:
                yield Failure(target, error, _KIND, known=known)
            try:
                rows = self._rows("Get-MailboxFolderPermission", f"{target.key}:\\Calendar")
                yield from calendar_facts(rows, target, self.directory, reach.perhaps)
            except NotThereError:
                yield Failure(target, _other_name(), "shared_item", known=CALENDAR)
            except ReadError as error:
                yield Failure(target, error, "shared_item", known=CALENDAR)

    def _rows(self, cmdlet: str, identity: str) -> list[Wire]:
        rows, broken = self.exchange.run(cmdlet, Identity=identity)
        if broken:
            raise broken
        if not rows:
            raise suspicious(f"nothing for {cmdlet}, where there is always at least the owner's own entry")
        return rows


@dataclass(frozen=True, slots=True)
class SendingCollector:
    """Reads who may send as somebody, and on whose behalf, for all mailboxes at once."""

    exchange: Exchange
    mailboxes: Mailboxes
    recipients: Recipients
    directory: Directory

    name = "mailbox_sending"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_ALL_AT_ONCE,)

    def read(self, targets: Sequence[Target]) -> Iterator[MailboxGrant | Failure]:
        """Yield the grants."""
        del targets  # there is only one
        reach = _Reach(self.recipients)
        tenant = self.directory.tenant.tenant
        listing = self.mailboxes.listing()
        if listing.broken:
            yield Failure(_ALL_AT_ONCE, listing.broken, _KIND)
        owner_of = owners(self.directory.accounts, listing.mailboxes)
        spots = {mailbox.key: _target(mailbox, owner_of.get(mailbox.key)) for mailbox in listing.mailboxes}
        for mailbox in listing.mailboxes:
            spot = spots[mailbox.key]
            if mailbox.on_behalf is UNSET:
                yield Failure(spot, _unreadable(), _KIND, known={"right": "send_on_behalf"})
                continue
            for trustee in mailbox.on_behalf:
                yield from granted("send_on_behalf", spot, trustee, reach, tenant)
        by_name = {name: spots[mailbox.key] for mailbox in listing.mailboxes for name in _names(mailbox)}
        yield from self._sending_as(by_name, reach)

    def _sending_as(self, by_name: Mapping[str, Target], reach: _Reach) -> Iterator[MailboxGrant | Failure]:
        """Yield who may send as somebody; ``by_name`` are the mailboxes by all that they are called."""
        known = {"right": "send_as"}
        try:
            rows, broken = self.exchange.run("Get-RecipientPermission", ResultSize="Unlimited")
        except ReadError as error:
            yield Failure(_ALL_AT_ONCE, error, _KIND, known=known)
            return
        if not rows and by_name:
            broken = suspicious("nobody who may send, though every mailbox has its own entry")
        if broken:
            yield Failure(_ALL_AT_ONCE, broken, _KIND, known=known)
        for row in rows:
            try:
                found = trustees([row], "Trustee", "SendAs")
            except ReadError as error:
                yield Failure(_ALL_AT_ONCE, error, _KIND, known=known)
                continue
            for trustee in found:
                identity = text(row.get("Identity")) or ""
                spot = by_name.get(identity.lower()) or self._elsewhere(identity, by_name)
                yield from granted("send_as", spot, trustee, reach, self.directory.tenant.tenant)

    def _elsewhere(self, identity: str, by_name: Mapping[str, Target]) -> Target:
        """Return the target of a recipient that no mailbox is named after: found by the address book, or a list.

        Unless it is known to be no mailbox, it may be somebody's, so that it is not taken for the organisation's.
        """
        try:
            found = self.recipients.find(identity)
        except ReadError:
            found = None
        spot = by_name.get(found.account.lower()) if found and found.account else None
        if spot:
            return spot
        owner = None if found and found.has_no_mailbox else (found and found.account) or identity
        return Target(identity, (found and found.address) or identity, owner)


def trustees(rows: Iterable[Wire], who: str, right: str) -> list[str]:
    """Return the names of those to whom rows of permissions give ``right``, each once, in their order.

    A row whose denial or inheritance cannot be read counts as a grant: it is shown rather than lost. Raises
    ``ReadError`` for one whose rights cannot be read.
    """
    found: dict[str, None] = {}
    for row in rows:
        trustee = text(row.get(who)) or ""
        listed = _rights(row.get("AccessRights"))
        if listed is UNSET:
            raise malformed("a row of permissions that does not say which")
        rights = {each.strip().lower() for each in listed}
        denied = boolean(row.get("Deny")) is True or str(row.get("AccessControlType", "")).lower() == "deny"
        if right.lower() in rights and not denied and boolean(row.get("IsInherited")) is not True:
            found |= {} if trustee.lower() in _OWN else {trustee: None}
    return list(found)


def granted(right: Right, target: Target, trustee: str, reach: _Reach, tenant: str) -> Iterator[MailboxGrant | Failure]:
    """Yield a grant, and a failure where it is not known whom it was given to."""
    whom: Read[str] = address(trustee)
    try:
        whom = reach.address(trustee)
    except ReadError as error:
        if whom is UNSET:
            yield Failure(target, error, _KIND, ("grantee",), {"right": right})
    yield MailboxGrant(
        tenant=tenant,
        key=f"{right}/{target.key}/{trustee.lower()}",
        label=f"{trustee} in the mailbox of {target.label}",
        owner=target.owner,
        right=right,
        grantee=whom,
        active=True,
    )


def _rights(value: object) -> Read[Sequence[str]]:
    """Return rights, which come as a list or as one text with commas; every row has some."""
    return value.split(",") if isinstance(value, str) and value else texts(value) or UNSET


def _target(mailbox: Mailbox, owner: str | None) -> Target:
    return Target(mailbox.key, mailbox.address or mailbox.name, owner)


def _names(mailbox: Mailbox) -> set[str]:
    names = {mailbox.key.lower(), mailbox.account.lower(), mailbox.principal or "", mailbox.address or ""}
    return names - {""}


def _unreadable() -> ReadError:
    return ReadError(
        GapReason.MALFORMED,
        "Exchange did not say who may send on behalf of this mailbox.",
        "Run again; if it stays, report it.",
    )


def _other_name() -> ReadError:
    return ReadError(
        GapReason.LIMITATION,
        "The calendar of this mailbox is not called Calendar, and is not looked for under other names.",
        "Look for yourself: Outlook on the web > Calendar > the calendar > Sharing and permissions.",
    )
