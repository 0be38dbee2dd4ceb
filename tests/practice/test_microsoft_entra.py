"""Roles, applications, settings, groups and reports of the practice tenant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from microsoft_practice import GLOBAL_ADMINISTRATOR, Caller, code, organisation

from connectors.practice.entra_organisation import Application, ServicePrincipal
from connectors.practice.exchange_organisation import Contact
from connectors.practice.organisation import MicrosoftGroup, Organisation

HELP_DESK = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
CROSS_TENANT = "/v1.0/policies/crossTenantAccessPolicy"
USAGE = "/beta/reports/getSharePointSiteUsageDetail(period='D7')"


def entra() -> Organisation:
    """Return the tenant with a role for a group and one for an application, consents, and a public group."""
    whole = organisation()
    tenant = whole.microsoft
    tenant.accounts[1].synchronised = True
    tenant.groups[0].role_template_ids = [HELP_DESK]
    tenant.groups.append(MicrosoftGroup("g3", "Team", ["g1", "a-new"], "team@rivera.example", "Public", ["a-admin"]))
    graph = ServicePrincipal("s-graph", "app-graph", "Microsoft Graph", None, "2025-01-01T00:00:00Z")
    graph.permissions = ["Mail.Read", "User.Read.All"]
    merge = ServicePrincipal("s-merge", "app-merge", "Mail merge", "t-other", "2026-01-01T00:00:00Z", "Merge Ltd")
    merge.granted, merge.role_template_ids = [("s-graph", "Mail.Read")], [GLOBAL_ADMINISTRATOR]
    tenant.entra.service_principals = [graph, merge]
    secret = {"keyId": "k1", "startDateTime": "2023-01-01T00:00:00Z", "endDateTime": "2099-01-01T00:00:00Z"}
    tenant.entra.applications = [
        Application("o-map", "app-map", "Map", "2023-01-01T00:00:00Z", passwords=[secret], owners=["a-admin"])
    ]
    tenant.entra.consents = [{"id": "c1", "clientId": "s-merge", "consentType": "AllPrincipals", "scope": "Mail.Read"}]
    tenant.entra.partners = [{"tenantId": "t-partner", "inboundTrust": {"isMfaAccepted": True}}]
    tenant.exchange.contacts = [Contact("x-printer", "Sign Printer", "orders@printer.example")]
    return whole


def test_a_role_is_held_by_people_groups_and_applications() -> None:
    rows = Caller(entra()).rows("/v1.0/roleManagement/directory/roleAssignments?$expand=principal")
    holders = {row["principalId"]: (row["roleDefinitionId"], row["principal"]["@odata.type"]) for row in rows}
    assert holders == {
        "a-admin": (GLOBAL_ADMINISTRATOR, "#microsoft.graph.user"),
        "g1": (HELP_DESK, "#microsoft.graph.group"),
        "s-merge": (GLOBAL_ADMINISTRATOR, "#microsoft.graph.servicePrincipal"),
    }


def test_assignments_of_privileged_identity_management_say_whether_they_end() -> None:
    caller = Caller(entra())
    rows = caller.rows("/v1.0/roleManagement/directory/roleAssignmentScheduleInstances")
    assert {(row["principalId"], row["assignmentType"], row["endDateTime"]) for row in rows} == {
        ("a-admin", "Assigned", None),
        ("g1", "Assigned", None),
        ("s-merge", "Assigned", None),
    }
    caller.granted = caller.granted.without("RoleAssignmentSchedule.Read.Directory")
    refused = caller.get("/v1.0/roleManagement/directory/roleAssignmentScheduleInstances")
    assert (refused.status, code(refused)) == (403, "UnknownError")


def test_a_synchronised_account_has_an_id_of_the_directory_that_rules_it() -> None:
    caller = Caller(entra())
    rows = caller.rows("/v1.0/users?$select=id,onPremisesSyncEnabled,onPremisesImmutableId")
    known = {row["id"]: (row["onPremisesSyncEnabled"], bool(row["onPremisesImmutableId"])) for row in rows}
    assert known["a-treasurer"] == (True, True)
    assert known["a-admin"] == (None, False)
    (tenant,) = caller.rows("/v1.0/organization")
    assert tenant["onPremisesSyncEnabled"] is True
    assert Caller().rows("/v1.0/organization")[0]["onPremisesSyncEnabled"] is None


def test_an_application_permission_is_named_by_the_resource_that_offers_it() -> None:
    caller = Caller(entra())
    (granted,) = caller.rows("/v1.0/servicePrincipals/s-merge/appRoleAssignments")
    offered = {role["id"]: role["value"] for role in caller.get("/v1.0/servicePrincipals/s-graph").body["appRoles"]}
    assert offered[granted["appRoleId"]] == "Mail.Read"
    assert granted["resourceId"] == "s-graph"
    assert caller.rows("/v1.0/servicePrincipals/s-graph/appRoleAssignedTo") == [granted]
    assert caller.get("/v1.0/servicePrincipals/nobody/appRoleAssignments").status == 404


def test_a_service_principal_says_whose_it_is_and_who_vouches_for_it() -> None:
    rows = {row["id"]: row for row in Caller(entra()).rows("/v1.0/servicePrincipals")}
    assert rows["s-merge"]["appOwnerOrganizationId"] == "t-other"
    assert rows["s-merge"]["verifiedPublisher"]["displayName"] == "Merge Ltd"
    assert rows["s-graph"]["verifiedPublisher"]["displayName"] is None


def test_credentials_and_owners_of_an_application_are_shown() -> None:
    caller = Caller(entra())
    (row,) = caller.rows("/v1.0/applications?$select=id,passwordCredentials,keyCredentials")
    assert [each["keyId"] for each in row["passwordCredentials"]] == ["k1"]
    assert row["keyCredentials"] == []
    assert [owner["id"] for owner in caller.rows("/v1.0/applications/o-map/owners")] == ["a-admin"]
    assert caller.get("/v1.0/applications/nobody/owners").status == 404


def test_consents_and_contacts_are_listed() -> None:
    caller = Caller(entra())
    assert [row["consentType"] for row in caller.rows("/v1.0/oauth2PermissionGrants")] == ["AllPrincipals"]
    assert [row["mail"] for row in caller.rows("/v1.0/contacts")] == ["orders@printer.example"]


@pytest.mark.parametrize(
    "target",
    ["/v1.0/applications", "/v1.0/servicePrincipals", "/v1.0/servicePrincipals/s-merge/appRoleAssignments"],
)
def test_applications_want_a_permission(target: str) -> None:
    caller = Caller(entra())
    caller.granted = caller.granted.without("Application.Read.All", "Directory.Read.All")
    assert code(caller.get(target)) == "Authorization_RequestDenied"


def test_applications_come_in_pages() -> None:
    whole = organisation()
    whole.microsoft.entra.applications = [Application(f"o{n}", f"a{n}", f"App {n}", "") for n in range(250)]
    caller = Caller(whole)
    assert len(caller.get("/v1.0/applications").body["value"]) == 100
    assert len(caller.rows("/v1.0/applications")) == 250


def test_microsoft_365_groups_are_found_by_their_type() -> None:
    caller = Caller(entra())
    (team,) = caller.rows("/v1.0/groups?$filter=groupTypes/any(c:c eq 'Unified')&$select=id,visibility,mail,groupTypes")
    assert (team["id"], team["visibility"], team["mail"]) == ("g3", "Public", "team@rivera.example")
    assert [row["id"] for row in caller.rows("/v1.0/groups/g3/members")] == ["g1", "a-new"]
    assert [row["id"] for row in caller.rows("/v1.0/groups/g3/owners")] == ["a-admin"]


def test_methods_of_one_person_take_a_permission_that_is_not_granted_at_first() -> None:
    caller = Caller()
    target = "/v1.0/users/a-admin/authentication/methods"
    assert caller.get(target).status == 403
    granted = Caller()
    granted.granted = replace(
        granted.granted, microsoft_roles=granted.granted.microsoft_roles | {"UserAuthenticationMethod.Read.All"}
    )
    assert [row["@odata.type"] for row in granted.rows(target)] == [
        "#microsoft.graph.passwordAuthenticationMethod",
        "#microsoft.graph.fido2AuthenticationMethod",
    ]
    assert granted.get("/v1.0/users/nobody/authentication/methods").status == 404


def test_settings_are_those_of_a_new_tenant_but_for_what_was_changed() -> None:
    whole = organisation()
    whole.microsoft.entra.methods = {"Sms": "enabled"}
    whole.microsoft.entra.authorization = {"allowInvitesFrom": "none"}
    whole.microsoft.entra.admin_consent = {"isEnabled": True}
    whole.microsoft.entra.app_management = {"isEnabled": True}
    caller = Caller(whole)
    methods = caller.get("/v1.0/policies/authenticationMethodsPolicy").body["authenticationMethodConfigurations"]
    states = {method["id"]: method["state"] for method in methods}
    assert (states["Sms"], states["Voice"], states["Fido2"]) == ("enabled", "disabled", "enabled")
    changed = caller.get("/v1.0/policies/authorizationPolicy").body
    assert changed["allowInvitesFrom"] == "none"
    assert changed["defaultUserRolePermissions"]["allowedToCreateApps"] is True
    assert caller.get("/v1.0/policies/adminConsentRequestPolicy").body["isEnabled"] is True
    assert caller.get("/v1.0/policies/defaultAppManagementPolicy").body["isEnabled"] is True
    assert len(caller.rows("/v1.0/policies/permissionGrantPolicies")) == 3


def test_partners_have_a_policy_of_their_own() -> None:
    caller = Caller(entra())
    default = caller.get(f"{CROSS_TENANT}/default").body
    assert default["isServiceDefault"] is True
    assert default["inboundTrust"]["isMfaAccepted"] is False
    assert [row["tenantId"] for row in caller.rows(f"{CROSS_TENANT}/partners")] == ["t-partner"]
    assert caller.get(f"{CROSS_TENANT}/partners/t-partner").status == 200
    assert caller.get(f"{CROSS_TENANT}/partners/nobody").status == 404


@pytest.mark.parametrize(
    "name", ["authenticationMethodsPolicy", "adminConsentRequestPolicy", "permissionGrantPolicies"]
)
def test_tenant_policies_want_a_permission(name: str) -> None:
    caller = Caller()
    caller.granted = caller.granted.without("Policy.Read.All")
    assert code(caller.get(f"/v1.0/policies/{name}")) == "AccessDenied"


def test_licences_show_whether_there_is_entra_id_p1_and_cannot_be_filtered() -> None:
    caller = Caller()
    assert "AAD_PREMIUM" in plans(caller)
    caller.granted = caller.granted.without("premium")
    assert "AAD_PREMIUM" not in plans(caller)
    assert caller.get("/v1.0/subscribedSkus?$filter=capabilityStatus eq 'Enabled'").status == 400


def plans(caller: Caller) -> set[str]:
    (bought, suspended) = caller.rows("/v1.0/subscribedSkus")
    assert suspended["capabilityStatus"] == "Suspended"
    assert bought["consumedUnits"] == 3
    return {plan["servicePlanName"] for plan in bought["servicePlans"] if plan["provisioningStatus"] == "Success"}


def test_the_usage_report_counts_anonymous_links_of_each_site() -> None:
    whole = organisation()
    library = whole.microsoft.sites[0].drives[0]
    library.items = whole.microsoft.accounts[0].drive.items
    (row,) = Caller(whole).rows(f"{USAGE}?$format=application/json")
    assert (row["siteId"], row["AnonymousLinkCount"], row["CompanyLinkCount"]) == ("s", 1, 0)
    assert (row["siteUrl"], row["reportRefreshDate"], row["reportPeriod"]) == (
        "https://rivera.sharepoint.example/f",
        "2026-02-28",
        "7",
    )


def test_a_tenant_may_conceal_the_names_in_its_reports() -> None:
    whole = organisation()
    whole.microsoft.entra.conceals_names = True
    (row,) = Caller(whole).rows(f"{USAGE}?$format=application/json")
    assert row["siteUrl"] == ""
    assert len(row["ownerDisplayName"]) == 32


def test_the_usage_report_comes_as_a_table_elsewhere_unless_json_is_asked_for() -> None:
    answer = Caller().get(USAGE)
    assert answer.status == 302
    assert answer.headers["Location"].startswith("https://reports")


def test_the_usage_report_is_beta_and_wants_its_permission() -> None:
    caller = Caller()
    assert caller.get(USAGE.replace("/beta/", "/v1.0/")).status == 400
    caller.granted = caller.granted.without("Reports.Read.All")
    assert caller.get(f"{USAGE}?$format=application/json").status == 403


def test_the_per_person_switch_is_shown_for_each() -> None:
    caller = Caller()
    states = {
        key: caller.get(f"/beta/users/{key}/authentication/requirements").body["perUserMfaState"]
        for key in ("a-new", "a-admin")
    }
    assert states == {"a-new": "enforced", "a-admin": "disabled"}
