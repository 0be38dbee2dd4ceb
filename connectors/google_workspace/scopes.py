"""The OAuth scopes that reading needs, one by one, with what is lost without each.

Requested alone, never together: Google refuses a token for a set of scopes if a single one was not granted. There is no
read-only scope for Gmail settings; ``gmail.settings.basic`` cannot read mail, and the door lets nothing but reads out.
Each belongs to a role, so that the three roles can be three accounts, each with no more rights than its part takes.
Source: Google, "OAuth 2.0 Scopes for Google APIs"; "Use domain-wide delegation".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["directory", "users", "policies"]
"""In whose name something is read: an administrator who reads, each person, a super administrator."""

_ROOT = "https://www.googleapis.com/auth/"


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope: its address, why it is asked for, and what stays unknown without it."""

    url: str
    reason: str
    lost: str
    role: Role = "directory"

    @property
    def remedy(self) -> str:
        """The exact clicks that grant it."""
        return (
            f"Grant the scope {self.url} to the service account: Admin console > Security > Access and data control > "
            "API controls > Manage domain-wide delegation > edit the client > OAuth scopes."
        )


USERS = Scope(
    _ROOT + "admin.directory.user.readonly", "accounts and their 2-Step Verification", "everything per person"
)
DOMAINS = Scope(_ROOT + "admin.directory.domain.readonly", "the organisation's own domains", "who is outside")
UNITS = Scope(_ROOT + "admin.directory.orgunit.readonly", "organisational units", "settings per unit")
ROLES = Scope(
    _ROOT + "admin.directory.rolemanagement.readonly",
    "administrator roles",
    "names of roles, who has one through a group",
    "policies",
)
POLICIES = Scope(_ROOT + "cloud-identity.policies.readonly", "settings per unit and group", "settings", "policies")
SINGLE_SIGN_ON = Scope(
    _ROOT + "cloud-identity.inboundsso.readonly",
    "who signs in through another identity provider",
    "whether Google's second factor counts for anybody",
    "policies",
)
GMAIL_SETTINGS = Scope(_ROOT + "gmail.settings.basic", "forwarding, filters and delegates", "mail rules", "users")
DRIVE_METADATA = Scope(_ROOT + "drive.metadata.readonly", "who can open which file", "shared files", "users")

GROUPS = Scope(
    _ROOT + "admin.directory.group.readonly", "groups and their members", "outsiders in groups, roles through groups"
)
GROUP_SETTINGS = Scope(_ROOT + "apps.groups.settings", "who may join, read and write to groups", "how open groups are")
USAGE = Scope(
    _ROOT + "admin.reports.usage.readonly",
    "keys, passkeys and strength of passwords",
    "who can be phished in spite of a second factor",
)
AUDIT = Scope(
    _ROOT + "admin.reports.audit.readonly",
    "the log of the last 180 days",
    "what was changed and changed back, apps that were let in",
)
SECURITY = Scope(
    _ROOT + "admin.directory.user.security",
    "application passwords and apps of each person",
    "application passwords, apps let in more than 180 days ago",
)
CALENDARS = Scope(_ROOT + "calendar.calendarlist.readonly", "whose calendars there are", "open calendars", "users")
CALENDAR_RULES = Scope(_ROOT + "calendar.acls.readonly", "who can see which calendar", "open calendars", "users")
ALERTS = Scope(
    _ROOT + "apps.alerts", "Google's own warnings of stolen passwords and attacks", "warnings that nobody looked at"
)
SHARED_DRIVES = Scope(
    _ROOT + "drive.readonly",
    "shared drives, their members and what lies open in them",
    "outsiders in shared drives, drives that nobody looks after",
)
LICENCES = Scope(
    _ROOT + "apps.licensing", "who has which licence", "settings of people for whom they differ by licence"
)

ALL = (
    USERS,
    DOMAINS,
    UNITS,
    ROLES,
    GROUPS,
    GROUP_SETTINGS,
    POLICIES,
    SINGLE_SIGN_ON,
    USAGE,
    AUDIT,
    GMAIL_SETTINGS,
    DRIVE_METADATA,
    CALENDARS,
    CALENDAR_RULES,
    ALERTS,
)
"""Every scope that the connector asks for by itself, in the order of the documentation."""

OPTIONAL = (SECURITY, SHARED_DRIVES, LICENCES)
"""Scopes that are asked for only when the configuration says so, because they could do great harm in other hands."""
