"""Effective settings per class of accounts, resolved from the Cloud Identity Policy API.

The interface lists only what somebody set, to super administrators only. A class is an organisational unit, or a unit
with a group or licence that some setting makes an exception for.
Source: Google, "Cloud Identity Policy API overview" and "Supported settings".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.errors import ReadError
from auditor.facts import UNSET, Account, Directory, GoogleSettings, Read, Settings, SharingLimit
from auditor.models import Failure, Target
from connectors.google_workspace.client import Client
from connectors.google_workspace.customer_settings import ALL_ADMINS, CustomerSettings, Set, groups_of
from connectors.google_workspace.effective_settings import exceptions, resolve, set_by_nobody, with_exception
from connectors.google_workspace.policy_query import AccountClass, Clause
from connectors.google_workspace.setting_fields import OF_GOOGLE
from connectors.google_workspace.values import boolean, word

_TARGET = Target("settings", "the settings of all organisational units")
_GROUPS = Target("settings-of-groups", "the members of groups that settings name")
_ALL_ADMINS = frozenset({ALL_ADMINS})
_SHARING: dict[str, SharingLimit] = {
    "ALLOWED": "new_guests",
    "ALLOWLISTED_DOMAINS": "allow_listed",
    "DISALLOWED": "nobody",
}


@dataclass(frozen=True, slots=True)
class _Scope:
    """A class of accounts as the report shows it; ``accounts`` counts the active ones."""

    name: str
    key: str
    accounts: Read[int]


@dataclass(frozen=True, slots=True)
class SettingsCollector:
    """Reads every policy of the customer once and resolves it for each class of accounts."""

    client: Client
    directory: Directory
    customer: CustomerSettings

    name = "settings"
    kinds = ("settings",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Settings | Failure]:
        """Yield the settings of every class. Raises ``ReadError``."""
        del targets  # there is only one
        found = self.customer.read()
        if isinstance(found.groups, ReadError):
            yield Failure(_GROUPS, found.groups, "account", fields=("may_forward", "mfa_enforced_by"))
        special = exceptions(found.policies)
        people = members(self.directory)
        for path, ids in sorted(found.units.items()):
            plain = AccountClass(frozenset(ids))
            usual = resolve(found.policies, plain)
            inside = None if people is None else [account for account in people if account.unit == path]
            unit = _Scope(path, "id:" + ids[0], UNSET if inside is None else len(inside))
            yield self._settings(unit, usual, set_by_nobody(found.policies, plain))
            for exception in special:
                some = with_exception(plain, exception)
                value = resolve(found.policies, some)
                scope = _exception(unit, exception, count(inside, exception, found))
                if value != usual and scope.accounts != 0:
                    yield self._settings(scope, value, set_by_nobody(found.policies, some))

    def _settings(self, scope: _Scope, value: Mapping[str, object], default: frozenset[str]) -> Settings:
        """Return the fact for one class of accounts; ``default`` names the fields that nobody set."""
        google = {field.name: field.parse(value[field.path]) for field in OF_GOOGLE}
        names = tuple(field.name for field in OF_GOOGLE if field.path in default)
        settings = GoogleSettings(**google, by_default=names)  # type: ignore[arg-type]  # each field has its parser
        sharing = word(value["drive_and_docs.external_sharing.externalSharingMode"], _SHARING)
        return Settings(
            tenant=self.directory.tenant.tenant,
            key=scope.key,
            label=f"Organisational unit {scope.name}",
            scope=scope.name,
            accounts=scope.accounts,
            mfa_required=in_force(settings.two_step_enforced_from, self.client.wall()),
            auto_forwarding_allowed=boolean(value["gmail.auto_forwarding.enableAutoForwarding"]),
            mail_delegation_allowed=boolean(value["gmail.mail_delegation.enableMailDelegation"]),
            outside_sharing=_limit(sharing, settings.publishing_allowed),
            google_workspace=settings,
        )


def members(directory: Directory) -> list[Account] | None:
    """Return the active accounts; None when it is not known of all which unit they are in.

    A unit whose accounts were not all listed must not seem to be empty.
    """
    accounts = directory.accounts.values()
    if directory.tenant.active_people is UNSET or any(account.unit is UNSET for account in accounts):
        return None
    return [account for account in accounts if account.status == "active"]


def count(inside: Sequence[Account] | None, exception: Sequence[Clause], found: Set) -> Read[int]:
    """Return how many accounts of a unit an exception holds for; licences are not read, so that theirs are unknown."""
    if inside is None or any(clause.kind != "group" for clause in exception):
        return UNSET
    groups = [groups_of(account, found) for account in inside]
    known = [each for each in groups if each is not None]
    if len(known) < len(groups):
        return UNSET
    return sum(all(clause.values & each for clause in exception) for each in known)


def _exception(unit: _Scope, exception: Sequence[Clause], accounts: Read[int]) -> _Scope:
    """Return the accounts of a unit that are also in groups or have licences."""
    words = ", ".join(map(_words, exception))
    return _Scope(f"{unit.name} ({words})", f"{words}/{unit.key}", accounts)


def _words(clause: Clause) -> str:
    """Return a group or licence clause for people."""
    if clause.values == _ALL_ADMINS:
        return "all administrators"
    names = ", ".join(sorted(clause.values))
    return f"members of group {names}" if clause.kind == "group" else f"licence {names}"


def in_force(start: Read[datetime | None], now: datetime) -> Read[bool]:
    """Whether enforcement has begun; a date in the future protects nobody yet."""
    return UNSET if start is UNSET else start is not None and start <= now


def _limit(sharing: Read[SharingLimit], publishing: Read[bool]) -> Read[SharingLimit]:
    """Return the widest circle that files may be opened to: publishing goes further than naming outsiders."""
    if sharing == "new_guests":
        return UNSET if publishing is UNSET else "anyone" if publishing else "new_guests"
    return sharing
