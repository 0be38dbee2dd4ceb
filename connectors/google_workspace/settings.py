"""Effective settings per class of accounts, resolved from the Cloud Identity Policy API.

The interface lists only what somebody set, to super administrators only. A class is an organisational unit, or a unit
with a group or licence that some setting makes an exception for.
Source: Google, "Cloud Identity Policy API overview" and "Supported settings".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Directory, GoogleSettings, Read, SecondFactors, Settings, SharingLimit
from auditor.models import Target
from connectors.google_workspace.client import Call, Client, listed
from connectors.google_workspace.effective_settings import (
    SETTINGS,
    SetValue,
    exceptions,
    parse_policy,
    parse_units,
    resolve,
    setting_of,
    with_exception,
)
from connectors.google_workspace.policy_query import AccountClass, Clause
from connectors.google_workspace.scopes import POLICIES, UNITS
from connectors.google_workspace.values import boolean, moment, word

_TARGET = Target("settings", "the settings of all organisational units")
_ALL_ADMINS = frozenset({"WORKSPACE_ALL_ADMIN_GROUP"})
"""Not a group that anybody made: everybody with an administrator role."""
_FACTORS: dict[str, SecondFactors] = {
    "ALL": "any",
    "NO_TELEPHONY": "no_telephony",
    "PASSKEY_PLUS_SECURITY_CODE": "passkey_plus_code",
    "PASSKEY_PLUS_IP_BOUND_SECURITY_CODE": "passkey_plus_ip_bound_code",
    "PASSKEY_ONLY": "passkey_only",
}
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
    admin: str

    name = "settings"
    kinds = ("settings",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Settings]:
        """Yield the settings of every class. Raises ``ReadError``."""
        del targets  # there is only one
        units, policies = self._units(), self._policies()
        special = exceptions(policies)
        people, admins = members(self.directory)
        for path, ids in sorted(units.items()):
            plain = AccountClass(frozenset(ids))
            usual = resolve(policies, plain)
            unit = _Scope(path, "id:" + ids[0], UNSET if people is None else people[path])
            yield self._settings(unit, usual)
            for exception in special:
                value = resolve(policies, with_exception(plain, exception))
                scope = _exception(unit, exception, UNSET if admins is None else admins[path])
                if value != usual and scope.accounts != 0:
                    yield self._settings(scope, value)

    def _settings(self, scope: _Scope, value: Mapping[str, object]) -> Settings:
        """Return the fact for one class of accounts."""
        enforced_from = _enforced_from(value["security.two_step_verification_enforcement.enforcedFrom"])
        publishing = boolean(value["drive_and_docs.external_sharing.allowPublishingFiles"])
        sharing = word(value["drive_and_docs.external_sharing.externalSharingMode"], _SHARING)
        return Settings(
            tenant=self.directory.tenant.tenant,
            key=scope.key,
            label=f"Organisational unit {scope.name}",
            scope=scope.name,
            accounts=scope.accounts,
            mfa_required=_in_force(enforced_from, self.client.wall()),
            auto_forwarding_allowed=boolean(value["gmail.auto_forwarding.enableAutoForwarding"]),
            mail_delegation_allowed=boolean(value["gmail.mail_delegation.enableMailDelegation"]),
            outside_sharing=_limit(sharing, publishing),
            google_workspace=GoogleSettings(
                two_step_enrollment_allowed=boolean(value["security.two_step_verification_enrollment.allowEnrollment"]),
                two_step_enforced_from=enforced_from,
                second_factors=word(
                    value["security.two_step_verification_enforcement_factor.allowedSignInFactorSet"], _FACTORS
                ),
                publishing_allowed=publishing,
            ),
        )

    def _units(self) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of each unit and then its ancestors, by its path, the root included. Raises ``ReadError``."""
        request = self.client.directory.orgunits().list(
            customerId=self.directory.tenant.vendor_id, type="allIncludingParent"
        )
        return parse_units(listed(self.client.get(Call(request, self.admin, UNITS)), "organizationUnits"))

    def _policies(self) -> Mapping[str, Sequence[SetValue]]:
        """Return the policies by the setting that they set. Raises ``ReadError``."""
        policies: dict[str, list[SetValue]] = {}
        empty = True
        listing = self.client.cloud_identity.policies()
        # A hundred is the largest page; each one costs a second of Google's quota.
        for wire in self.client.pages(listing, Call(listing.list(pageSize=100), self.admin, POLICIES), "policies"):
            empty = False
            setting = setting_of(wire)
            if setting in SETTINGS:
                policies.setdefault(setting, []).append(parse_policy(wire))
        if empty:
            raise ReadError(
                GapReason.SUSPICIOUS,
                "Google lists no setting at all, though it sets several itself.",
                "Check that the administrator named under `admin:` is a super administrator of this customer.",
            )
        return policies


def members(directory: Directory) -> tuple[Counter[object] | None, Counter[object] | None]:
    """Return how many active accounts, and how many administrators among them, each unit has.

    None for what is not known: a unit whose accounts were not all listed must not seem to be empty.
    """
    accounts = directory.accounts.values()
    if directory.tenant.active_people is UNSET or any(account.unit is UNSET for account in accounts):
        return None, None
    active = [account for account in accounts if account.status == "active"]
    people = Counter[object](account.unit for account in active)
    if any(account.is_admin is UNSET for account in active):
        return people, None
    return people, Counter[object](account.unit for account in active if account.is_admin)


def _exception(unit: _Scope, exception: Sequence[Clause], admins: Read[int]) -> _Scope:
    """Return the accounts of a unit that are also in groups or have licences."""
    words = ", ".join(map(_words, exception))
    accounts = admins if [clause.values for clause in exception] == [_ALL_ADMINS] else UNSET
    return _Scope(f"{unit.name} ({words})", f"{unit.key}/{words}", accounts)


def _words(clause: Clause) -> str:
    """Return a group or licence clause for people."""
    if clause.values == _ALL_ADMINS:
        return "all administrators"
    names = ", ".join(sorted(clause.values))
    return f"members of group {names}" if clause.kind == "group" else f"licence {names}"


def _enforced_from(value: object) -> Read[datetime | None]:
    """Return from when 2-Step Verification is enforced; Google writes the beginning of 1970 for never."""
    start = moment(value)
    return None if isinstance(start, datetime) and start.year == 1970 else start  # noqa: PLR2004 - the epoch


def _in_force(start: Read[datetime | None], now: datetime) -> Read[bool]:
    """Whether enforcement has begun; a date in the future protects nobody yet."""
    return UNSET if start is UNSET else start is not None and start <= now


def _limit(sharing: Read[SharingLimit], publishing: Read[bool]) -> Read[SharingLimit]:
    """Return the widest circle that files may be opened to: publishing goes further than naming outsiders."""
    if sharing == "new_guests":
        return UNSET if publishing is UNSET else "anyone" if publishing else "new_guests"
    return sharing
