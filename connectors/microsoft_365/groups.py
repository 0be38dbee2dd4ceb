"""Members of groups, as far down as groups lie in groups, each group read once."""

from __future__ import annotations

import threading
from urllib.parse import quote

from auditor.errors import ReadError
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.refusals import GROUPS, NotThereError
from connectors.microsoft_365.values import text


class Groups:
    """The groups that roles and sign-in policies name. Safe to use from many threads."""

    def __init__(self, graph: Graph) -> None:
        """Take the client; nothing is read before it is asked for."""
        self._graph = graph
        self._lock = threading.Lock()
        self._read: dict[str, frozenset[str] | ReadError] = {}

    def members(self, key: str) -> frozenset[str]:
        """Return the object ids of all members, direct and indirect; a group that is gone has none.

        Raises ``ReadError``, the same each time, if they are not all known.
        """
        with self._lock:
            if key not in self._read:
                self._read[key] = self._members(key)
            found = self._read[key]
        if isinstance(found, ReadError):
            raise found
        return found

    def name(self, key: str) -> str:
        """Return what people call the group; its id where that may not be read, because a name decides nothing."""
        path = f"/groups/{quote(key, safe='')}?$select=id,displayName"
        try:
            return text(self._graph.get(path, GROUPS).get("displayName")) or key
        except ReadError:
            return key

    def _members(self, key: str) -> frozenset[str] | ReadError:
        # Ids alone: of a member whose kind may not be read, Graph tells no more.
        path = f"/groups/{quote(key, safe='')}/transitiveMembers?$select=id&$top=999"
        try:
            rows, broken = self._graph.listing(path, GROUPS)
        except NotThereError:
            return frozenset()
        except ReadError as error:
            return error
        return broken or frozenset(str(row.get("id")) for row in rows)
