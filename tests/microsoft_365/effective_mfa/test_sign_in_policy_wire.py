"""Microsoft's JSON about sign-in rules: what is read, what is kept by name though unknown, what is refused."""

from __future__ import annotations

import pytest
from sign_in_wire import Wire, countries, office, policy

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET
from connectors.microsoft_365.effective_mfa import parse_location, parse_policy, parse_strength
from connectors.microsoft_365.effective_mfa.conditions import matches_unknown_device
from connectors.microsoft_365.effective_mfa.controls import worth
from connectors.microsoft_365.effective_mfa.model import Demand, Grant, Selection

# A policy as Graph v1.0 writes it, with every property and its empty values.
WHOLE: Wire = {
    "id": "e897c693-c0e6-4386-abc3-f46dee5940fb",
    "templateId": None,
    "displayName": "Members need a key for the vault",
    "createdDateTime": "2025-07-10T17:27:37.9735926Z",
    "modifiedDateTime": None,
    "state": "enabled",
    "partialEnablementStrategy": None,
    "sessionControls": {"signInFrequency": {"isEnabled": True, "type": "hours", "value": 4}},
    "conditions": {
        "userRiskLevels": [],
        "signInRiskLevels": ["high"],
        "clientAppTypes": ["browser"],
        "servicePrincipalRiskLevels": [],
        "insiderRiskLevels": "minor,elevated",
        "clients": None,
        "platforms": {"includePlatforms": ["all"], "excludePlatforms": ["iOS"]},
        "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
        "times": None,
        "deviceStates": None,
        "devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}},
        "clientApplications": None,
        "authenticationFlows": {"transferMethods": "deviceCodeFlow,authenticationTransfer"},
        "applications": {
            "includeApplications": ["vault"],
            "excludeApplications": [],
            "includeUserActions": [],
            "includeAuthenticationContextClassReferences": [],
            "applicationFilter": None,
            "networkAccess": None,
            "globalSecureAccess": None,
        },
        "users": {
            "includeUsers": ["None"],
            "excludeUsers": ["GuestsOrExternalUsers", "bob"],
            "includeGroups": ["members"],
            "excludeGroups": [],
            "includeRoles": [],
            "excludeRoles": ["role"],
            "includeGuestsOrExternalUsers": None,
            "excludeGuestsOrExternalUsers": None,
        },
    },
    "grantControls": {
        "operator": "AND",
        "builtInControls": ["compliantDevice"],
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength@odata.context": "https://graph.microsoft.com/v1.0/$metadata#strength",
        "authenticationStrength": {
            "id": "00000000-0000-0000-0000-000000000004",
            "displayName": "Phishing-resistant MFA",
            "policyType": "builtIn",
            "requirementsSatisfied": "mfa",
            "allowedCombinations": ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"],
            "combinationConfigurations": [],
        },
    },
}


def test_a_whole_policy_is_read() -> None:
    read = parse_policy(WHOLE)
    given = read.conditions
    assert (read.name, read.state, read.for_people) == ("Members need a key for the vault", "on", True)
    assert (read.include.everyone, read.include.groups, read.exclude.accounts) == (False, {"members"}, {"bob"})
    assert "b2bCollaborationGuest" in read.exclude.kinds
    assert given.applications == Selection(("vault",), ())
    assert given.platforms == Selection(("all",), ("iOS",))
    assert given.flows == ("deviceCodeFlow", "authenticationTransfer")
    assert given.insider_risks == ("minor", "elevated")
    assert given.not_understood == frozenset()
    assert read.grant.controls == ("compliantDevice",)
    assert read.grant.strength is not None
    assert worth(read.grant.strength).least == Demand.PHISHING_RESISTANT


def test_a_policy_about_sessions_demands_nothing() -> None:
    assert parse_policy(policy(grant=None)).grant == Grant()


def test_a_policy_without_a_name_is_called_by_its_id() -> None:
    assert parse_policy(policy() | {"displayName": None}).name == "MFA"


def test_what_we_do_not_know_is_kept_by_name_unless_it_is_empty() -> None:
    strange = policy(
        moonPhase={"include": ["full"]},
        tides={"include": [], "exclude": None},
        users={"includeOrgChart": ["ana"]},
        applications={"networkAccess": {"profiles": ["internet"]}},
        locations={"includeLocations": ["All"], "includeMoods": ["good"]},
    )
    named = {"moonPhase", "users.includeOrgChart", "applications.networkAccess", "locations.includeMoods"}
    assert parse_policy(strange).conditions.not_understood == named


def test_a_part_of_the_grant_that_we_do_not_know_is_one_more_control() -> None:
    grant = {"operator": "OR", "builtInControls": ["mfa"], "smile": {"isEnabled": True}, "frown": None}
    assert parse_policy(policy(grant=grant)).grant.controls == ("mfa", "smile")


def test_guests_of_an_unknown_kind_or_origin_are_kept_by_name() -> None:
    tenants = {"@odata.type": "#microsoft.graph.new", "membershipKind": "nearby"}
    guests = {"guestOrExternalUserTypes": "internalGuest,visitor", "externalTenants": tenants}
    read = parse_policy(policy(users={"excludeGuestsOrExternalUsers": guests})).exclude
    assert (read.kinds, read.not_understood) == ({"internalGuest"}, {"visitor", "externalTenants"})


@pytest.mark.parametrize(
    "wire",
    [
        None,
        [],
        {},
        policy() | {"id": ""},
        policy() | {"state": None},
        policy() | {"conditions": None},
        policy() | {"grantControls": []},
        policy(users={"includeUsers": [1]}),
        policy(users={"excludeGroups": {"id": "g"}}),
        policy(clientAppTypes=True),
        policy(devices={"deviceFilter": {"mode": "exclude"}}),
        policy(grant={"operator": "OR", "builtInControls": [None]}),
        policy(grant={"operator": "OR", "authenticationStrength": {"displayName": "no id"}}),
    ],
)
def test_what_has_the_wrong_shape_is_refused(wire: object) -> None:
    with pytest.raises(ReadError) as refused:
        parse_policy(wire)
    assert refused.value.reason is GapReason.MALFORMED


def test_address_ranges_and_countries_are_read() -> None:
    assert parse_location(office()).ranges == ("192.0.2.0/24",)
    assert parse_location(office()).trusted is True
    assert parse_location(countries("US", "CA", unknown=True)).countries == {"US", "CA", "unknown"}
    assert parse_location(countries("US")).trusted is False


def test_a_location_of_another_kind_may_be_anywhere() -> None:
    assert parse_location({"@odata.type": "#microsoft.graph.lunarNamedLocation", "id": "moon"}).trusted is UNSET


@pytest.mark.parametrize("addresses", ["192.0.2.0/24", [{"cidrAddress": "somewhere"}], [{}], [None]])
def test_addresses_of_the_wrong_shape_are_refused(addresses: object) -> None:
    with pytest.raises(ReadError):
        parse_location(office() | {"ipRanges": addresses})


@pytest.mark.parametrize(
    ("combinations", "least", "most"),
    [
        (["fido2"], Demand.PHISHING_RESISTANT, Demand.PHISHING_RESISTANT),
        (
            ["x509CertificateMultiFactor", "windowsHelloForBusiness"],
            Demand.PHISHING_RESISTANT,
            Demand.PHISHING_RESISTANT,
        ),
        (["password,x509CertificateMultiFactor"], Demand.MFA, Demand.MFA),
        (["sms,federatedSingleFactor"], Demand.MFA, Demand.MFA),
        (["x509CertificateSingleFactor, microsoftAuthenticatorPush"], Demand.MFA, Demand.MFA),
        (["password,x509CertificateSingleFactor"], Demand.MFA, Demand.MFA),
        (["x509CertificateSingleFactor"], Demand.NOTHING, Demand.NOTHING),
        (["password,email"], Demand.NOTHING, Demand.NOTHING),
        (["qrCodePin"], Demand.NOTHING, Demand.NOTHING),
        (["sms,voice"], Demand.NOTHING, Demand.NOTHING),
        (["fido2", "password"], Demand.NOTHING, Demand.NOTHING),
        (["fido2", "palmReader"], Demand.NOTHING, Demand.PHISHING_RESISTANT),
        ([], Demand.NOTHING, Demand.PHISHING_RESISTANT),
        (None, Demand.NOTHING, Demand.PHISHING_RESISTANT),
    ],
)
def test_a_strength_is_worth_its_weakest_combination(combinations: object, least: Demand, most: Demand) -> None:
    found = worth(parse_strength({"id": "s", "allowedCombinations": combinations}))
    assert (found.least, found.most) == (least, most)


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ('device.extensionAttribute1 -eq "SAW"', False),
        ('(device.displayName -startsWith "PAW") -or (device.isCompliant -eq True)', False),
        ('device.operatingSystem -in ["Windows", "macOS"]', False),
        ("device.isCompliant -ne True", True),
        ('device.model -notContains "Surface" -and device.trustType -ne "ServerAD"', True),
        ('device.model -eq "device.x -ne y"', False),
        ('device.displayName -eq "not a null"', False),
        ('device.isCompliant -eq True -and device.model -ne "X"', None),
        ("not (device.isCompliant -eq True)", None),
        ("device.trustType -eq null", None),
        ("device.mood -resembles good", None),
        ("", None),
    ],
)
def test_a_device_without_attributes_matches_negative_rules_only(rule: str, matches: bool | None) -> None:  # noqa: FBT001 - a column of the table
    found = matches_unknown_device(rule)
    assert (None if isinstance(found, frozenset) else found) is matches


def test_a_policy_in_the_answer_of_what_if_is_the_same_policy() -> None:
    told = policy("p") | {"policyApplies": True, "analysisReasons": "notSet", "templateId": None}
    assert parse_policy(told) == parse_policy(policy("p"))
