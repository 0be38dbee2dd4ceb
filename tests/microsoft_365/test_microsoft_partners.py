"""Agreements with other organisations: wire JSON first, then the practice organisation."""

from __future__ import annotations

from typing import Any

import pytest
from microsoft_reading import Outcome, read

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Partner, SignInPolicy
from connectors.microsoft_365.cross_tenant import lets_in, parse_partner
from connectors.practice.faults import Fault, Faults
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer

Wire = dict[str, Any]
ALL_USERS = [{"target": "AllUsers", "targetType": "user"}]
ALL_APPS = [{"target": "AllApplications", "targetType": "application"}]
ONE = [{"target": "g1", "targetType": "group"}]


def access(users: str, apps: str, who: object = ALL_USERS, what: object = ALL_APPS) -> Wire:
    people, programs = {"accessType": users, "targets": who}, {"accessType": apps, "targets": what}
    return {"usersAndGroups": people, "applications": programs}


DEFAULT: Wire = {
    "inboundTrust": {
        "isMfaAccepted": True,
        "isCompliantDeviceAccepted": False,
        "isHybridAzureADJoinedDeviceAccepted": False,
    },
    "b2bDirectConnectInbound": access("blocked", "blocked"),
    "b2bDirectConnectOutbound": access("blocked", "blocked"),
    "b2bCollaborationInbound": access("allowed", "allowed"),
}


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (access("allowed", "allowed"), True),
        (access("blocked", "allowed"), False),
        (access("allowed", "blocked"), False),
        (access("blocked", "allowed", who=ONE), True),
        (access("allowed", "allowed", who=ONE), True),
        (access("blocked", "allowed", who=None), UNSET),
        (access("perhaps", "allowed"), UNSET),
        (access("perhaps", "blocked"), False),
        ({}, UNSET),
        (None, UNSET),
    ],
)
def test_who_blocks_some_lets_the_others_in(setting: object, expected: object) -> None:
    assert lets_in(setting) == expected


def test_what_an_agreement_leaves_open_is_as_for_everybody() -> None:
    found = parse_partner({"tenantId": "p", "inboundTrust": None, "isServiceProvider": None}, DEFAULT, "t")
    assert (found.trusts_mfa, found.trusts_devices, found.automatic_consent) == (True, False, False)
    assert (found.direct_connect_inbound, found.guests_allowed, found.service_provider) == (False, True, False)


def test_an_agreement_goes_before_the_default_property_by_property() -> None:
    trust = {"isMfaAccepted": False, "isCompliantDeviceAccepted": True}
    wire = {"tenantId": "p", "inboundTrust": trust, "automaticUserConsentSettings": {"inboundAllowed": True}}
    found = parse_partner(wire | {"b2bDirectConnectInbound": access("allowed", "allowed")}, DEFAULT, "t")
    assert (found.trusts_mfa, found.trusts_devices, found.automatic_consent) == (False, True, True)
    assert found.direct_connect_inbound is True


def test_a_part_of_an_agreement_that_cannot_be_read_is_not_as_for_everybody() -> None:
    wire = {"tenantId": "p", "inboundTrust": 3, "automaticUserConsentSettings": "no", "b2bDirectConnectInbound": {}}
    found = parse_partner(wire, DEFAULT, "t")
    assert {found.trusts_mfa, found.automatic_consent, found.direct_connect_inbound} == {UNSET}


def test_without_the_default_what_is_inherited_is_not_known() -> None:
    found = parse_partner({"tenantId": "p", "inboundTrust": {"isMfaAccepted": True}}, {}, "t")
    assert (found.trusts_mfa, found.trusts_devices, found.direct_connect_inbound) == (True, UNSET, UNSET)
    with pytest.raises(ReadError):
        parse_partner({}, DEFAULT, "t")


# --- against the practice organisation


def planted(server: PracticeServer, kind: str) -> set[str]:
    return {each.object_id for each in server.organisation.problems if each.kind == kind}


def test_partners_that_may_too_much_are_found(everything: Outcome, campaign: PracticeServer) -> None:
    partners = everything.of(Partner)
    assert {each.key for each in partners if each.direct_connect_inbound} == planted(campaign, "partner-direct-connect")
    assert {each.key for each in partners if each.automatic_consent} == planted(campaign, "partner-automatic-consent")
    trusted = {each.key for each in partners if each.trusts_mfa or each.trusts_devices}
    assert trusted == planted(campaign, "partner-mfa-trusted")
    assert len(partners) > 3


def test_where_one_partner_is_trusted_a_guests_own_second_factor_may_count_or_not(everything: Outcome) -> None:
    guests = [each for each in everything.of(Account) if each.type == "guest" and each.mfa_registered is False]
    known = {each.sign_in.registration_open for each in guests if each.sign_in}
    assert known == {UNSET}
    assert all(each.mfa_enforced is not UNSET for each in guests)


def test_an_unread_default_costs_what_partners_inherit_and_no_more(server: PracticeServer) -> None:
    server.faults = Faults((Fault("denied", path=r".*crossTenantAccessPolicy/default"),))
    outcome = read(server)
    assert {failure.kind for failure in outcome.failures} == {"partner", "settings"}
    assert planted(server, "partner-automatic-consent") == {
        each.key for each in outcome.of(Partner) if each.automatic_consent
    }
    assert outcome.of(SignInPolicy)


def test_without_policies_the_partners_are_a_gap(server: PracticeServer) -> None:
    server.permissions = Permissions().without("Policy.Read.All")
    assert read(server).escaped["partners"].reason is GapReason.DENIED
