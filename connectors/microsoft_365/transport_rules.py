"""Mail flow rules of the whole organisation. Source: ``Get-TransportRule``.

A rule sends mail on in four ways, of which redirecting is only one; a connector sends it to a server whose addresses
are not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, MailRule, Read
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.exchange import Exchange
from connectors.microsoft_365.recipients import Recipients
from connectors.microsoft_365.values import Wire, address, boolean, empty, text, texts

_TARGET = Target("transport_rules", "the mail flow rules")
_KNOWN = {"mechanism": "transport_rule"}
Reached = Callable[[str], Read[tuple[str, ...]]]
"""Gives the addresses that mail for a name reaches; raises ``ReadError`` where the address book cannot be read."""

_SENDING = ("RedirectMessageTo", "BlindCopyTo", "CopyTo", "AddToRecipients")


@dataclass(frozen=True, slots=True)
class TransportRulesCollector:
    """Reads all mail flow rules with one cmdlet."""

    exchange: Exchange
    recipients: Recipients
    tenant: str

    name = "transport_rules"
    kinds = ("mail_rule",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[MailRule | Failure]:
        """Yield the rules; they belong to nobody but the organisation."""
        del targets  # there is only one
        rows, broken = self.exchange.run("Get-TransportRule")
        if broken:
            yield Failure(_TARGET, broken, "mail_rule", known=_KNOWN)
        for row in rows:
            try:
                yield parse_rule(row, self.tenant, self.recipients.destinations)
            except ReadError as error:
                yield Failure(_TARGET, error, "mail_rule", known=_KNOWN)


def parse_rule(wire: Wire, tenant: str, reached: Reached) -> MailRule:
    """Return the rule that a row describes; ``reached`` finds the addresses behind a name.

    Raises ``ReadError`` for one without id or name.
    """
    name = text(wire.get("Name"))
    key = text(wire.get("Guid")) or text(wire.get("ImmutableId")) or name
    if key is UNSET:
        raise malformed("a mail flow rule without id or name")
    return MailRule(
        tenant=tenant,
        key=key,
        label=name or key,
        mechanism="transport_rule",
        enabled=_enabled(wire),
        destinations=_destinations(wire, reached),
        deletes=boolean(wire.get("DeleteMessage", UNSET)),
        hides=UNSET if "Quarantine" not in wire else boolean(wire["Quarantine"]),
        marks_read=False,
        matches_all=UNSET if empty(wire.get("Conditions")) else False,
    )


def _enabled(wire: Wire) -> Read[bool]:
    """Whether the rule acts: it must be enabled, and not merely be tried out (``Mode`` Audit or AuditAndNotify)."""
    states = {"Enabled": True, "Disabled": False}
    modes = {"Enforce": True, "Audit": False, "AuditAndNotify": False}
    found = {states.get(str(wire.get("State")), UNSET), modes.get(str(wire.get("Mode")), UNSET)}
    return False if False in found else UNSET if UNSET in found else True


def _destinations(wire: Wire, reached: Reached) -> Read[tuple[str, ...]]:
    """Return the addresses that get the mail; not known with a connector, or with a name that nobody alone has."""
    found: set[str] = set()
    if not empty(wire.get("RouteMessageOutboundConnector")):
        return UNSET
    for field in _SENDING:
        value = wire.get(field, UNSET)
        recipients = texts([value] if isinstance(value, str) else value)
        if recipients is UNSET:
            return UNSET
        for recipient in recipients:
            try:
                each = reached(recipient)
            except ReadError:  # an address needs no address book
                plain = address(recipient)
                each = UNSET if plain is UNSET else (plain,)
            if each is UNSET:
                return UNSET
            found.update(each)
    return tuple(sorted(found))
