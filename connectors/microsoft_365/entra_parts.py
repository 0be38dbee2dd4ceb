"""Settings of the directory: security defaults, weak methods, what people and guests may do by themselves.

Source: Graph v1.0, ``identitySecurityDefaultsEnforcementPolicy``, ``authenticationMethodsPolicy``,
``authorizationPolicy``, ``adminConsentRequestPolicy`` and ``tenantAppManagementPolicy``.
"""

from __future__ import annotations

from typing import Any

from auditor.facts import UNSET, Method, Read
from auditor.facts.microsoft_settings import UserConsent
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.refusals import METHODS, POLICIES
from connectors.microsoft_365.settings import Part
from connectors.microsoft_365.sharing_settings import GUEST_ACCESS, INVITERS
from connectors.microsoft_365.values import Wire, boolean, table, tables, texts, word

_WEAK: dict[str, Method] = {"Sms": "sms", "Voice": "voice", "Email": "email"}
_MIGRATED = {"migrationComplete": True, "migrationInProgress": False, "preMigration": False}
_CONTEXT = ("displayAppInformationRequiredState", "displayLocationInformationRequiredState")
_SELF_SERVICE, _FOR_GROUPS = "ManagePermissionGrantsForSelf.", "ManagePermissionGrantsForOwnedResource."
_LEGACY, _LOW = "microsoft-user-default-legacy", "microsoft-user-default-low"


def parts(graph: Graph) -> tuple[Part, ...]:
    """Return what is read of the directory."""
    return (
        Part(
            ("security_defaults",),
            lambda: parse_defaults(graph.get("/policies/identitySecurityDefaultsEnforcementPolicy", POLICIES)),
        ),
        Part(
            ("weak_methods", "methods_migrated", "authenticator_shows_context"),
            lambda: parse_methods(graph.get("/policies/authenticationMethodsPolicy", METHODS)),
        ),
        Part(
            (
                "inviters",
                "guest_access",
                "user_consent",
                "risky_app_consent",
                "app_registration_by_users",
                "tenant_creation_by_users",
            ),
            lambda: parse_authorization(graph.get("/policies/authorizationPolicy", POLICIES)),
        ),
        Part(
            ("admin_consent_workflow",),
            lambda: parse_workflow(graph.get("/policies/adminConsentRequestPolicy", POLICIES)),
        ),
        Part(
            ("app_passwords_restricted",),
            lambda: parse_app_management(graph.get("/policies/defaultAppManagementPolicy", POLICIES)),
        ),
    )


def parse_defaults(wire: Wire) -> dict[str, Any]:
    """Return whether security defaults are on."""
    return {"security_defaults": boolean(wire.get("isEnabled"))}


def parse_methods(wire: Wire) -> dict[str, Any]:
    """Return the weak methods that are still allowed; one that the policy does not mention is not known to be off."""
    states = {str(each.get("id")): each for each in tables(wire.get("authenticationMethodConfigurations"))}
    weak: Read[tuple[Method, ...]] = UNSET
    if states.keys() >= _WEAK.keys():
        weak = tuple(sorted(method for name, method in _WEAK.items() if states[name].get("state") != "disabled"))
    return {
        "weak_methods": weak,
        "methods_migrated": _MIGRATED.get(str(wire.get("policyMigrationState")), UNSET),
        "authenticator_shows_context": _shows_context(states.get("MicrosoftAuthenticator", {})),
    }


def parse_authorization(wire: Wire) -> dict[str, Any]:
    """Return what people and guests may do by themselves."""
    inner = wire.get("value")
    wire = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], dict) else wire
    may = table(wire.get("defaultUserRolePermissions"))
    return {
        "inviters": word(wire.get("allowInvitesFrom"), INVITERS),
        "guest_access": word(wire.get("guestUserRoleId"), GUEST_ACCESS),
        "user_consent": user_consent(may.get("permissionGrantPoliciesAssigned", UNSET)),
        "risky_app_consent": boolean(wire.get("allowUserConsentForRiskyApps")),
        "app_registration_by_users": boolean(may.get("allowedToCreateApps")),
        "tenant_creation_by_users": boolean(may.get("allowedToCreateTenants")),
    }


def user_consent(assigned: object) -> Read[UserConsent]:
    """Return which apps people may let in, from the grant policies assigned to them.

    What is assigned for groups (``ManagePermissionGrantsForOwnedResource``) is about something else. A policy of the
    tenant's own may allow anything.
    """
    policies = texts(assigned)
    if policies is UNSET or assigned is None:
        return UNSET
    own = {
        each.removeprefix(_SELF_SERVICE) for each in policies if not each.startswith("ManagePermissionGrantsForOwned")
    }
    if not own:
        return "nobody"
    if _LEGACY in own:
        return "any_app"
    return "low_risk" if own == {_LOW} else "own_policy"


def parse_workflow(wire: Wire) -> dict[str, Any]:
    """Return whether people can ask for an app: it is on, and there is somebody to answer."""
    on, reviewers = boolean(wire.get("isEnabled")), wire.get("reviewers")
    if on is not True:
        return {"admin_consent_workflow": on}
    return {"admin_consent_workflow": bool(reviewers) if isinstance(reviewers, list) else UNSET}


def parse_app_management(wire: Wire) -> dict[str, Any]:
    """Return whether passwords of apps are limited: the policy is on, and one of its rules about them is."""
    on = boolean(wire.get("isEnabled"))
    rules = table(wire.get("applicationRestrictions")).get("passwordCredentials")
    if on is not True or not isinstance(rules, list):
        return {"app_passwords_restricted": UNSET if on is True else on}
    about = {"passwordAddition", "passwordLifetime"}
    limited = any(rule.get("restrictionType") in about and rule.get("state") != "disabled" for rule in tables(rules))
    return {"app_passwords_restricted": limited}


def _shows_context(authenticator: Wire) -> Read[bool]:
    """Return whether everybody sees app and place; Authenticator that is off shows nothing that could mislead."""
    if authenticator.get("state") == "disabled":
        return True
    features = table(authenticator.get("featureSettings"))
    if not features:
        return UNSET
    for name in _CONTEXT:
        feature = table(features.get(name))
        everybody = table(feature.get("includeTarget")).get("id") == "all_users"
        if feature.get("state") != "enabled" or not everybody:
            return False
    return True
