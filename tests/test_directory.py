"""Who is outside: no address may pass for inside because another one stands behind it."""

from __future__ import annotations

import pytest

from auditor.facts import UNSET, Directory, Tenant
from connectors.microsoft_365.values import text

TENANT = Tenant(tenant="t", key="t", label="t", connector="google_workspace", vendor_id="C0")


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("bob@org.example", False),
        ("org.example", False),
        ("BOB@ORG.example", False),
        ("x@evil.test", True),
        ("x@evil.test,y@org.example", True),
        ("x@evil.test y@org.example", True),
        ("x@evil.test@org.example", True),
        ("Bob <x@evil.test>", True),
    ],
)
def test_an_address_is_inside_only_by_itself(address: str, *, outside: bool) -> None:
    directory = Directory(tenant=TENANT, domains=frozenset({"org.example"}), domains_complete=True)
    assert directory.is_outside(address) is outside


def test_without_all_domains_a_stranger_is_not_known_to_be_one() -> None:
    assert Directory(tenant=TENANT, domains=frozenset({"org.example"})).is_outside("x@evil.test") is UNSET


def test_half_a_surrogate_pair_of_microsofts_does_not_travel() -> None:
    assert text("a\ud800b") == "a\ufffdb"
