"""A Conditional Access policy in a few words: what it asks for, of which apps, and when it does not hold. Pure.

For reading only; whether somebody is protected, ``effective_mfa`` proves. Source: Graph v1.0,
``conditionalAccessGrantControls`` and ``conditionalAccessConditionSet``. A condition that we do not know narrows the
policy; a demand that we do not know is no MFA.
"""

from __future__ import annotations

from auditor.facts import UNSET, Grant, Read
from connectors.microsoft_365.values import Wire, empty, table, texts

_EVERY_CLIENT = frozenset({"browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"})
_RESISTANT = frozenset({"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"})
_BUILT_IN: dict[str, Grant] = {
    "00000000-0000-0000-0000-000000000002": "mfa",
    "00000000-0000-0000-0000-000000000003": "mfa",
    "00000000-0000-0000-0000-000000000004": "phishing_resistant_mfa",
}
"""Authentication strengths that every tenant has."""

_STRONGEST_FIRST: tuple[Grant, ...] = ("block", "phishing_resistant_mfa", "mfa", "other")


def grant(wire: object) -> Read[Grant]:
    """Return what a policy asks for.

    With the operator OR the weakest alternative counts, with AND the strongest demand. Terms of use, devices, other
    vendors' factors and whatever we do not know are ``other``.
    """
    if wire is None:
        return "nothing"
    controls = table(wire)
    listed = [texts(controls.get(name)) for name in ("builtInControls", "customAuthenticationFactors", "termsOfUse")]
    if not controls or any(entries is UNSET for entries in listed):
        return UNSET
    known: dict[str, Grant] = {"mfa": "mfa", "block": "block"}
    asked: list[Grant] = [known.get(name, "other") for entries in listed if entries is not UNSET for name in entries]
    strength = controls.get("authenticationStrength")
    if strength is not None:
        asked.append(_strength(table(strength)))
    if not asked:
        return "nothing"
    order = sorted(asked, key=_STRONGEST_FIRST.index)
    if controls.get("operator") not in {"AND", "OR"}:
        return order[0] if len(asked) == 1 else UNSET
    return order[0] if controls["operator"] == "AND" else order[-1]


def every_app(wire: object) -> Read[bool]:
    """Return whether a policy holds for all applications and leaves none out."""
    applications = table(wire)
    if not applications:
        return UNSET
    others = {name: value for name, value in applications.items() if name != "includeApplications"}
    return applications.get("includeApplications") == ["All"] and empty(others)


def narrowed_by(conditions: Wire) -> tuple[str, ...]:
    """Return the names of the conditions that make the policy hold only sometimes; without its clients, it is one."""
    named = {name: value for name, value in conditions.items() if name not in {"users", "applications"}}
    narrowing = {name for name, value in named.items() if not empty(value) and not _always(name, value)}
    return tuple(sorted(narrowing | ({"clientAppTypes"} if empty(conditions.get("clientAppTypes")) else set())))


def _strength(wire: Wire) -> Grant:
    """Return what an authentication strength is worth: by the combinations it allows, else by its well-known id."""
    allowed = texts(wire.get("allowedCombinations"))
    if allowed:
        resistant = frozenset(allowed) <= _RESISTANT
        mfa = resistant or wire.get("requirementsSatisfied") == "mfa"
        return "phishing_resistant_mfa" if resistant else "mfa" if mfa else "other"
    return _BUILT_IN.get(str(wire.get("id")), "other")


def _always(name: str, value: object) -> bool:
    """Whether a condition that is filled in holds all the same for everything."""
    if name == "clientAppTypes":
        clients = frozenset(texts(value) or ())
        return "all" in clients or clients >= _EVERY_CLIENT
    whole = {"platforms": ("includePlatforms", "all"), "locations": ("includeLocations", "All")}.get(name)
    if whole is None or not isinstance(value, dict):
        return False
    return value.get(whole[0]) == [whole[1]] and empty({key: each for key, each in value.items() if key != whole[0]})
