"""Accounts with 2-Step Verification and administrator roles, in one paged listing each.

``users.list`` tells enrolment and enforcement of every account, live: 500 accounts a page.
Source: Directory API, ``users.list``, ``roles.list``, ``roleAssignments.list``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, AccountStatus, Read, Tenant
from auditor.models import Failure, Target
from connectors.google_workspace.client import Call, Client, Wire
from connectors.google_workspace.scopes import ROLES, USERS
from connectors.google_workspace.values import address, boolean, moment, text, texts

_FIELDS = (
    "users(id,primaryEmail,name/fullName,isAdmin,isDelegatedAdmin,isEnrolledIn2Sv,isEnforcedIn2Sv,suspended,archived,"
    "lastLoginTime,creationTime,orgUnitPath,recoveryEmail,aliases,nonEditableAliases,isMailboxSetup,customerId),nextPageToken"
)
_TARGET = Target("accounts", "the list of accounts")
_ROLES_TARGET = Target("roles", "the administrator roles")


@dataclass(frozen=True, slots=True)
class AccountsCollector:
    """Reads every account of the customer, and counts them for the tenant."""

    client: Client
    tenant: Tenant
    admin: str

    name = "accounts"
    kinds = ("account", "tenant")
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Account | Tenant | Failure]:
        """Yield the accounts and, if all could be listed, the tenant with its counts."""
        del targets  # there is only one
        roles: Mapping[str, tuple[str, ...]] | None = None
        try:
            roles = self._roles()
        except ReadError as error:
            yield Failure(_ROLES_TARGET, error, "account", fields=("admin_roles",))
        accounts: list[Account] = []
        unreadable = False
        listing = self.client.directory.users()
        request = listing.list(customer=self.tenant.vendor_id, maxResults=500, projection="full", fields=_FIELDS)
        for wire in self.client.pages(listing, Call(request, self.admin, USERS), "users"):
            try:
                accounts.append(parse_account(wire, self.tenant.key, roles))
            except ReadError as error:
                unreadable = True
                yield Failure(_TARGET, error, "account")
            else:
                yield accounts[-1]
        if not accounts and not unreadable:
            raise ReadError(
                GapReason.SUSPICIOUS,
                "Google lists no account at all, though it signed one in.",
                "Check `customer:` in the configuration, and that nobody has limited what the administrator may see.",
            )
        yield counted(self.tenant, accounts, complete=not unreadable)

    def _roles(self) -> Mapping[str, tuple[str, ...]]:
        """Return the names of the roles of each account. Raises ``ReadError``."""
        roles, assignments = self.client.directory.roles(), self.client.directory.roleAssignments()
        customer = self.tenant.vendor_id
        every = Call(roles.list(customer=customer, maxResults=100), self.admin, ROLES)
        names = dict(parse_role(wire) for wire in self.client.pages(roles, every, "items"))
        every = Call(assignments.list(customer=customer, maxResults=200), self.admin, ROLES)
        held: dict[str, tuple[str, ...]] = {}
        for wire in self.client.pages(assignments, every, "items"):
            account, role = parse_assignment(wire)
            held[account] = (*held.get(account, ()), names.get(role, role))
        if not names or not held:
            raise ReadError(
                GapReason.SUSPICIOUS,
                "Google lists no administrator role, though an administrator asked.",
                "Check `customer:` in the configuration, and that nobody has limited what the administrator may see.",
            )
        return held


def parse_role(wire: Wire) -> tuple[str, str]:
    """Return id and name of an administrator role. Raises ``ReadError``."""
    role, name = text(wire.get("roleId")), text(wire.get("roleName"))
    if role is UNSET or name is UNSET:
        raise ReadError(GapReason.MALFORMED, "An administrator role came without id or name.", "Run again.")
    return role, name


def parse_assignment(wire: Wire) -> tuple[str, str]:
    """Return the ids of an account and of a role that it holds. Raises ``ReadError``, also for a group's role.

    Google writes the type of the assignee in lower case, and leaves it out of older assignments, all to people.
    """
    account, role = text(wire.get("assignedTo")), text(wire.get("roleId"))
    if account is UNSET or role is UNSET:
        raise ReadError(GapReason.MALFORMED, "The assignment of an administrator role cannot be read.", "Run again.")
    if str(wire.get("assigneeType", "user")).lower() != "user":
        raise ReadError(
            GapReason.LIMITATION,
            "An administrator role is assigned to a group, whose members are not resolved.",
            "Admin console > Account > Admin roles: look at the roles assigned to groups.",
        )
    return account, role


def parse_account(wire: Wire, tenant: str, roles: Mapping[str, tuple[str, ...]] | None) -> Account:
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
        admin_roles=UNSET if roles is None else tuple(sorted(roles.get(key, ()))),
        is_admin=is_admin,
        is_super_admin=super_admin,
        mfa_registered=boolean(wire.get("isEnrolledIn2Sv")),
        mfa_enforced=boolean(wire.get("isEnforcedIn2Sv")),
        has_mailbox=boolean(wire.get("isMailboxSetup")),
        created=moment(wire.get("creationTime")),
        last_sign_in=_last_sign_in(wire),
        recovery_address=None if wire.get("recoveryEmail", "") == "" else address(wire["recoveryEmail"]),
    )


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
