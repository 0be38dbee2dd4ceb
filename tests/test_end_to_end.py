"""The main job: an audit of the practice organisation finds what is planted, all of it, and nothing else."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from expectations import CONSEQUENCES, POLICY_FOR

from auditor import config, engine
from auditor.cli import wiring
from auditor.cli.practice_setup import write_configuration
from auditor.cli.progress import Silent
from auditor.models import Finding, Report
from connectors.practice.generator import generate
from connectors.practice.organisation import Organisation
from connectors.practice.planted import Planted
from connectors.practice.process import serving
from connectors.practice.server import PracticeServer

TODAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
CLOUDS = {"google": "google_workspace", "microsoft": "microsoft_365"}
OF_THE_TENANT = {"break-glass-missing"}
Place = tuple[str, str, str]
"""Policy, address in lower case ("" for what belongs to the organisation), vendor's id."""


@contextmanager
def served(organisation: Organisation, folder: Path) -> Iterator[tuple[PracticeServer, config.Config]]:
    with PracticeServer(organisation, clock=lambda: TODAY) as server:
        path = write_configuration(folder, serving(server), server.credentials)
        yield server, config.load(path)


def audited(loaded: config.Config) -> Report:
    stop = threading.Event()
    plan = wiring.plan(loaded, clock=lambda: TODAY, stop=stop)
    return engine.audit(plan, audit_id="end-to-end", clock=lambda: TODAY, stop=stop, progress=Silent())


def found(report: Report) -> dict[tuple[str, str], set[str]]:
    """Return the keys of the facts found, by cloud and policy, each with the address it hangs on in front."""
    places = defaultdict(set)
    for finding in report.findings:
        places[CLOUDS[finding.tenant], finding.policy].add(place(finding))
    return places


def place(finding: Finding) -> str:
    owner = finding.fact.owner.address if finding.fact.owner else ""
    return f"{owner} {finding.fact.key}".lower()


def is_at(planted: Planted, place: str) -> bool:
    """Whether something was found at the planted thing: its id, on its account; a tenant by its configured name."""
    address, _, key = place.partition(" ")
    wanted = planted.object_id.lower()
    return address == planted.address.lower() and (
        key == wanted or key.endswith(f"/{wanted}") or (key in CLOUDS and planted.kind in OF_THE_TENANT)
    )


@pytest.mark.parametrize("accounts", [25, 1000])
@pytest.mark.parametrize("seed", range(1, 6))
def test_an_audit_finds_what_is_planted_and_nothing_else(seed: int, accounts: int, tmp_path: Path) -> None:
    organisation = generate(accounts=accounts, seed=seed, today=TODAY)
    with served(organisation, tmp_path) as (server, loaded):
        report = audited(loaded)
    assert not server.writes
    assert report.audit.exit_code == 1
    # Whoever signs in elsewhere is judged there; nothing else stays unseen.
    unseen = [gap.target for row in report.coverage for gap in row.gaps]
    assert unseen == ["single-sign-on/Trial of another provider"]
    places = found(report)
    for cloud in CLOUDS.values():
        for policy in set(POLICY_FOR.values()):
            planted = [
                each for each in organisation.problems if each.cloud == cloud and POLICY_FOR.get(each.kind) == policy
            ]
            missed = [each for each in planted if not any(is_at(each, where) for where in places[cloud, policy])]
            extra = [where for where in places[cloud, policy] if not any(is_at(each, where) for each in planted)]
            assert (policy, missed, extra) == (policy, [], [])


@pytest.mark.parametrize("seed", range(1, 6))
def test_no_decoy_is_found(seed: int, tmp_path: Path) -> None:
    organisation = generate(accounts=25, seed=seed, today=TODAY)
    with served(organisation, tmp_path) as (_, loaded):
        report = audited(loaded)
    hits = {
        (decoy.kind, policy)
        for decoy in organisation.decoys
        for (cloud, policy), places in found(report).items()
        if cloud == decoy.cloud and any(is_at(decoy, where) for where in places)
    }
    assert hits == set()


def test_every_finding_of_the_baseline_is_planted_or_explained(tmp_path: Path) -> None:
    with served(generate(accounts=25, seed=1, today=TODAY), tmp_path) as (_, loaded):
        report = audited(loaded)
    assert {finding.policy for finding in report.findings} <= {*POLICY_FOR.values(), *CONSEQUENCES}
