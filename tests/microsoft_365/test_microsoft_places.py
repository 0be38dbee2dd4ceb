"""Groups, sites and Teams: wire JSON first, then the practice organisation."""

from __future__ import annotations

from typing import Any

import pytest
from microsoft_reading import Outcome, read

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Directory, Group, MeetingPolicy, Settings, Site, Tenant
from connectors.door import Answer
from connectors.microsoft_365.group_facts import parse_group
from connectors.microsoft_365.sites import parse_site
from connectors.microsoft_365.teams import not_opted_in, page, parse_client, parse_federation, parse_meeting_policy
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer

Wire = dict[str, Any]
TENANT = Tenant(tenant="t", key="t", label="t", connector="microsoft_365", vendor_id="v")
GUEST = Account(
    tenant="t", key="g1", label="G", address="g_p.example#ext#@o.example", type="guest", aliases=("g@p.example",)
)
DIRECTORY = Directory(TENANT, {"g1": GUEST}, frozenset({"org.example"}), domains_complete=True)


def planted(server: PracticeServer, kind: str) -> set[str]:
    return {each.object_id for each in server.organisation.problems if each.kind == kind}


# --- groups


@pytest.mark.parametrize(
    ("visibility", "reading", "joining"),
    [("Public", "organisation", "organisation"), ("Private", "members", "invited"), (None, UNSET, UNSET)],
)
def test_a_public_group_is_open_to_everybody_inside(visibility: object, reading: object, joining: object) -> None:
    group = parse_group({"id": "x", "visibility": visibility}, (), DIRECTORY)
    assert (group.reading, group.joining) == (reading, joining)


def member(key: str, kind: str = "user") -> dict[str, str]:
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": key}


def test_a_member_whom_the_directory_does_not_list_may_be_a_guest() -> None:
    group = parse_group({"id": "x"}, (member("g1"), member("somebody")), DIRECTORY)
    assert (group.members, group.outside_members) == (2, UNSET)


def test_guests_in_a_group_are_told_by_their_address_at_home() -> None:
    group = parse_group({"id": "x", "mail": "Team@org.example"}, (member("g1"), member("a team", "group")), DIRECTORY)
    assert (group.members, group.outside_members, group.address) == (2, ("g@p.example",), "team@org.example")
    assert parse_group({"id": "x", "mail": None}, UNSET, DIRECTORY).outside_members is UNSET


# --- sites


def test_a_site_whose_name_is_concealed_is_told_by_its_id() -> None:
    site = parse_site({"siteId": "s1", "siteUrl": "", "AnonymousLinkCount": 5}, {}, "t")
    assert (site.key, site.label, site.address, site.links_for_anyone) == ("s1", "The site s1", None, 5)
    known = {"s1": {"id": "host,s1,w1", "displayName": "Finance", "webUrl": "https://host/finance"}}
    assert parse_site({"siteId": "s1"}, known, "t").key == "host,s1,w1"


@pytest.mark.parametrize("number", [None, "5", True, -1])
def test_a_number_of_links_that_is_none_is_not_collected(number: object) -> None:
    assert parse_site({"siteId": "s1", "AnonymousLinkCount": number}, {}, "t").links_for_anyone is UNSET


# --- Teams


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ({"AllowFederatedUsers": False, "AllowedDomains": {"AllowAllKnownDomains": {}}}, "nobody"),
        ({"AllowFederatedUsers": True, "AllowedDomains": {"AllowAllKnownDomains": {}}}, "anyone"),
        ({"AllowFederatedUsers": "True", "AllowedDomains": {"AllowedDomain": []}}, "listed"),
        ({"AllowFederatedUsers": True}, UNSET),
        ({}, UNSET),
    ],
)
def test_teams_talks_with_all_or_with_those_that_are_listed(wire: Wire, expected: object) -> None:
    assert parse_federation(wire)["teams_federation"] == expected


def test_who_does_not_talk_with_private_accounts_is_not_written_to_by_them() -> None:
    closed = parse_federation({"AllowTeamsConsumer": False, "AllowTeamsConsumerInbound": True})
    assert closed["teams_consumers_may_write"] is False
    assert parse_federation({"ExternalAccessWithTrialTenants": "Maybe"})["teams_trial_tenants"] is UNSET


def test_a_word_about_the_lobby_that_we_do_not_know_is_not_collected() -> None:
    policy = parse_meeting_policy({"Identity": "Tag:Press", "AutoAdmittedUsers": "Friends"}, "t")
    assert (policy.key, policy.label, policy.past_lobby) == ("Tag:Press", "Press", UNSET)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"value": [1]}', b'{"value": [], "@nextLink": 3}', b"3"])
def test_a_listing_of_teams_that_is_none_is_malformed(body: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        page(Answer(200, {}, body))
    assert caught.value.reason is GapReason.MALFORMED


def test_a_listing_of_teams_is_a_bare_list_or_leads_on() -> None:
    assert page(Answer(200, {}, b'[{"a": 1}]')) == ([{"a": 1}], None)
    assert page(Answer(200, {}, b'{"value": [], "@nextLink": "x"}')) == ([], "x")
    with pytest.raises(ReadError) as caught:
        page(Answer(403, {}, b""))
    assert "application_access" in caught.value.remedy


# --- against the practice organisation


def test_public_groups_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    groups = everything.of(Group)
    assert {each.key for each in groups if each.reading == "organisation"} == planted(campaign, "public-group")
    assert all(each.members is not UNSET for each in groups)


def test_sites_with_links_for_anyone_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    open_ = {each.key for each in everything.of(Site) if each.links_for_anyone}
    assert open_ == planted(campaign, "anonymous-links-site")


def test_every_meeting_policy_counts_and_not_only_the_global(everything: Outcome, campaign: PracticeServer) -> None:
    open_ = {each.key for each in everything.of(MeetingPolicy) if each.past_lobby == "anyone"}
    assert open_ == planted(campaign, "teams-meeting-open")
    assert len(everything.of(MeetingPolicy)) > 1


def test_without_an_opt_in_teams_is_a_gap_and_nothing_is_asked(server: PracticeServer) -> None:
    before = server.requests
    outcome = read(server, teams=False)
    assert "teams: true" in outcome.escaped["meeting_policies"].remedy
    assert outcome.escaped["meeting_policies"].message == not_opted_in().message
    assert not [call for call in server.requests - before if "Skype" in str(call)]
    (settings,) = outcome.of(Settings)
    assert settings.microsoft_365 is not None
    assert settings.microsoft_365.teams_federation is UNSET


def test_without_the_permission_for_teams_it_is_named(server: PracticeServer) -> None:
    server.permissions = Permissions().without("application_access")
    error = read(server).escaped["meeting_policies"]
    assert error.reason is GapReason.DENIED
    assert "application_access" in error.remedy


def test_without_reports_the_sites_are_a_gap(server: PracticeServer) -> None:
    server.permissions = Permissions().without("Reports.Read.All")
    assert "Reports.Read.All" in read(server).escaped["sites"].remedy


# --- more of Teams


def test_strangers_present_and_chat_only_by_words_that_we_know() -> None:
    wire = {"Identity": "P", "DesignatedPresenterRoleMode": "EveryoneUserOverride", "MeetingChatEnabledType": "Enabled"}
    open_ = parse_meeting_policy(wire | {"AllowCloudRecording": True}, "t")
    assert (open_.everybody_presents, open_.strangers_may_chat, open_.recording) == (True, True, True)
    odd = parse_meeting_policy({"Identity": "P", "DesignatedPresenterRoleMode": "Friends"}, "t")
    assert (odd.everybody_presents, odd.strangers_may_chat, odd.recording) == (UNSET, UNSET, UNSET)


def test_other_vendors_stores_are_known_only_together() -> None:
    off = dict.fromkeys(("AllowBox", "AllowDropBox", "AllowEgnyte", "AllowGoogleDrive", "AllowShareFile"), False)
    assert parse_client(off)["teams_foreign_storage"] == ()
    assert parse_client(off | {"AllowEgnyte": True, "AllowBox": "True"})["teams_foreign_storage"] == ("Box", "Egnyte")
    assert parse_client({"AllowBox": True})["teams_foreign_storage"] is UNSET


def test_callers_control_and_presenters_are_found_in_every_policy(
    everything: Outcome, campaign: PracticeServer
) -> None:
    policies = everything.of(MeetingPolicy)
    assert {each.key for each in policies if each.callers_past_lobby} == planted(campaign, "teams-meeting-callers")
    control = {each.key for each in policies if each.strangers_may_take_control}
    assert control == planted(campaign, "teams-meeting-control")
    assert {each.key for each in policies if each.everybody_presents} == planted(campaign, "teams-meeting-presenters")
    (settings,) = everything.of(Settings)
    assert settings.microsoft_365 is not None
    assert (settings.microsoft_365.teams_foreign_storage, settings.microsoft_365.methods_migrated) == ((), True)
