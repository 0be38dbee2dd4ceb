"""Tiers by group: who belongs to it has its tier, and where that is not known nobody becomes less important."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_config import SMALLEST

from auditor.config import load
from auditor.errors import ConfigurationError, GapReason
from auditor.facts import UNSET, Account, Membership, Read, Tier
from auditor.group_tiers import group_tiers, with_gaps
from auditor.models import Coverage, Gap
from auditor.people import assign_tiers

MONEY, BOARD, HELPERS = "money@x.example", "board@x.example", "helpers@x.example"
GROUPS: dict[str, Tier] = {MONEY: "finance", BOARD: "principal", HELPERS: "volunteer"}


def account(name: str, tenant: str = "google", **fields: object) -> Account:
    made: dict[str, object] = {"label": name, "type": "person", "address": f"{name}@x.example", **fields}
    return Account(tenant=tenant, key=name, **made)  # type: ignore[arg-type]


def members(address: str, *keys: str, tenant: str = "google", everybody: bool = False) -> Membership:
    return Membership(
        tenant=tenant, key=address, label=address, address=address, exists=True, everybody=everybody, accounts=keys
    )


def absent(address: str, tenant: str) -> Membership:
    return Membership(
        tenant=tenant, key=address, label=address, address=address, exists=False, everybody=False, accounts=()
    )


def tiers(accounts: list[Account], *read: Membership, **configured: object) -> dict[str, str]:
    tenants = {each.tenant for each in accounts}
    chosen = {row.address: GROUPS[row.address] for row in read} | configured.pop("more", {})  # type: ignore[operator]
    groups = group_tiers(chosen, read, tenants)
    rest: dict[str, object] = {"tiers": {}, **configured}
    return {f"{each.tenant}/{each.key}": each.tier for each in assign_tiers(accounts, groups=groups, **rest)}  # type: ignore[arg-type]


ANA, BEN, GUEST = account("ana"), account("ben"), account("guest", type="guest")


def test_who_belongs_to_a_group_has_its_tier_and_nobody_else() -> None:
    assert tiers([ANA, BEN], members(MONEY, "ana")) == {"google/ana": "finance", "google/ben": "staff"}


def test_of_several_groups_and_units_the_most_important_counts() -> None:
    read = (members(MONEY, "ana", "ben"), members(HELPERS, "ana"))
    assert set(tiers([ANA, BEN], *read).values()) == {"finance"}
    one = account("ana", unit="/Press")
    assert tiers([one], members(MONEY, "ana"), units={"/Press": "communications"}) == {"google/ana": "finance"}
    assert tiers([one], members(HELPERS, "ana"), units={"/Press": "communications"}) == {"google/ana": "communications"}


def test_an_address_counts_before_any_group_and_a_role_before_both() -> None:
    assert tiers([ANA], members(MONEY, "ana"), tiers={ANA.address: "volunteer"}) == {"google/ana": "volunteer"}
    admin = account("ana", is_admin=True)
    assert tiers([admin], members(MONEY, "ana")) == {"google/ana": "administrator"}


def test_a_group_of_everybody_is_everybody() -> None:
    assert set(tiers([ANA, BEN, GUEST], members(MONEY, everybody=True)).values()) == {"finance"}


def test_a_membership_in_one_cloud_counts_for_the_person_in_both() -> None:
    there = account("ana", "microsoft")
    read = (members(MONEY, "ana"), absent(MONEY, "microsoft"))
    assert tiers([ANA, there], *read) == {"google/ana": "finance", "microsoft/ana": "finance"}


@pytest.mark.parametrize("accounts", [None, UNSET])
def test_where_members_are_not_known_nobody_becomes_less_important(accounts: Read[tuple[str, ...]] | None) -> None:
    rows = [Membership(tenant="google", key=BOARD, label=BOARD, address=BOARD, exists=True, accounts=accounts)]  # type: ignore[arg-type]
    read = rows if accounts is UNSET else []
    found = tiers([ANA, GUEST], *read, more={BOARD: "principal"})
    assert found == {"google/ana": "principal", "google/guest": "principal"}


def test_an_unread_group_of_volunteers_leaves_staff_what_they_are() -> None:
    assert tiers([ANA], more={HELPERS: "volunteer"}) == {"google/ana": "staff"}
    certain = members(MONEY, "ana")
    assert tiers([ANA], certain, more={HELPERS: "volunteer"}) == {"google/ana": "finance"}


def test_a_group_that_no_tenant_has_is_one_whose_members_are_not_known() -> None:
    there = account("ben", "microsoft")
    read = (absent(MONEY, "google"), absent(MONEY, "microsoft"))
    assert set(tiers([ANA, there], *read).values()) == {"finance"}


def gaps(*read: Membership, coverage: tuple[Coverage, ...] = ()) -> list[tuple[str, str, GapReason]]:
    rows = with_gaps(coverage, {MONEY: "finance"}, read, ["google", "microsoft"])
    assert all(row.kind == "membership" for row in rows)
    return [(gap.tenant, gap.target, gap.reason) for row in rows for gap in row.gaps]


def test_what_nobody_knows_is_a_gap_once() -> None:
    there = absent(MONEY, "microsoft")
    assert gaps(members(MONEY, "ana"), there) == []
    assert gaps(absent(MONEY, "google"), there) == [("google", MONEY, GapReason.SUSPICIOUS)]
    assert gaps(members(MONEY, "ana")) == [("microsoft", MONEY, GapReason.PARTIAL)]
    told = Gap(
        tenant="microsoft", kind="membership", source="tier_groups", target=MONEY, label=MONEY, owner=None,
        reason=GapReason.DENIED, detail="no", remedy="Grant it.",
    )  # fmt: skip
    row = Coverage(tenant="microsoft", kind="membership", targets=1, read=0, gaps=(told,))
    assert gaps(members(MONEY, "ana"), coverage=(row,)) == [("microsoft", MONEY, GapReason.DENIED)]


def test_a_group_stands_in_one_tier(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"{SMALLEST}people: {{groups: {{finance: [{MONEY}], principal: [{MONEY}]}}}}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="this group is in 'finance' already"):
        load(path)
    path.write_text(f"{SMALLEST}people: {{groups: {{finance: [Money@x.example]}}}}\n", encoding="utf-8")
    assert load(path).groups == {MONEY: "finance"}
