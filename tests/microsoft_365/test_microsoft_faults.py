"""Vendors fail in every way; what was not read never looks like nothing being there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from microsoft_reading import TODAY, Outcome, read

from auditor.errors import GapReason
from auditor.facts import UNSET, Account, MailRule, SharedItem, Tenant
from connectors.practice.faults import Fault, Faults
from connectors.practice.generator import generate
from connectors.practice.server import PracticeServer

GRAPH = "graph.microsoft.com"
RULES = "/messageRules"


@pytest.fixture(scope="module")
def big() -> Iterator[PracticeServer]:
    """A tenant of 600 accounts, which come in two pages."""
    with PracticeServer(generate(accounts=600, today=TODAY)) as server:
        yield server


def suffering(server: PracticeServer, *faults: Fault, only: str | None = None) -> Outcome:
    server.faults = Faults(faults)
    try:
        return read(server, only=only)
    finally:
        server.faults = Faults()


def test_a_mailbox_we_may_not_read_is_a_gap_and_nobody_else_is_touched(
    server: PracticeServer, everything: Outcome
) -> None:
    outcome = suffering(server, Fault("denied", host=GRAPH, path=RULES, inner=True, times=1))
    (failure,) = outcome.failures
    assert failure.error.reason is GapReason.DENIED
    assert "MailboxSettings.Read" in failure.error.remedy
    assert failure.target.owner == failure.target.key
    expected = {rule.key for rule in everything.of(MailRule) if rule.owner != failure.target.owner}
    assert expected <= {rule.key for rule in outcome.of(MailRule)}


def test_a_throttled_part_of_a_batch_is_read_again(server: PracticeServer, everything: Outcome) -> None:
    outcome = suffering(server, Fault("rate_limited", rate=0.3, host=GRAPH, inner=True, seconds=0))
    assert outcome.errors == []
    assert sorted(outcome.facts, key=repr) == sorted(everything.facts, key=repr)


def test_a_refused_token_is_renewed_once(server: PracticeServer, everything: Outcome) -> None:
    tokens = ("login.microsoftonline.com", "POST /{}/oauth2/v2.0/token")
    before = server.requests[tokens]
    outcome = suffering(server, Fault("unauthorized", host=GRAPH, path="/domains", times=1))
    assert outcome.errors == []
    assert len(outcome.facts) == len(everything.facts)
    assert (
        server.requests[tokens] - before == 5
    )  # Graph twice, and, because msal forgets all tokens at once, Exchange and Teams


def test_a_token_refused_inside_a_batch_is_renewed(server: PracticeServer, everything: Outcome) -> None:
    outcome = suffering(server, Fault("unauthorized", host=GRAPH, path=RULES, inner=True, times=3))
    assert outcome.errors == []
    assert len(outcome.facts) == len(everything.facts)


def test_a_token_that_stays_refused_is_a_gap(server: PracticeServer) -> None:
    outcome = suffering(server, Fault("unauthorized", host=GRAPH, path="/v1.0/domains"))
    assert outcome.escaped["domains"].reason is GapReason.DENIED


def test_tokens_that_expire_during_a_long_audit_are_replaced(everything: Outcome) -> None:
    times = iter(range(10**6))

    def hurrying() -> datetime:  # each look at the clock finds it a minute later
        return datetime.now(UTC) + timedelta(minutes=1) * next(times)

    with PracticeServer(generate(today=TODAY), clock=hurrying) as server:
        outcome = read(server)
        tokens = server.requests["login.microsoftonline.com", "POST /{}/oauth2/v2.0/token"]
    assert tokens > 2
    assert outcome.errors == []
    assert len(outcome.facts) == len(everything.facts)


@pytest.mark.parametrize("variant", ["html", "cut_json"])
def test_an_answer_that_is_no_json_is_malformed_never_empty(server: PracticeServer, variant: str) -> None:
    fault = Fault("malformed", host=GRAPH, path="/v1.0/users\\?")
    outcome = suffering(server, replace(fault, variant=variant))  # type: ignore[arg-type]
    assert outcome.escaped["accounts"].reason is GapReason.MALFORMED


def test_a_malformed_part_costs_one_mailbox(server: PracticeServer) -> None:
    fault = Fault("malformed", host=GRAPH, path=RULES, inner=True, times=1, variant="html")
    (failure,) = suffering(server, fault).failures
    assert failure.error.reason is GapReason.MALFORMED
    assert failure.kind == "mail_rule"


def test_a_directory_without_accounts_is_suspicious(server: PracticeServer) -> None:
    outcome = suffering(server, Fault("empty", host=GRAPH, path="/v1.0/users\\?"))
    assert outcome.escaped["accounts"].reason is GapReason.SUSPICIOUS


def test_a_failing_service_is_unreachable(server: PracticeServer) -> None:
    outcome = suffering(server, Fault("server_error", host="outlook.office365.com"))
    assert {outcome.escaped[name].reason for name in ("mailbox_forwarding", "transport_rules")} == {
        GapReason.UNREACHABLE
    }


def test_two_pages_are_read_to_the_end(big: PracticeServer) -> None:
    outcome = suffering(big, only="nothing else")
    assert len(outcome.of(Account)) == 600
    assert outcome.errors == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("foreign_link", host=GRAPH, path="/v1.0/users\\?"), GapReason.REFUSED_LINK),
        (
            Fault(
                "foreign_link", host=GRAPH, path="/v1.0/users\\?", target="https://graph.microsoft.com@evil.example/"
            ),
            GapReason.REFUSED_LINK,
        ),
        (
            Fault(
                "foreign_link", host=GRAPH, path="/v1.0/users\\?", target="https://graph.microsoft.com/v1.0/me/messages"
            ),
            GapReason.REFUSED_LINK,
        ),
        (Fault("repeated_link", host=GRAPH, path="/v1.0/users\\?"), GapReason.PARTIAL),
        (Fault("server_error", host=GRAPH, path="skiptoken"), GapReason.PARTIAL),
        (Fault("malformed", host=GRAPH, path="skiptoken", variant="html"), GapReason.PARTIAL),
        (Fault("rate_limited", host=GRAPH, path="skiptoken", seconds=0), GapReason.THROTTLED),
    ],
)
def test_a_listing_that_breaks_off_is_a_gap_and_nothing_is_counted(
    big: PracticeServer, fault: Fault, reason: GapReason
) -> None:
    outcome = suffering(big, fault, only="nothing else")
    whole = [failure for failure in outcome.failures if failure.kind == "account" and not failure.fields]
    assert [failure.error.reason for failure in whole] == [reason]
    assert 0 < len(outcome.of(Account)) < 600
    (tenant,) = outcome.of(Tenant)
    assert (tenant.active_people, tenant.guests, tenant.super_admins) == (UNSET, UNSET, UNSET)


def test_a_listing_that_breaks_off_once_is_begun_again(big: PracticeServer) -> None:
    outcome = suffering(big, Fault("malformed", host=GRAPH, path="skiptoken", variant="html", times=1), only="-")
    assert len(outcome.of(Account)) == 600
    assert outcome.errors == []


def test_a_redirect_is_not_followed(server: PracticeServer) -> None:
    outcome = suffering(server, Fault("redirect", host=GRAPH, path="/v1.0/domains"))
    assert outcome.escaped["domains"].reason is GapReason.REFUSED_LINK


def test_permissions_of_one_item_that_fail_cost_that_item(server: PracticeServer, everything: Outcome) -> None:
    outcome = suffering(server, Fault("denied", host=GRAPH, path="/permissions", inner=True, times=1))
    (failure,) = outcome.failures
    assert failure.kind == "shared_item"
    assert len(outcome.of(SharedItem)) == len(everything.of(SharedItem)) - 1


def test_in_a_storm_nothing_is_lost_without_a_gap(server: PracticeServer, everything: Outcome) -> None:
    storm = (
        Fault("rate_limited", rate=0.1, seconds=0),
        Fault("server_error", rate=0.1),
        Fault("reset", rate=0.05),
        Fault("cut", rate=0.05),
        Fault("malformed", rate=0.05),
        Fault("denied", rate=0.1, inner=True),
    )
    outcome = suffering(server, *storm)
    whole = {(type(fact), fact.key): fact for fact in everything.facts}
    for fact in outcome.facts:
        full = whole[type(fact), fact.key]
        for name in fact.__struct_fields__:
            assert getattr(fact, name) in {getattr(full, name), UNSET} or name in {"label", "microsoft_365"}
    assert len(outcome.facts) == len(everything.facts) or outcome.errors
