"""For which sign-ins a policy's conditions hold: surely, and possibly.

Source: Graph v1.0, ``conditionalAccessConditionSet``; Entra documentation of conditions, target resources, networks,
device filters. A condition or a value that we do not know makes a policy uncertain; it never makes it protect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct

from auditor.facts import Read
from connectors.microsoft_365.effective_mfa import circumstances as sign_in
from connectors.microsoft_365.effective_mfa.circumstances import Box
from connectors.microsoft_365.effective_mfa.kleene import Missing, Span, Truth, Values, exactly, missing, perhaps
from connectors.microsoft_365.effective_mfa.model import Filter, Location, Policy, Selection
from connectors.microsoft_365.effective_mfa.places import Places, places

ADMIN_PORTALS, OFFICE_365, OTHER_APP = "MicrosoftAdminPortals", "Office365", "any other application"
REGISTER_SECURITY_INFO = "urn:user:registersecurityinfo"
IN_OFFICE_365 = frozenset(
    {
        "00000002-0000-0ff1-ce00-000000000000",  # Exchange Online
        "00000003-0000-0ff1-ce00-000000000000",  # SharePoint Online
        "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",  # Microsoft Teams
    }
)
"""Parts of the Office 365 bundle; of other applications we do not know whether they belong to it."""

_BUNDLES = frozenset({ADMIN_PORTALS, OFFICE_365})
_CLIENTS = {"all": sign_in.CLIENTS, **{client: frozenset({client}) for client in sign_in.CLIENTS}}
_PLATFORMS = {"all": sign_in.PLATFORMS} | {
    platform: frozenset({platform}) for platform in sign_in.PLATFORMS - {sign_in.UNKNOWN_PLATFORM}
}
_RISKS = {risk: frozenset({risk}) for risk in sign_in.RISKS | sign_in.INSIDER_RISKS}
_FLOWS = {flow: frozenset({flow}) for flow in sign_in.FLOWS - {sign_in.ORDINARY_FLOW}}
_CLAUSE = re.compile(r"device\.\w+\s+-(\w+)", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_POSITIVE = frozenset({"eq", "in", "contains", "startswith", "endswith"})
_NEGATIVE = frozenset({"ne", "notin", "notcontains", "notstartswith", "notendswith"})


class World(Struct, frozen=True):
    """All that sign-ins of a tenant can differ in, as far as its policies tell it apart."""

    apps: Values
    places: Places

    @property
    def everything(self) -> Box:
        """Every sign-in, and the registration of security information."""
        return Box(
            self.apps | {REGISTER_SECURITY_INFO},
            sign_in.CLIENTS,
            sign_in.PLATFORMS,
            self.places.all,
            sign_in.DEVICES,
            sign_in.FLOWS,
            sign_in.RISKS,
            sign_in.RISKS,
            sign_in.INSIDER_RISKS,
        )


class Reach(NamedTuple):
    """The sign-ins for which a policy's conditions hold surely, possibly, and what would decide between the two."""

    sure: Box
    possible: Box
    missing: Missing


def world(policies: Iterable[Policy], locations: Read[Sequence[Location]]) -> World:
    """Return the world that the policies tell apart; an application that none of them names is like any other."""
    conditions = [policy.conditions for policy in policies]
    named = {app for each in conditions for app in (*each.applications.include, *each.applications.exclude)}
    apps = frozenset(named - {"All", "None"} | {ADMIN_PORTALS, OFFICE_365, OTHER_APP})
    return World(apps, places(locations, (each.locations for each in conditions)))


def reach(policy: Policy, world: World) -> Reach:
    """Return where the policy's conditions hold."""
    given = policy.conditions
    spans = (
        _apps(policy, world),
        _listed(given.clients, _CLIENTS, "a client type"),
        _platforms(given.platforms),
        _chosen(given.locations, world.places),
        _devices(policy),
        _listed(given.flows, _FLOWS, "an authentication flow") if given.flows else exactly(sign_in.FLOWS),
        _listed(given.sign_in_risks, _RISKS, "a risk level") if given.sign_in_risks else exactly(sign_in.RISKS),
        _listed(given.user_risks, _RISKS, "a risk level") if given.user_risks else exactly(sign_in.RISKS),
        _listed(given.insider_risks, _RISKS, "a risk level") if given.insider_risks else exactly(sign_in.INSIDER_RISKS),
    )
    sure, possible = Box(*(span.sure for span in spans)), Box(*(span.possible for span in spans))
    needed = frozenset[str]().union(*(span.missing for span in spans))
    if given.not_understood:
        sure = sure._replace(app=frozenset())
        needed |= {f"the condition {name} of “{policy.name}”" for name in given.not_understood}
    return Reach(sure, possible, needed)


def matches_unknown_device(rule: str) -> Truth:
    """Return whether a device filter matches a device that Entra does not know.

    All attributes of such a device are null: positive operators do not match, negative ones do. A rule that mixes them,
    negates clauses or compares with null is not judged. Source: Entra documentation, filter for devices.
    """
    bare = _QUOTED.sub("", rule)
    operators = {operator.lower() for operator in _CLAUSE.findall(bare)}
    if operators and not re.search(r"\bnot\b|null", bare, re.IGNORECASE):
        if operators <= _POSITIVE:
            return False
        if operators <= _NEGATIVE:
            return True
    return missing("what the filter for devices matches")


def _apps(policy: Policy, world: World) -> Span:
    given = policy.conditions
    included = _bundle(given.applications.include, world, policy)
    excluded = _bundle(given.applications.exclude, world, policy)
    if rule := given.application_filter:
        filtered = perhaps(world.apps, f"the applications that the filter of “{policy.name}” matches")
        if rule.mode != "exclude":
            included = included.with_also(filtered)
        if rule.mode != "include":
            excluded = excluded.with_also(filtered)
    actions = exactly(action for action in given.user_actions if action == REGISTER_SECURITY_INFO)
    return included.without(excluded).with_also(actions)


def _bundle(keys: Sequence[str], world: World, policy: Policy) -> Span:
    """Return the applications that a list of ids and bundles means; of an authentication context there are none."""
    if "All" in keys:
        return exactly(world.apps)
    listed = frozenset(keys) - {"None"}
    span = exactly(listed)
    if OFFICE_365 in listed:
        span = span.with_also(exactly(world.apps & IN_OFFICE_365))
        if doubtful := world.apps - IN_OFFICE_365 - _BUNDLES - {OTHER_APP} - listed:
            span = span.with_also(perhaps(doubtful, f"which applications “{policy.name}” means by Office 365"))
    return span


def _listed(keys: Iterable[str], known: dict[str, Values], what: str) -> Span:
    """Return the values that a list means. A list without any value is no list that Microsoft documents."""
    span, everything = exactly(()), frozenset[str]().union(*known.values())
    listed = tuple(keys)
    for key in listed:
        span = span.with_also(exactly(known[key]) if key in known else perhaps(everything, f"{what} called {key}"))
    return span if listed else perhaps(everything, f"{what} that is not given")


def _platforms(given: Selection) -> Span:
    if given == Selection():
        return exactly(sign_in.PLATFORMS)
    excluded = _listed(given.exclude, _PLATFORMS, "a platform") if given.exclude else exactly(())
    return _listed(given.include, _PLATFORMS, "a platform").without(excluded)


def _chosen(given: Selection, places: Places) -> Span:
    if given == Selection():
        return exactly(places.all)
    included = places.chosen(given.include) if given.include else perhaps(places.all, "a place that is not given")
    return included.without(places.chosen(given.exclude))


def _devices(policy: Policy) -> Span:
    rule: Filter | None = policy.conditions.device_filter
    if rule is None:
        return exactly(sign_in.DEVICES)
    what = f"which devices the filter of “{policy.name}” matches"
    matched = matches_unknown_device(rule.rule)
    unmanaged = exactly({sign_in.UNMANAGED}) if matched is True else exactly(())
    if isinstance(matched, frozenset):
        unmanaged = perhaps({sign_in.UNMANAGED}, what)
    span = unmanaged.with_also(perhaps({sign_in.MANAGED}, what))
    if rule.mode == "include":
        return span
    everything = exactly(sign_in.DEVICES)
    return everything.without(span) if rule.mode == "exclude" else perhaps(sign_in.DEVICES, what)
