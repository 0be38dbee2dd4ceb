"""``cloudidentity.googleapis.com``: through which other identity provider whose accounts sign in.

https://docs.cloud.google.com/identity/docs/reference/rest/v1/inboundSsoAssignments/list
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connectors.practice.google.authority import require_administrator
from connectors.practice.google.paging import page
from connectors.practice.google.refusals import invalid, permission_denied

if TYPE_CHECKING:
    from connectors.practice.google.calls import Call
    from connectors.practice.organisation import Json

FILTER = re.compile(r"""customer\s*==\s*(["']?)customers/([^"']+)\1""")


def assignments(call: Call) -> Json:
    """``inboundSsoAssignments.list``: the mode of each unit and group, up to 100 a page; larger pages are cut down."""
    return _listing(call, "inboundSsoAssignments", call.people.tenant.catalogue.sso_assignments)


def profiles(call: Call) -> Json:
    """``inboundSamlSsoProfiles.list``: the identity providers, up to 100 a page; larger pages are cut down."""
    return _listing(call, "inboundSamlSsoProfiles", call.people.tenant.catalogue.sso_profiles)


def openid_profiles(call: Call) -> Json:
    """``inboundOidcSsoProfiles.list``: those that speak OpenID Connect, likewise."""
    return _listing(call, "inboundOidcSsoProfiles", call.people.tenant.catalogue.openid_profiles)


def _listing(call: Call, key: str, entries: list[Json]) -> Json:
    require_administrator(call)
    if text := call.request.query.get("filter"):
        found = FILTER.fullmatch(text.strip())
        if found is None:
            raise invalid(f"Invalid filter: {text}")
        if found[2] not in {"my_customer", call.people.tenant.customer_id}:
            raise permission_denied()
    chosen, following = page(entries, call.request.query, size="pageSize", usual=50, largest=100, capped=True)
    return ({key: chosen} if chosen else {}) | following
