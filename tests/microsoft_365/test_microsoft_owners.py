"""What hangs on an account that was not listed is never taken for the organisation's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from threading import Event
from typing import Any

import pytest
from microsoft_reading import TODAY, Outcome, access, read

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account, Directory, MailboxGrant, MailRule, SharedItem, SignInPolicy, Tenant
from auditor.facts import Mailbox as MailboxFact
from auditor.models import Target
from connectors.door import Answer
from connectors.microsoft_365 import MicrosoftConnector
from connectors.microsoft_365.forwarding_policies import outbound_policies
from connectors.microsoft_365.items import ItemsCollector
from connectors.microsoft_365.mailbox_grants import trustees
from connectors.microsoft_365.mailboxes import owners, parse_mailbox
from connectors.microsoft_365.teams import parse_federation
from connectors.practice.faults import Fault, Faults
from connectors.practice.generator import generate
from connectors.practice.server import PracticeServer

EXCHANGE = "outlook.office365.com"
TENANT = Tenant(tenant="microsoft", key="t", label="t", connector="microsoft_365", vendor_id="v")


def mailbox(**fields: object) -> Any:  # noqa: ANN401 - a row that is parsed at once
    return parse_mailbox({"ExchangeGuid": "m", "RecipientTypeDetails": "UserMailbox", **fields})


@pytest.mark.parametrize(
    ("fields", "owner"),
    [
        ({"ExternalDirectoryObjectId": "a1"}, "a1"),
        ({"ExternalDirectoryObjectId": "", "UserPrincipalName": "Ana@org.example"}, "ana@org.example"),
        ({"ExternalDirectoryObjectId": ""}, "m"),
        ({"RecipientTypeDetails": "NewKindOfMailbox"}, "m"),
        ({"RecipientTypeDetails": "DiscoveryMailbox"}, None),
    ],
)
def test_a_mailbox_whose_account_was_not_listed_still_has_an_owner(
    fields: dict[str, object], owner: str | None
) -> None:
    assert owners({}, [mailbox(**fields)]).get("m") == owner


def test_without_accounts_every_grant_and_rule_keeps_its_owner(server: PracticeServer, everything: Outcome) -> None:
    kinds = (MailboxGrant, MailRule, MailboxFact)
    known = {(type(fact), fact.key): fact.owner for fact in everything.facts if isinstance(fact, kinds)}
    server.faults = Faults((Fault("denied", host="graph.microsoft.com", path="/v1.0/users\\?"),))
    outcome = read(server)
    found = [fact for fact in outcome.facts if isinstance(fact, kinds)]
    assert {fact.key for fact in found if isinstance(fact, MailboxGrant)}
    assert all(fact.owner == known[type(fact), fact.key] for fact in found)


@pytest.mark.parametrize("rights", [None, [], "", 3, [{"right": "FullAccess"}], {}])
def test_rights_that_cannot_be_read_are_not_taken_for_none(rights: object) -> None:
    with pytest.raises(ReadError):
        trustees([{"User": "eve", "AccessRights": rights}], "User", "FullAccess")


@pytest.mark.parametrize(
    "collector",
    ["mailbox_forwarding", "mailbox_sending", "forwarding_policies", "mailbox_settings", "mailbox_access"],
)
def test_a_listing_that_cannot_be_empty_is_suspicious(server: PracticeServer, collector: str) -> None:
    server.faults = Faults((Fault("empty", host=EXCHANGE),))
    outcome = read(server, only=collector)
    assert GapReason.SUSPICIOUS in {error.reason for error in outcome.errors}
    assert not [fact for fact in outcome.facts if isinstance(fact, MailboxGrant)]


@pytest.mark.parametrize("path", ["/v1.0/domains", "/v1.0/sites/getAllSites", "roleAssignments"])
def test_a_directory_without_domains_sites_or_administrators_is_suspicious(server: PracticeServer, path: str) -> None:
    server.faults = Faults((Fault("empty", host="graph.microsoft.com", path=path),))
    assert GapReason.SUSPICIOUS in {error.reason for error in read(server, only="site_items").errors}


def test_an_outbound_policy_that_may_be_the_default_is_not_known_to_be_out_of_force() -> None:
    (policy,) = outbound_policies([{"Name": "Default", "AutoForwardingMode": "On"}], [], "t")
    assert policy.in_force is UNSET


@pytest.mark.parametrize("allowed", [{}, {"AllowSomeDomains": {}}, {"AllowedDomain": None}])
def test_domains_that_teams_lists_in_another_way_are_not_known(allowed: object) -> None:
    assert parse_federation({"AllowFederatedUsers": True, "AllowedDomains": allowed})["teams_federation"] is UNSET


class _Personal:
    """A tenant whose only site is somebody's personal one, as Graph would tell it."""

    def __init__(self, holder: str) -> None:
        self.drive = {"id": "d", "driveType": "business", "owner": {"user": {"id": holder}}}
        self.asked: Counter[str] = Counter()

    def get(self, path: str, permission: object) -> dict[str, object]:
        del permission
        self.asked[path] += 1
        return self.drive

    def rows(self, path: str, permission: object, first: object = None) -> list[dict[str, object]]:
        del permission, first
        self.asked[path] += 1
        return [self.drive] if path.endswith("/drives") else []


@pytest.mark.parametrize(("holder", "read_in_site"), [("ana", False), ("gone", True)])
def test_a_personal_drive_is_read_in_its_site_only_if_its_owner_is_not_listed(
    holder: str, *, read_in_site: bool
) -> None:

    ana = Account(tenant="t", key="ana", label="Ana", address="ana@org.example", type="person")
    graph: Any = _Personal(holder)
    collector = ItemsCollector(graph, Directory(TENANT, {"ana": ana}), "site_items")
    assert list(collector.read([Target("s", "site")])) == []
    assert any("/delta" in path for path in graph.asked) is read_in_site


class _Drive(_Personal):
    """A drive whose walk ends with a page that also tells what is gone, and what nobody else can open."""

    def rows(self, path: str, permission: object, first: object = None) -> list[dict[str, object]]:
        if path.endswith("/permissions"):
            return [{"roles": ["read"], "link": {"scope": "anonymous", "type": "view"}}]
        if "/delta" not in path:
            return super().rows(path, permission, first)
        gone: dict[str, object] = {"id": "1", "name": "plans", "folder": {}, "shared": {}, "deleted": {}}
        return [gone, {"id": "2", "name": "own.txt", "file": {}}, {"id": "3", "name": "open.txt", "shared": {}}]

    def batch(self, paths: Sequence[str]) -> list[Answer]:
        return [Answer(200, {}, b"{}") for _ in paths]


def test_a_walk_passes_over_what_is_gone_and_what_nobody_else_can_open() -> None:
    graph: Any = _Drive("gone")
    collector = ItemsCollector(graph, Directory(TENANT, {}, frozenset(), domains_complete=True), "site_items")
    (item,) = collector.read([Target("s", "site")])
    assert isinstance(item, SharedItem)
    assert (item.key, item.exposure) == ("3", "anyone")


def test_a_personal_drive_is_read_once(everything: Outcome) -> None:
    keys = Counter(fact.key for fact in everything.of(SharedItem))
    assert set(keys.values()) == {1}


def test_a_thousand_mailboxes_take_fifty_batches() -> None:

    with PracticeServer(generate(accounts=1000, today=TODAY)) as server:
        connector = MicrosoftConnector(access(server), stop=Event())
        tenant = connector.identify()
        people = {
            each.id: Account(tenant="microsoft", key=each.id, label="", address="", type="person", has_mailbox=True)
            for each in server.organisation.microsoft.accounts[:1000]
        }
        (rules,) = [each for each in connector.collectors(Directory(tenant, people)) if each.name == "inbox_rules"]
        before, targets = server.requests, list(rules.targets())
        for start in range(0, len(targets), rules.batch_size):
            list(rules.read(targets[start : start + rules.batch_size]))
        asked = server.requests - before
        connector.close()
    assert len(targets) == 1000
    assert asked["graph.microsoft.com", "POST /v1.0/$batch"] <= 50


@pytest.mark.parametrize("path", ["/servicePrincipals\\?", "roleDefinitions", "SiteUsageDetail"])
def test_a_report_that_cannot_be_empty_is_suspicious(server: PracticeServer, path: str) -> None:
    server.faults = Faults((Fault("empty", host="graph.microsoft.com", path=path),))
    assert GapReason.SUSPICIOUS in {error.reason for error in read(server).errors}


def test_a_shared_item_that_nobody_may_open_is_suspicious(server: PracticeServer) -> None:
    server.faults = Faults((Fault("empty", host="graph.microsoft.com", path="/permissions", inner=True, times=1),))
    (failure,) = read(server).failures
    assert (failure.kind, failure.error.reason) == ("shared_item", GapReason.SUSPICIOUS)


def test_what_a_sign_in_meets_is_not_told_while_policies_are_missing(server: PracticeServer) -> None:
    path = "/v1.0/identity/conditionalAccess/policies"
    server.faults = Faults((Fault("denied", host="graph.microsoft.com", path=path),))
    told = {each.sign_in.device_code for each in read(server, only="-").of(Account) if each.sign_in}
    assert told <= {UNSET, "blocked"}


def test_a_policy_says_by_address_whom_it_leaves_out(everything: Outcome) -> None:
    called = {account.key: account.address for account in everything.of(Account)}
    policies = everything.of(SignInPolicy)
    assert any(policy.excluded_people for policy in policies)
    for policy in policies:
        assert policy.excluded_people == tuple(sorted(called[key] for key in policy.excluded_accounts or ()))
