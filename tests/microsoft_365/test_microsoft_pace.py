"""Microsoft's limits as they are: whoever is put off waits, asks again, and loses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from microsoft_reading import Outcome, access, read_as

from auditor.facts import Account, Settings, SignInPolicy
from connectors.patience import Patience
from connectors.practice.quotas import Quotas
from connectors.practice.server import PracticeServer

PATIENT = Patience(budget=120, tries=3, throttled_tries=20, first_wait=0.2, longest_wait=4, timeout=10)


@pytest.mark.parametrize("tells_wait", [True, False])
def test_a_tenant_that_is_throttled_is_read_all_the_same(
    server: PracticeServer, everything: Outcome, *, tells_wait: bool
) -> None:
    server.quotas = Quotas(tells_wait=tells_wait)
    try:
        outcome = read_as(replace(access(server), patience=PATIENT), only="inbox_rules")
    finally:
        server.quotas = None
    assert outcome.errors == []
    read = {(type(fact), fact.key) for fact in outcome.facts}
    whole = {(type(fact), fact.key) for fact in everything.facts}
    assert read <= whole
    assert {kind for kind, _ in read} >= {Account, SignInPolicy, Settings}
