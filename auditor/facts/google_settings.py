"""Settings that only Google Workspace has, each under the name by which people know it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from auditor.facts.base import UNSET, Read

SecondFactors = Literal["any", "no_telephony", "passkey_plus_code", "passkey_plus_ip_bound_code", "passkey_only"]
CalendarSharing = Literal["free_busy", "read", "read_write", "manage"]
AppAccess = Literal["anything", "sign_in_only", "nothing"]
MarketplaceAccess = Literal["anything", "allow_listed", "nothing"]
GroupCreation = Literal["administrators", "organisation", "anyone"]
GroupReading = Literal["owners", "managers", "members", "organisation", "anyone"]
Collaboration = Literal["anyone", "organisation"]


class GoogleSettings(Struct, frozen=True, kw_only=True, gc=False):
    """Settings of the Cloud Identity Policy API, as they hold for one class of accounts."""

    two_step_enrollment_allowed: Read[bool] = UNSET
    """``security.two_step_verification_enrollment``."""
    two_step_enforced_from: Read[datetime | None] = UNSET
    """``security.two_step_verification_enforcement``; null when enforcement is off."""
    second_factors: Read[SecondFactors] = UNSET
    """``security.two_step_verification_enforcement_factor``: which second factors count."""
    device_trust_allowed: Read[bool] = UNSET
    """``security.two_step_verification_device_trust``: whether people may tell a device not to ask again."""
    enrollment_grace_days: Read[int] = UNSET
    """``security.two_step_verification_grace_period``, in days begun: how long new people need no second factor."""
    session_hours: Read[int] = UNSET
    """``security.session_controls``, in hours begun: after how long people sign in to the web again."""
    less_secure_apps_allowed: Read[bool] = UNSET
    """``security.less_secure_apps``: whether programs may sign in with name and password alone."""
    strong_passwords: Read[bool] = UNSET
    """``security.password.allowedStrength``: whether weak passwords are refused."""
    password_length: Read[int] = UNSET
    """``security.password.minimumLength``, in characters."""
    password_reuse_allowed: Read[bool] = UNSET
    """``security.password.allowReuse``."""
    password_expires: Read[bool] = UNSET
    """``security.password.expirationDuration``: whether passwords end after some time."""
    password_checked_at_sign_in: Read[bool] = UNSET
    """``security.password.enforceRequirementsAtLogin``."""
    super_admin_recovery_allowed: Read[bool] = UNSET
    """``security.super_admin_account_recovery``: whether super administrators may reset their own passwords."""
    recovery_allowed: Read[bool] = UNSET
    """``security.user_account_recovery``: whether everybody else may."""
    advanced_protection_allowed: Read[bool] = UNSET
    """``security.advanced_protection_program``: whether people may enrol themselves."""
    publishing_allowed: Read[bool] = UNSET
    """``drive_and_docs.external_sharing``: whether files may be opened to anyone with the link."""
    sharing_warned: Read[bool] = UNSET
    """The same: whether people are warned before they share with outsiders."""
    guests_without_account: Read[bool] = UNSET
    """The same: whether people without a Google account may be invited."""
    new_files_private: Read[bool] = UNSET
    """``drive_and_docs.general_access_default``: whether only the owner opens a new file."""
    drive_managers_override: Read[bool] = UNSET
    """``drive_and_docs.shared_drive_creation``: whether managers of a shared drive may loosen its settings."""
    drive_outsiders_allowed: Read[bool] = UNSET
    """The same: whether outsiders may get into new shared drives."""
    drive_non_members_allowed: Read[bool] = UNSET
    """The same: whether their files may be shared with people who are no members."""
    pop_allowed: Read[bool] = UNSET
    """``gmail.pop_access``."""
    imap_allowed: Read[bool] = UNSET
    """``gmail.imap_access``."""
    foreign_servers_allowed: Read[bool] = UNSET
    """``gmail.per_user_outbound_gateway``: whether people may send through mail servers of others."""
    calendar_sharing: Read[CalendarSharing] = UNSET
    """``calendar.primary_calendar_max_allowed_external_sharing``: the most that outsiders may see or do."""
    further_calendar_sharing: Read[CalendarSharing] = UNSET
    """``calendar.secondary_calendar_max_allowed_external_sharing``."""
    group_collaboration: Read[Collaboration] = UNSET
    """``groups_for_business.groups_sharing.collaborationCapability``: who may be let into groups at all."""
    group_outsiders_allowed: Read[bool] = UNSET
    """The same: whether owners of groups may let outsiders in."""
    group_mail_from_anyone: Read[bool] = UNSET
    """The same: whether owners may let anyone write to a group."""
    group_creation: Read[GroupCreation] = UNSET
    """The same: who may make groups."""
    group_reading: Read[GroupReading] = UNSET
    """The same: who may read a new group's messages."""
    app_access: Read[AppAccess] = UNSET
    """``api_controls.unconfigured_third_party_apps``: what apps nobody decided about may get."""
    internal_apps_trusted: Read[bool] = UNSET
    """``api_controls.internal_apps``: whether apps made inside get everything."""
    marketplace: Read[MarketplaceAccess] = UNSET
    """``workspace_marketplace.apps_access_options``: which apps people may install."""
    by_default: tuple[str, ...] = ()
    """Names of those of the values above that nobody set: they are what Google's page documents for that case."""
    assumed: tuple[str, ...] = ()
    """Values that nobody set and Google's page is silent about, with what other tools assume; they are not known."""
    sources: tuple[str, ...] = ()
    """What says that each value holds: for whom a policy sets it, or why it holds although nobody did."""
