"""The written list of reads of Microsoft 365: every address that the connector may ask, every cmdlet it may run."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from auditor.errors import ForbiddenRequestError
from connectors.allow_list import AllowList, BodyRule, Rule, forbidden, rule

SIGN_IN = "login.microsoftonline.com"
GRAPH = "graph.microsoft.com"
EXCHANGE = "outlook.office365.com"
MACHINE = "169.254.169.254"
TEAMS = "api.interfaces.records.teams.microsoft.com"

GRAPH_SCOPE = f"https://{GRAPH}/.default"
EXCHANGE_SCOPE = f"https://{EXCHANGE}/.default"
TEAMS_SCOPE = "48ac35b8-9aa8-4d74-927d-1f4a14a0b239/.default"
_ELSEWHERE = (
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
    "outlook.office365.us",
    "outlook-dod.office365.us",
    "outlook.office365.cn",
)
_SCOPES = frozenset({GRAPH_SCOPE, EXCHANGE_SCOPE, TEAMS_SCOPE, *(f"https://{host}/.default" for host in _ELSEWHERE)})
"""What a token may be asked for, the services of the national clouds included."""

BATCH = f"https://{GRAPH}/v1.0/$batch"
BETA_BATCH = f"https://{GRAPH}/beta/$batch"
LARGEST_BATCH = 20
"""Parts in one batch, by Microsoft's own limit."""

_SIZED, _NAMED, _BARE = frozenset({"ResultSize"}), frozenset({"Identity", "ResultSize"}), frozenset[str]()
CMDLETS = {
    "Get-Mailbox": _SIZED,
    "Get-CASMailbox": _SIZED,
    "Get-User": frozenset({"IsVIP", "ResultSize"}),
    "Get-MailboxAuditBypassAssociation": _SIZED,
    "Get-MailboxPermission": _NAMED,
    "Get-MailboxFolderPermission": _NAMED,
    "Get-RecipientPermission": _SIZED,
    "Get-Recipient": _SIZED,
    "Get-DistributionGroupMember": _NAMED,
    "Get-TransportRule": _BARE,
    "Get-TransportConfig": _BARE,
    "Get-OrganizationConfig": _BARE,
    "Get-RemoteDomain": _SIZED,
    "Get-HostedOutboundSpamFilterPolicy": _BARE,
    "Get-HostedOutboundSpamFilterRule": _BARE,
    "Get-SharingPolicy": _BARE,
    "Get-DkimSigningConfig": _BARE,
    "Get-ExternalInOutlook": _BARE,
}
"""Cmdlets of Exchange that may be run, each with the parameters that it may be given."""

_GRAPH_READS = tuple(
    rule(GRAPH, "GET", f"/v1.0/{path}")
    for path in (
        "organization",
        "domains",
        "users",
        "reports/authenticationMethods/userRegistrationDetails",
        "roleManagement/directory/roleAssignments",
        "roleManagement/directory/roleDefinitions",
        "roleManagement/directory/roleEligibilityScheduleInstances",
        "roleManagement/directory/roleAssignmentScheduleInstances",
        "subscribedSkus",
        "servicePrincipals",
        "servicePrincipals/{}/appRoleAssignments",
        "applications",
        "applications/{}/owners",
        "servicePrincipals/{}/owners",
        "oauth2PermissionGrants",
        "groups",
        "groups/{}",
        "groups/{}/transitiveMembers",
        "groups/{}/owners",
        "identity/conditionalAccess/policies",
        "identity/conditionalAccess/namedLocations",
        "policies/identitySecurityDefaultsEnforcementPolicy",
        "policies/authenticationStrengthPolicies",
        "policies/authenticationMethodsPolicy",
        "policies/authorizationPolicy",
        "policies/adminConsentRequestPolicy",
        "policies/defaultAppManagementPolicy",
        "policies/crossTenantAccessPolicy/default",
        "policies/crossTenantAccessPolicy/partners",
        "policies/roleManagementPolicyAssignments",
        "admin/sharepoint/settings",
        "users/{}/mailFolders/inbox/messageRules",
        "sites/getAllSites",
        "sites/oneDrive.getAllSites",  # where the next-page links of getAllSites lead in a tenant of several regions
        "sites/{}/drives",
        "users/{}/drive",
        "drives/{}/root/delta",
        "drives/{}/root/delta()",
        "drives/{}/root/delta(token={})",
        "drives/{}/items/{}/permissions",
    )
)
_OF_TEAMS = ("TenantFederationSettings", "TeamsClientConfiguration", "TeamsMeetingPolicy")
_BETA_READS = (
    rule(GRAPH, "GET", "/beta/users/{}/authentication/requirements"),
    rule(GRAPH, "GET", "/beta/reports/getSharePointSiteUsageDetail(period='D7')"),
)
"""What Graph shows nowhere but in its beta version."""


def encode(value: object) -> bytes:
    """Return the one way in which we write JSON. The rules below accept no other, so that no two parsers disagree."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _token_request(body: bytes) -> None:
    """Let out nothing but the application's own request for a token of one of the services."""
    form = parse_qs(body.decode("ascii", "replace"))
    scope = form.get("scope", [])
    if form.get("grant_type") != ["client_credentials"] or len(scope) != 1 or scope[0] not in _SCOPES:
        raise forbidden("POST", f"https://{SIGN_IN}", "it is not a request for a token")


def _only_gets(address: str, reads: tuple[Rule, ...]) -> BodyRule:
    """Return the rule that lets out a batch only if every part is a GET that could have been sent alone."""
    singles = AllowList(reads)

    def demand(body: bytes) -> None:
        try:
            parts = _only(body, "requests")
            shapes = [sorted(part) == ["id", "method", "url"] for part in parts]
            if not 1 <= len(shapes) <= LARGEST_BATCH or not all(shapes):
                raise forbidden("POST", address, "its batch has another shape")
            for part in parts:
                singles.demand(part["method"], address.removesuffix("/$batch") + part["url"], b"")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise forbidden("POST", address, "its batch cannot be read") from error

    return demand


def _only_reading_cmdlets(body: bytes) -> None:
    """Let out a cmdlet only if it is on the list, with no parameter but those on the list."""
    try:
        command = _only(body, "CmdletInput")
        allowed = CMDLETS.get(command["CmdletName"])
        given = command["Parameters"]
        known = (
            allowed is not None
            and given.keys() <= allowed
            and all(isinstance(each, str) or each is True for each in given.values())
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise forbidden("POST", f"https://{EXCHANGE}", "its cmdlet cannot be read") from error
    if not known or sorted(command) != ["CmdletName", "Parameters"]:
        raise forbidden("POST", f"https://{EXCHANGE}", "its cmdlet is not on the list of reads")


def _only(body: bytes, name: str) -> Any:  # noqa: ANN401 - wire JSON
    """Return what a body holds under its only name."""
    value = json.loads(body)
    if encode(value) != body or list(value) != [name]:
        raise ValueError(name)
    return value[name]


def refused(allow_list: AllowList, link: str) -> bool:
    """Whether a link that an answer contained leads to something that is not on the list of reads."""
    try:
        allow_list.demand("GET", link, b"")
    except ForbiddenRequestError:
        return True
    return False


RULES: tuple[Rule, ...] = (
    *_GRAPH_READS,
    *_BETA_READS,
    rule(GRAPH, "POST", "/v1.0/$batch", _only_gets(BATCH, _GRAPH_READS)),
    rule(GRAPH, "POST", "/beta/$batch", _only_gets(BETA_BATCH, _BETA_READS)),
    rule(SIGN_IN, "GET", "/common/discovery/instance"),
    rule(SIGN_IN, "GET", "/{}/v2.0/.well-known/openid-configuration"),
    rule(SIGN_IN, "POST", "/{}/oauth2/v2.0/token", _token_request),
    rule(MACHINE, "GET", "/metadata/identity/oauth2/token"),
    *(rule(TEAMS, "GET", f"/Skype.Policy/configurations/{kind}") for kind in _OF_TEAMS),
    rule(EXCHANGE, "POST", "/adminapi/beta/{}/InvokeCommand", _only_reading_cmdlets),
)
"""Everything that may leave for Microsoft."""
