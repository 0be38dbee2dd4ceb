"""Where a sign-in can come from: the named locations, cut into places so that each is the same to every policy.

Address ranges nest and countries exclude each other, so every overlap that can exist is found; any range may lie in any
country, because addresses move. A location that could not be read has no places: its policies are uncertain instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from ipaddress import ip_network
from itertools import count
from typing import TypeVar

from msgspec import Struct

from auditor.facts import UNSET, Read
from connectors.microsoft_365.effective_mfa.kleene import Span, Values, exactly, perhaps
from connectors.microsoft_365.effective_mfa.model import Location, Selection

MFA_TRUSTED_ADDRESSES = "00000000-0000-0000-0000-000000000000"
COMPLIANT_NETWORK = "3d46dbda-8382-466a-856d-eb00cbc6b910"
"""Not the tenant's but Microsoft's: reachable with the organisation's own client only (Global Secure Access)."""

_OF_MICROSOFT = {MFA_TRUSTED_ADDRESSES: "MFA trusted IPs", COMPLIANT_NETWORK: "All compliant network locations"}


_Key = TypeVar("_Key")


class Place(Struct, frozen=True):
    """Places that no policy tells apart: the locations within which they lie, and whether they are trusted."""

    inside: frozenset[str]
    trusted: bool


class Places(Struct, frozen=True):
    """All places, each under a name for people, and the names of locations by id."""

    by_name: dict[str, Place]
    known: dict[str, str]

    @property
    def all(self) -> Values:
        """Every place."""
        return frozenset(self.by_name)

    def trusted(self, *, yes: bool = True) -> Values:
        """Return the places that are trusted, or those that are not."""
        return frozenset(name for name, place in self.by_name.items() if place.trusted is yes)

    def chosen(self, keys: Iterable[str]) -> Span:
        """Return the places that a list of location ids means (``conditionalAccessLocations``)."""
        span = exactly(())
        for key in keys:
            if key == "All":
                span = span.with_also(exactly(self.all))
            elif key == "AllTrusted":
                span = span.with_also(exactly(self.trusted()))
            elif key in self.known:
                span = span.with_also(exactly(name for name, place in self.by_name.items() if key in place.inside))
            else:
                span = span.with_also(perhaps(self.all, f"the named location {key}"))
        return span


def places(locations: Read[Sequence[Location]], selections: Iterable[Selection]) -> Places:
    """Return the places that the policies' conditions tell apart."""
    named = {key for selection in selections for key in (*selection.include, *selection.exclude)}
    readable = [] if locations is UNSET else [each for each in locations if each.trusted is not UNSET]
    special = named & _OF_MICROSOFT.keys()
    used = [each for each in readable if each.key not in special and (each.key in named or each.trusted)]
    names = _distinct(sorted([(each.name, each.key) for each in used] + [(_OF_MICROSOFT[key], key) for key in special]))
    found = {
        Place(network.inside | countries, network.trusted)
        for network in _networks(used) | {Place(frozenset({key}), trusted=True) for key in special}
        for countries in _countries(used)
    }
    in_order = sorted(found, key=lambda place: (_name(place, names), sorted(place.inside)))
    told = _distinct((_name(place, names), place) for place in in_order)
    return Places({name: place for place, name in told.items()}, names)


def _networks(locations: Sequence[Location]) -> set[Place]:
    """Return one place for each set of locations to which the same addresses belong, and those in no location."""
    holders: defaultdict[tuple[int, int, int], set[str]] = defaultdict(set)
    trusted = {location.key for location in locations if location.trusted is True}
    for location in locations:
        for text in location.ranges:
            network = ip_network(text, strict=False)
            value = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
            holders[network.version, network.prefixlen, value].add(location.key)
    lengths = sorted({(version, length) for version, length, _ in holders})
    found = {Place(frozenset(), trusted=False), Place(frozenset(), trusted=True)}
    for version, length, value in holders:
        around = frozenset(
            key
            for other, shorter in lengths
            if other == version and shorter <= length
            for key in holders.get((version, shorter, value >> (length - shorter)), ())
        )
        found.add(Place(around, not around.isdisjoint(trusted)))
    return found


def _countries(locations: Sequence[Location]) -> set[frozenset[str]]:
    """Return the sets of locations to which the same countries belong; the empty one is every other country."""
    countries = frozenset[str]().union(*(each.countries for each in locations))
    inside = {frozenset(each.key for each in locations if country in each.countries) for country in countries}
    return inside | {frozenset()}


def _distinct(names: Iterable[tuple[str, _Key]]) -> dict[_Key, str]:
    """Return the names with a number behind those that have been given already; administrators may repeat names."""
    distinct: dict[_Key, str] = {}
    for wanted, key in names:
        numbered = (f"{wanted} ({number})" if number > 1 else wanted for number in count(1))
        distinct[key] = next(name for name in numbered if name not in distinct.values())
    return distinct


def _name(place: Place, names: dict[str, str]) -> str:
    if not place.inside:
        return "any trusted place" if place.trusted else "a place outside every named location"
    listed = " and ".join(f"“{name}”" for name in sorted(names[key] for key in place.inside))
    return f"{listed}, trusted" if place.trusted else listed
