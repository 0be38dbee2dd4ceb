"""Groups of Microsoft 365: who may read what is in them, and who in them is from outside.

Source: Graph v1.0, ``group``. A public group lets every account of the organisation, guests aside, read its mail and
files and join it. Security groups hold no content and are not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from auditor.errors import ReadError
from auditor.facts import UNSET, Directory, Group, Read
from auditor.facts.group import Audience
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.account_fields import OUTSIDE
from connectors.microsoft_365.client import Graph, parsed
from connectors.microsoft_365.owners import FIELDS, Owners, read_owners
from connectors.microsoft_365.refusals import GROUPS, NotThereError
from connectors.microsoft_365.values import Wire, address, text, texts, word

_KIND = "group"
_TARGET = Target("groups", "the groups of Microsoft 365")
LISTING = "/groups?$select=id,displayName,mail,groupTypes,visibility&$top=999"
_NOBODY = frozenset({"#microsoft.graph.group", "#microsoft.graph.device", "#microsoft.graph.servicePrincipal"})
"""Members of groups that are no accounts."""

_READING: Mapping[str, Audience] = {"Public": "organisation", "Private": "members", "HiddenMembership": "members"}
_JOINING: Mapping[str, Audience] = {"Public": "organisation", "Private": "invited", "HiddenMembership": "invited"}


@dataclass(frozen=True, slots=True)
class GroupsCollector:
    """Reads every group of Microsoft 365 with its members, twenty groups in a batch."""

    graph: Graph
    directory: Directory

    name = "groups"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Group | Failure]:
        """Yield the groups. Raises ``ReadError`` if they cannot be listed."""
        del targets  # there is only one
        rows, broken = self.graph.listing(LISTING, GROUPS)
        if broken:
            yield Failure(_TARGET, broken, _KIND)
        unified = []
        for row in rows:
            kinds = texts(row.get("groupTypes", UNSET))
            if kinds is UNSET or text(row.get("id")) is UNSET:
                yield Failure(_TARGET, malformed("a group without an id or a kind"), _KIND)
            elif "Unified" in kinds:
                unified.append(row)
        keys = [str(row.get("id")) for row in unified]
        paths = [f"/groups/{quote(key, safe='')}/transitiveMembers?$select=id&$top=999" for key in keys]
        owners = read_owners(self.graph, "groups", keys, GROUPS, self.directory.accounts)
        for row, path, answer, owned in zip(unified, paths, self.graph.batch(paths), owners, strict=True):
            target = Target(str(row.get("id")), text(row.get("displayName")) or "a group")
            members: Read[Sequence[Wire]] = UNSET
            try:
                members = tuple(self.graph.rows(path, GROUPS, parsed(answer, GROUPS)))
            except NotThereError:
                continue  # deleted since it was listed
            except ReadError as error:
                yield Failure(target, error, _KIND, ("members", "outside_members"))
            if isinstance(owned, ReadError):
                yield Failure(target, owned, _KIND, FIELDS)
            yield parse_group(row, members, self.directory, None if isinstance(owned, ReadError) else owned)


def parse_group(wire: Wire, members: Read[Sequence[Wire]], directory: Directory, owners: Owners | None = None) -> Group:
    """Return the group that a row describes, with its members as listed, not collected where they are not known."""
    key = text(wire.get("id")) or ""
    mail = wire.get("mail", UNSET)
    return Group(
        tenant=directory.tenant.tenant,
        key=key,
        label=text(wire.get("displayName")) or key,
        address=None if mail is None else address(mail),
        members=UNSET if members is UNSET else len(members),
        outside_members=UNSET if members is UNSET else _from_outside(members, directory),
        joining=word(wire.get("visibility"), _JOINING),
        reading=word(wire.get("visibility"), _READING),
        **(owners or Owners()).fields(),
    )


def _from_outside(members: Sequence[Wire], directory: Directory) -> Read[tuple[str, ...]]:
    """Return the addresses of guests among the members; not collected if one of them may be a guest or not."""
    found = []
    for member in members:
        account = directory.accounts.get(text(member.get("id")) or "")
        if account is not None and account.type is not UNSET:
            found.append(account)
        elif account is not None or text(member.get("@odata.type")) not in _NOBODY:
            return UNSET
    guests = [account for account in found if account.type == "guest"]
    homes = (next((each for each in guest.aliases or () if OUTSIDE not in each), guest.address) for guest in guests)
    return tuple(sorted(homes))
