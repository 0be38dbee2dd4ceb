"""How many links lead into each site, by Microsoft's own count: a cheap look before any file is looked at.

Source: Graph beta, ``sharePointSiteUsageDetail``; the numbers of links are in no other version. The report is some days
old, and a tenant may conceal the names in it: then a site is told by its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.errors import ReadError
from auditor.facts import UNSET, Read, Site
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.refusals import SITES, USAGE, suspicious
from connectors.microsoft_365.values import Wire, text

_KIND = "site"
_TARGET = Target("sites", "the links of all sites")
_PATH = "/reports/getSharePointSiteUsageDetail(period='D7')?$format=application/json"


@dataclass(frozen=True, slots=True)
class SitesCollector:
    """Reads the usage report; where sites may be listed, their whole ids and names too."""

    graph: Graph
    tenant: str
    listable: bool

    name = "sites"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One report."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Site | Failure]:
        """Yield the sites. Raises ``ReadError`` if the report cannot be had."""
        del targets  # there is only one
        rows, broken = self.graph.listing(_PATH, USAGE, beta=True)
        if broken:
            yield Failure(_TARGET, broken, _KIND)
        known = self._known() if self.listable else {}
        if known and not rows:
            raise suspicious("no site in its report, though there are some")
        for row in rows:
            if row.get("isDeleted") is True:
                continue
            try:
                yield parse_site(row, known, self.tenant)
            except ReadError as error:
                yield Failure(_TARGET, error, _KIND)

    def _known(self) -> dict[str, Wire]:
        """Return the sites by the middle part of their id, which is all that the report knows of it.

        Raises ``ReadError``: a site must not go by one id today and by another tomorrow.
        """
        rows, broken = self.graph.listing("/sites/getAllSites", SITES)
        if broken:
            raise broken
        return {str(row.get("id")).split(",")[1]: row for row in rows if str(row.get("id")).count(",") > 1}


def parse_site(wire: Wire, known: Mapping[str, Wire], tenant: str) -> Site:
    """Return the site that a row describes. Raises ``ReadError`` for one without an id."""
    key = text(wire.get("siteId"))
    if key is UNSET:
        raise malformed("a site without an id")
    listed = known.get(key, {})
    url = text(wire.get("siteUrl")) or text(listed.get("webUrl"))
    return Site(
        tenant=tenant,
        key=text(listed.get("id")) or key,
        label=text(listed.get("displayName")) or url or f"The site {key}",
        address=url or None,
        links_for_anyone=_number(wire.get("AnonymousLinkCount")),
        links_for_guests=_number(wire.get("SecureLinkForGuestCount")),
        links_for_organisation=_number(wire.get("CompanyLinkCount")),
    )


def _number(value: object) -> Read[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else UNSET
