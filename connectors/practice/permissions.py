"""What the auditor has been granted in the practice organisation, in both clouds."""

from __future__ import annotations

from dataclasses import dataclass, replace

GOOGLE_AUTH = "https://www.googleapis.com/auth/"

GOOGLE_SCOPES = frozenset(
    GOOGLE_AUTH + name
    for name in (
        "admin.directory.domain.readonly",
        "admin.directory.group.member.readonly",
        "admin.directory.group.readonly",
        "admin.directory.orgunit.readonly",
        "admin.directory.rolemanagement.readonly",
        "admin.directory.user.readonly",
        "admin.directory.user.security",
        "admin.reports.audit.readonly",
        "admin.reports.usage.readonly",
        "apps.alerts",
        "apps.groups.settings",
        "calendar.acls.readonly",
        "calendar.calendarlist.readonly",
        "cloud-identity.inboundsso.readonly",
        "cloud-identity.policies.readonly",
        "drive.metadata.readonly",
        "drive.readonly",
        "gmail.settings.basic",
    )
)
GOOGLE_LICENSING = GOOGLE_AUTH + "apps.licensing"  # can take licences away, so that few people grant it

GOOGLE_APIS = frozenset(
    {
        "admin.googleapis.com",
        "alertcenter.googleapis.com",
        "calendar-json.googleapis.com",
        "cloudidentity.googleapis.com",
        "drive.googleapis.com",
        "gmail.googleapis.com",
        "iamcredentials.googleapis.com",
        "groupssettings.googleapis.com",
        "licensing.googleapis.com",
    }
)

MICROSOFT_ROLES = frozenset(
    {
        "Application.Read.All",
        "AuditLog.Read.All",
        "Directory.Read.All",
        "Domain.Read.All",
        "Exchange.ManageAsApp",
        "Files.Read.All",
        "GroupMember.Read.All",
        "MailboxSettings.Read",
        "Organization.Read.All",
        "Policy.Read.All",
        "Reports.Read.All",
        "RoleAssignmentSchedule.Read.Directory",
        "RoleEligibilitySchedule.Read.Directory",
        "RoleManagement.Read.Directory",
        "RoleManagementPolicy.Read.Directory",
        "SharePointTenantSettings.Read.All",
        "Sites.Read.All",
        "User.Read.All",
        "application_access",
    }
)

SWITCHES = frozenset(
    {"google_super_admin", "google_token_creator", "exchange_role", "exchange_recipients", "premium", "governance"}
)


@dataclass(frozen=True, slots=True)
class Permissions:
    """Everything that somebody must have granted before an answer is given; the default lacks the licensing scope only.

    ``google_scopes`` are the scopes of the domain-wide delegation (full URLs), ``google_apis`` the APIs enabled in the
    service account's project (as ``SERVICE_DISABLED`` names them), ``google_super_admin`` says whether the
    administrator may use the Policy API, ``google_token_creator`` whether whoever signs in without a key may let the
    service account sign. ``microsoft_roles`` are application permissions, ``exchange_role`` the Entra
    role that Exchange and Teams want besides their own, ``exchange_recipients`` the Exchange role Mail Recipients
    without which Get-RecipientPermission is not there, ``premium`` the Entra ID P1 licence,
    ``governance`` the Entra ID P2 licence that Privileged Identity Management wants.
    """

    google_scopes: frozenset[str] = GOOGLE_SCOPES
    google_apis: frozenset[str] = GOOGLE_APIS
    google_super_admin: bool = True
    google_token_creator: bool = True
    microsoft_roles: frozenset[str] = MICROSOFT_ROLES
    exchange_role: bool = True
    exchange_recipients: bool = True
    premium: bool = True
    governance: bool = True

    def with_licensing(self) -> Permissions:
        """Return the same permissions and the scope that lets the service account read licences."""
        return replace(self, google_scopes=self.google_scopes | {GOOGLE_LICENSING})

    def without(self, *names: str, missing_ok: bool = False) -> Permissions:
        """Return the same permissions but for ``names``.

        A name is a Google scope (the part after ``/auth/`` is enough), an API's host name, a Microsoft application
        permission, or one of ``SWITCHES``. Raises ``ValueError`` for a name that was not granted, because taking away
        nothing would prove nothing; not with ``missing_ok``.
        """
        left = self
        for name in names:
            scope = GOOGLE_AUTH + name.removeprefix(GOOGLE_AUTH)
            if scope in left.google_scopes:
                left = replace(left, google_scopes=left.google_scopes - {scope})
            elif name in left.google_apis:
                left = replace(left, google_apis=left.google_apis - {name})
            elif name in left.microsoft_roles:
                left = replace(left, microsoft_roles=left.microsoft_roles - {name})
            elif name in SWITCHES and getattr(left, name):
                left = replace(left, **{name: False})  # type: ignore[arg-type]  # every switch is a bool
            elif not missing_ok:
                raise ValueError(f"{name!r} is not among the permissions")
        return left
