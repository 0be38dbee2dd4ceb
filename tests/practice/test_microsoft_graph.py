"""The practice tenant's Graph: pages, permissions, refusals, batches."""

from __future__ import annotations

from datetime import timedelta

import pytest
from microsoft_practice import BASE, GLOBAL_ADMINISTRATOR, GRAPH, NOW, TENANT, Caller, code, organisation

from connectors.practice.wire import Answer

REPORT = "reports/authenticationMethods/userRegistrationDetails"
RULES = "/v1.0/users/a-treasurer/mailFolders/inbox/messageRules"
REQUIRED = {
    "/v1.0/organization": {"id", "displayName", "verifiedDomains"},
    "/v1.0/domains": {"id", "isDefault", "isInitial"},
    "/v1.0/users": {"id", "userPrincipalName", "displayName", "mail", "jobTitle", "businessPhones"},
    "/v1.0/groups": {"id", "displayName", "securityEnabled", "groupTypes"},
    "/v1.0/groups/g1/transitiveMembers": {"@odata.type", "id"},
    f"/v1.0/{REPORT}": {"id", "userPrincipalName", "isAdmin", "isMfaRegistered", "methodsRegistered", "userType"},
    "/v1.0/roleManagement/directory/roleAssignments": {"id", "principalId", "roleDefinitionId", "directoryScopeId"},
    "/v1.0/roleManagement/directory/roleDefinitions": {"id", "templateId", "displayName", "isBuiltIn"},
    "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances": {
        "principalId",
        "roleDefinitionId",
        "memberType",
    },
    "/v1.0/identity/conditionalAccess/policies": {"id", "displayName", "state"},
    "/v1.0/identity/conditionalAccess/namedLocations": {"@odata.type", "id", "displayName"},
    "/v1.0/policies/authenticationStrengthPolicies": {"id", "policyType", "allowedCombinations"},
    RULES: {"id", "displayName", "sequence", "isEnabled", "hasError", "isReadOnly", "conditions", "actions"},
    "/v1.0/sites/getAllSites": {"id", "name", "webUrl", "siteCollection"},
    "/v1.0/sites/rivera.sharepoint.example,s,w/drives": {"id", "driveType", "name", "webUrl"},
    "/v1.0/drives/d-admin/root/delta": {"id", "name", "parentReference"},
    "/v1.0/drives/d-admin/items/i2/permissions": {"id", "roles"},
}
SINGLE = {
    "/v1.0/users/a-admin": {"id", "userPrincipalName"},
    "/v1.0/groups/g1": {"id", "displayName"},
    "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy": {"id", "isEnabled"},
    "/v1.0/policies/authorizationPolicy": {"allowInvitesFrom", "guestUserRoleId", "defaultUserRolePermissions"},
    "/v1.0/admin/sharepoint/settings": {"sharingCapability"},
    "/v1.0/users/a-admin/drive": {"id", "driveType", "owner"},
    "/beta/users/a-new/authentication/requirements": {"perUserMfaState"},
}
DIRECTORY, POLICIES, SHAREPOINT = "Authorization_RequestDenied", "AccessDenied", "accessDenied"
NEEDED = [
    ("/v1.0/users", ["User.Read.All", "Directory.Read.All"], DIRECTORY),
    ("/v1.0/groups", ["GroupMember.Read.All", "Directory.Read.All"], DIRECTORY),
    ("/v1.0/groups/g1/transitiveMembers", ["GroupMember.Read.All", "Directory.Read.All"], DIRECTORY),
    ("/v1.0/organization", ["Organization.Read.All", "Directory.Read.All"], DIRECTORY),
    ("/v1.0/domains", ["Domain.Read.All", "Directory.Read.All"], DIRECTORY),
    ("/v1.0/roleManagement/directory/roleAssignments", ["RoleManagement.Read.Directory"], DIRECTORY),
    (
        "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances",
        ["RoleEligibilitySchedule.Read.Directory"],
        "UnknownError",
    ),
    (f"/v1.0/{REPORT}", ["AuditLog.Read.All"], "Authentication_MSGraphPermissionMissing"),
    ("/v1.0/users?$select=signInActivity", ["AuditLog.Read.All"], "Authentication_MSGraphPermissionMissing"),
    ("/v1.0/identity/conditionalAccess/policies", ["Policy.Read.All"], POLICIES),
    ("/v1.0/identity/conditionalAccess/namedLocations", ["Policy.Read.All"], POLICIES),
    ("/v1.0/policies/authorizationPolicy", ["Policy.Read.All"], POLICIES),
    ("/v1.0/policies/authenticationStrengthPolicies", ["Policy.Read.All"], POLICIES),
    ("/v1.0/policies/identitySecurityDefaultsEnforcementPolicy", ["Policy.Read.All"], POLICIES),
    ("/beta/users/a-new/authentication/requirements", ["Policy.Read.All"], POLICIES),
    (RULES, ["MailboxSettings.Read"], "ErrorAccessDenied"),
    ("/v1.0/admin/sharepoint/settings", ["SharePointTenantSettings.Read.All"], SHAREPOINT),
    ("/v1.0/sites/getAllSites", ["Sites.Read.All"], SHAREPOINT),
    ("/v1.0/users/a-admin/drive", ["Sites.Read.All", "Files.Read.All"], SHAREPOINT),
    ("/v1.0/drives/d-admin/root/delta", ["Sites.Read.All", "Files.Read.All"], SHAREPOINT),
    ("/v1.0/drives/d-admin/items/i2/permissions", ["Sites.Read.All", "Files.Read.All"], SHAREPOINT),
]


@pytest.mark.parametrize("target", REQUIRED)
def test_a_listing_has_microsofts_context_and_fields(target: str) -> None:
    body = Caller().get(target).body
    version = target.split("/")[1]
    assert body["@odata.context"].startswith(f"https://{GRAPH}/{version}/$metadata#")
    assert body["value"]
    assert all(REQUIRED[target] <= row.keys() for row in body["value"])


@pytest.mark.parametrize("target", SINGLE)
def test_a_single_object_has_its_fields(target: str) -> None:
    answer = Caller().get(target)
    assert answer.status == 200
    assert SINGLE[target] <= answer.body.keys()
    assert "value" not in answer.body


@pytest.mark.parametrize(("target", "roles", "refusal"), NEEDED)
def test_without_its_permission_an_operation_is_refused_in_its_services_words(
    target: str, roles: list[str], refusal: str
) -> None:
    caller = Caller()
    assert caller.get(target).status == 200
    caller.granted = caller.granted.without(*roles)
    answer = caller.get(target)
    assert (answer.status, code(answer)) == (403, refusal)


def test_directory_read_all_alone_opens_users_as_it_does_in_entra() -> None:
    caller = Caller()
    caller.granted = caller.granted.without("User.Read.All")
    assert caller.get("/v1.0/users").status == 200


def test_a_role_granted_after_the_token_needs_a_new_token() -> None:
    caller = Caller()
    whole = caller.granted
    caller.granted = whole.without("MailboxSettings.Read")
    assert caller.get(RULES).status == 403
    caller.granted = whole
    assert caller.get(RULES).status == 403


def test_an_expired_token_is_refused() -> None:
    caller = Caller()
    assert caller.get("/v1.0/organization").status == 200
    caller.now = NOW + timedelta(hours=1)
    answer = caller.get("/v1.0/organization")
    assert (answer.status, code(answer)) == (401, "InvalidAuthenticationToken")
    assert "expired" in answer.body["error"]["message"]
    assert "WWW-Authenticate" in answer.headers


def test_no_token_and_a_token_for_exchange_are_refused() -> None:
    caller = Caller()
    assert caller.call(GRAPH, "GET", "/v1.0/users").status == 401
    elsewhere = caller.token("outlook.office365.com")
    assert caller.call(GRAPH, "GET", "/v1.0/users", headers=elsewhere).status == 401


def test_users_come_100_to_a_page_each_once() -> None:
    caller = Caller(organisation(volunteers=240))
    first = caller.get("/v1.0/users").body
    assert len(first["value"]) == 100
    assert first["@odata.nextLink"].startswith(f"{BASE}/{GRAPH}/v1.0/users?$skiptoken=")
    found = [row["id"] for row in caller.rows("/v1.0/users")]
    assert len(found) == len(set(found)) == 245


def test_a_next_link_keeps_what_was_asked() -> None:
    caller = Caller(organisation(volunteers=20))
    rows = caller.rows("/v1.0/users?$select=id,accountEnabled&$top=7&$filter=userType eq 'Member'")
    assert len(rows) == 24
    assert all(row.keys() == {"id", "accountEnabled"} for row in rows)


def test_sign_in_activity_halves_the_page() -> None:
    caller = Caller(organisation(volunteers=600))
    assert len(caller.get("/v1.0/users?$select=id&$top=999").body["value"]) == 605
    answer = caller.get("/v1.0/users?$select=signInActivity&$top=999").body
    assert len(answer["value"]) == 500
    assert answer["value"][0].keys() == {"signInActivity", "id"}


@pytest.mark.parametrize(
    ("query", "status", "refusal"),
    [
        ("$top=1000", 400, "Request_BadRequest"),
        ("$top=0", 400, "Request_BadRequest"),
        ("$select=id,passwort", 400, "BadRequest"),
        ("$skiptoken=expired", 400, "Directory_ExpiredPageToken"),
        ("$filter=startswith(displayName,'A')", 400, "Request_UnsupportedQuery"),
    ],
)
def test_a_query_that_graph_would_not_read_is_refused(query: str, status: int, refusal: str) -> None:
    answer = Caller().get(f"/v1.0/users?{query}")
    assert (answer.status, code(answer)) == (status, refusal)


def test_filters_find_guests_and_disabled_accounts() -> None:
    caller = Caller()
    select = "$select=id,externalUserState"
    assert caller.rows(f"/v1.0/users?{select}&$filter=userType eq 'Guest'") == [
        {"id": "a-guest", "externalUserState": "PendingAcceptance"}
    ]
    disabled = caller.rows("/v1.0/users?$select=id&$filter=accountEnabled eq false and userType eq 'Member'")
    assert disabled == [{"id": "a-press"}]


def test_the_registration_report_and_sign_in_activity_want_a_premium_licence() -> None:
    caller = Caller()
    caller.granted = caller.granted.without("premium")
    for target in (f"/v1.0/{REPORT}", "/v1.0/users?$select=id,signInActivity"):
        answer = caller.get(target)
        assert (answer.status, code(answer)) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
    assert caller.get("/v1.0/users?$select=id").status == 200


def test_the_registration_report_tells_who_has_registered() -> None:
    rows = {row["id"]: row for row in Caller().rows(f"/v1.0/{REPORT}")}
    assert rows["a-admin"]["isMfaRegistered"]
    assert rows["a-admin"]["isAdmin"]
    assert not rows["a-treasurer"]["isMfaRegistered"]
    assert rows["a-guest"]["userType"] == "guest"


def test_nested_groups_in_a_circle_give_each_member_once() -> None:
    caller = Caller()
    rows = caller.rows("/v1.0/groups/g1/transitiveMembers")
    assert sorted((row["@odata.type"], row["id"]) for row in rows) == [
        ("#microsoft.graph.group", "g2"),
        ("#microsoft.graph.user", "a-new"),
        ("#microsoft.graph.user", "a-treasurer"),
    ]
    cast = caller.rows("/v1.0/groups/g1/transitiveMembers/microsoft.graph.user?$select=id")
    assert sorted(row["id"] for row in cast) == ["a-new", "a-treasurer"]


def test_members_whose_type_may_not_be_read_come_with_their_id_alone() -> None:
    caller = Caller()
    caller.granted = caller.granted.without("User.Read.All", "Directory.Read.All")
    cast = caller.rows("/v1.0/groups/g2/transitiveMembers/microsoft.graph.user")
    assert {"id": "a-new"} in cast


def test_role_assignments_name_the_principal_only_when_asked() -> None:
    target = "/v1.0/roleManagement/directory/roleAssignments"
    (plain,) = Caller().rows(target)
    assert (plain["principalId"], plain["roleDefinitionId"]) == ("a-admin", GLOBAL_ADMINISTRATOR)
    assert "principal" not in plain
    (expanded,) = Caller().rows(f"{target}?$expand=principal")
    assert expanded["principal"]["@odata.type"] == "#microsoft.graph.user"
    assert expanded["principal"]["accountEnabled"] is True


def test_rules_come_in_their_order_disabled_ones_too() -> None:
    rows = Caller().rows(RULES)
    assert [(row["sequence"], row["displayName"], row["isEnabled"]) for row in rows] == [
        (1, "...", True),
        (2, "Old", False),
    ]


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        ("/v1.0/users/a-new/mailFolders/inbox/messageRules", "MailboxNotEnabledForRESTAPI"),
        ("/v1.0/users/nobody/mailFolders/inbox/messageRules", "ErrorInvalidUser"),
        ("/v1.0/users/a-admin/mailFolders/elsewhere/messageRules", "ErrorItemNotFound"),
        ("/v1.0/users/nobody", "Request_ResourceNotFound"),
        ("/v1.0/groups/nobody/transitiveMembers", "Request_ResourceNotFound"),
        ("/v1.0/users/a-new/drive", "ResourceNotFound"),
        ("/v1.0/drives/none/root/delta", "itemNotFound"),
        ("/v1.0/drives/d-admin/items/none/permissions", "itemNotFound"),
        ("/v1.0/sites/none/drives", "itemNotFound"),
    ],
)
def test_what_does_not_exist_is_a_404_in_its_services_words(target: str, refusal: str) -> None:
    answer = Caller().get(target)
    assert (answer.status, code(answer)) == (404, refusal)


def test_an_address_without_operation_and_a_write_are_refused() -> None:
    caller = Caller()
    assert caller.get("/v1.0/users/a-admin/manager").status == 400
    assert caller.call(GRAPH, "DELETE", "/v1.0/users/a-admin", headers=caller.token(GRAPH)).status == 405


def test_a_folders_name_takes_a_permission_of_its_own() -> None:
    target = "/v1.0/users/a-treasurer/mailFolders/f-rss-000001"
    caller = Caller()
    answer = caller.get(target)
    assert (answer.status, code(answer)) == (403, "ErrorAccessDenied")
    wider = Caller()
    wider.granted = type(wider.granted)(microsoft_roles=wider.granted.microsoft_roles | {"Mail.ReadBasic.All"})
    assert wider.get(target).body["displayName"] == "RSS Feeds"
    assert len(wider.rows("/v1.0/users/a-treasurer/mailFolders")) == 1


def test_a_delta_names_every_item_once_and_ends_in_a_delta_link() -> None:
    caller = Caller()
    link, names, pages = "/v1.0/drives/d-admin/root/delta?$top=2", [], 0
    while link:
        body = caller.get(link.removeprefix(f"{BASE}/{GRAPH}")).body
        names += [row["name"] for row in body["value"]]
        link, pages = body.get("@odata.nextLink"), pages + 1
    assert (pages, names) == (3, ["root", "Notes 0.docx", "Notes 1.docx", "Notes 2.docx", "Notes 3.docx"])
    later = caller.get(body["@odata.deltaLink"].removeprefix(f"{BASE}/{GRAPH}")).body
    assert later["value"] == []
    assert "@odata.deltaLink" in later


def test_only_what_is_shared_has_the_shared_facet() -> None:
    rows = {row["id"]: row for row in Caller().get("/v1.0/drives/d-admin/root/delta").body["value"]}
    assert rows["i2"]["shared"] == {"scope": "anonymous"}
    assert "shared" not in rows["i1"]
    links = Caller().rows("/v1.0/drives/d-admin/items/i2/permissions")
    assert [row["roles"] for row in links] == [["owner"], ["read"]]


def test_an_old_delta_token_asks_to_start_again() -> None:
    answer = Caller().get("/v1.0/drives/d-admin/root/delta?token=forgotten")
    assert (answer.status, code(answer)) == (410, "resyncRequired")


def test_a_batch_gives_every_part_its_own_status_and_headers() -> None:
    caller = Caller()
    throttled = Answer(429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "7"})
    caller.struck["/v1.0/users/a-admin/mailFolders/inbox/messageRules"] = throttled
    steps = [
        {"id": str(number), "method": "GET", "url": f"/users/{key}/mailFolders/inbox/messageRules"}
        for number, key in enumerate(["a-treasurer", "a-admin", "a-new"])
    ]
    steps.append({"id": "w", "method": "PATCH", "url": "/users/a-admin", "body": {"jobTitle": "Nobody"}})
    steps.append({"id": "p", "method": "GET", "url": "users?$top=2"})
    answer = caller.batch(*steps)
    assert answer.status == 200
    parts = {part["id"]: part for part in answer.body["responses"]}
    assert {key: part["status"] for key, part in parts.items()} == {"0": 200, "1": 429, "2": 404, "w": 405, "p": 200}
    assert parts["1"]["headers"]["Retry-After"] == "7"
    assert parts["p"]["body"]["@odata.nextLink"].startswith(f"{BASE}/{GRAPH}/v1.0/users?$top=2&$skiptoken=")
    assert [part["id"] for part in answer.body["responses"]] != [step["id"] for step in steps]


def test_a_batch_part_is_refused_for_want_of_its_own_permission() -> None:
    caller = Caller()
    caller.granted = caller.granted.without("MailboxSettings.Read")
    answer = caller.batch(
        {"id": "1", "method": "GET", "url": "/users/a-treasurer/mailFolders/inbox/messageRules"},
        {"id": "2", "method": "GET", "url": "/organization"},
    )
    assert {part["id"]: part["status"] for part in answer.body["responses"]} == {"1": 403, "2": 200}


def test_a_batch_of_21_or_with_a_repeated_id_is_refused() -> None:
    caller = Caller()
    steps = [{"id": str(number), "method": "GET", "url": "/organization"} for number in range(21)]
    assert caller.batch(*steps).status == 400
    assert len(caller.batch(*steps[:20]).body["responses"]) == 20
    assert caller.batch(steps[0], steps[0]).status == 400


def test_a_part_that_is_not_json_comes_in_base64() -> None:
    caller = Caller()
    caller.struck["/v1.0/organization"] = Answer(200, b"<html>", {"Content-Type": "text/html"})
    (part,) = caller.batch({"id": "1", "method": "GET", "url": "/organization"}).body["responses"]
    assert part["body"] == "PGh0bWw+"


def test_the_organisation_is_the_tenant_signed_in_to() -> None:
    (row,) = Caller().rows("/v1.0/organization")
    assert row["id"] == TENANT
