"""Which settings are read, what Google documents for those that nobody set, and how each value is understood.

A value that we do not know is not collected: an enumeration that grew must never pass. Google's page documents defaults
for some settings only; what other tools assume for the rest is shown as what it is, and judged by nobody.
Source: Google, "Policy API supported settings".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.facts import UNSET, Read
from auditor.facts.google_settings import (
    AppAccess,
    CalendarSharing,
    Collaboration,
    GroupCreation,
    GroupReading,
    MarketplaceAccess,
    SecondFactors,
)
from connectors.google_workspace.values import boolean, moment, whole_number, word

_FACTORS: dict[str, SecondFactors] = {
    "ALL": "any",
    "NO_TELEPHONY": "no_telephony",
    "PASSKEY_PLUS_SECURITY_CODE": "passkey_plus_code",
    "PASSKEY_PLUS_IP_BOUND_SECURITY_CODE": "passkey_plus_ip_bound_code",
    "PASSKEY_ONLY": "passkey_only",
}
_CALENDARS: dict[str, CalendarSharing] = {
    "EXTERNAL_FREE_BUSY_ONLY": "free_busy",
    "EXTERNAL_ALL_INFO_READ_ONLY": "read",
    "EXTERNAL_ALL_INFO_READ_WRITE": "read_write",
    "EXTERNAL_ALL_INFO_READ_WRITE_MANAGE": "manage",
}
_COLLABORATION: dict[str, Collaboration] = {"DOMAIN_USERS_ONLY": "organisation", "ANYONE_CAN_ACCESS": "anyone"}
_GROUP_CREATION: dict[str, GroupCreation] = {
    "ADMIN_ONLY": "administrators",
    "USERS_IN_DOMAIN": "organisation",
    "ANYONE_CAN_CREATE": "anyone",
}
_GROUP_READING: dict[str, GroupReading] = {
    "OWNERS": "owners",
    "MANAGERS": "managers",
    "MEMBERS": "members",
    "GROUP_MEMBERS": "members",
    "DOMAIN_USERS": "organisation",
    "ANYONE_CAN_VIEW_TOPICS": "anyone",
}
# Google's page has one enumeration, tenants answer with another one; both spellings are understood.
_APPS: dict[str, AppAccess] = {
    "ALLOW_ALL_SCOPES": "anything",
    "ALLOW_SIGN_IN_SCOPES_ONLY": "sign_in_only",
    "BLOCK_ALL_SCOPES": "nothing",
    "UNSPECIFIED_UBER_BLOCK": "nothing",
}
_MARKETPLACE: dict[str, MarketplaceAccess] = {
    "ALLOW_ALL": "anything",
    "ALLOW_LISTED_APPS": "allow_listed",
    "ALLOW_NONE": "nothing",
}
_STRENGTHS = {"STRONG": True, "WEAK": False}
_PRIVATE = {
    "PRIVATE_TO_OWNER": True,
    "LINK_SHARING_PRIVATE": True,  # what Google's page calls the same thing
    "PRIMARY_AUDIENCE_WITH_LINK": False,
    "PRIMARY_AUDIENCE_WITH_LINK_OR_SEARCH": False,
}
_SECONDS = re.compile(r"([0-9]{1,12})(?:\.[0-9]{1,9})?s", re.ASCII)
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Field:
    """A value that is read: its name in the facts, where it stands, how it is understood, Google's default.

    ``assumed`` is what other tools take to hold where Google documents nothing.
    """

    name: str
    path: str
    parse: Callable[[object], object] = boolean
    default: object = _NOTHING
    assumed: object = _NOTHING

    @property
    def documented(self) -> bool:
        """Whether Google's page says what holds when nobody set it."""
        return self.default is not _NOTHING


def assumption(field: Field) -> str:
    """Return in words what is assumed of a value that nobody set, and that is not known because of it."""
    if field.assumed is _NOTHING:
        return f"{field.name}: nothing"
    value = field.parse(field.assumed)
    words = "never" if value is None else str(value).lower()
    return f"{field.name}: {words}"


def seconds(value: object) -> Read[int]:
    """Return the whole seconds of a duration as protocol buffers write it in JSON, such as ``604800s``."""
    match = _SECONDS.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) if match else UNSET


def enforced_from(value: object) -> Read[datetime | None]:
    """Return from when 2-Step Verification is enforced; Google writes the beginning of 1970 for never."""
    start = moment(value)
    return None if isinstance(start, datetime) and start.year == 1970 else start  # noqa: PLR2004 - the epoch


def _begun(unit: int) -> Callable[[object], Read[int]]:
    """Return how a duration is counted in units of that many seconds, a unit begun counting whole."""

    def parse(value: object) -> Read[int]:
        read = seconds(value)
        return UNSET if read is UNSET else math.ceil(read / unit)

    return parse


def _one_of(meanings: Mapping[str, str]) -> Callable[[object], object]:
    return lambda value: word(value, meanings)


def _whether(meanings: Mapping[str, bool]) -> Callable[[object], Read[bool]]:
    return lambda value: meanings.get(value, UNSET) if isinstance(value, str) else UNSET


def _expires(value: object) -> Read[bool]:
    """Whether passwords end; ``0s`` is never."""
    read = seconds(value)
    return UNSET if read is UNSET else read > 0


_SECURITY, _SHARING = "security.", "drive_and_docs.external_sharing."
_TWO_STEP = _SECURITY + "two_step_verification_"
_PASSWORD = _SECURITY + "password."
_NEW_DRIVES, _GROUPS = "drive_and_docs.shared_drive_creation.", "groups_for_business.groups_sharing."
_NEVER = "1970-01-01T00:00:00Z"
_CALENDAR = "calendar_max_allowed_external_sharing.maxAllowedExternalSharing"

OF_GOOGLE = (
    Field("two_step_enrollment_allowed", _TWO_STEP + "enrollment.allowEnrollment", default=True),
    Field(
        "two_step_enforced_from", _TWO_STEP + "enforcement.enforcedFrom", enforced_from, assumed="1970-01-01T00:00:00Z"
    ),
    Field("second_factors", _TWO_STEP + "enforcement_factor.allowedSignInFactorSet", _one_of(_FACTORS), "ALL"),
    Field("device_trust_allowed", _TWO_STEP + "device_trust.allowTrustingDevice", default=True),
    Field("enrollment_grace_days", _TWO_STEP + "grace_period.enrollmentGracePeriod", _begun(86_400), assumed="0s"),
    Field("session_hours", _SECURITY + "session_controls.webSessionDuration", _begun(3_600)),
    Field("less_secure_apps_allowed", _SECURITY + "less_secure_apps.allowLessSecureApps", default=False),
    Field("strong_passwords", _PASSWORD + "allowedStrength", _whether(_STRENGTHS)),
    Field("password_length", _PASSWORD + "minimumLength", whole_number),
    Field("password_reuse_allowed", _PASSWORD + "allowReuse"),
    Field("password_expires", _PASSWORD + "expirationDuration", _expires),
    Field("password_checked_at_sign_in", _PASSWORD + "enforceRequirementsAtLogin"),
    Field(
        "super_admin_recovery_allowed",
        _SECURITY + "super_admin_account_recovery.enableAccountRecovery",
        default=False,
    ),
    Field("recovery_allowed", _SECURITY + "user_account_recovery.enableAccountRecovery", default=False),
    Field(
        "advanced_protection_allowed",
        _SECURITY + "advanced_protection_program.enableAdvancedProtectionSelfEnrollment",
    ),
    Field("publishing_allowed", _SHARING + "allowPublishingFiles", default=True),
    Field("sharing_warned", _SHARING + "warnForExternalSharing", default=True),
    Field("guests_without_account", _SHARING + "allowNonGoogleInvites", default=True),
    Field(
        "new_files_private",
        "drive_and_docs.general_access_default.defaultFileAccess",
        _whether(_PRIVATE),
        "LINK_SHARING_PRIVATE",
    ),
    Field("drive_managers_override", _NEW_DRIVES + "allowManagersToOverrideSettings"),
    Field("drive_outsiders_allowed", _NEW_DRIVES + "allowExternalUserAccess"),
    Field("drive_non_members_allowed", _NEW_DRIVES + "allowNonMemberAccess"),
    Field("pop_allowed", "gmail.pop_access.enablePopAccess"),
    Field("imap_allowed", "gmail.imap_access.enableImapAccess"),
    Field("foreign_servers_allowed", "gmail.per_user_outbound_gateway.allowUsersToUseExternalSmtpServers"),
    Field("calendar_sharing", f"calendar.primary_{_CALENDAR}", _one_of(_CALENDARS), "EXTERNAL_FREE_BUSY_ONLY"),
    Field(
        "further_calendar_sharing",
        f"calendar.secondary_{_CALENDAR}",
        _one_of(_CALENDARS),
        "EXTERNAL_ALL_INFO_READ_ONLY",
    ),
    Field("group_collaboration", _GROUPS + "collaborationCapability", _one_of(_COLLABORATION), "DOMAIN_USERS_ONLY"),
    Field("group_outsiders_allowed", _GROUPS + "ownersCanAllowExternalMembers", default=False),
    Field("group_mail_from_anyone", _GROUPS + "ownersCanAllowIncomingMailFromPublic", default=True),
    Field("group_creation", _GROUPS + "createGroupsAccessLevel", _one_of(_GROUP_CREATION), "USERS_IN_DOMAIN"),
    Field("group_reading", _GROUPS + "viewTopicsDefaultAccessLevel", _one_of(_GROUP_READING), "DOMAIN_USERS"),
    Field("app_access", "api_controls.unconfigured_third_party_apps.accessLevel", _one_of(_APPS)),
    Field("internal_apps_trusted", "api_controls.internal_apps.trustInternalApps"),
    Field(
        "marketplace",
        "workspace_marketplace.apps_access_options.accessLevel",
        _one_of(_MARKETPLACE),
        "ALLOW_ALL",
    ),
)
"""What only Google has."""

OF_BOTH = (
    Field("auto_forwarding_allowed", "gmail.auto_forwarding.enableAutoForwarding", default=True),
    Field("mail_delegation_allowed", "gmail.mail_delegation.enableMailDelegation", assumed=False),
    Field("outside_sharing", _SHARING + "externalSharingMode", default="ALLOWED"),
)
"""What both vendors have."""
