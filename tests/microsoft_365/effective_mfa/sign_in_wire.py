"""Wire JSON of Microsoft Graph v1.0 for tests: the plainest policy is MFA for everybody, everywhere, always."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from auditor.facts import UNSET, Read
from connectors.microsoft_365.effective_mfa import Inputs, Subject, parse_location, parse_policy, parse_strength

Wire = dict[str, Any]

MFA: Wire = {"operator": "OR", "builtInControls": ["mfa"]}
BLOCK: Wire = {"operator": "OR", "builtInControls": ["block"]}
NOTHING: Wire = {}
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
AZURE = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
ALL_GUESTS = (
    "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser,serviceProvider"
)


def policy(
    name: str = "MFA",
    *,
    grant: Wire | None = MFA,
    state: str = "enabled",
    users: Wire = NOTHING,
    applications: Wire = NOTHING,
    **conditions: object,
) -> Wire:
    """Return a policy; ``users`` and ``applications`` say where it differs from everybody and every application.

    Nothing in it is shared, so that a test may spoil it.
    """
    everybody = {"includeUsers": ["All"], "excludeUsers": [], "includeGroups": [], "excludeGroups": []}
    everybody |= {"includeRoles": [], "excludeRoles": []}
    everything = {"includeApplications": ["All"], "excludeApplications": [], "includeUserActions": []}
    given = {"clientAppTypes": ["all"], "signInRiskLevels": [], "userRiskLevels": [], "platforms": None}
    given |= {"locations": None, "devices": None, "users": everybody | users, "applications": everything | applications}
    state_and_grant = {"state": state, "grantControls": grant}
    return deepcopy({"id": name, "displayName": name, "conditions": given | conditions, **state_and_grant})


def strength(*combinations: str, key: str = "strength") -> Wire:
    """Return grant controls that demand an authentication strength."""
    wire = {"id": key, "displayName": "Our strength", "allowedCombinations": list(combinations)}
    return {"operator": "OR", "builtInControls": [], "authenticationStrength": wire}


def office(*, trusted: bool = True, key: str = "office", ranges: tuple[str, ...] = ("192.0.2.0/24",)) -> Wire:
    """Return a named location of address ranges."""
    wire = [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": each} for each in ranges]
    kind = "#microsoft.graph.ipNamedLocation"
    return {"@odata.type": kind, "id": key, "displayName": key.title(), "isTrusted": trusted, "ipRanges": wire}


def countries(*codes: str, key: str = "home", unknown: bool = False) -> Wire:
    """Return a named location of countries."""
    return {
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        "id": key,
        "displayName": key.title(),
        "countriesAndRegions": list(codes),
        "includeUnknownCountriesAndRegions": unknown,
    }


def inputs(policies: Read[list[Wire]], locations: Read[tuple[Wire, ...]] = (), **others: object) -> Inputs:
    """Return the inputs of a tenant of which everything was read; security defaults are off."""
    read: dict[str, Any] = {"security_defaults": False, "strengths": (), "names": {"break-glass": "Break glass"}}
    read["policies"] = UNSET if policies is UNSET else tuple(map(parse_policy, policies))
    read["locations"] = UNSET if locations is UNSET else tuple(map(parse_location, locations))
    if "strengths" in others:
        others["strengths"] = tuple(map(parse_strength, others["strengths"]))
    return Inputs(**(read | others))


def person(**others: object) -> Subject:
    """Return one of the organisation's own people, in the group ``staff``, of whom everything was read."""
    read: dict[str, Any] = {"key": "ana", "kinds": frozenset({"member"}), "groups": frozenset({"staff"})}
    return Subject(**(read | {"roles": frozenset(), "per_user_mfa": "disabled", "mfa_registered": True} | others))


def guest(*kinds: str, **others: object) -> Subject:
    """Return a guest of one of ``kinds``, else one invited from another organisation."""
    return person(kinds=frozenset(kinds or {"b2bCollaborationGuest"}), **others)
