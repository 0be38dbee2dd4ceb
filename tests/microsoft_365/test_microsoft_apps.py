"""Applications: what they may, how bad that is, and with which passwords; wire JSON, then the practice organisation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from microsoft_reading import Outcome, read

from auditor.errors import ReadError
from auditor.facts import UNSET, Account, AccountStatus, AccountType, AppGrant, AppRegistration, Group, Read
from connectors.microsoft_365.app_grants import permission_names
from connectors.microsoft_365.app_registrations import parse_application
from connectors.microsoft_365.app_risks import CRITICAL, LOW, reads_files, reads_mail, risk
from connectors.microsoft_365.credentials import Credential, latest_end, oldest, working
from connectors.microsoft_365.entra_parts import (
    parse_app_management,
    parse_authorization,
    parse_methods,
    parse_workflow,
    user_consent,
)
from connectors.microsoft_365.owners import Owners, owners_among
from connectors.microsoft_365.sharing_settings import parse_cross_tenant
from connectors.microsoft_365.sharing_settings import parse_sharing as parse_sharepoint
from connectors.practice.faults import Fault, Faults
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer

Wire = dict[str, Any]
NOW = datetime(2026, 10, 1, tzinfo=UTC)


def password(made: object, ends: object) -> Wire:
    return {"startDateTime": made, "endDateTime": ends}


# --- risk


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ([], "low"),
        (["User.Read", "openid", "offline_access"], "low"),
        (["User.Read", "Directory.Read.All"], "medium"),
        (["Something.New.All"], "medium"),
        (["MailboxSettings.Read"], "medium"),
        (["MailboxSettings.ReadWrite"], "high"),
        (["User.Read", "Mail.Read"], "high"),
        (["Mail.ReadBasic.All"], "medium"),
        (["Mail.Read", "RoleManagement.ReadWrite.Directory"], "critical"),
        (["full_access_as_app"], "critical"),
    ],
)
def test_the_worst_permission_counts(permissions: list[str], expected: str) -> None:
    assert risk(permissions) == expected


def test_no_permission_is_in_two_classes() -> None:
    assert CRITICAL.isdisjoint(LOW)


def test_reading_mail_and_files_is_told_from_sending_and_from_ones_own_folder() -> None:
    assert reads_mail(["Mail.ReadWrite"])
    assert not reads_mail(["Mail.Send", "Mail.ReadBasic"])
    assert reads_files(["Sites.Read.All"])
    assert not reads_files(["Files.ReadWrite.AppFolder", "Sites.Selected", "User.Read"])


def test_a_permission_has_its_name_from_the_resource_that_offers_it() -> None:
    roles = [{"id": "r1", "value": "Mail.Read"}, {"id": "r2", "value": None}]
    assert permission_names([{"id": "graph", "appRoles": roles}]) == {
        ("graph", "r1"): "Mail.Read",
        ("graph", "r2"): "r2",
    }


# --- credentials


def test_only_what_has_not_ended_works() -> None:
    ended, valid = password("2020-01-01T00:00:00Z", "2026-09-30T00:00:00Z"), password("2026-01-01T00:00:00Z", None)
    odd = password("2025-01-01T00:00:00Z", "someday")
    found = working([ended, valid, odd], NOW)
    assert [each.ends for each in found] == [None, UNSET]
    assert oldest(found) == datetime(2025, 1, 1, tzinfo=UTC)
    assert latest_end(found) is UNSET


def test_nothing_at_all_is_known_to_be_nothing() -> None:
    assert oldest([]) is None
    assert latest_end([]) is None
    assert oldest([Credential(UNSET, None)]) is UNSET


def test_an_application_whose_passwords_are_not_told_is_not_known_to_have_none() -> None:
    found = parse_application({"id": "o1", "appId": "a1"}, "t", NOW)
    assert (found.passwords, found.oldest_password, found.certificates) == (UNSET, UNSET, UNSET)
    with pytest.raises(ReadError):
        parse_application({"id": "o1"}, "t", NOW)


# --- consent


@pytest.mark.parametrize(
    ("assigned", "expected"),
    [
        ([], "nobody"),
        (["ManagePermissionGrantsForSelf.microsoft-user-default-low"], "low_risk"),
        (["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"], "any_app"),
        (["managePermissionGrantsForSelf.just-user-read"], "own_policy"),
        (["just-user-read"], "own_policy"),
        (["ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team"], "nobody"),
        (
            [
                "ManagePermissionGrantsForSelf.microsoft-user-default-low",
                "ManagePermissionGrantsForSelf.somebody-made-this",
            ],
            "own_policy",
        ),
        (None, UNSET),
        ("low", UNSET),
    ],
)
def test_every_grant_policy_counts_and_one_of_their_own_may_allow_anything(assigned: object, expected: object) -> None:
    assert user_consent(assigned) == expected


def test_a_workflow_without_anybody_to_answer_is_none() -> None:
    assert parse_workflow({"isEnabled": True, "reviewers": []}) == {"admin_consent_workflow": False}
    assert parse_workflow({"isEnabled": True, "reviewers": [{}]}) == {"admin_consent_workflow": True}
    assert parse_workflow({"isEnabled": False}) == {"admin_consent_workflow": False}
    assert parse_workflow({"isEnabled": True}) == {"admin_consent_workflow": UNSET}


def test_a_policy_that_is_off_or_says_nothing_of_passwords_limits_none() -> None:
    def management(*rules: Wire, on: bool = True) -> object:
        wire = {"isEnabled": on, "applicationRestrictions": {"passwordCredentials": list(rules)}}
        return parse_app_management(wire)["app_passwords_restricted"]

    assert management(on=False) is False
    assert management({"restrictionType": "passwordLifetime", "state": "enabled"}) is True
    assert management({"restrictionType": "passwordLifetime", "state": "disabled"}) is False
    assert management({"restrictionType": "symmetricKeyAddition"}) is False
    assert parse_app_management({"isEnabled": True})["app_passwords_restricted"] is UNSET


# --- other settings of the directory


def methods(**states: str) -> Wire:
    return {"authenticationMethodConfigurations": [{"id": name, "state": state} for name, state in states.items()]}


def test_a_weak_method_that_is_not_mentioned_is_not_known_to_be_off() -> None:
    every = parse_methods(methods(Sms="enabled", Voice="disabled", Email="disabled"))
    assert every["weak_methods"] == ("sms",)
    assert parse_methods(methods(Sms="disabled", Voice="disabled"))["weak_methods"] is UNSET


@pytest.mark.parametrize(
    ("state", "expected"),
    [("migrationComplete", True), ("preMigration", False), ("migrationInProgress", False), (None, UNSET)],
)
def test_only_a_migration_that_is_complete_counts(state: object, *, expected: bool) -> None:
    assert parse_methods({"policyMigrationState": state})["methods_migrated"] is expected


def test_authenticator_shows_the_context_to_everybody_or_it_does_not() -> None:
    def shows(state: str, target: str) -> object:
        feature = {"state": state, "includeTarget": {"id": target}}
        names = ("displayAppInformationRequiredState", "displayLocationInformationRequiredState")
        wire = {"id": "MicrosoftAuthenticator", "state": "enabled", "featureSettings": dict.fromkeys(names, feature)}
        return parse_methods({"authenticationMethodConfigurations": [wire]})["authenticator_shows_context"]

    assert shows("enabled", "all_users") is True
    assert shows("enabled", "some group") is False
    assert shows("default", "all_users") is False
    assert parse_methods(methods(MicrosoftAuthenticator="disabled"))["authenticator_shows_context"] is True
    assert parse_methods(methods(MicrosoftAuthenticator="enabled"))["authenticator_shows_context"] is UNSET


def test_an_unknown_word_of_the_authorization_policy_is_not_collected() -> None:
    found = parse_authorization({"allowInvitesFrom": "friends", "guestUserRoleId": "x"})
    assert set(found.values()) == {UNSET}
    wrapped = parse_authorization({"value": [{"allowInvitesFrom": "everyone"}]})
    assert wrapped["inviters"] == "anyone"


def test_what_holds_for_every_other_organisation_is_read_from_the_default() -> None:
    everybody = [{"target": "AllUsers", "targetType": "user"}]
    incoming = {"usersAndGroups": {"accessType": "blocked", "targets": everybody}}
    wire = {"inboundTrust": {"isMfaAccepted": True}, "b2bDirectConnectInbound": incoming}
    found = {"trusts_mfa_of_others": True, "trusts_devices_of_others": UNSET, "direct_connect_inbound": False}
    assert parse_cross_tenant(wire) == found
    assert set(parse_cross_tenant({}).values()) == {UNSET}


def test_a_restriction_mode_that_we_do_not_know_is_not_collected() -> None:
    assert parse_sharepoint({"sharingDomainRestrictionMode": "allowList"})["sharing_domains_listed"] is True
    assert parse_sharepoint({"sharingDomainRestrictionMode": "newMode"})["sharing_domains_listed"] is UNSET


# --- owners


def account(key: str, status: Read[AccountStatus] = UNSET, kind: Read[AccountType] = UNSET) -> Account:
    return Account(tenant="t", key=key, label=key, address=f"{key}@org.example", status=status, type=kind)


ACCOUNTS = {
    "bob": account("bob", "active", "person"),
    "eve": account("eve", "suspended", "person"),
    "guest": account("guest", "active", "guest"),
    "new": account("new"),
}


def owned(*keys: str) -> Owners:
    return owners_among([{"@odata.type": "#microsoft.graph.user", "id": key} for key in keys], ACCOUNTS)


def test_owners_who_are_gone_and_guests_are_told_from_colleagues() -> None:
    everybody = ("bob@org.example", "eve@org.example", "guest@org.example")
    assert owned("guest", "bob", "eve") == (everybody, ("eve@org.example",), ("guest@org.example",))
    assert owned() == ((), (), ())


def test_an_owner_of_whom_too_little_is_known_may_be_gone_or_a_guest() -> None:
    assert owned("bob", "new") == (("bob@org.example", "new@org.example"), UNSET, UNSET)
    assert owned("bob", "somebody") == Owners()


def test_an_application_that_owns_another_is_nobody() -> None:
    service = {"@odata.type": "#microsoft.graph.servicePrincipal", "id": "s"}
    assert owners_among([service], ACCOUNTS) == ((), (), ())


# --- against the practice organisation


def planted(server: PracticeServer, kind: str) -> set[str]:
    return {each.object_id for each in server.organisation.problems if each.kind == kind}


def bare(grant: AppGrant | AppRegistration | Group) -> str:
    return grant.key.rpartition("/")[2]


def test_applications_that_could_do_harm_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    grants = everything.of(AppGrant)
    risky = {
        kind: {bare(each) for each in grants if each.consent == kind and each.risk in {"high", "critical"}}
        for kind in ("everybody", "application", "person")
    }
    assert risky["everybody"] == planted(campaign, "risky-app-everyone")
    assert risky["application"] == planted(campaign, "risky-app-permission")
    assert risky["person"] == set()
    assert {bare(each) for each in grants if each.admin_roles} == planted(campaign, "app-admin")


def test_what_one_person_allowed_hangs_on_that_person(everything: Outcome) -> None:
    (own,) = [each for each in everything.of(AppGrant) if each.consent == "person"]
    assert own.owner is not None
    assert (own.publisher, own.outside, own.scopes) == ("Counting House", True, ("User.Read", "offline_access"))


def test_old_passwords_are_found_and_ended_ones_are_not(everything: Outcome, campaign: PracticeServer) -> None:
    old = [
        each
        for each in everything.of(AppRegistration)
        if each.oldest_password and (NOW - each.oldest_password).days > 730
    ]
    assert {each.key for each in old} == planted(campaign, "app-secret-old")


def test_without_the_applications_nothing_is_known_to_be_harmless(server: PracticeServer) -> None:
    server.permissions = Permissions().without("Application.Read.All", "Directory.Read.All")
    outcome = read(server)
    assert {"app_grants", "app_registrations"} <= outcome.escaped.keys()
    assert "Application.Read.All" in outcome.escaped["app_grants"].remedy


def test_without_consents_only_they_are_missing(server: PracticeServer) -> None:
    server.permissions = Permissions().without("Directory.Read.All")
    outcome = read(server)
    missing = [each for each in outcome.failures if each.kind == "app_grant"]
    assert {each.known["consent"] for each in missing} == {"everybody", "person"}
    assert {each.consent for each in outcome.of(AppGrant)} == {"application"}


def test_what_belongs_to_people_who_are_gone_or_guests_is_found(everything: Outcome, campaign: PracticeServer) -> None:
    unfit = {
        kind: {bare(each) for each in everything.of(kind) if each.blocked_owners or each.guest_owners}
        for kind in (AppRegistration, AppGrant, Group)
    }
    assert unfit[AppRegistration] == planted(campaign, "app-owned-by-leaver")
    assert unfit[AppGrant] == planted(campaign, "app-owned-by-guest")
    assert unfit[Group] == planted(campaign, "group-owned-by-leaver")
    own = [each for each in everything.of(AppGrant) if each.consent == "application"]
    assert all(each.owners is not UNSET for each in (*everything.of(AppRegistration), *everything.of(Group), *own))


def test_owners_that_cannot_be_read_cost_nothing_but_themselves(server: PracticeServer) -> None:
    server.faults = Faults((Fault("denied", path=r".*/owners", inner=True),))
    outcome = read(server, only="app_registrations")
    assert {failure.fields for failure in outcome.failures} == {("owners", "blocked_owners", "guest_owners")}
    found = outcome.of(AppRegistration)
    assert {each.owners for each in found} == {each.blocked_owners for each in found} == {UNSET}
    assert all(each.passwords is not UNSET for each in found)
