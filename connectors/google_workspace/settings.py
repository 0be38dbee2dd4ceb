"""Effective settings per class of accounts, resolved from the Cloud Identity Policy API.

The interface lists only what somebody set. What holds for an account is the value of the greatest ``sortOrder`` among
those whose query matches it; what nobody set has Google's documented default. A class is an organisational unit, or a
unit with one group or licence that some setting makes an exception for.
Source: Google, "Cloud Identity Policy API overview" and "Supported settings".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Directory, GoogleSettings, Read, SecondFactors, Settings, SharingLimit
from auditor.models import Failure, Target
from connectors.google_workspace.client import Call, Client, Wire, listed
from connectors.google_workspace.policy_query import AccountClass, Clause, Combined, Query, clauses, parse
from connectors.google_workspace.scopes import POLICIES, UNITS
from connectors.google_workspace.values import boolean, moment, text, word

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
DEFAULTS: Mapping[str, object] = {
    "security.two_step_verification_enrollment.allowEnrollment": True,
    "security.two_step_verification_enforcement_factor.allowedSignInFactorSet": "ALL",
    "gmail.auto_forwarding.enableAutoForwarding": True,
    "drive_and_docs.external_sharing.externalSharingMode": "ALLOWED",
    "drive_and_docs.external_sharing.allowPublishingFiles": True,
}
"""What Google's page documents for settings that nobody changed. For others an absent value is not known."""


@dataclass(frozen=True, slots=True)
class SetValue:
    """One explicitly set policy: for whom, how strong, and the fields of its value."""

    query: Query
    order: float
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Scope:
    """A class of accounts as the report shows it; ``accounts`` counts the active ones."""

    name: str
    key: str
    matching: AccountClass
    accounts: Read[int]


@dataclass(frozen=True, slots=True)
class SettingsCollector:
    """Reads every policy of the customer once and resolves it for each class of accounts."""

    client: Client
    directory: Directory
    admin: str

    name = "settings"
    kinds = ("settings",)
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Settings | Failure]:
        """Yield the settings of every class. Raises ``ReadError``."""
        del targets  # there is only one
        units = self._units()
        by_setting: dict[str, list[SetValue]] = {}
        listing = self.client.cloud_identity.policies()
        # The library writes a page size of 100, the largest; each page costs a second of Google's quota.
        for wire in self.client.pages(listing, Call(listing.list(pageSize=100), self.admin, POLICIES), "policies"):
            setting, value = parse_policy(wire)
            by_setting.setdefault(setting, []).append(value)
        if not by_setting:
            raise ReadError(
                GapReason.SUSPICIOUS,
                "Google lists no setting at all, though it sets several itself.",
                "Check that the administrator named under `admin:` is a super administrator of this customer.",
            )
        exceptions = {clause for values in by_setting.values() for each in values for clause in clauses(each.query)}
        special = sorted((clause for clause in exceptions if clause.kind != "unit"), key=_words)
        active = [account for account in self.directory.accounts.values() if account.status == "active"]
        members = Counter(account.unit for account in active)
        admins = Counter(account.unit for account in active if account.is_admin is not False)
        for path, ids in sorted(units.items()):
            unit = _Scope(path, "id:" + ids[0], AccountClass(frozenset(ids)), members[path])
            yield self._settings(unit, by_setting)
            for clause in special:
                exception = _exception(unit, clause, admins[path])
                if exception.accounts != 0 and _resolve(by_setting, exception) != _resolve(by_setting, unit):
                    yield self._settings(exception, by_setting)

    def _settings(self, scope: _Scope, by_setting: Mapping[str, Sequence[SetValue]]) -> Settings:
        """Return the fact for one class of accounts."""
        value = _resolve(by_setting, scope)
        enforced_from = _enforced_from(value)
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
        page = self.client.get(Call(request, self.admin, UNITS))
        paths = {
            str(unit.get("orgUnitPath")): str(unit.get("orgUnitId", "")) for unit in listed(page, "organizationUnits")
        }
        if "/" not in paths:
            # Without children Google leaves the root out; a child names it as its parent.
            parents = {
                str(unit.get("parentOrgUnitId"))
                for unit in listed(page, "organizationUnits")
                if unit.get("parentOrgUnitPath") == "/"
            }
            if len(parents) != 1:
                raise ReadError(GapReason.MALFORMED, "The root organisational unit is not listed.", "Run again.")
            paths["/"] = parents.pop()
        return {
            path: tuple(paths[above].removeprefix("id:") for above in _upwards(path) if above in paths)
            for path in paths
        }


def _upwards(path: str) -> Iterator[str]:
    """Yield the path of a unit, then those of its ancestors up to the root."""
    while path != "/":
        yield path
        path = path.rpartition("/")[0] or "/"
    yield "/"


_READ = (
    "security.two_step_verification_enrollment.allowEnrollment",
    "security.two_step_verification_enforcement.enforcedFrom",
    "security.two_step_verification_enforcement_factor.allowedSignInFactorSet",
    "gmail.auto_forwarding.enableAutoForwarding",
    "gmail.mail_delegation.enableMailDelegation",
    "drive_and_docs.external_sharing.externalSharingMode",
    "drive_and_docs.external_sharing.allowPublishingFiles",
)


def parse_policy(wire: Wire) -> tuple[str, SetValue]:
    """Return name and value of one policy. Raises ``ReadError`` when it is not what Google documents."""
    setting, scope = wire.get("setting"), wire.get("policyQuery")
    if not isinstance(setting, dict) or not isinstance(scope, dict):
        raise ReadError(GapReason.MALFORMED, "A setting came without value or query.", "Run again.")
    name, value, order = text(setting.get("type")), setting.get("value", {}), scope.get("sortOrder", 0)
    if name is UNSET or not isinstance(value, dict) or not isinstance(order, int | float):
        raise ReadError(GapReason.MALFORMED, "A setting came in an unknown shape.", "Run again.")
    return name.removeprefix("settings/"), SetValue(_query(scope), float(order), value)


def _query(scope: Wire) -> Query:
    """Return for whom a policy holds: by its query, or by the two fields beside it where there is none."""
    if scope.get("query"):
        return parse(str(scope["query"]))
    named = [
        Clause(kind, frozenset({str(scope[field]).rpartition("/")[2]}))
        for kind, field in (("unit", "orgUnit"), ("group", "group"))
        if scope.get(field)
    ]
    return Combined("&&", tuple(named))


def _resolve(by_setting: Mapping[str, Sequence[SetValue]], scope: _Scope) -> dict[str, object]:
    """Return the value of each field we read for a class: the strongest that matches, else Google's default."""
    resolved: dict[str, object] = {}
    for path in _READ:
        setting, _, field = path.rpartition(".")
        matching = [
            each for each in by_setting.get(setting, ()) if each.query.matches(scope.matching) and field in each.values
        ]
        strongest = max(matching, key=lambda each: each.order, default=None)
        resolved[path] = strongest.values[field] if strongest else DEFAULTS.get(path)
    return resolved


def _enforced_from(value: Mapping[str, object]) -> Read[datetime | None]:
    """Return from when 2-Step Verification is enforced; Google writes the beginning of 1970 for never."""
    start = moment(value["security.two_step_verification_enforcement.enforcedFrom"])
    return None if isinstance(start, datetime) and start.year == 1970 else start  # noqa: PLR2004 - the epoch


def _in_force(start: Read[datetime | None], now: datetime) -> Read[bool]:
    """Whether enforcement has begun; a date in the future protects nobody yet."""
    return UNSET if start is UNSET else start is not None and start <= now


def _limit(sharing: Read[SharingLimit], publishing: Read[bool]) -> Read[SharingLimit]:
    """Return the widest circle that files may be opened to: publishing goes further than naming outsiders."""
    if sharing == "new_guests":
        return UNSET if publishing is UNSET else "anyone" if publishing else "new_guests"
    return sharing


def _exception(unit: _Scope, clause: Clause, admins: int) -> _Scope:
    """Return the class of the accounts of a unit that are also in a group or have a licence."""
    groups = clause.values if clause.kind == "group" else frozenset()
    licences = clause.values if clause.kind == "licences" else frozenset()
    matching = AccountClass(unit.matching.units, groups, licences)
    accounts: Read[int] = admins if clause.values == _ALL_ADMINS else UNSET
    return _Scope(f"{unit.name} ({_words(clause)})", f"{unit.key}/{_words(clause)}", matching, accounts)


def _words(clause: Clause) -> str:
    """Return a group or licence clause for people."""
    names = ", ".join(sorted(clause.values))
    if clause.values == _ALL_ADMINS:
        return "all administrators"
    return f"members of group {names}" if clause.kind == "group" else f"licence {names}"
