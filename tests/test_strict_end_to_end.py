"""The strict pack finds what is planted for it in the practice organisation, all of it, and nothing else."""

from __future__ import annotations

import threading

import pytest
from expectations import STRICT_POLICY_FOR
from practice_audit import BRISK, TODAY, connectors

from auditor import engine
from auditor.cli.progress import Silent
from auditor.models import Report, Severity
from auditor.policy import load_packs
from connectors.practice.generator import generate
from connectors.practice.organisation import Organisation
from connectors.practice.server import PracticeServer


def audited(organisation: Organisation) -> Report:
    stop = threading.Event()
    with PracticeServer(organisation, clock=lambda: TODAY) as server:
        plan = engine.Plan(
            organisation=organisation.name,
            connectors={"microsoft": connectors(server, stop, BRISK)["microsoft"]},
            policies=load_packs(("strict",), {}),
            tiers={},
            fail_on=Severity.LOW,
            threads=8,
        )
        return engine.audit(plan, audit_id="strict", clock=lambda: TODAY, stop=stop, progress=Silent())


@pytest.mark.parametrize(("accounts", "seed"), [(25, 1), (120, 2)])
def test_the_strict_pack_finds_what_is_planted_for_it_and_nothing_else(accounts: int, seed: int) -> None:
    organisation = generate(accounts=accounts, seed=seed, today=TODAY)
    findings = audited(organisation).findings
    decoys = {each.object_id.lower() for each in organisation.decoys}
    for policy in sorted(set(STRICT_POLICY_FOR.values())):
        found = {finding.fact.key.lower() for finding in findings if finding.policy == policy}
        planted = {
            each.object_id.lower() for each in organisation.problems if STRICT_POLICY_FOR.get(each.kind) == policy
        }
        assert (policy, found) == (policy, planted)
        assert found
        assert found.isdisjoint(decoys)
