"""Proposals: whom the facts make important, for a person to confirm by writing it into the configuration. Pure."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from auditor.facts import Account, Group, Tier
from auditor.people import Links, joined, tier_of_unit

_TIERS: Final = (*get_args(Tier), "")
_NONE: Mapping[str, Tier] = MappingProxyType({})
_WORDS: Final[Mapping[str, Tier]] = {
    "board": "principal",
    "candidate": "principal",
    "ceo": "principal",
    "chair": "principal",
    "chairman": "principal",
    "chairperson": "principal",
    "chairwoman": "principal",
    "executive": "principal",
    "executives": "principal",
    "leadership": "principal",
    "president": "principal",
    "accountant": "finance",
    "accounting": "finance",
    "accounts": "finance",
    "bookkeeper": "finance",
    "cfo": "finance",
    "finance": "finance",
    "payroll": "finance",
    "treasurer": "finance",
    "treasury": "finance",
    "comms": "communications",
    "communications": "communications",
    "media": "communications",
    "newsroom": "communications",
    "press": "communications",
    "spokesman": "communications",
    "spokesperson": "communications",
    "spokeswoman": "communications",
    "canvassers": "volunteer",
    "field": "volunteer",
    "interns": "volunteer",
    "volunteer": "volunteer",
    "volunteers": "volunteer",
}
"""Words in the name of a unit or group, in a job title or in front of the @ that say what people do."""

_ADDRESS = re.compile(r"[a-z0-9._+-]+@[a-z0-9.-]+\.[a-z0-9-]+")
_PLAIN = re.compile(r"[a-z0-9/._][a-z0-9/@._-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Proposal:
    """One line for the section ``people`` of the configuration, and why."""

    place: Literal["address", "unit", "group", "link"]
    tier: Tier | Literal[""]
    """Empty for a link."""
    what: tuple[str, ...]
    """An address, the path of a unit, the address of a group, or the addresses of a link."""
    reason: str
    """Names in it are raw: neutralise before showing."""


def propose(
    accounts: Iterable[Account],
    groups: Iterable[Group] = (),
    *,
    tiers: Mapping[str, Tier],
    units: Mapping[str, Tier],
    links: Links,
    by_group: Mapping[str, Tier] = _NONE,
) -> tuple[Proposal, ...]:
    """Return what the configuration may lack, given what is in it. Whoever holds a role needs no entry.

    ``by_group`` are the tiers that it takes from groups, by address. Names and titles decide nothing: they are written
    by people, and a person is to read what comes of them.
    """
    active = [each for each in accounts if each.status not in {"suspended", "archived"} and each.type != "service"]
    found = {*_units(active, tiers, units), *_addresses(active, tiers, units), *_links(active, links)}
    # One thing is proposed once, though both clouds have an account of it: the most important tier, for one reason.
    ordered = sorted({*found, *_groups(groups, by_group)}, key=lambda each: (_TIERS.index(each.tier), each))
    once = {(each.place, each.what): each for each in reversed(ordered)}
    return tuple(sorted(once.values()))


def yaml(proposals: Sequence[Proposal], neutral: Mapping[str, str]) -> str:
    """Return the proposals as YAML to paste; ``neutral`` gives each reason as it may be shown."""
    lines = ["people:"]
    for tier in get_args(Tier):
        rows = [each for each in proposals if each.place == "address" and each.tier == tier]
        lines += [f"  {tier}:"] * bool(rows)
        lines += [f"    - {_quoted(each.what[0])}  # {neutral[each.reason]}" for each in rows]
    for place in ("unit", "group"):
        here = [each for each in proposals if each.place == place]
        lines += [f"  {place}s:"] * bool(here)
        for tier in get_args(Tier):
            rows = [each for each in here if each.tier == tier]
            lines += [f"    {tier}:"] * bool(rows)
            lines += [f"      - {_quoted(each.what[0])}  # {neutral[each.reason]}" for each in rows]
    linked = [each for each in proposals if each.place == "link"]
    lines += ["  links:"] * bool(linked)
    lines += [f"    - [{', '.join(map(_quoted, each.what))}]  # {neutral[each.reason]}" for each in linked]
    return "\n".join(lines) + "\n" if len(lines) > 1 else ""


def _units(accounts: Sequence[Account], tiers: Mapping[str, Tier], units: Mapping[str, Tier]) -> Iterator[Proposal]:
    """Yield units that are called by what their people do, and hold some of whom nothing is said."""
    members: defaultdict[str, int] = defaultdict(int)
    for account in accounts:
        told = account.is_admin is True or account.address in tiers or tier_of_unit(account.unit, units) is not None
        if isinstance(account.unit, str) and not told:
            members[account.unit] += 1
    for path, number in members.items():
        tier = _tier(path.rpartition("/")[2])
        if tier and path.isprintable():
            people = "1 account" if number == 1 else f"{number} accounts"
            yield Proposal("unit", tier, (path,), f"{people} without a tier in a unit of that name")


def _addresses(accounts: Sequence[Account], tiers: Mapping[str, Tier], units: Mapping[str, Tier]) -> Iterator[Proposal]:
    """Yield people who may become administrators, and addresses that say what they are for."""
    for account in accounts:
        if account.type == "guest" or account.is_admin is True or account.address in tiers or not _is_plain(account):
            continue
        if isinstance(account.eligible_roles, tuple) and account.eligible_roles:
            roles = ", ".join(account.eligible_roles)
            yield Proposal("address", "administrator", (account.address,), f"may become {roles}")
        elif account.priority is True:
            if tier_of_unit(account.unit, units) is None:
                reason = "a priority account of Microsoft 365"
                yield Proposal("address", "principal", (account.address,), reason)
        elif isinstance(account.title, str) and (tier := _tier(account.title)) and tier != "volunteer":
            # Whoever coordinates volunteers is none.
            if tier_of_unit(account.unit, units) is None:
                yield Proposal("address", tier, (account.address,), f"the job title is {account.title}")
        elif (tier := _tier(account.address.partition("@")[0])) and tier_of_unit(account.unit, units) is None:
            yield Proposal("address", tier, (account.address,), "the address says so")


def _groups(groups: Iterable[Group], by_group: Mapping[str, Tier]) -> Iterator[Proposal]:
    """Yield groups that are called by what their members do."""
    for group in groups:
        address = group.address
        if not isinstance(address, str) or address in by_group or group.everybody is True:
            continue
        tier = _tier(group.label) or _tier(address.partition("@")[0])
        if tier and _ADDRESS.fullmatch(address):
            yield Proposal("group", tier, (address,), "a group of that name; look who is in it")


def _links(accounts: Sequence[Account], links: Links) -> Iterator[Proposal]:
    """Yield pairs of accounts in two tenants that only a display name joins, and nobody else has that name."""
    named: defaultdict[str, list[list[Account]]] = defaultdict(list)
    for group in joined([each for each in accounts if each.type == "person"], links):
        for name in {account.label.casefold().strip() for account in group}:
            named[name].append(group)
    for groups in named.values():
        if len(groups) != 2:  # noqa: PLR2004 - a pair
            continue
        (one, *more), (other, *others) = groups
        if not more and not others and one.tenant != other.tenant and _is_plain(one) and _is_plain(other):
            what = tuple(sorted((one.address, other.address)))
            yield Proposal("link", "", what, f"both are called {one.label}; ask them")


def _tier(words: str) -> Tier | None:
    return next((_WORDS[word] for word in re.split(r"[^a-z]+", words.lower()) if word in _WORDS), None)


def _is_plain(account: Account) -> bool:
    """Whether the address is one that a configuration may name."""
    return _ADDRESS.fullmatch(account.address) is not None


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
