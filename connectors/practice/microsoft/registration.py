"""What Entra knows of each person's MFA: the registration report, and the older per-person switch."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

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
READS_METHODS = frozenset({"UserAuthenticationMethod.Read.All"})
PASSWORD = "28c10230-6103-485e-b985-444c60001490"  # noqa: S105 - the id of everybody's password method, no password
# Method of the report -> type and fields of the method itself.
METHOD_TYPES: dict[str, tuple[str, Json]] = {
    "email": ("email", {"emailAddress": "private@home-mail.example"}),
    "mobilePhone": ("phone", {"phoneType": "mobile", "phoneNumber": "+1 5555550100"}),
    "alternateMobilePhone": ("phone", {"phoneType": "alternateMobile", "phoneNumber": "+1 5555550101"}),
    "officePhone": ("phone", {"phoneType": "office", "phoneNumber": "+1 5555550102"}),
    "microsoftAuthenticatorPush": (
        "microsoftAuthenticator",
        {"displayName": "Phone", "deviceTag": "SoftwareTokenActivated"},
    ),
    "softwareOneTimePasscode": ("softwareOath", {"secretKey": None}),
    "fido2SecurityKey": ("fido2", {"displayName": "Key", "model": "NFC key", "attestationLevel": "attested"}),
    "passKeyDeviceBound": ("fido2", {"displayName": "Passkey", "model": "Phone", "passkeyType": "deviceBound"}),
    "windowsHelloForBusiness": ("windowsHelloForBusiness", {"displayName": "Laptop", "keyStrength": "normal"}),
}
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


def methods(call: Call) -> Answer:
    """``GET /users/{id}/authentication/methods``: what the report says, each with its own type, and the password.

    https://learn.microsoft.com/graph/api/authentication-list-methods
    """
    if (account := call.directory.account(call.key)) is None:
        return not_found(call.request, call.now, call.key)
    rows: list[Json] = [{"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": PASSWORD}]
    for method in account.methods:
        kind, fields = METHOD_TYPES[method]
        key = str(uuid5(NAMESPACE_OID, f"{account.id} {method}"))
        rows.append({"@odata.type": f"#microsoft.graph.{kind}AuthenticationMethod", "id": key, **fields})
    return odata.rows(call.request, rows, entity=f"users('{call.key}')/authentication/methods")


OPERATIONS = (
    Operation(REPORT, READS_REPORTS, denied_by_reports, registrations),
    Operation("users/{}/authentication/methods", READS_METHODS, denied_by_policies, methods),
    Operation("users/{}/authentication/requirements", READS_POLICIES, denied_by_policies, requirements, "beta"),
)
