"""Settings that only Microsoft 365 has, each under the name by which people know it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from auditor.facts.account import Method
from auditor.facts.base import UNSET, Read

Inviters = Literal["anyone", "members", "administrators", "nobody"]
GuestAccess = Literal["as_members", "limited", "restricted"]
UserConsent = Literal["any_app", "own_policy", "low_risk", "nobody"]
Federation = Literal["anyone", "listed", "nobody"]


class MicrosoftSettings(Struct, frozen=True, kw_only=True, gc=False):
    """Settings of Entra ID, Exchange Online, SharePoint and Teams that hold for a whole tenant."""

    security_defaults: Read[bool] = UNSET
    """``identitySecurityDefaultsEnforcementPolicy.isEnabled``."""
    weak_methods: Read[tuple[Method, ...]] = UNSET
    """Which of text message, call and mail the authentication methods policy still allows."""
    methods_migrated: Read[bool] = UNSET
    """Whether one policy alone decides about methods, and the older ones no longer count."""
    authenticator_shows_context: Read[bool] = UNSET
    """Whether Microsoft Authenticator shows everybody which app asks, and from where."""

    resharing_by_outsiders: Read[bool] = UNSET
    """``sharepointSettings.isResharingByExternalUsersEnabled``."""
    legacy_sharepoint_sign_in: Read[bool] = UNSET
    """``sharepointSettings.isLegacyAuthProtocolsEnabled``."""
    sharing_domains_listed: Read[bool] = UNSET
    """Whether files may be shared with the people of listed domains only."""
    unmanaged_sync_restricted: Read[bool] = UNSET
    """``sharepointSettings.isUnmanagedSyncAppForTenantRestricted``."""
    inviters: Read[Inviters] = UNSET
    """Who may invite guests; ``administrators`` includes the role Guest Inviter, ``anyone`` guests themselves."""
    guest_access: Read[GuestAccess] = UNSET
    """How much of the directory guests see; ``restricted`` is themselves only."""
    trusts_mfa_of_others: Read[bool] = UNSET
    """Whether the second factor of every other organisation counts here (cross-tenant access, default)."""
    trusts_devices_of_others: Read[bool] = UNSET
    """Whether devices that any other organisation manages count as managed here (likewise)."""
    direct_connect_inbound: Read[bool] = UNSET
    """Whether people of every other organisation may come in without being guests (B2B direct connect, default)."""

    user_consent: Read[UserConsent] = UNSET
    """Which apps people may let in by themselves."""
    risky_app_consent: Read[bool] = UNSET
    """``authorizationPolicy.allowUserConsentForRiskyApps``."""
    admin_consent_workflow: Read[bool] = UNSET
    """Whether people can ask for an app and somebody is there to answer."""
    app_registration_by_users: Read[bool] = UNSET
    """Whether everybody may register apps."""
    tenant_creation_by_users: Read[bool] = UNSET
    """Whether everybody may make new tenants."""
    app_passwords_restricted: Read[bool] = UNSET
    """Whether the tenant's app management policy limits passwords of apps."""

    modern_authentication: Read[bool] = UNSET
    """``OrganizationConfig.OAuth2ClientProfileEnabled``: whether mail programs can use a second factor at all."""
    smtp_auth: Read[bool] = UNSET
    """Whether programs may send with name and password alone, unless a mailbox says otherwise."""
    direct_send_rejected: Read[bool] = UNSET
    """Whether mail from outside that claims to come from here without signing in is refused (Direct Send)."""
    mailbox_auditing: Read[bool] = UNSET
    """Whether access to mailboxes is logged."""
    outside_mail_marked: Read[bool] = UNSET
    """Whether Outlook marks mail from outside."""
    calendar_sharing: Read[tuple[str, ...]] = UNSET
    """Domains to which people may open their calendars, in lower case; ``*`` every one, ``anonymous`` the public."""
    contact_sharing: Read[tuple[str, ...]] = UNSET
    """The same for address books."""
    domains_without_dkim: Read[tuple[str, ...]] = UNSET
    """Domains whose mail Exchange does not sign."""

    teams_federation: Read[Federation] = UNSET
    """With people of which other organisations Teams talks."""
    teams_consumers_may_write: Read[bool] = UNSET
    """Whether holders of private Teams accounts may write to people here first."""
    teams_trial_tenants: Read[bool] = UNSET
    """Whether Teams talks with tenants that anybody can make for nothing."""
    teams_mail_into_channels: Read[bool] = UNSET
    """Whether mail can be sent into channels."""
    teams_foreign_storage: Read[tuple[str, ...]] = UNSET
    """Other vendors' stores of files that people may open and share from."""
