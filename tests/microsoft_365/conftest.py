from __future__ import annotations

from collections.abc import Iterator

import pytest
from microsoft_reading import TODAY, Outcome, read

from connectors.practice.faults import Faults
from connectors.practice.generator import generate
from connectors.practice.permissions import Permissions
from connectors.practice.server import PracticeServer


@pytest.fixture(scope="session")
def campaign() -> Iterator[PracticeServer]:
    with PracticeServer(generate(today=TODAY)) as server:
        yield server


@pytest.fixture
def server(campaign: PracticeServer) -> Iterator[PracticeServer]:
    """The campaign's server, whole and healthy again after each test."""
    yield campaign
    campaign.permissions, campaign.faults = Permissions(), Faults()


@pytest.fixture(scope="session")
def everything(campaign: PracticeServer) -> Outcome:
    """What is read when nothing is missing and nothing fails."""
    return read(campaign)
