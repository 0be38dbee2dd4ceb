"""What the Google Workspace customer of the practice organisation holds beside its accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.practice.organisation import DriveFile

Json = dict[str, object]


@dataclass(slots=True)
class AccountSecurity:
    """What the usage report and the security calls of the directory know of an account."""

    security_keys: int = 0
    passkeys: int = 0
    password_strength: str = "STRONG"  # noqa: S105 - WEAK, STRONG or UNKNOWN, as the usage report words it
    less_secure_apps: bool = False
    tokens: list[Json] = field(default_factory=list)  # wire objects of tokens.list, without kind, etag and userKey
    app_passwords: list[Json] = field(default_factory=list)  # wire objects of asps.list, likewise
    sku: str = "1010020028"  # the licence, a skuId of the product Google-Apps


@dataclass(slots=True)
class MailSettings:
    """Settings of a mailbox besides forwarding, filters and delegates; None is what Gmail begins with."""

    send_as: list[Json] = field(default_factory=list)  # wire objects of sendAs.list, the primary address included
    imap: Json | None = None
    pop: Json | None = None
    vacation: Json | None = None


@dataclass(slots=True)
class GoogleGroup:
    """A group; ``members`` are wire objects of members.list, ``settings`` one of the Groups Settings API."""

    id: str
    address: str
    name: str
    settings: Json
    members: list[Json] = field(default_factory=list)  # direct ones: type, role, email and id
    role_ids: list[str] = field(default_factory=list)  # administrator roles that every member holds


@dataclass(slots=True)
class GoogleCalendar:
    """A calendar; ``acl`` are wire objects of acl.list, the owner's own rule included."""

    id: str
    summary: str
    owner: str  # address of the account
    acl: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class SharedDrive:
    """A shared drive; ``permissions`` are those of its members, files have none beside them but their own."""

    id: str
    name: str
    created: datetime
    unit_id: str  # without "id:"
    restrictions: Json
    permissions: list[Json] = field(default_factory=list)
    files: list[DriveFile] = field(default_factory=list)
    search_incomplete: bool = False  # whether a search in it ends before it has seen everything


@dataclass(slots=True)
class GoogleCatalogue:
    """Everything of the customer that belongs to no single account; wire objects unless a class says otherwise."""

    groups: list[GoogleGroup] = field(default_factory=list)
    calendars: list[GoogleCalendar] = field(default_factory=list)
    shared_drives: list[SharedDrive] = field(default_factory=list)
    activities: list[Json] = field(default_factory=list)  # of activities.list, every application's, newest first
    alerts: list[Json] = field(default_factory=list)  # of alerts.list
    sso_profiles: list[Json] = field(default_factory=list)  # of inboundSamlSsoProfiles.list
    openid_profiles: list[Json] = field(default_factory=list)  # of inboundOidcSsoProfiles.list
    sso_assignments: list[Json] = field(default_factory=list)  # of inboundSsoAssignments.list
