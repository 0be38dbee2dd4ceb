"""Who owns applications, their identities in the tenant, and groups: whoever owns one can give it a new password.

Source: Graph v1.0, list owners of ``application``, ``servicePrincipal`` and ``group``. An owner may be an application
too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from auditor.errors import ReadError
from auditor.facts import UNSET, Account, Read
from connectors.microsoft_365.client import Graph, parsed
from connectors.microsoft_365.refusals import NotThereError, Permission
from connectors.microsoft_365.values import Wire, text

_NOBODY = frozenset({"#microsoft.graph.servicePrincipal", "#microsoft.graph.group"})
FIELDS = ("owners", "blocked_owners", "guest_owners")


class Owners(NamedTuple):
    """Addresses of owners: all, those whose sign-in is blocked, and guests; not collected where one is not known."""

    everybody: Read[tuple[str, ...]] = UNSET
    blocked: Read[tuple[str, ...]] = UNSET
    guests: Read[tuple[str, ...]] = UNSET

    def fields(self) -> dict[str, Any]:
        """Return them by the names that facts have for them."""
        return dict(zip(FIELDS, self, strict=True))


def read_owners(
    graph: Graph, folder: str, keys: Sequence[str], permission: Permission, accounts: Mapping[str, Account]
) -> Iterator[Owners | ReadError]:
    """Yield the owners of each of ``keys`` in order, twenty in a batch, or the error that hid them.

    ``folder`` is where they are listed, such as ``groups``. What is gone has no owners.
    """
    paths = [f"/{folder}/{quote(key, safe='')}/owners?$select=id" for key in keys]
    for path, answer in zip(paths, graph.batch(paths), strict=True):
        try:
            yield owners_among(tuple(graph.rows(path, permission, parsed(answer, permission))), accounts)
        except NotThereError:
            yield Owners((), (), ())
        except ReadError as error:
            yield error


def owners_among(rows: Sequence[Wire], accounts: Mapping[str, Account]) -> Owners:
    """Return what is known of the owners that are listed; an application that owns another is nobody's account."""
    found = []
    for row in rows:
        account = accounts.get(text(row.get("id")) or "")
        if account is None and text(row.get("@odata.type")) not in _NOBODY:
            return Owners()
        found += [account] if account else []
    blocked: Read[tuple[str, ...]] = UNSET
    guests: Read[tuple[str, ...]] = UNSET
    if all(account.status is not UNSET for account in found):
        blocked = tuple(sorted(account.address for account in found if account.status == "suspended"))
    if all(account.type is not UNSET for account in found):
        guests = tuple(sorted(account.address for account in found if account.type == "guest"))
    return Owners(tuple(sorted(account.address for account in found)), blocked, guests)
