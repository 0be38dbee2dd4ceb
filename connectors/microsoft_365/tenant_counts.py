"""What the accounts of a tenant come to: how many of each sort there are, and which that were declared are missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from auditor.facts import UNSET, Account, Read, Tenant

COUNTS = ("active_people", "guests", "super_admins", "break_glass", "missing_break_glass")
"""The fields of the tenant that hang on the whole list of accounts."""


def not_there(declared: frozenset[str], accounts: Collection[Account], *, whole: bool) -> Read[tuple[str, ...]]:
    """Return those of the ``declared`` addresses that no account has; unless ``whole``, some account may have them."""
    known = {address for account in accounts for address in (account.address, *(account.aliases or ()))}
    missing = tuple(sorted(declared - known))
    sure = whole and all(account.aliases is not UNSET for account in accounts)
    return missing if sure or not missing else UNSET


def counted(tenant: Tenant, accounts: Sequence[Account], *, whole: bool) -> Tenant:
    """Return the tenant with its counts; a count over something not collected, or not ``whole``, is not collected."""
    kinds_known = whole and all(account.type is not UNSET for account in accounts)
    states_known = whole and all(account.status is not UNSET for account in accounts)
    roles_known = states_known and all(account.is_super_admin is not UNSET for account in accounts)
    active = [account for account in accounts if account.status == "active"]
    return replace(
        tenant,
        active_people=sum(account.type == "person" for account in active) if kinds_known and states_known else UNSET,
        guests=sum(account.type == "guest" for account in accounts) if kinds_known else UNSET,
        super_admins=sum(account.is_super_admin is True for account in active) if roles_known else UNSET,
        break_glass=sum(account.break_glass for account in active) if states_known else UNSET,
    )
