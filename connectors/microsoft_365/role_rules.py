"""What it takes to activate an administrator role: approval, a second factor, for how long, and who is told.

Source: Graph v1.0, ``unifiedRoleManagementPolicyAssignment`` with its policy and the rules of that, each known by its
id; Entra ID P2. The list of highly privileged roles is that of CISA's baseline for Entra ID (MS.AAD.7).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, AdminRole, Read
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.refusals import ROLE_RULES, ROLES, suspicious
from connectors.microsoft_365.values import Wire, boolean, table, tables, text, texts

_KIND = "admin_role"
_TARGET = Target("role_rules", "the rules for activating administrator roles")
_PATH = (
    "/policies/roleManagementPolicyAssignments?$filter=scopeId%20eq%20'/'%20and%20scopeType%20eq%20'DirectoryRole'"
    "&$expand=policy($expand=rules)"
)
_DEFINITIONS = "/roleManagement/directory/roleDefinitions"
HIGHLY_PRIVILEGED: frozenset[str] = frozenset(
    {
        "62e90394-69f5-4237-9190-012177145e10",  # Global Administrator
        "e8611ab8-c189-46e8-94e1-60213ab1f814",  # Privileged Role Administrator
        "fe930be7-5e62-47db-91af-98c3a49a38b1",  # User Administrator
        "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",  # SharePoint Administrator
        "29232cdf-9323-42fd-ade2-1d097af3e4de",  # Exchange Administrator
        "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",  # Hybrid Identity Administrator
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",  # Application Administrator
        "158c047a-c907-4556-b7ef-446551a6b5f7",  # Cloud Application Administrator
    }
)
"""Template ids of the roles with which the whole organisation can be taken over."""

_LENGTH = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,4})S)?)?")
_ON_ASSIGNMENT = ("Notification_Admin_Admin_Assignment", "Notification_Admin_Admin_Eligibility")


@dataclass(frozen=True, slots=True)
class RoleRulesCollector:
    """Reads the rules of every administrator role."""

    graph: Graph
    tenant: str

    name = "role_rules"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[AdminRole | Failure]:
        """Yield the roles. Raises ``ReadError`` if their rules cannot be had, as without Entra ID P2."""
        del targets  # there is only one
        rows, broken = self.graph.listing(_PATH, ROLE_RULES)
        if broken:
            yield Failure(_TARGET, broken, _KIND)
        if not rows:
            raise suspicious("no rules for any administrator role, though each has some")
        names = self._names()
        for row in rows:
            try:
                yield parse_role(row, self.tenant, names)
            except ReadError as error:
                yield Failure(_TARGET, error, _KIND)

    def _names(self) -> Mapping[str, str]:
        """Return what the roles are called, by id; nothing where that may not be read, because no rule hangs on it."""
        try:
            rows, _ = self.graph.listing(_DEFINITIONS, ROLES)
        except ReadError:
            return {}
        return {str(row.get("id")): text(row.get("displayName")) or str(row.get("id")) for row in rows}


def parse_role(wire: Wire, tenant: str, names: Mapping[str, str]) -> AdminRole:
    """Return the role that a row is about, with its rules; raises ``ReadError`` for a row without role or rules.

    Where activating takes an authentication context, Conditional Access decides what that demands, so that a second
    factor is known to be demanded only if the rules themselves say so.
    """
    key, listed = text(wire.get("roleDefinitionId")), table(wire.get("policy")).get("rules")
    if key is UNSET or not isinstance(listed, list):
        raise malformed("an administrator role without an id or without rules")
    rules = {str(rule.get("id")): rule for rule in tables(listed)}
    ends = boolean(rules.get("Expiration_Admin_Assignment", {}).get("isExpirationRequired"))
    return AdminRole(
        tenant=tenant,
        key=key,
        label=names.get(key, key),
        privileged=key in HIGHLY_PRIVILEGED,
        approval_required=boolean(
            table(rules.get("Approval_EndUser_Assignment", {}).get("setting")).get("isApprovalRequired")
        ),
        mfa_required=_mfa(rules),
        longest_hours=hours(rules.get("Expiration_EndUser_Assignment", {}).get("maximumDuration")),
        may_be_permanent=UNSET if ends is UNSET else not ends,
        activation_told=_told(rules.get("Notification_Admin_EndUser_Assignment", {})),
        assignment_told=_all(_told(rules.get(name, {})) for name in _ON_ASSIGNMENT),
    )


def hours(length: object) -> Read[int]:
    """Return the hours of an ISO 8601 duration such as ``PT8H`` or ``P1D``, begun ones whole."""
    found = _LENGTH.fullmatch(length) if isinstance(length, str) else None
    if found is None or not any(found.groups()):
        return UNSET
    days, whole, minutes, seconds = (int(each or 0) for each in found.groups())
    return math.ceil(((days * 24 + whole) * 60 + minutes) / 60 + seconds / 3600)


def _mfa(rules: Mapping[str, Wire]) -> Read[bool]:
    rule = rules.get("Enablement_EndUser_Assignment", {})
    enabled = texts(rule.get("enabledRules")) if "enabledRules" in rule else UNSET
    if enabled is UNSET:
        return UNSET
    if "MultiFactorAuthentication" in enabled:
        return True
    return (
        False if boolean(rules.get("AuthenticationContext_EndUser_Assignment", {}).get("isEnabled")) is False else UNSET
    )


def _told(rule: Wire) -> Read[bool]:
    """Return whether mail goes to somebody who was chosen; all administrators together are nobody in particular."""
    recipients = texts(rule.get("notificationRecipients", UNSET))
    return UNSET if recipients is UNSET else bool(recipients)


def _all(values: Iterator[Read[bool]]) -> Read[bool]:
    found = set(values)
    return False if False in found else UNSET if UNSET in found else True
