"""What harm an application can do with a permission: data, and how the worst of several is found.

``critical``: makes itself, or anybody, an administrator, or opens the whole organisation at one stroke. ``high``: reads
or changes mail, files, chats, or the ways of signing in, of whoever it is allowed for. ``medium``: reads about people
and settings. ``low``: who somebody is, and what the application made itself. Source: Microsoft Graph permissions
reference; permissions of Exchange Online and SharePoint Online.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.facts import AppRisk

_WORST_FIRST: tuple[AppRisk, ...] = ("critical", "high", "medium", "low")

CRITICAL = frozenset(
    {
        "Application.ReadWrite.All",
        "Application.ReadWrite.OwnedBy",
        "AppRoleAssignment.ReadWrite.All",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Directory.AccessAsUser.All",
        "Directory.ReadWrite.All",
        "Domain.ReadWrite.All",
        "EntitlementManagement.ReadWrite.All",
        "Group.ReadWrite.All",
        "GroupMember.ReadWrite.All",
        "Organization.ReadWrite.All",
        "Policy.ReadWrite.AuthenticationMethod",
        "Policy.ReadWrite.ConditionalAccess",
        "Policy.ReadWrite.PermissionGrant",
        "PrivilegedAccess.ReadWrite.AzureAD",
        "PrivilegedAccess.ReadWrite.AzureADGroup",
        "RoleAssignmentSchedule.ReadWrite.Directory",
        "RoleEligibilitySchedule.ReadWrite.Directory",
        "RoleManagement.ReadWrite.All",
        "RoleManagement.ReadWrite.Directory",
        "Sites.FullControl.All",
        "User.ReadWrite.All",
        "UserAuthenticationMethod.ReadWrite.All",
        "full_access_as_app",
        "full_access_as_user",
    }
)
LOW = frozenset(
    {
        "email",
        "offline_access",
        "openid",
        "profile",
        "Files.ReadWrite.AppFolder",
        "Presence.Read",
        "User.Read",
        "User.ReadBasic.All",
        "user_impersonation",
        "access_as_user",
    }
)
_HIGH_PREFIXES = (
    "Mail.",
    "Files.",
    "Sites.",
    "Chat.",
    "ChannelMessage.",
    "Notes.",
    "EWS.",
    "IMAP.",
    "POP.",
    "SMTP.",
    "MailboxSettings.ReadWrite",
    "UserAuthenticationMethod.",
    "DeviceManagement",
    "Exchange.Manage",
    "AllSites.",
    "MyFiles.",
)
_MEDIUM_INSTEAD = frozenset({"MailboxSettings.Read", "Mail.ReadBasic", "Mail.ReadBasic.All", "Sites.Selected"})
_MAIL = ("Mail.", "EWS.", "IMAP.", "POP.", "full_access_as_")
_FILES = ("Files.", "Sites.", "AllSites.", "MyFiles.", "Notes.")
_NOT_FILES = frozenset({"Files.ReadWrite.AppFolder", "Sites.Selected"})


def risk(permissions: Iterable[str]) -> AppRisk:
    """Return the worst that the permissions allow; of one that is not known here, ``medium`` is assumed."""
    found = {risk_of(permission) for permission in permissions}
    return next((each for each in _WORST_FIRST if each in found), "low")


def risk_of(permission: str) -> AppRisk:
    """Return what one permission allows."""
    if permission in CRITICAL:
        return "critical"
    if permission in LOW:
        return "low"
    if permission in _MEDIUM_INSTEAD:
        return "medium"
    return "high" if permission.startswith(_HIGH_PREFIXES) else "medium"


def reads_mail(permissions: Iterable[str]) -> bool:
    """Return whether mail can be read with one of the permissions, sending aside."""
    return any(each.startswith(_MAIL) and not each.startswith(("Mail.Send", "Mail.ReadBasic")) for each in permissions)


def reads_files(permissions: Iterable[str]) -> bool:
    """Return whether files can be read with one of the permissions."""
    return any(each.startswith(_FILES) and each not in _NOT_FILES for each in permissions)
