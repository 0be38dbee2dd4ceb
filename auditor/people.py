"""People: accounts of all tenants joined by address into persons, with what was found about each. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import get_args

import msgspec

from auditor.facts import Account, Read, Tier
from auditor.group_tiers import NO_GROUPS, GroupTiers
from auditor.models import AccountReference, FactReference, Finding, Person, Severity, Unknown

_TIERS: tuple[Tier, ...] = get_args(Tier)  # the most important first
_RANK = {tier: rank for rank, tier in enumerate(_TIERS)}

_NONE: Mapping[str, Tier] = MappingProxyType({})

AccountId = tuple[str, str]
"""Tenant and key, which together name one account."""
Links = Iterable[Iterable[str]]
"""Addresses that belong to one person, although no account has two of them."""


def assign_tiers(
    accounts: Iterable[Account],
    tiers: Mapping[str, Tier],
    units: Mapping[str, Tier] = _NONE,
    links: Links = (),
    groups: GroupTiers = NO_GROUPS,
) -> tuple[Account, ...]:
    """Return the accounts, in their order, each with its tier; ``tiers`` is keyed by address in lower case.

    A configured tier holds for every account that an address, or one of ``links``, joins to the configured one. A
    configured principal is a principal; otherwise whoever is known to hold an administrator role is an administrator,
    whatever is configured, so that no entry in a list takes an administrator out of the verdict. Then comes the
    configured tier, then ``outside`` for guests and ``staff`` for everybody else. ``units`` gives tiers by the path of
    an organisational unit, to it and all below, the nearest counts, and ``groups`` by membership; of the two the more
    important one counts, and both give way to an address. Where it is not known who belongs to a group, everybody of
    that tenant has its tier who would have a lesser one: what could not be read makes nobody less important.
    """
    accounts = tuple(accounts)
    configured: dict[AccountId, Tier] = {}
    for group in joined(accounts, links):
        named = [tiers[address] for account in group for address in addresses_of(account) if address in tiers]
        if not named:
            named = list(_by_place(group, units, groups))
        if named:
            tier = min(named, key=_RANK.__getitem__)
            configured.update((_id(account), tier) for account in group)
    return tuple(
        msgspec.structs.replace(account, tier=_tier(account, configured.get(_id(account)))) for account in accounts
    )


def _by_place(accounts: Sequence[Account], units: Mapping[str, Tier], groups: GroupTiers) -> Iterator[Tier]:
    """Yield the tiers that units and groups give to somebody, and those that groups may give beyond these."""
    certain = [tier for account in accounts if (tier := tier_of_unit(account.unit, units))]
    certain += [given[0] for account in accounts if (given := groups.given(account))]
    yield from certain
    usual = min((_usual(account) for account in accounts), key=_RANK.__getitem__)
    for account in accounts:
        maybe = groups.maybe(account)
        if maybe and (certain or _RANK[maybe[0]] < _RANK[usual]):
            yield maybe[0]


def tier_of_unit(unit: Read[str | None], units: Mapping[str, Tier]) -> Tier | None:
    """Return the tier of an organisational unit: its own, or else that of the nearest unit above it."""
    if not units or not isinstance(unit, str):
        return None
    path = unit
    while path:
        if path in units:
            return units[path]
        path = path.rpartition("/")[0]
    return units.get("/")


def tiers_of_persons(accounts: Iterable[Account], links: Links = ()) -> dict[AccountId, Tier]:
    """Return for every account the tier of the person behind it: that of their most important account."""
    return {
        _id(account): min((each.tier for each in group), key=_RANK.__getitem__)
        for group in joined(accounts, links)
        for account in group
    }


def join(
    accounts: Iterable[Account], findings: Iterable[Finding], unknowns: Iterable[Unknown], links: Links = ()
) -> tuple[Person, ...]:
    """Return the persons behind ``accounts``, ordered by tier, worst finding and address.

    Two accounts belong to one person when they share an address, be it primary or alias, or when one of ``links`` names
    an address of each; a display name joins nobody, because anybody can choose one. Every account, named by tenant and
    key, is in exactly one person. A finding or unknown is a person's when its fact is one of the accounts or hangs on
    one. The order of what is given does not matter.
    """
    found: defaultdict[AccountId, list[Finding]] = defaultdict(list)
    for finding in findings:
        for account in _concerned(finding.tenant, finding.fact):
            found[account].append(finding)
    missing: defaultdict[AccountId, list[int]] = defaultdict(list)
    for number, unknown in enumerate(unknowns):
        for account in _concerned(unknown.tenant, unknown.fact):
            missing[account].append(number)
    persons = [_person(group, found, missing) for group in joined(accounts, links)]
    return tuple(person for _, person in sorted(persons, key=lambda entry: entry[0]))


def _tier(account: Account, configured: Tier | None) -> Tier:
    """Return the tier of ``account``; ``configured`` is that of its person, if there is one."""
    if configured == "principal":
        return configured
    if account.is_admin is True:
        return "administrator"
    return configured or _usual(account)


def _usual(account: Account) -> Tier:
    """Return the tier of an account of which nothing is said."""
    return "outside" if account.type == "guest" else "staff"


def _person(
    group: Sequence[Account], found: Mapping[AccountId, Sequence[Finding]], missing: Mapping[AccountId, Sequence[int]]
) -> tuple[tuple[int, int, str, AccountId], Person]:
    """Return the place in the order, and the person, of accounts that belong together."""
    group = sorted(group, key=_id)
    ids = [_id(account) for account in group]
    findings = sorted((finding for account in ids for finding in found.get(account, ())), key=_worst_first)
    named = _face(group)
    tier: Tier = min((account.tier for account in group), key=_RANK.__getitem__)
    person = Person(
        address=named.address,
        name=named.label,
        tier=tier,
        accounts=tuple(AccountReference(tenant=a.tenant, key=a.key, address=a.address) for a in group),
        findings=tuple(dict.fromkeys(finding.fingerprint for finding in findings)),
        unknowns=len({number for account in ids for number in missing.get(account, ())}),
    )
    worst = findings[0].severity.rank if findings else -1
    return (_RANK[tier], -worst, named.address, ids[0]), person


def _face(group: Sequence[Account]) -> Account:
    """Return the account by whose address and label a person goes: the address that most of the accounts know."""
    known = Counter(address for account in group for address in addresses_of(account))
    return min(group, key=lambda account: (-known[_plain(account.address)], _plain(account.address), _id(account)))


def _worst_first(finding: Finding) -> tuple[int, str, str, str, str]:
    severity: Severity = finding.severity
    return -severity.rank, finding.policy, finding.tenant, finding.fact.key, finding.fingerprint


def _concerned(tenant: str, fact: FactReference) -> set[AccountId]:
    """Return the accounts that ``fact`` is, or hangs on."""
    own = {(tenant, fact.key)} if fact.kind == "account" else set()
    return own | ({(tenant, fact.owner.key)} if fact.owner else set())


def joined(accounts: Iterable[Account], links: Links) -> list[list[Account]]:
    """Return the accounts in groups that addresses and links hold together, directly or through other accounts."""
    accounts = tuple(accounts)
    leader = list(range(len(accounts)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = index = leader[leader[index]]
        return index

    holder: dict[str, int] = {}
    for index, account in enumerate(accounts):
        for address in addresses_of(account):
            first, second = find(holder.setdefault(address, index)), find(index)
            # The smaller index leads, which with the halving above keeps the chains short.
            leader[max(first, second)] = min(first, second)
    for link in links:
        held = [find(holder[address]) for address in map(_plain, link) if address in holder]
        for one in held[1:]:
            first, second = find(held[0]), find(one)
            leader[max(first, second)] = min(first, second)
    groups: defaultdict[int, list[Account]] = defaultdict(list)
    for index, account in enumerate(accounts):
        groups[find(index)].append(account)
    return list(groups.values())


def addresses_of(account: Account) -> Iterator[str]:
    """Yield the addresses that reach ``account``, in lower case, each once.

    What is no address is left out: service identities may have none, and emptiness is nothing in common.
    """
    aliases = account.aliases if isinstance(account.aliases, tuple) else ()
    for address in dict.fromkeys(map(_plain, (account.address, *aliases))):
        if "@" in address.strip("@"):
            yield address


def _plain(address: str) -> str:
    return address.strip().lower()


def _id(account: Account) -> AccountId:
    return account.tenant, account.key
