"""Accounts with registration, roles and MFA enforcement, the sign-in policies behind it, and the tenant's counts.

Source: Graph v1.0, ``user``. Each of the listings that describe accounts costs, when it fails, its own fields only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, SignInPolicy, Tenant
from auditor.models import Failure, Target
from connectors.microsoft_365.account_fields import parse_account
from connectors.microsoft_365.auto_forwarding import AutoForwarding
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.cross_tenant import CrossTenant
from connectors.microsoft_365.groups import Groups
from connectors.microsoft_365.mailboxes import Mailboxes
from connectors.microsoft_365.protection import ENFORCEMENT, Protections, fields, undecided
from connectors.microsoft_365.refusals import ACCOUNTS, ACTIVITY, LICENCES
from connectors.microsoft_365.registration import Registration, read_registrations
from connectors.microsoft_365.roles import Roles, read_roles
from connectors.microsoft_365.sign_in_policies import facts, read_sign_in_rules
from connectors.microsoft_365.tenant_counts import COUNTS, counted, not_there
from connectors.microsoft_365.values import text

_FIELDS = (
    "id,displayName,userPrincipalName,mail,proxyAddresses,accountEnabled,userType,externalUserState,createdDateTime,"
    "assignedLicenses,onPremisesSyncEnabled,lastPasswordChangeDateTime,jobTitle"
)
_PLAIN = f"/users?$select={_FIELDS}&$top=999"
_WITH_ACTIVITY = f"/users?$select={_FIELDS},signInActivity&$top=500"  # 500: the most that come with signInActivity
_TARGET = Target("accounts", "the list of accounts")
_REGISTRATION = ("mfa_registered", "mfa_methods")
_ROLES = ("admin_roles", "is_admin", "is_super_admin")
_SKUS = "/subscribedSkus?$select=skuId,skuPartNumber"
_EXCLUDED = ("excluded_accounts", "excluded_people")
_WITHOUT_A_PERSON = frozenset({"SharedMailbox", "RoomMailbox", "EquipmentMailbox", "SchedulingMailbox"})


@dataclass(frozen=True, slots=True)
class AccountsCollector:
    """Reads every account of the tenant with everything that describes it."""

    graph: Graph
    mailboxes: Mailboxes
    cross_tenant: CrossTenant
    forwarding: AutoForwarding
    tenant: Tenant
    break_glass: frozenset[str] = frozenset()
    """Addresses of the accounts for emergencies, in lower case."""

    name = "accounts"
    kinds = ("account", "sign_in_policy", "tenant")
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Account | SignInPolicy | Tenant | Failure]:
        """Yield the accounts, the sign-in policies, and the tenant with its counts."""
        del targets  # there is only one
        accounts: dict[str, Account] = {}
        whole = True
        for reading in self._listed():
            if isinstance(reading, Account):
                accounts[reading.key] = reading
                continue
            yield reading
            if not reading.fields:
                whole = False
                yield Failure(_TARGET, reading.error, "tenant", COUNTS)
                yield Failure(_TARGET, reading.error, "sign_in_policy", _EXCLUDED)
        if not accounts:
            raise ReadError(
                GapReason.SUSPICIOUS,
                "Microsoft lists no account at all, though it signed an application in.",
                "Check `tenant_id:` in the configuration, and that nobody has limited what the application may see.",
            )
        for key, account in accounts.items():
            if account.address in self.break_glass or not self.break_glass.isdisjoint(account.aliases or ()):
                accounts[key] = replace(account, break_glass=True)
        yield from self._licensed(accounts)
        yield from self._shared(accounts)
        self._flag(accounts)
        yield from self._registered(accounts)
        groups = Groups(self.graph)
        roles = read_roles(self.graph, groups, accounts)
        yield from _unread(roles)
        for key, account in accounts.items():
            accounts[key] = replace(account, **roles.of(key))
        yield from self._protected(accounts, roles, groups, whole=whole)
        yield from self._forwarding(accounts, groups)
        yield from accounts.values()
        tenant = replace(self.tenant, missing_break_glass=not_there(self.break_glass, accounts.values(), whole=whole))
        yield counted(tenant, tuple(accounts.values()), whole=whole)

    def _flag(self, accounts: dict[str, Account]) -> None:
        """Say whom the organisation calls a priority account, where Exchange tells.

        It proposes a tier and decides nothing: where it is not told, it stays unknown, and no gap is made of it.
        """
        with suppress(ReadError):
            flagged, whole = self.mailboxes.priority_accounts()
            for key, account in accounts.items():
                accounts[key] = replace(account, priority=key in flagged or (False if whole else UNSET))

    def _listed(self) -> Iterator[Account | Failure]:
        """Yield the accounts as the directory lists them, with the last sign-in where that may be read.

        Asking for ``signInActivity`` without its permission or licence refuses the whole listing, so it is asked for
        again without.
        """
        activity = True
        try:
            rows, broken = self.graph.listing(_WITH_ACTIVITY, ACTIVITY)
        except ReadError as error:
            if error.reason not in {GapReason.DENIED, GapReason.NOT_LICENSED}:
                raise
            activity = False
            rows, broken = self.graph.listing(_PLAIN, ACCOUNTS)
            yield Failure(_TARGET, error, "account", ("last_sign_in",))
        if broken:
            yield Failure(_TARGET, broken, "account")
        for row in rows:
            try:
                yield parse_account(row, self.tenant.tenant, activity=activity)
            except ReadError as error:
                yield Failure(_TARGET, error, "account")

    def _licensed(self, accounts: dict[str, Account]) -> Iterator[Failure]:
        """Give the licences the names that Microsoft gives them; their ids stay where those cannot be read."""
        try:
            rows, broken = self.graph.listing(_SKUS, LICENCES)
        except ReadError as error:
            rows, broken = [], error
        names = {str(row.get("skuId")): text(row.get("skuPartNumber")) for row in rows}
        for key, account in accounts.items():
            found = [names.get(each) or UNSET for each in account.licences or ()]
            known = account.licences is not UNSET and UNSET not in found
            accounts[key] = replace(account, licences=tuple(sorted(map(str, found))) if known else UNSET)
        if broken:
            yield Failure(_TARGET, broken, "account", ("licences",))

    def _shared(self, accounts: dict[str, Account]) -> Iterator[Failure]:
        """Fill in the kind of everybody's mailbox, which tells shared ones from people who have no licence either."""
        try:
            listing = self.mailboxes.listing()
            found, error = listing.mailboxes, listing.broken
        except ReadError as failed:
            found, error = (), failed
        by_account = {mailbox.account: mailbox for mailbox in found}
        by_name = {mailbox.principal: mailbox for mailbox in found if not mailbox.account}
        for key, account in accounts.items():
            mailbox = by_account.get(key) or by_name.get(account.address)
            known: dict[str, Any] = {"mailbox_type": mailbox.type if mailbox else UNSET if error else None}
            if account.type == "person" and account.has_mailbox is UNSET:
                if mailbox:
                    shared = mailbox.kind in _WITHOUT_A_PERSON
                    known |= {"type": "shared" if shared else "person", "has_mailbox": True}
                else:
                    known |= {"type": UNSET} if error else {"has_mailbox": False}
            accounts[key] = replace(account, **known)
        if error:
            yield Failure(_TARGET, error, "account", ("type", "has_mailbox", "mailbox_type"))

    def _registered(self, accounts: dict[str, Account]) -> Iterator[Failure]:
        """Fill in who has registered for MFA."""
        try:
            report, broken = read_registrations(self.graph)
        except ReadError as error:
            yield Failure(_TARGET, error, "account", _REGISTRATION)
            return
        for key, account in accounts.items():
            found = report.get(key, Registration())
            accounts[key] = replace(account, mfa_registered=found.registered, mfa_methods=found.methods)
        absent = sum(account.status == "active" and key not in report for key, account in accounts.items())
        if broken or absent:
            yield Failure(_TARGET, broken or _left_out(absent), "account", _REGISTRATION)

    def _forwarding(self, accounts: dict[str, Account], groups: Groups) -> Iterator[Failure]:
        """Fill in who may forward mail to the outside automatically."""
        errors = self.forwarding.errors
        try:
            for key, allowed in self.forwarding.allowed(accounts, groups).items():
                accounts[key] = replace(accounts[key], may_forward=allowed)
        except ReadError as failed:
            errors.append(failed)
        for error in {error.message: error for error in errors}.values():
            yield Failure(_TARGET, error, "account", ("may_forward",))

    def _protected(
        self, accounts: dict[str, Account], roles: Roles, groups: Groups, *, whole: bool
    ) -> Iterator[SignInPolicy | Failure]:
        """Fill in what the sign-ins of everybody meet, and yield the policies that decide it.

        What could not be read is told only if somebody's verdict depends on it.
        """
        found = read_sign_in_rules(self.graph, groups, roles.names or {}, self.cross_tenant)
        protections = Protections(self.graph, found, roles)
        protections.judge(accounts)
        for key, verdict in protections.verdicts.items():
            accounts[key] = replace(accounts[key], **fields(verdict, complete=found.inputs.complete))
            if accounts[key].break_glass:
                accounts[key] = replace(accounts[key], locked_out_by=protections.locked_out_by(key))
        for error in found.policy_errors:
            yield Failure(_TARGET, error, "sign_in_policy")
        if any(account.break_glass and account.locked_out_by is UNSET for account in accounts.values()):
            for error in (*found.policy_errors, *found.group_errors, *found.errors, *roles.errors):
                yield Failure(_TARGET, error, "account", ("locked_out_by",))
        for error in found.group_errors:
            yield Failure(_TARGET, error, "sign_in_policy", _EXCLUDED)
        if open_question := undecided(protections.verdicts.values()):
            read = [*found.policy_errors, *found.group_errors, *found.errors, *protections.errors]
            for error in {error.message: error for error in read or [open_question]}.values():
                yield Failure(_TARGET, error, "account", ENFORCEMENT)
        yield from facts(self.tenant.tenant, found, protections.subjects.values(), accounts, whole=whole)


def _unread(roles: Roles) -> Iterator[Failure]:
    """Yield what could not be read of the roles, each with the fields that it costs."""
    for error in roles.errors:
        yield Failure(_TARGET, error, "account", _ROLES)
        yield Failure(_TARGET, error, "tenant", ("super_admins",))
    for error in roles.eligible_errors:
        yield Failure(_TARGET, error, "account", ("eligible_roles",))
    for error in roles.permanent_errors:
        yield Failure(_TARGET, error, "account", ("permanent_roles",))


def _left_out(absent: int) -> ReadError:
    return ReadError(
        GapReason.PARTIAL,
        f"The registration report leaves out {absent} active accounts.",
        "Run again tomorrow: Microsoft adds new accounts to the report with a delay.",
    )
