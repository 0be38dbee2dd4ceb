"""Settings of the whole Exchange organisation: sign-in to mailboxes, logging, what is marked, what may be shared.

Source: ``Get-OrganizationConfig``, ``Get-TransportConfig``, ``Get-ExternalInOutlook``, ``Get-SharingPolicy`` and
``Get-DkimSigningConfig``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.facts import UNSET, Read
from connectors.door import malformed
from connectors.microsoft_365.exchange_settings import ExchangeSettings
from connectors.microsoft_365.settings import Part
from connectors.microsoft_365.values import Wire, boolean, text, texts


def parts(exchange: ExchangeSettings) -> tuple[Part, ...]:
    """Return what is read of Exchange."""
    return (
        Part(
            ("modern_authentication", "direct_send_rejected", "mailbox_auditing"),
            lambda: parse_organisation(exchange.organisation()),
        ),
        Part(("smtp_auth",), lambda: parse_transport(exchange.transport())),
        Part(("outside_mail_marked",), lambda: parse_marking(exchange.rows("Get-ExternalInOutlook"))),
        Part(("calendar_sharing", "contact_sharing"), lambda: parse_sharing(exchange.some("Get-SharingPolicy"))),
        Part(("domains_without_dkim",), lambda: parse_dkim(exchange.some("Get-DkimSigningConfig"))),
    )


def parse_organisation(wire: Wire) -> dict[str, Any]:
    """Return the settings of ``Get-OrganizationConfig``."""
    return {
        "modern_authentication": boolean(wire.get("OAuth2ClientProfileEnabled")),
        "direct_send_rejected": boolean(wire.get("RejectDirectSend")),
        "mailbox_auditing": _negated(boolean(wire.get("AuditDisabled"))),
    }


def parse_transport(wire: Wire) -> dict[str, Any]:
    """Return the settings of ``Get-TransportConfig``."""
    return {"smtp_auth": _negated(boolean(wire.get("SmtpClientAuthenticationDisabled")))}


def parse_marking(rows: Iterable[Wire]) -> dict[str, Any]:
    """Return whether mail from outside is marked; Exchange gives one row, which says so."""
    found = {boolean(row.get("Enabled")) for row in rows}
    return {"outside_mail_marked": found.pop() if len(found) == 1 else UNSET}


def parse_sharing(rows: Iterable[Wire]) -> dict[str, Any]:
    """Return to whom people may open calendars and address books, by any sharing policy that is on.

    An entry is a domain and what may be shown to it: ``*:CalendarSharingFreeBusyDetail, ContactsSharing``. Raises
    ``ReadError`` for an entry of another form.
    """
    calendars: set[str] = set()
    contacts: set[str] = set()
    for row in rows:
        domains = texts(row.get("Domains"))
        if domains is UNSET or boolean(row.get("Enabled")) is UNSET:
            raise malformed("a sharing policy that cannot be read")
        for entry in domains if boolean(row.get("Enabled")) else ():
            domain, colon, actions = entry.partition(":")
            if not colon:
                raise malformed("an entry of a sharing policy that cannot be read")
            calendars |= {domain.strip().lower()} if "CalendarSharing" in actions else set()
            contacts |= {domain.strip().lower()} if "ContactsSharing" in actions else set()
    return {"calendar_sharing": tuple(sorted(calendars)), "contact_sharing": tuple(sorted(contacts))}


def parse_dkim(rows: Iterable[Wire]) -> dict[str, Any]:
    """Return the domains that are known to Exchange and not signed. A domain without a row is looked for in DNS."""
    off: set[str] = set()
    for row in rows:
        domain, enabled = text(row.get("Domain")) or text(row.get("Name")), boolean(row.get("Enabled"))
        if not domain or enabled is UNSET:
            return {"domains_without_dkim": UNSET}
        off |= set() if enabled else {domain.lower()}
    return {"domains_without_dkim": tuple(sorted(off))}


def _negated(value: Read[bool]) -> Read[bool]:
    return UNSET if value is UNSET else not value
