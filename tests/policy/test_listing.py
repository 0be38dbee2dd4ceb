from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from auditor.errors import PolicyError
from auditor.policy import load_policy

FILE = Path(__file__).parent / "mistakes.yaml"


def test_the_listing_of_a_file_full_of_mistakes(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(PolicyError) as failure:
        load_policy(FILE)
    assert str(failure.value).replace(str(FILE), "mistakes.yaml") == snapshot
