"""Who can open an item, from its permissions. Pure. Source: Graph v1.0, ``permission``.

- A link may come without ``scope``: then it is not known who can open it, which is not the same as nobody.
- The year 1 as ``expirationDateTime`` means that it never ends. A password on a link (``hasPassword``) does not count
  as protection: whoever passes the link on passes the password on.
- OneDrive and SharePoint do not tell what is inherited; the link of a folder repeats on everything in it, with the same
  ``shareId``, and is counted where it is met first.
- Groups are taken for people of the organisation; guests in them are not looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from auditor.facts import UNSET, AccessRole, Directory, Exposure, Item, Read, SharedItem
from connectors.microsoft_365.account_fields import OUTSIDE
from connectors.microsoft_365.values import Wire, address, moment, objects, table, text, texts

_WIDEST_FIRST: tuple[Exposure, ...] = ("anyone", "organisation", "outsiders", "people")
_STRONGEST_FIRST: tuple[AccessRole, ...] = ("owner", "writer", "commenter", "reader")
_ROLES: dict[str, AccessRole] = {"owner": "owner", "sp.full control": "owner", "write": "writer", "read": "reader"}
_LINK_TYPES: dict[str, AccessRole] = {"edit": "writer", "view": "reader", "blocksDownload": "reader"}
_IDENTITY_LISTS = ("grantedToIdentitiesV2", "grantedToIdentities")
_IDENTITIES = ("grantedToV2", "grantedTo")
_NOBODY_ALONE = ("group", "siteGroup", "application", "device")
"""Identities that are no single person."""
_EVERYONE = "c:0(.s|true"
_EVERYONE_OF_OURS = "spo-grid-all-users/"
"""Parts of the login names of "Everyone" and "Everyone except external users"."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One way in: the circle of people it is open to, what they may do and until when, and the outsiders by address."""

    circle: Read[Exposure]
    role: Read[AccessRole]
    expires: Read[datetime | None]
    outsiders: Read[tuple[str, ...]] = ()
    discoverable: bool = False


def shared_item(
    item: Wire, permissions: Iterable[Wire], directory: Directory, seen: set[str], owner: str | None
) -> SharedItem | None:
    """Return an item with the widest circle that can open it; None if all its ways in are inherited.

    ``seen`` holds the ids of the shares met so far in its drive, and is added to.
    """
    own = [each for each in permissions if _unseen(each, seen)]
    if not own:
        return None
    openings = [opening(each, directory) for each in own]
    others = [each for each in openings if not (each.circle == "people" and each.role == "owner")]
    widest = _widest(others or openings)
    unknown = any(each.outsiders is UNSET for each in openings)
    named = {outsider for each in openings if each.outsiders is not UNSET for outsider in each.outsiders}
    kind: Item = "drive" if "root" in item else "folder" if "folder" in item else "file"
    key = text(item.get("id")) or ""
    return SharedItem(
        tenant=directory.tenant.tenant,
        key=key,
        label=text(item.get("name")) or key,
        owner=owner,
        item=kind,
        exposure=widest.circle,
        discoverable=UNSET if widest.circle is UNSET else widest.discoverable,
        role=widest.role,
        outsiders=UNSET if unknown else tuple(sorted(named)),
        expires=widest.expires,
    )


def opening(wire: Wire, directory: Directory) -> Opening:
    """Return the way in that one permission is."""
    link, expires = wire.get("link"), moment(wire.get("expirationDateTime"))
    role = _role(wire)
    circle, outsiders, discoverable = _named(wire, directory)
    if link is None:
        return Opening(circle, role, expires, outsiders, discoverable)
    scopes: dict[str, Read[Exposure]] = {
        "anonymous": "anyone",
        "organization": "organisation",
        "users": circle,
        "existingAccess": "people",
    }
    scope = text(table(link).get("scope"))
    opened = UNSET if scope is UNSET else scopes.get(scope, UNSET)
    return Opening(opened, role, expires, UNSET if opened is UNSET else outsiders)


def _unseen(wire: Wire, seen: set[str]) -> bool:
    share = text(wire.get("shareId"))
    if share is UNSET:
        return True
    new = share not in seen
    seen.add(share)
    return new


def _widest(openings: Sequence[Opening]) -> Opening:
    """Return the widest circle with the most that it may do for the longest; unknown unless nothing could be wider."""
    circles = {each.circle for each in openings}
    if UNSET in circles and "anyone" not in circles:
        return Opening(UNSET, UNSET, UNSET)
    circle = next(each for each in _WIDEST_FIRST if each in circles)
    ways = [each for each in openings if each.circle == circle]
    ends = {each.expires for each in ways}
    known = [each for each in ends if isinstance(each, datetime)]
    return Opening(
        circle,
        _strongest([each.role for each in ways]),
        None if None in ends else UNSET if UNSET in ends else max(known),
        discoverable=any(each.discoverable for each in ways),
    )


def _strongest(roles: Sequence[Read[AccessRole]]) -> Read[AccessRole]:
    if UNSET in roles and "owner" not in roles:
        return UNSET
    return next(each for each in _STRONGEST_FIRST if each in roles)


def _role(wire: Wire) -> Read[AccessRole]:
    """Return the most that a permission allows; with a role that we do not know, at least that is not known."""
    given = texts(wire.get("roles"))
    if given is UNSET:
        return UNSET
    if given:
        return _strongest([_ROLES.get(each.lower(), UNSET) for each in given])
    return _LINK_TYPES.get(str(table(wire.get("link")).get("type")), UNSET)


def _named(wire: Wire, directory: Directory) -> tuple[Read[Exposure], Read[tuple[str, ...]], bool]:
    """Return the circle of those who are named, the outsiders among them, and whether it is everybody."""
    identities = next((objects(wire[name]) for name in _IDENTITY_LISTS if wire.get(name)), [])
    if identities is UNSET:
        return UNSET, UNSET, False
    single = next((table(wire[name]) for name in _IDENTITIES if wire.get(name)), None)
    identities += [single] if single is not None else []
    invited = table(wire.get("invitation")).get("email")
    if invited is not None:
        identities.append({"user": {"email": invited}})
    if not identities and "link" not in wire:
        return UNSET, UNSET, False
    judged = [_judge(identity, directory) for identity in identities]
    outsiders = tuple(sorted({each for kind, each in judged if kind == "outsiders"}))
    kinds = {kind for kind, _ in judged}
    unknown = UNSET in kinds
    if "organisation" in kinds:
        return "organisation", UNSET if unknown else outsiders, True
    if outsiders:
        return "outsiders", UNSET if unknown else outsiders, False
    return (UNSET, UNSET, False) if unknown else ("people", (), False)


_Judgement = tuple[Read[Literal["organisation", "outsiders", "people"]], str]


def _judge(identity: Wire, directory: Directory) -> _Judgement:
    """Return whether an identity is everybody, somebody from outside (with the address), or one of us."""
    person, site_person = table(identity.get("user")), table(identity.get("siteUser"))
    login = str(site_person.get("loginName") or table(identity.get("siteGroup")).get("loginName") or "").lower()
    if login == _EVERYONE or _EVERYONE_OF_OURS in login:
        return "organisation", ""
    account = directory.accounts.get(str(person.get("id")))
    if account is not None and account.type is not UNSET:
        if account.type != "guest":
            return "people", ""
        home = next((each for each in account.aliases or () if OUTSIDE not in each), account.address)
        return "outsiders", _home_address(home)
    for given in (person.get("email"), site_person.get("email"), login.rpartition("|")[2]):
        mail = address(given)
        if mail is not UNSET:
            return _judge_address(mail, login, directory)
    ours = not person and not site_person and any(_is_named(identity.get(each)) for each in _NOBODY_ALONE)
    return ("people" if ours else UNSET), ""


def _is_named(given: object) -> bool:
    return any(text(table(given).get(name)) for name in ("id", "displayName", "loginName"))


def _judge_address(mail: str, login: str, directory: Directory) -> _Judgement:
    """Return whether somebody whom the directory does not list is from outside, by mail address and login name."""
    if OUTSIDE in mail or OUTSIDE in login:
        return "outsiders", _home_address(mail)
    outside = directory.is_outside(mail)
    return (UNSET if outside is UNSET else "outsiders" if outside else "people"), mail


def _home_address(name: str) -> str:
    """Return the address at home of a guest called ``jd_partner.example#ext#@tenant.onmicrosoft.com``."""
    local, mark, _ = name.partition(OUTSIDE)
    before, underscore, domain = local.rpartition("_")
    return f"{before}@{domain}" if mark and underscore else name
