"""Accounts: what a user object says, and what several accounts say together. Pure.

Source: Directory API, the resource ``users``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, AccountStatus, Read, Tenant
from connectors.google_workspace.client import Wire
from connectors.google_workspace.values import address, boolean, moment, text, texts


def parse_account(wire: Wire, tenant: str) -> Account:
    """Return the account that a user object describes; a field that is missing stays not collected."""
    key = text(wire.get("id"))
    primary = address(wire.get("primaryEmail"))
    if key is UNSET or primary is UNSET:
        raise ReadError(GapReason.MALFORMED, "An account came without id or address.", "Run again.")
    super_admin, delegated = boolean(wire.get("isAdmin")), boolean(wire.get("isDelegatedAdmin"))
    is_admin: Read[bool] = UNSET
    if super_admin is True or delegated is True:
        is_admin = True
    elif super_admin is False and delegated is False:
        is_admin = False
    name = wire.get("name")
    full_name = text(name.get("fullName")) if isinstance(name, dict) else UNSET
    # Google leaves both lists out when they are empty.
    aliases, fixed = (texts(wire.get(field, [])) for field in ("aliases", "nonEditableAliases"))
    return Account(
        tenant=tenant,
        key=key,
        label=primary if full_name is UNSET else full_name,
        address=primary,
        aliases=UNSET if aliases is UNSET or fixed is UNSET else tuple(sorted({*aliases, *fixed})),
        type="person",
        status=_status(wire),
        unit=text(wire.get("orgUnitPath")),
        title=_title(wire.get("organizations", [])),
        is_admin=is_admin,
        is_super_admin=super_admin,
        mfa_registered=boolean(wire.get("isEnrolledIn2Sv")),
        mfa_enforced=boolean(wire.get("isEnforcedIn2Sv")),
        has_mailbox=boolean(wire.get("isMailboxSetup")),
        created=moment(wire.get("creationTime")),
        last_sign_in=_last_sign_in(wire),
        recovery_address=None if wire.get("recoveryEmail", "") == "" else address(wire["recoveryEmail"]),
        recovery_phone=None if wire.get("recoveryPhone", "") == "" else text(wire["recoveryPhone"]),
    )


def _title(organizations: object) -> Read[str | None]:
    """Return the job title in the first of somebody's organisations, the primary one before others."""
    if not isinstance(organizations, list) or not all(isinstance(each, dict) for each in organizations):
        return UNSET
    titles = [each.get("title") for each in sorted(organizations, key=lambda each: each.get("primary") is not True)]
    return next((each for each in titles if isinstance(each, str) and each), None)


def counted(tenant: Tenant, accounts: Sequence[Account], *, complete: bool) -> Tenant:
    """Return the tenant with its counts; a count over something not collected is not collected."""
    active = [account for account in accounts if account.status == "active"]
    complete &= all(account.status is not UNSET and account.is_super_admin is not UNSET for account in accounts)
    return Tenant(
        tenant=tenant.tenant,
        key=tenant.key,
        label=tenant.label,
        connector=tenant.connector,
        vendor_id=tenant.vendor_id,
        active_people=len(active) if complete else UNSET,
        guests=0,
        super_admins=sum(account.is_super_admin is True for account in active) if complete else UNSET,
    )


def _status(wire: Wire) -> Read[AccountStatus]:
    suspended, archived = boolean(wire.get("suspended")), boolean(wire.get("archived"))
    if suspended is True:
        return "suspended"
    if archived is True:
        return "archived"
    return "active" if suspended is False and archived is not UNSET else UNSET


def _last_sign_in(wire: Wire) -> Read[datetime | None]:
    """Return the last sign-in; Google writes the beginning of 1970 for never."""
    last = moment(wire.get("lastLoginTime"))
    return None if isinstance(last, datetime) and last.year == 1970 else last  # noqa: PLR2004 - the epoch


def with_shared_recovery(accounts: Iterable[Account], *, whole: bool) -> Iterator[Account]:
    """Yield the accounts, each with whether another one has the same recovery address or telephone.

    That somebody shares is certain as soon as one other is found; that nobody does, only when all were read.
    """
    every = list(accounts)
    ways = [{each.recovery_address, each.recovery_phone} - {None, UNSET} for each in every]
    used = Counter(way for each in ways for way in each)
    known = whole and all(UNSET not in {each.recovery_address, each.recovery_phone} for each in every)
    for account, own in zip(every, ways, strict=True):
        shared = any(used[way] > 1 for way in own)
        yield msgspec.structs.replace(account, recovery_shared=True if shared else False if known else UNSET)
