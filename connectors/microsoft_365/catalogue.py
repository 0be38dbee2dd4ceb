"""Every application permission that is asked for: why, what nobody knows without it, and who needs it not at all.

The table in docs/how-to/microsoft-365.md is made from this; before a run, the permissions that the token carries are
held against it, so that what cannot be assessed is said in advance.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from connectors.microsoft_365 import refusals
from connectors.microsoft_365.refusals import Permission

Option = Literal["", "items", "teams"]


@dataclass(frozen=True, slots=True)
class Need:
    """A permission, what it is for, and what is lost without it.

    ``option`` is the key of the configuration without which it is not needed. ``instead`` are wider permissions of the
    same interface that serve as well.
    """

    permission: Permission
    reason: str
    lost: str
    option: Option = ""
    instead: frozenset[str] = frozenset()


_ALL = frozenset({"Directory.Read.All"})

CATALOGUE: tuple[Need, ...] = (
    Need(
        refusals.ORGANISATION,
        "the name of the organisation, and what its licences are called",
        "nothing but these names",
        instead=_ALL,
    ),
    Need(refusals.ACCOUNTS, "the accounts", "everything per person", instead=_ALL),
    Need(
        refusals.ACTIVITY,
        "who has registered for MFA, and the last sign-ins",
        "who has a second factor, and which account is stale",
    ),
    Need(refusals.ROLES, "the administrator roles", "who is an administrator"),
    Need(
        refusals.ELIGIBLE,
        "who may activate a role (Privileged Identity Management)",
        "who can become an administrator",
        instead=frozenset({"RoleManagement.Read.All", "RoleManagement.Read.Directory"}),
    ),
    Need(
        refusals.ASSIGNED,
        "who holds a role for good, and who for a time (Privileged Identity Management)",
        "whose administrator role never ends",
        instead=frozenset({"RoleManagement.Read.All", "RoleManagement.Read.Directory"}),
    ),
    Need(
        refusals.ROLE_RULES,
        "the rules for activating a role (Privileged Identity Management)",
        "what it takes to become an administrator",
        instead=frozenset({"RoleManagement.Read.All", "RoleManagement.Read.Directory"}),
    ),
    Need(
        refusals.GROUPS,
        "the groups and their members",
        "whom a sign-in policy leaves out, who holds a role through a group, and which groups are public",
        instead=_ALL | {"Group.Read.All"},
    ),
    Need(
        refusals.POLICIES,
        "Conditional Access, security defaults, methods, guests, consent, other tenants",
        "whether MFA is enforced, for anybody, and these settings",
    ),
    Need(
        refusals.APPLICATIONS,
        "the applications and their permissions",
        "which applications could do harm",
        instead=_ALL,
    ),
    Need(refusals.CONSENTS, "what people allowed applications", "which applications people let in"),
    Need(refusals.DOMAINS, "the domains", "who is outside", instead=_ALL),
    Need(refusals.SHARING, "the sharing settings", "how widely files may be opened"),
    Need(refusals.USAGE, "how many links lead into each site", "where links for anyone are"),
    Need(refusals.INBOX_RULES, "the inbox rules", "mail rules of people"),
    Need(
        refusals.EXCHANGE_ADMIN,
        "mailboxes, grants in them, calendars, transport rules, settings of Exchange",
        "all of them",
    ),
    Need(refusals.TEAMS_ACCESS, "Teams, only with `teams: true`", "who may write and who gets into meetings", "teams"),
    Need(refusals.SITES, "SharePoint sites, only with `items: true`", "files in sites that anybody can open", "items"),
    Need(refusals.FILES, "shared files, only with `items: true`", "files that anybody can open", "items"),
)
"""In the order in which they are best granted."""


def markdown() -> str:
    """Return the table of permissions."""
    rows = [f"| `{need.permission.name}` | {need.reason} | {need.lost} |" for need in CATALOGUE]
    return "\n".join(["| application permission | what for | without it, nobody knows |", "|---|---|---|", *rows])


def missing(granted: Collection[str], options: Collection[Option]) -> Iterator[Need]:
    """Yield what Graph's token does not carry of that which is needed with these options."""
    for need in CATALOGUE:
        wanted = need.permission.api == refusals.ACCOUNTS.api and (not need.option or need.option in options)
        if wanted and need.instead.isdisjoint(granted) and need.permission.name not in granted:
            yield need


def granted(token: str) -> frozenset[str] | None:
    """Return the application permissions that a token carries; None if it does not show.

    The token is Microsoft's to read, not ours: what is looked at here decides what is said in advance, nothing else.
    """
    part = token.split(".")[1] if token.count(".") == 2 else ""  # noqa: PLR2004 - a JSON web token has three parts
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    roles = claims.get("roles", []) if isinstance(claims, dict) else None  # left out where nothing was granted
    return frozenset(roles) if isinstance(roles, list) and all(isinstance(each, str) for each in roles) else None
