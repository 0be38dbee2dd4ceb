"""What Microsoft's refusals mean: which permission a read needs, how to grant it, and why an answer was not one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

from auditor.errors import GapReason, ReadError
from connectors.door import Answer, malformed

_PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
_GOVERNANCE = "AadPremiumLicenseRequired"
_LONGEST_CODE = 80


class NotThereError(ReadError):
    """Microsoft does not know what was asked for: never had it, or has it no longer."""


@dataclass(frozen=True, slots=True)
class Permission:
    """An application permission, and what it shows."""

    name: str
    shows: str
    api: str = "Microsoft Graph"

    @property
    def remedy(self) -> str:
        """The clicks that grant it."""
        return (
            f"Grant the application permission {self.name}: Entra admin center > App registrations > your app > "
            f"API permissions > Add a permission > {self.api} > Application permissions > {self.name}; "
            "then Grant admin consent."
        )


ORGANISATION = Permission("Organization.Read.All", "the name of the organisation")
ACCOUNTS = Permission("User.Read.All", "the accounts")
ACTIVITY = Permission("AuditLog.Read.All", "the last sign-ins")
REGISTRATION = Permission("AuditLog.Read.All", "who has registered for MFA")
ROLES = Permission("RoleManagement.Read.Directory", "the administrator roles")
ELIGIBLE = Permission("RoleEligibilitySchedule.Read.Directory", "who may activate an administrator role")
ASSIGNED = Permission("RoleAssignmentSchedule.Read.Directory", "which administrator roles are held for good")
ROLE_RULES = Permission("RoleManagementPolicy.Read.Directory", "the rules for activating administrator roles")
LICENCES = Permission("Organization.Read.All", "the licences")
APPLICATIONS = Permission("Application.Read.All", "the applications")
CONSENTS = Permission("Directory.Read.All", "what people allowed applications")
GROUPS = Permission("GroupMember.Read.All", "the members of a group")
POLICIES = Permission("Policy.Read.All", "the sign-in policies")
METHODS = Permission("Policy.Read.All", "the authentication methods")
DOMAINS = Permission("Domain.Read.All", "the domains")
SHARING = Permission("SharePointTenantSettings.Read.All", "the sharing settings")
INBOX_RULES = Permission("MailboxSettings.Read", "the inbox rules")
SITES = Permission("Sites.Read.All", "the SharePoint sites")
FILES = Permission("Files.Read.All", "the shared files")
USAGE = Permission("Reports.Read.All", "how many links lead into each site")
TEAMS_ACCESS = Permission("application_access", "Teams' settings", "Skype and Teams Tenant Admin API")
EXCHANGE_ADMIN = Permission("Exchange.ManageAsApp", "Exchange's settings", "Office 365 Exchange Online")

EXCHANGE_ROLE_REMEDY = (
    "Give the app a role that may read Exchange: Entra admin center > Roles & admins > Global Reader > "
    "Add assignments > your app."
)

RECIPIENT_ROLE_REMEDY = (
    "Global Reader does not show who may send as somebody. Give the app a role of its own in Exchange that holds this "
    "cmdlet alone; docs/how-to/microsoft-365.md has the commands."
)
_FOR_RECIPIENT_ROLES = frozenset({"Get-RecipientPermission"})


def read_error(answer: Answer, permission: Permission) -> ReadError:
    """Return what an answer of Graph that is not a 200 means for a read that needs ``permission``."""
    code, message = graph_error(answer)
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        if code == _PREMIUM or "premium license" in message:
            return ReadError(
                GapReason.NOT_LICENSED,
                f"Microsoft shows {permission.shows} only to tenants with Entra ID P1.",
                "Microsoft 365 admin center > Billing: Business Premium, E3 and E5 hold Entra ID P1.",
            )
        return ReadError(GapReason.DENIED, f"Microsoft refused to show {permission.shows}.", permission.remedy)
    if code == _GOVERNANCE:
        return ReadError(
            GapReason.NOT_LICENSED,
            f"Microsoft shows {permission.shows} only to tenants with Entra ID P2 or Entra ID Governance.",
            "Microsoft 365 admin center > Billing: Entra ID P2, E5 and Entra ID Governance hold it.",
        )
    what = f"an unexpected answer for {permission.shows} (HTTP {answer.status}{f', {code}' if code else ''})"
    error = malformed(what)
    if answer.status == HTTPStatus.NOT_FOUND:
        return NotThereError(error.reason, error.message, error.remedy)
    return error


def suspicious(what: str) -> ReadError:
    """Return the error for an answer that is whole and cannot be true."""
    return ReadError(
        GapReason.SUSPICIOUS,
        f"Microsoft lists {what}.",
        "Check that nobody has limited what the application may see, and run again.",
    )


def graph_error(answer: Answer) -> tuple[str, str]:
    """Return code and message of Graph's error body, empty where it is none; the code is fit for a message of ours."""
    try:
        error = json.loads(answer.body)["error"]
        code, message = str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", ""
    return (code if code.isidentifier() and len(code) <= _LONGEST_CODE else ""), message


def exchange_error(answer: Answer, cmdlet: str) -> ReadError:
    """Return what an answer of the Exchange admin API that is not a 200 means.

    401: the token carries no Exchange.ManageAsApp. 403: it does, but the app holds no Entra role; the body may be NUL
    bytes. Any other error says "Invalid Operation" and hides what happened in ``innererror`` or ``details``.
    """
    if answer.status == HTTPStatus.UNAUTHORIZED:
        remedy = f"{EXCHANGE_ADMIN.remedy} {EXCHANGE_ROLE_REMEDY}"
        return ReadError(GapReason.DENIED, "Exchange does not accept the app: its permission is missing.", remedy)
    if answer.status == HTTPStatus.FORBIDDEN:
        return ReadError(
            GapReason.DENIED, "Exchange knows the app, but the app has no Entra role.", EXCHANGE_ROLE_REMEDY
        )
    message = _exchange_message(answer)
    if "is not recognized" in message:
        remedy = RECIPIENT_ROLE_REMEDY if cmdlet in _FOR_RECIPIENT_ROLES else EXCHANGE_ROLE_REMEDY
        return ReadError(GapReason.DENIED, f"The app's role does not allow {cmdlet}.", remedy)
    if "couldn't be found" in message:
        gone = malformed(f"no such thing for {cmdlet}")
        return NotThereError(gone.reason, gone.message, gone.remedy)
    return malformed(f"an unexpected answer to {cmdlet} (HTTP {answer.status})")


def _exchange_message(answer: Answer) -> str:
    try:
        error = json.loads(answer.body)["error"]
        inner = error.get("innererror", {}).get("internalexception", {}).get("message")
        return str(inner or error["details"][0]["message"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return ""
