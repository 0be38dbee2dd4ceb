"""Who may forward: rules by priority, conditions and exceptions; wire JSON first, then the practice organisation."""

from __future__ import annotations

from typing import Any

import pytest
from microsoft_reading import Outcome, read

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, ForwardingPolicy, Read
from connectors.microsoft_365.auto_forwarding import Sender, decided, parse_rules
from connectors.practice.exchange_organisation import Json
from connectors.practice.faults import Fault, Faults
from connectors.practice.server import PracticeServer

Wire = dict[str, Any]
ANA = Sender("ana", frozenset({"ana@org.example", "a.smith@org.example"}), "ana@org.example")
NOBODY = Sender("x", frozenset({"x@org.example"}))
POLICIES = [
    {"Name": "Default", "IsDefault": True, "AutoForwardingMode": "Automatic"},
    {"Name": "Open", "IsDefault": False, "AutoForwardingMode": "On"},
    {"Name": "Shut", "IsDefault": "False", "AutoForwardingMode": "Off"},
]
GROUPS = {"finance": frozenset({"ana@org.example"}), "field": frozenset({"bob"}), "by key": frozenset({"ana"})}


def rule(policy: str, priority: object = 0, state: str = "Enabled", **conditions: object) -> Wire:
    return {"HostedOutboundSpamFilterPolicy": policy, "Priority": priority, "State": state, **conditions}


def members(group: str) -> Read[frozenset[str]]:
    return GROUPS.get(group, UNSET)


def may(*rules: Wire, who: Sender = ANA) -> Read[bool]:
    parsed, default = parse_rules(POLICIES, rules)
    return decided(parsed, default, who, members)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], False),
        ([rule("Open", From=["ANA@org.example"])], True),
        ([rule("open", From="A.Smith@org.example")], True),
        ([rule("Open", From=["bob@org.example"])], False),
        ([rule("Open", FromMemberOf=["Field", "Finance"])], True),
        ([rule("Open", FromMemberOf=["by key"])], True),
        ([rule("Open", FromMemberOf=["Field"])], False),
        ([rule("Open", SenderDomainIs=["Org.Example"])], True),
        ([rule("Open", SenderDomainIs=["example"])], False),
        ([rule("Open", state="Disabled", SenderDomainIs=["org.example"])], False),
        ([rule("Open", FromMemberOf=["Finance"], SenderDomainIs=["other.example"])], False),
        ([rule("Open", FromMemberOf=["Finance"], SenderDomainIs=["org.example"])], True),
        ([rule("Open", SenderDomainIs=["org.example"], ExceptIfFrom=["ana@org.example"])], False),
        ([rule("Open", SenderDomainIs=["org.example"], ExceptIfFromMemberOf=["Finance"])], False),
        ([rule("Open", SenderDomainIs=["org.example"], ExceptIfSenderDomainIs=["org.example"])], False),
        ([rule("Open", SenderDomainIs=["org.example"], ExceptIfFromMemberOf=["Field"])], True),
        ([rule("Open", 1, SenderDomainIs=["org.example"]), rule("Shut", 0, From=["ana@org.example"])], False),
        ([rule("Open", "0", SenderDomainIs=["org.example"]), rule("Shut", "10", From=["ana@org.example"])], True),
        ([rule("Gone", SenderDomainIs=["org.example"])], UNSET),
    ],
)
def test_the_first_rule_that_is_about_the_sender_decides(rules: list[Wire], *, expected: bool) -> None:
    assert may(*rules) is expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule("Open", FromMemberOf=["Dynamic"])], UNSET),
        ([rule("Open", FromMemberOf=["Dynamic", "Finance"])], True),
        ([rule("Shut", FromMemberOf=["Dynamic"])], False),
        ([rule("Open", FromMemberOf=["Dynamic"], SenderDomainIs=["other.example"])], False),
        ([rule("Open", SenderDomainIs=["org.example"], ExceptIfFromMemberOf=["Dynamic"])], UNSET),
        ([rule("Shut", 0, FromMemberOf=["Dynamic"]), rule("Open", 1, From=["ana@org.example"])], UNSET),
        ([rule("Open", From=["Ana Smith"])], UNSET),
        ([rule("Open", state="Perhaps", From=["ana@org.example"])], UNSET),
        ([rule("Open", From=3)], UNSET),
        ([rule("Open")], UNSET),
    ],
)
def test_what_was_not_read_counts_only_where_it_would_decide(rules: list[Wire], *, expected: bool) -> None:
    assert may(*rules) is expected


def test_without_the_address_that_mail_comes_from_its_domain_is_not_known() -> None:
    assert may(rule("Open", SenderDomainIs=["org.example"]), who=NOBODY) is UNSET
    assert may(rule("Open", From=["ana@org.example"]), who=NOBODY) is False


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"From": ["bob@org.example"]}, UNSET),
        ({"FromMemberOf": ["Field"]}, UNSET),
        ({"From": ["ana@org.example"]}, True),
        ({"FromMemberOf": ["by key"]}, True),
    ],
)
def test_somebody_of_whom_not_all_addresses_are_known_is_not_known_to_be_missing(
    condition: Wire, expected: Read[bool]
) -> None:
    partly = Sender("ana", frozenset({"ana@org.example"}), "ana@org.example", whole=False)
    assert may(rule("Open", **condition), who=partly) is expected


@pytest.mark.parametrize("odd", [rule("Open", None), {"Priority": 0}, rule("Open", "first"), rule("Open", "9" * 5000)])
def test_a_rule_without_policy_or_priority_is_malformed(odd: Wire) -> None:
    with pytest.raises(ReadError):
        parse_rules(POLICIES, [odd])


@pytest.mark.parametrize("policies", [[], POLICIES[1:], [POLICIES[0], POLICIES[0]]])
def test_there_is_one_default_policy(policies: list[Wire]) -> None:
    with pytest.raises(ReadError):
        parse_rules(policies, [])


# --- against the practice organisation


def planted(server: PracticeServer, kind: str) -> set[str]:
    return {each.object_id for each in server.organisation.problems if each.kind == kind}


def rules_of(server: PracticeServer) -> list[Json]:
    return server.organisation.microsoft.exchange.outbound_rules


def test_those_who_may_forward_are_found_through_lists_and_groups(
    everything: Outcome, campaign: PracticeServer
) -> None:
    accounts = everything.of(Account)
    assert all(each.may_forward is not UNSET for each in accounts)
    allowed = {each.key for each in accounts if each.may_forward and each.type == "person" and each.status == "active"}
    assert allowed == planted(campaign, "may-forward")
    (policy,) = [each for each in everything.of(ForwardingPolicy) if each.label == "Finance may forward"]
    assert policy.spared_senders
    assert len(policy.senders or ()) == 2


def test_members_of_a_list_that_cannot_be_read_leave_open_who_may_forward(server: PracticeServer) -> None:
    (rule,) = [each for each in rules_of(server) if each["Name"] == "Finance may forward"]
    former = rule["FromMemberOf"]
    rule["FromMemberOf"] = ["Everybody (dynamic)"]
    outcome = read(server, only="forwarding_policies")
    rule["FromMemberOf"] = former
    (failure,) = outcome.failures
    assert (failure.fields, failure.error.reason) == (("may_forward",), GapReason.LIMITATION)
    spared = {each.object_id for each in server.organisation.decoys}
    for account in outcome.of(Account):
        decided_anyway = account.has_mailbox is False or account.key in spared
        assert account.may_forward is (False if decided_anyway else UNSET)


def test_where_no_remote_domain_lets_mail_out_nobody_may_forward(server: PracticeServer) -> None:
    everywhere = server.organisation.microsoft.exchange.remote_domains[0]
    everywhere["AutoForwardEnabled"] = False
    outcome = read(server, only="forwarding_policies")
    everywhere["AutoForwardEnabled"] = True
    assert {each.may_forward for each in outcome.of(Account)} == {False}


def test_without_exchange_nobody_is_known_to_be_kept_from_forwarding(server: PracticeServer) -> None:
    server.faults = Faults((Fault("denied", host="outlook.office365.com"),))
    outcome = read(server, only="forwarding_policies")
    assert {each.may_forward for each in outcome.of(Account)} == {UNSET}
    assert ("may_forward",) in {failure.fields for failure in outcome.failures}
