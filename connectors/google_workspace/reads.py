"""The written list of reads of Google Workspace: every address that the connector may ask."""

from __future__ import annotations

from connectors.allow_list import AllowList, BodyRule, Rule, forbidden, rule
from connectors.google_workspace import multipart
from connectors.google_workspace.sign_in_rules import SIGN_IN

GMAIL_BATCH = "https://gmail.googleapis.com/batch"
DRIVE_BATCH = "https://www.googleapis.com/batch/drive/v3"
ADMIN_BATCH = "https://admin.googleapis.com/batch"
CALENDAR_BATCH = "https://www.googleapis.com/batch/calendar/v3"
GROUPS_BATCH = "https://www.googleapis.com/batch/groupssettings/v1"

_GMAIL = "gmail.googleapis.com"
_ADMIN = "admin.googleapis.com"
_DRIVE = "www.googleapis.com"

_SINGLE = (
    rule(_ADMIN, "GET", "/admin/directory/v1/users"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/domains"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/domainaliases"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/orgunits"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/roles"),
    rule(_ADMIN, "GET", "/admin/directory/v1/customer/{}/roleassignments"),
    rule(_ADMIN, "GET", "/admin/directory/v1/groups"),
    rule(_ADMIN, "GET", "/admin/directory/v1/groups/{}/members"),
    rule(_ADMIN, "GET", "/admin/directory/v1/users/{}/tokens"),
    rule(_ADMIN, "GET", "/admin/directory/v1/users/{}/asps"),
    rule(_ADMIN, "GET", "/admin/reports/v1/usage/users/all/dates/{}"),
    rule(_ADMIN, "GET", "/admin/reports/v1/usage/dates/{}"),
    rule(_ADMIN, "GET", "/admin/reports/v1/activity/users/all/applications/{}"),
    rule("cloudidentity.googleapis.com", "GET", "/v1/policies"),
    rule("cloudidentity.googleapis.com", "GET", "/v1/inboundSsoAssignments"),
    rule("cloudidentity.googleapis.com", "GET", "/v1/inboundSamlSsoProfiles"),
    rule("cloudidentity.googleapis.com", "GET", "/v1/inboundOidcSsoProfiles"),
    rule("licensing.googleapis.com", "GET", "/apps/licensing/v1/product/{}/users"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/sendAs"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/imap"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/pop"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/vacation"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/autoForwarding"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/forwardingAddresses"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/filters"),
    rule(_GMAIL, "GET", "/gmail/v1/users/{}/settings/delegates"),
    rule(_DRIVE, "GET", "/drive/v3/files"),
    rule(_DRIVE, "GET", "/drive/v3/drives"),
    rule(_DRIVE, "GET", "/drive/v3/files/{}/permissions"),
    rule(_DRIVE, "GET", "/groups/v1/groups/{}"),
    rule(_DRIVE, "GET", "/calendar/v3/users/me/calendarList"),
    rule(_DRIVE, "GET", "/calendar/v3/calendars/{}/acl"),
    rule("alertcenter.googleapis.com", "GET", "/v1beta1/alerts"),
)


def _only_gets(host: str) -> BodyRule:
    """Return a rule that looks into a batch: every part a GET that could have been sent alone."""
    singles = AllowList(_SINGLE)

    def demand(body: bytes) -> None:
        parts = multipart.requests(body)
        if not parts:
            raise forbidden("POST", f"https://{host}/batch", "its batch is written otherwise than ours")
        for method, target in parts:
            singles.demand(method, f"https://{host}{target}", b"")

    return demand


RULES: tuple[Rule, ...] = (
    *_SINGLE,
    *SIGN_IN,
    rule(_GMAIL, "POST", "/batch", _only_gets(_GMAIL)),
    rule(_DRIVE, "POST", "/batch/drive/v3", _only_gets(_DRIVE)),
    rule(_DRIVE, "POST", "/batch/groupssettings/v1", _only_gets(_DRIVE)),
    rule(_DRIVE, "POST", "/batch/calendar/v3", _only_gets(_DRIVE)),
    rule(_ADMIN, "POST", "/batch", _only_gets(_ADMIN)),
)
"""Everything that may leave for Google."""
