"""Accounts with 2-Step Verification, administrator roles, keys, passwords and what holds for each.

``users.list`` tells enrolment and enforcement of every account, live: 500 accounts a page. The rest comes from sources
of their own; one that cannot be read leaves its fields unknown and everything else as it is.
Source: Directory API, ``users.list``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Tenant
from auditor.models import Failure, Target
from connectors.google_workspace.account_fields import counted, parse_account, with_shared_recovery
from connectors.google_workspace.app_passwords import read_app_passwords
from connectors.google_workspace.client import Call, Client
from connectors.google_workspace.customer_settings import CustomerSettings
from connectors.google_workspace.identity_providers import DECIDED, decided_elsewhere, read_sign_on, undecided
from connectors.google_workspace.roles import read_roles
from connectors.google_workspace.scopes import SECURITY, USERS
from connectors.google_workspace.setting_fields import enforced_from
from connectors.google_workspace.settings import in_force
from connectors.google_workspace.single_sign_on import judged_elsewhere, signed_on
from connectors.google_workspace.subjects import ADMINISTRATOR
from connectors.google_workspace.usage import FIELDS, read_usage
from connectors.google_workspace.values import boolean

_FIELDS = (
    "users(id,primaryEmail,name/fullName,isAdmin,isDelegatedAdmin,isEnrolledIn2Sv,isEnforcedIn2Sv,suspended,archived,"
    "lastLoginTime,creationTime,orgUnitPath,recoveryEmail,recoveryPhone,aliases,nonEditableAliases,isMailboxSetup,"
    "customerId,organizations),nextPageToken"
)
_TARGET = Target("accounts", "the list of accounts")
_ROLES = Target("roles", "the administrator roles")
_SIGN_ON = Target("single-sign-on", "who signs in through another identity provider")
_USAGE = Target("usage", "the usage report of accounts")
_APP_PASSWORDS = Target("app-passwords", "the application passwords")

_Accounts = dict[str, Account]


@dataclass(frozen=True, slots=True)
class AccountsCollector:
    """Reads every account of the customer, and counts them for the tenant."""

    client: Client
    tenant: Tenant
    customer: CustomerSettings
    security: bool = False
    """Whether application passwords are read, which needs a scope that could do harm."""

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
        accounts, failures, broken = self._list()
        yield from failures
        if not accounts and not failures and broken is None:
            raise ReadError(
                GapReason.SUSPICIOUS,
                "Google lists no account at all, though it signed one in.",
                "Check `customer:` in the configuration, and that nobody has limited what the administrator may see.",
            )
        whole = broken is None and not failures
        if accounts:
            yield from self._complete(accounts)
            self._add_settings(accounts)
            yield from decided_elsewhere(accounts.values())
        yield from with_shared_recovery(accounts.values(), whole=whole)
        if broken is not None:
            raise broken
        yield counted(self.tenant, list(accounts.values()), complete=whole)

    def _list(self) -> tuple[_Accounts, list[Failure], ReadError | None]:
        """Return the accounts of the listing, those that could not be read, and what broke the listing off."""
        accounts: _Accounts = {}
        failures: list[Failure] = []
        listing = self.client.directory.users()
        request = listing.list(customer=self.tenant.vendor_id, maxResults=500, projection="full", fields=_FIELDS)
        try:
            for wire in self.client.pages(listing, Call(request, ADMINISTRATOR, USERS), "users"):
                try:
                    account = parse_account(wire, self.tenant.key)
                except ReadError as error:
                    failures.append(Failure(_TARGET, error, "account"))
                else:
                    accounts[account.key] = account
        except ReadError as error:
            return accounts, failures, error
        return accounts, failures, None

    def _complete(self, accounts: _Accounts) -> Iterator[Failure]:
        """Add to the accounts what other sources tell of them; yield what could not be read."""
        for target, fields, add in self._sources():
            try:
                missing = add(accounts)
            except ReadError as error:
                yield Failure(target, error, "account", fields=fields)
            else:
                if missing:
                    yield Failure(target, _never_came(missing), "account", fields=missing)

    def _sources(self) -> Iterator[tuple[Target, tuple[str, ...], Callable[[_Accounts], tuple[str, ...]]]]:
        """Yield what else is read of accounts: a name, the fields, and what puts them into the accounts.

        Each returns which of its fields never came, and raises ``ReadError`` when none of them could be read.
        """
        yield _ROLES, ("admin_roles", "admin_privileges", "is_admin"), self._add_roles
        yield _SIGN_ON, ("single_sign_on", "identity_provider", *DECIDED), self._add_sign_on
        yield _USAGE, tuple(FIELDS), self._add_usage
        yield _APP_PASSWORDS, ("app_passwords",), self._add_app_passwords

    def _add_roles(self, accounts: _Accounts) -> tuple[str, ...]:
        try:
            held = read_roles(self.client, self.tenant.vendor_id)
        except ReadError:  # whoever has a role through a group is an administrator without any flag of the account
            for key, account in accounts.items():
                if account.is_admin is not True:
                    accounts[key] = msgspec.structs.replace(account, is_admin=UNSET)
            raise
        for key, account in accounts.items():
            roles = held.of(key)
            accounts[key] = msgspec.structs.replace(
                account,
                admin_roles=tuple(sorted({role.name for role in roles})),
                admin_privileges=tuple(sorted({each for role in roles for each in role.privileges})),
                is_admin=True if roles else account.is_admin,
            )
        return ()

    def _add_sign_on(self, accounts: _Accounts) -> tuple[str, ...]:
        try:
            found = read_sign_on(self.client, self.customer)
        except ReadError:
            accounts |= {key: judged_elsewhere(account) for key, account in accounts.items()}
            raise
        accounts |= {key: signed_on(account, found) for key, account in accounts.items()}
        if any(account.single_sign_on is UNSET and account.status == "active" for account in accounts.values()):
            raise undecided(found)
        return ()

    def _add_usage(self, accounts: _Accounts) -> tuple[str, ...]:
        usage = read_usage(self.client)
        for key, fields in usage.accounts.items():
            if key in accounts:
                accounts[key] = msgspec.structs.replace(accounts[key], **fields)
        return usage.missing

    def _add_settings(self, accounts: _Accounts) -> None:
        """Say whether people may forward mail, and what enforces 2-Step Verification now."""
        try:
            self.customer.read()
        except ReadError:  # a gap already, where the settings themselves are read; here the fields stay unknown
            return
        for key, account in accounts.items():
            value = self.customer.of(account)
            start = enforced_from(value.get("security.two_step_verification_enforcement.enforcedFrom"))
            enforced = in_force(start, self.client.wall())
            names = (f"2-Step Verification enforced in {account.unit}",) if enforced else ()
            moot = bool(names) and account.single_sign_on is not False
            accounts[key] = msgspec.structs.replace(
                account,
                may_forward=boolean(value.get("gmail.auto_forwarding.enableAutoForwarding")),
                mfa_enforced_by=UNSET if enforced is UNSET or moot else names,
            )

    def _add_app_passwords(self, accounts: _Accounts) -> tuple[str, ...]:
        if not self.security:
            remedy = f"Set `security: true` for this tenant in the configuration. {SECURITY.remedy}"
            raise ReadError(GapReason.DENIED, "The configuration does not allow them to be looked at.", remedy)
        for key, number in read_app_passwords(self.client, list(accounts)).items():
            accounts[key] = msgspec.structs.replace(accounts[key], app_passwords=number)
        return ()


def _never_came(fields: Sequence[str]) -> ReadError:
    return ReadError(
        GapReason.PARTIAL,
        f"Google's usage report came without {', '.join(fields)}.",
        "Run again tomorrow. If it stays, report it: Google may have renamed a parameter.",
    )
