"""Who sees a calendar: ``Default`` is every colleague, ``Anonymous`` whoever has the address. Pure.

Source: ``Get-MailboxFolderPermission``. Showing only when somebody is free or busy shows nothing that is said in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType

from auditor.facts import UNSET, AccessRole, Directory, Exposure, MailboxGrant, Read, SharedItem
from auditor.models import Target
from connectors.microsoft_365.values import Wire, text, texts

CALENDAR = MappingProxyType({"item": "calendar"})
"""What is certain about a calendar that could not be read."""

_NOTHING = frozenset({"none", "availabilityonly"})
_READERS = frozenset({"limiteddetails", "reviewer", "foldervisible"})
_WRITERS = frozenset({"author", "contributor", "editor", "noneditingauthor", "publishingauthor", "publishingeditor"})
_WRITERS |= {"owner"}
_CIRCLES: dict[str, Exposure] = {"anonymous": "anyone", "default": "organisation"}
_WIDEST_FIRST: tuple[Read[Exposure], ...] = ("anyone", "organisation", UNSET, "outsiders", "people")
_INVITED = "exchangepublisheduser."
"""Before the address of somebody outside who was invited by mail."""

Who = Callable[[str], Read[str]]
"""Gives the address of whoever goes by a name, as far as it can be told."""


def calendar_facts(
    rows: Iterable[Wire], mailbox: Target, directory: Directory, who: Who
) -> Iterator[SharedItem | MailboxGrant]:
    """Yield the calendar with the widest circle that sees more than free and busy, and a grant for each person named.

    Yields nothing if nobody does.
    """
    tenant = directory.tenant.tenant
    circles: dict[Read[Exposure], set[Read[AccessRole]]] = {}
    outsiders: set[str] = set()
    for row in rows:
        role, name = _role(row.get("AccessRights")), text(row.get("User")) or ""
        if role is None:
            continue
        circle: Read[Exposure] = _CIRCLES.get(name.lower(), UNSET)
        if circle is UNSET:
            invited = name.lower().startswith(_INVITED)
            whom = name[len(_INVITED) :].lower() if invited else who(name)
            outside = UNSET if whom is UNSET else invited or directory.is_outside(whom)
            circle = UNSET if outside is UNSET else "outsiders" if outside else "people"
            outsiders |= {whom} if outside is True and whom is not UNSET else set()
            yield MailboxGrant(
                tenant=tenant,
                key=f"calendar/{mailbox.key}/{name.lower()}",
                label=f"{name} in the calendar of {mailbox.label}",
                owner=mailbox.owner,
                right="read_folder" if role == "reader" else "write_folder",
                grantee=whom,
                active=True,
            )
        circles.setdefault(circle, set()).add(role)
    if circles:
        widest = next(each for each in _WIDEST_FIRST if each in circles)
        yield SharedItem(
            tenant=tenant,
            key=f"calendar/{mailbox.key}",
            label=f"Calendar of {mailbox.label}",
            owner=mailbox.owner,
            item="calendar",
            exposure=widest,
            discoverable=widest == "organisation",
            role=_most(circles[widest]),
            outsiders=UNSET if UNSET in circles else tuple(sorted(outsiders)),
            expires=None,
        )


def _role(value: object) -> Read[AccessRole] | None:
    """Return what somebody may do; None for less than seeing what an entry says, ``UNSET`` for rights unknown to us."""
    rights = {each.strip().lower() for each in (value.split(",") if isinstance(value, str) else texts(value) or ())}
    if rights and rights <= _NOTHING:
        return None
    return "writer" if rights & _WRITERS else "reader" if rights and rights <= _READERS | _NOTHING else UNSET


def _most(roles: set[Read[AccessRole]]) -> Read[AccessRole]:
    return "writer" if "writer" in roles else UNSET if UNSET in roles else "reader"
