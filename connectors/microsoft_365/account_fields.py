"""What a user object of the directory says of an account. Source: Graph v1.0, ``user`` and ``signInActivity``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from auditor.facts import UNSET, Account, AccountStatus, AccountType, Read
from connectors.door import malformed
from connectors.microsoft_365.values import Wire, address, boolean, moment, table, tables, text, texts, word

OUTSIDE = "#ext#"
"""Part of the name of every account whose home is another organisation, in lower case."""


def parse_account(wire: Wire, tenant: str, *, activity: bool) -> Account:
    """Return the account that a user object describes; a field that is missing stays not collected.

    ``activity`` says whether ``signInActivity`` was asked for: only then does its absence mean that there was none.
    Raises ``ReadError`` for an object without id or name.
    """
    key, name = text(wire.get("id")), text(wire.get("userPrincipalName"))
    if key is UNSET or name is UNSET:
        raise malformed("an account without id or name")
    kinds: Mapping[str, AccountType] = {"Member": "person", "Guest": "guest"}
    kind = word(wire.get("userType"), kinds)
    return Account(
        tenant=tenant,
        key=key,
        label=text(wire.get("displayName")) or name,
        address=name.lower(),
        aliases=_aliases(wire, name.lower()),
        type=kind,
        status=_status(wire),
        title=None if wire.get("jobTitle", UNSET) is None else text(wire.get("jobTitle")),
        has_mailbox=_has_mailbox(wire, kind),
        created=moment(wire.get("createdDateTime", UNSET)),
        last_sign_in=_last_sign_in(wire) if activity else UNSET,
        password_changed=moment(wire.get("lastPasswordChangeDateTime", UNSET)),
        cloud_only=_cloud_only(wire),
        licences=_licences(wire),
    )


def _status(wire: Wire) -> Read[AccountStatus]:
    enabled = boolean(wire.get("accountEnabled"))
    if enabled is False:
        return "suspended"
    if wire.get("externalUserState") == "PendingAcceptance":
        return "pending"
    return "active" if enabled is True else UNSET


def _aliases(wire: Wire, name: str) -> Read[tuple[str, ...]]:
    """Return the other mail addresses; of a guest, ``mail`` is the address at home."""
    proxies = texts(wire.get("proxyAddresses", UNSET))
    if proxies is UNSET or "mail" not in wire:
        return UNSET
    mail = [entry for entry in proxies if entry.lower().startswith("smtp:")]
    return tuple(sorted({found for entry in [wire["mail"], *mail] if (found := address(entry)) not in {UNSET, name}}))


def _has_mailbox(wire: Wire, kind: Read[AccountType]) -> Read[bool]:
    """Return whether mail is delivered here: to a member with address and licence. Without licence it may be shared."""
    if kind == "guest" or ("mail" in wire and wire["mail"] is None):
        return False
    licences = wire.get("assignedLicenses")
    return True if address(wire.get("mail")) and isinstance(licences, list) and licences else UNSET


def _cloud_only(wire: Wire) -> Read[bool]:
    """Return whether no other directory rules the account; Graph writes null for one that was never synchronised."""
    if "onPremisesSyncEnabled" not in wire:
        return UNSET
    synchronised = wire["onPremisesSyncEnabled"]
    found = False if synchronised is None else boolean(synchronised)
    return UNSET if found is UNSET else not found


def _licences(wire: Wire) -> Read[tuple[str, ...]]:
    """Return the ids of the licences; what they are called, ``licences`` knows."""
    given = wire.get("assignedLicenses")
    if not isinstance(given, list):
        return UNSET
    found = [text(each.get("skuId")) for each in tables(given)]
    return UNSET if UNSET in found or len(found) != len(given) else tuple(sorted(each or "" for each in found))


def _last_sign_in(wire: Wire) -> Read[datetime | None]:
    """Return the last successful sign-in; None if there was none, as far back as Microsoft tells (December 2023).

    ``lastSignInDateTime`` beside it counts failed attempts too, so that an attacker could keep a dead account fresh.
    """
    given = wire.get("signInActivity")
    if given is None:
        return None
    return moment(table(given).get("lastSuccessfulSignInDateTime", UNSET))
