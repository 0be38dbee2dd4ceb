"""Usage reports: how many links of which kind each SharePoint site has.

https://learn.microsoft.com/graph/api/reportroot-getsharepointsiteusagedetail (beta: v1.0 has no numbers of links)
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.practice.microsoft import odata
from connectors.practice.microsoft.call import Call, Operation
from connectors.practice.microsoft.refusals import denied_by_reports
from connectors.practice.wire import Answer

if TYPE_CHECKING:
    from connectors.practice.organisation import Json, Site

READS_USAGE = frozenset({"Reports.Read.All"})
READS_SETTINGS = frozenset({"ReportSettings.Read.All"})
PAGE = 200  # sites
PERIODS = ("D7", "D30", "D90", "D180")
LAG = timedelta(days=2)  # reports are that old


def site_usage(record: Site, call: Call) -> Json:
    """Return a row; where the tenant conceals names, digests stand in their place and the address is missing."""
    links = [
        str(link.get("scope"))
        for drive in record.drives
        for item in drive.items
        for permission in item.permissions
        if isinstance(link := permission.get("link"), dict)
    ]
    concealed = call.directory.tenant.entra.conceals_names
    owner = hashlib.md5(record.id.encode(), usedforsecurity=False).hexdigest().upper() if concealed else "Owners"
    return {
        "reportRefreshDate": f"{call.now - LAG:%Y-%m-%d}",
        "siteId": record.id.split(",")[1],
        "siteUrl": "" if concealed else record.web_url,
        "ownerDisplayName": owner,
        "ownerPrincipalName": owner if concealed else "",
        "isDeleted": False,
        "lastActivityDate": f"{call.now - LAG:%Y-%m-%d}",
        "ExternalSharing": True,
        "fileCount": sum(len(drive.items) for drive in record.drives),
        "activeFileCount": 0,
        "pageViewCount": 0,
        "visitedPageCount": 0,
        "AnonymousLinkCount": links.count("anonymous"),
        "CompanyLinkCount": links.count("organization"),
        "SecureLinkForGuestCount": 0,
        "SecureLinkForMemberCount": 0,
        "storageUsedInBytes": 4096,
        "storageAllocatedInBytes": 27487790694400,
        "rootWebTemplate": "Group",
        "reportPeriod": call.request.path.split("'")[1][1:],
    }


def sites(call: Call) -> Answer:
    """``GET /beta/reports/getSharePointSiteUsageDetail(period='D7')``: JSON if asked for, else a link to a table."""
    if call.request.query.get("$format", "").lower() != "application/json":
        return Answer(302, None, {"Location": "https://reportsweu.office.com/data/v1.0/download?token=practice"})
    rows = list(call.directory.sites.values())
    return odata.listing(
        call.request, rows, lambda record: site_usage(record, call), entity="sharePointSiteUsageDetail", size=PAGE
    )


def settings(call: Call) -> Answer:
    """``GET /admin/reportSettings``: whether names are concealed."""
    concealed = call.directory.tenant.entra.conceals_names
    return odata.single(call.request, "admin/reportSettings/$entity", {"displayConcealedNames": concealed})


OPERATIONS = (
    *(
        Operation(
            f"reports/getSharePointSiteUsageDetail(period='{period}')", READS_USAGE, denied_by_reports, sites, "beta"
        )
        for period in PERIODS
    ),
    Operation("admin/reportSettings", READS_SETTINGS, denied_by_reports, settings),
)
