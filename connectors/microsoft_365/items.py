"""Files and folders that somebody besides their owner can open: in OneDrive, and in SharePoint sites.

Source: Graph v1.0, ``sites/getAllSites``, ``drives``, ``driveItem/delta``, ``permissions``. A drive is walked page by
page; only items that carry the facet ``shared`` are asked for their permissions, twenty at a time. The permission that
this needs can read every document, so that it is the customer's choice.

A OneDrive can be met twice, as an account's drive and in a personal site: it is read as the account's, and in the site
only if the directory does not list its owner.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Directory, SharedItem
from auditor.models import Failure, NotApplicable, Target
from connectors.door import malformed
from connectors.microsoft_365.client import Graph, parsed
from connectors.microsoft_365.reads import LARGEST_BATCH
from connectors.microsoft_365.refusals import FILES, SITES, NotThereError, suspicious
from connectors.microsoft_365.sharing import shared_item
from connectors.microsoft_365.values import Wire, table, text

_KIND = "shared_item"


@dataclass(frozen=True, slots=True)
class ItemsCollector:
    """Reads the shared items of all sites, or of everybody's OneDrive, as its ``name`` says."""

    graph: Graph
    directory: Directory
    name: str

    kinds = (_KIND,)
    batch_size = 1

    @property
    def per_account(self) -> bool:
        """Whether the targets are accounts: everybody's OneDrive is, a site is not."""
        return self.name == "onedrive_items"

    def targets(self) -> Iterator[Target]:
        """Every site, or every account but guests. Raises ``ReadError`` if the sites cannot be listed."""
        if self.name == "onedrive_items":
            accounts = self.directory.accounts.values()
            yield from (Target(each.key, each.address, each.key) for each in accounts if each.type != "guest")
            return
        rows = list(self.graph.rows("/sites/getAllSites", SITES))
        if not rows:
            raise suspicious("no site at all, though every organisation with SharePoint has one")
        for row in rows:
            key = text(row.get("id"))
            if key is UNSET:
                raise malformed("a site without an id")
            yield Target(key, text(row.get("webUrl")) or text(row.get("displayName")) or key)

    def read(self, targets: Sequence[Target]) -> Iterator[SharedItem | Failure | NotApplicable]:
        """Yield the shared items of each drive of a target; of a site, but for those that are read with an account."""
        for target in targets:
            try:
                drives = self._drives(target)
            except NotThereError:
                yield NotApplicable(target, "there is no drive, or it was deleted while the audit was running")
                continue
            for drive in drives:
                yield from self._shared(drive, target)

    def _drives(self, target: Target) -> Sequence[Wire]:
        if self.name == "onedrive_items":
            return (self.graph.get(f"/users/{_quoted(target.key)}/drive", FILES),)
        drives = tuple(self.graph.rows(f"/sites/{_quoted(target.key)}/drives", SITES))
        elsewhere = self._read_elsewhere(drives)
        return tuple(drive for drive in drives if text(drive.get("id")) not in elsewhere)

    def _read_elsewhere(self, drives: Sequence[Wire]) -> frozenset[str]:
        """Return the ids of the drives of a site that the targets of ``onedrive_items`` read.

        Of several drives of one person, that is the one that Graph calls the person's. Raises ``ReadError``.
        """
        by_holder: defaultdict[str, list[str]] = defaultdict(list)
        for drive in drives:
            account = self.directory.accounts.get(_holder(drive))
            if account is not None and account.type != "guest":
                by_holder[account.key].append(text(drive.get("id")) or "")
        found: set[str] = set()
        for holder, keys in by_holder.items():
            try:
                own = self.graph.get(f"/users/{_quoted(holder)}/drive", FILES)
            except NotThereError:
                continue
            found |= {text(own.get("id")) or ""} & set(keys)
        return frozenset(found)

    def _shared(self, drive: Wire, target: Target) -> Iterator[SharedItem | Failure]:
        """Yield the shared items of one drive."""
        key = text(drive.get("id"))
        if key is UNSET:
            raise malformed("a drive without an id")
        holder = _holder(drive)
        owner = holder if holder in self.directory.accounts else target.owner
        path = f"/drives/{_quoted(key)}/root/delta?$select=id,name,folder,root,shared,deleted"
        seen: set[str] = set()
        for items in _chunks(row for row in self.graph.rows(path, FILES) if "shared" in row and "deleted" not in row):
            paths = [f"/drives/{_quoted(key)}/items/{_quoted(str(item.get('id')))}/permissions" for item in items]
            for item, item_path, answer in zip(items, paths, self.graph.batch(paths), strict=True):
                try:
                    first = parsed(answer, FILES)
                    permissions = list(self.graph.rows(item_path, FILES, first))
                    if not permissions:
                        raise suspicious("nobody who may open a shared item, which at least its owner may")
                    found = shared_item(item, permissions, self.directory, seen, owner)
                except NotThereError:
                    continue  # deleted since its page was read
                except ReadError as error:
                    label = text(item.get("name")) or "an item"
                    yield Failure(Target(str(item.get("id")), label, owner), error, _KIND)
                    continue
                if found is not None:
                    yield found


@dataclass(frozen=True, slots=True)
class UnreadItems:
    """Stands where nobody allowed items to be read: sharing is then unknown, never fine."""

    name = "items"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """Everything that could be shared, as one."""
        return (Target("items", "the files in OneDrive and SharePoint"),)

    def read(self, targets: Sequence[Target]) -> Iterator[Failure]:
        """Yield the gap."""
        remedy = f"Set `items: true` for this tenant in the configuration. {FILES.remedy} {SITES.remedy}"
        error = ReadError(GapReason.DENIED, "The configuration does not allow files to be looked at.", remedy)
        for target in targets:
            yield Failure(target, error, _KIND)


def _chunks(rows: Iterable[Wire]) -> Iterator[list[Wire]]:
    """Yield rows twenty at a time; if the listing breaks off, first what came before, then its error."""
    chunk: list[Wire] = []
    broken: ReadError | None = None
    try:
        for row in rows:
            chunk.append(row)
            if len(chunk) == LARGEST_BATCH:
                yield chunk
                chunk = []
    except ReadError as error:
        broken = error
    if chunk:
        yield chunk
    if broken:
        raise broken


def _holder(drive: Wire) -> str:
    """Return the object id of the person whose drive it is, empty where it is nobody's."""
    return text(table(table(drive.get("owner")).get("user")).get("id")) or ""


def _quoted(key: str) -> str:
    return quote(key, safe="!,")
