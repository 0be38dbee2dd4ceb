"""From Graph's JSON to policies, locations and strengths. Total: a value or a ``ReadError``, never anything else.

What is missing or unknown is kept by name, so that it makes a policy uncertain; only what has the wrong shape is an
error. Source: Graph v1.0, ``conditionalAccessPolicy``, ``namedLocation``, ``authenticationStrengthPolicy``.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Read
from connectors.microsoft_365.effective_mfa.controls import CUSTOM_CONTROL, TERMS_OF_USE
from connectors.microsoft_365.effective_mfa.model import (
    Circle,
    Conditions,
    Filter,
    Grant,
    Location,
    Policy,
    Selection,
    State,
    Strength,
)

_STATES: dict[str, State] = {"enabled": "on", "enabledForReportingButNotEnforced": "report_only", "disabled": "off"}
_GUESTS = frozenset(
    {
        "internalGuest",
        "b2bCollaborationGuest",
        "b2bCollaborationMember",
        "b2bDirectConnectUser",
        "otherExternalUser",
        "serviceProvider",
    }
)
_CONDITIONS = frozenset({"users", "applications", "clientAppTypes", "platforms", "locations", "devices"})
_CONDITIONS |= {"authenticationFlows", "signInRiskLevels", "userRiskLevels", "insiderRiskLevels"}
_CONDITIONS |= {"clientApplications", "servicePrincipalRiskLevels"}
_PARTS = {
    "users": frozenset(f"{side}{part}" for side in ("include", "exclude") for part in ("Users", "Groups", "Roles"))
    | {"includeGuestsOrExternalUsers", "excludeGuestsOrExternalUsers"},
    "applications": frozenset({"includeApplications", "excludeApplications", "includeUserActions", "applicationFilter"})
    | {"includeAuthenticationContextClassReferences"},
    "platforms": frozenset({"includePlatforms", "excludePlatforms"}),
    "locations": frozenset({"includeLocations", "excludeLocations"}),
    "devices": frozenset({"deviceFilter"}),
    "authenticationFlows": frozenset({"transferMethods"}),
}
_GRANT = frozenset(
    {"operator", "builtInControls", "customAuthenticationFactors", "termsOfUse", "authenticationStrength"}
)

Wire = dict[str, Any]


def parse_policy(wire: object) -> Policy:
    """Return the policy that a ``conditionalAccessPolicy`` describes. Raises ``ReadError`` (malformed)."""
    policy = _table(wire, "a policy")
    key, given = _text(policy, "id"), _table(policy.get("conditions"), "conditions")
    users = _table(given.get("users") or {}, "users")
    return Policy(
        key=key,
        name=policy["displayName"] if isinstance(policy.get("displayName"), str) and policy["displayName"] else key,
        state=_STATES.get(_text(policy, "state"), "unknown"),
        for_people=_empty(given.get("clientApplications")) and _empty(given.get("servicePrincipalRiskLevels")),
        include=_circle(users, "include"),
        exclude=_circle(users, "exclude"),
        conditions=_conditions(given),
        grant=_grant(policy.get("grantControls")),
    )


def parse_location(wire: object) -> Location:
    """Return the location that a ``namedLocation`` describes. Raises ``ReadError`` (malformed).

    One that is defined in a way we do not know has no trust that was collected, so that nobody builds on it.
    """
    given = _table(wire, "a named location")
    kind, key = given.get("@odata.type"), _text(given, "id")
    name = str(given.get("displayName") or key)
    if kind == "#microsoft.graph.countryNamedLocation":
        countries = [*_words(given, "countriesAndRegions")]
        countries += ["unknown"] if given.get("includeUnknownCountriesAndRegions") is True else []
        return Location(key=key, name=name, trusted=False, countries=frozenset(countries))
    if kind != "#microsoft.graph.ipNamedLocation":
        return Location(key=key, name=name)
    trusted = given.get("isTrusted")
    ranges = given.get("ipRanges")
    if not isinstance(ranges, list):
        raise _malformed("ipRanges")
    addresses = tuple(_text(_table(each, "an address range"), "cidrAddress") for each in ranges)
    try:
        for address in addresses:
            ip_network(address, strict=False)
    except ValueError as error:
        raise _malformed("cidrAddress") from error
    return Location(key=key, name=name, trusted=trusted if isinstance(trusted, bool) else UNSET, ranges=addresses)


def parse_strength(wire: object) -> Strength:
    """Return the strength that an ``authenticationStrengthPolicy`` describes. Raises ``ReadError`` (malformed)."""
    given = _table(wire, "an authentication strength")
    key, listed = _text(given, "id"), given.get("allowedCombinations")
    combinations: Read[tuple[str, ...]] = UNSET if listed is None else _words(given, "allowedCombinations", flags=False)
    return Strength(key=key, name=str(given.get("displayName") or key), combinations=combinations)


def _conditions(given: Wire) -> Conditions:
    tables = {name: _table(given.get(name) or {}, name) for name in _PARTS}
    locations = _selection(tables["locations"], "Locations")
    platforms = _selection(tables["platforms"], "Platforms")
    strange = set(_unknown(given, _CONDITIONS))
    strange |= {f"{name}.{part}" for name, known in _PARTS.items() for part in _unknown(tables[name], known)}
    return Conditions(
        applications=_selection(tables["applications"], "Applications"),
        user_actions=_words(tables["applications"], "includeUserActions"),
        application_filter=_filter(tables["applications"].get("applicationFilter")),
        clients=_words(given, "clientAppTypes"),
        platforms=platforms,
        locations=locations,
        device_filter=_filter(tables["devices"].get("deviceFilter")),
        flows=tuple(flow for flow in _words(tables["authenticationFlows"], "transferMethods") if flow != "none"),
        sign_in_risks=_words(given, "signInRiskLevels"),
        user_risks=_words(given, "userRiskLevels"),
        insider_risks=_words(given, "insiderRiskLevels"),
        not_understood=frozenset(strange),
    )


def _circle(users: Wire, side: str) -> Circle:
    accounts = frozenset(_words(users, f"{side}Users"))
    guests = users.get(f"{side}GuestsOrExternalUsers")
    kinds, tenants, strange = _guests(guests) if guests is not None else (frozenset(), None, frozenset())
    if "GuestsOrExternalUsers" in accounts:
        kinds, tenants = kinds | _GUESTS, None
    return Circle(
        everyone="All" in accounts,
        accounts=accounts - {"All", "None", "GuestsOrExternalUsers"},
        groups=frozenset(_words(users, f"{side}Groups")),
        roles=frozenset(_words(users, f"{side}Roles")),
        kinds=kinds,
        home_tenants=tenants,
        not_understood=strange,
    )


def _guests(wire: object) -> tuple[frozenset[str], frozenset[str] | None, frozenset[str]]:
    """Return the kinds of guests, the organisations they must come from (None: any), and what we do not know."""
    given = _table(wire, "guests")
    kinds = frozenset(_words(given, "guestOrExternalUserTypes")) - {"none"}
    tenants = _table(given.get("externalTenants") or {}, "externalTenants")
    membership = tenants.get("membershipKind", "all")
    strange = frozenset(kinds - _GUESTS)
    if membership == "enumerated":
        return kinds & _GUESTS, frozenset(_words(tenants, "members")), strange
    return kinds & _GUESTS, None, strange if membership == "all" else strange | {"externalTenants"}


def _grant(wire: object) -> Grant:
    if wire is None:
        return Grant()
    given = _table(wire, "grantControls")
    operator, strength = given.get("operator"), given.get("authenticationStrength")
    controls = [*_words(given, "builtInControls"), *_unknown(given, _GRANT)]
    controls += [CUSTOM_CONTROL] if _words(given, "customAuthenticationFactors", flags=False) else []
    controls += [TERMS_OF_USE] if _words(given, "termsOfUse", flags=False) else []
    return Grant(
        operator=operator if isinstance(operator, str) else "",
        controls=tuple(controls),
        strength=None if strength is None else parse_strength(strength),
    )


def _filter(wire: object) -> Filter | None:
    if wire is None:
        return None
    given = _table(wire, "a filter")
    return Filter(_text(given, "mode"), _text(given, "rule"))


def _selection(given: Wire, what: str) -> Selection:
    return Selection(_words(given, f"include{what}"), _words(given, f"exclude{what}"))


def _words(given: Wire, name: str, *, flags: bool = True) -> tuple[str, ...]:
    """Return a list of words; Graph writes some lists as one text with commas (enumerations with flags)."""
    value = given.get(name)
    if flags and isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _malformed(name)
    return tuple(value)


def _unknown(given: Wire, known: frozenset[str]) -> Iterable[str]:
    """Yield the names of parts that we do not know and that say something."""
    return sorted(name for name, value in given.items() if name not in known and "@" not in name and not _empty(value))


def _empty(value: object) -> bool:
    if isinstance(value, dict):
        return all(_empty(part) for name, part in value.items() if "@" not in str(name))
    return value is None or value in ("", "none") or value == []


def _table(value: object, what: str) -> Wire:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise _malformed(what)
    return value


def _text(given: Wire, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise _malformed(name)
    return value


def _malformed(what: str) -> ReadError:
    return ReadError(
        GapReason.MALFORMED,
        f"Microsoft's answer about sign-in policies is not as documented: {what}.",
        "Run again; if it stays, report the version of this program and the name of the field.",
    )
