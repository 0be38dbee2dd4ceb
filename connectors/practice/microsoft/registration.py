"""What Entra knows of each person's MFA: the registration report, and the older per-person switch."""

from __future__ import annotations

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.people import READS_REPORTS, moment
from connectors.practice.microsoft.policies import READS_POLICIES
from connectors.practice.microsoft.refusals import denied_by_policies, denied_by_reports, not_found, not_premium
from connectors.practice.organisation import Json, MicrosoftAccount
from connectors.practice.wire import Answer

PAGE = 1000
PASSWORDLESS = frozenset({"fido2SecurityKey", "windowsHelloForBusiness", "passKeyDeviceBound"})
PHONES = frozenset({"mobilePhone", "alternateMobilePhone", "officePhone"})
REPORT = "reports/authenticationMethods/userRegistrationDetails"


def registration(account: MicrosoftAccount) -> Json:
    """Return a row of the report. https://learn.microsoft.com/graph/api/resources/userregistrationdetails."""
    phone = not PHONES.isdisjoint(account.methods)
    app = "microsoftAuthenticatorPush" in account.methods
    return {
        "id": account.id,
        "userPrincipalName": account.address,
        "userDisplayName": account.display_name,
        "userType": "guest" if account.guest else "member",
        "isAdmin": bool(account.role_template_ids),
        "isSsprRegistered": bool(account.methods),
        "isSsprEnabled": False,
        "isSsprCapable": False,
        "isMfaRegistered": account.mfa_registered,
        "isMfaCapable": account.mfa_registered,
        "isPasswordlessCapable": not PASSWORDLESS.isdisjoint(account.methods),
        "lastUpdatedDateTime": moment(account.last_sign_in or account.created),
        "methodsRegistered": list(account.methods),
        "isSystemPreferredAuthenticationMethodEnabled": True,
        "systemPreferredAuthenticationMethods": ["push"] if app else [],
        "userPreferredMethodForSecondaryAuthentication": "push" if app else "sms" if phone else "none",
    }


def registrations(call: Call) -> Answer:
    """``GET /reports/authenticationMethods/userRegistrationDetails``: knows ``$filter``, wants Entra ID P1."""
    if not call.premium:
        return not_premium(call.request, call.now)
    rows = list(call.directory.accounts.values())
    if "$filter" in call.request.query:
        wanted = odata.predicate(call.request)
        rows = [row for row in rows if wanted(registration(row))]
    return odata.listing(call.request, rows, registration, entity=REPORT, size=PAGE)


def requirements(call: Call) -> Answer:
    """``GET /beta/users/{id}/authentication/requirements``: the older per-person MFA switch."""
    if (account := call.directory.account(call.key)) is None:
        return not_found(call.request, call.now, call.key)
    return Answer(200, {"perUserMfaState": account.per_user_mfa})


OPERATIONS = (
    Operation(REPORT, READS_REPORTS, denied_by_reports, registrations),
    Operation("users/{}/authentication/requirements", READS_POLICIES, denied_by_policies, requirements, "beta"),
)
