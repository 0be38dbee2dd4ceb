from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_config import SMALLEST

from auditor.config import load
from auditor.facts import UNSET, Account, Group
from auditor.proposals import Proposal, propose, yaml
from auditor.reports.neutral import neutral

ANA, BEN = "ana@rivera.example", "b.okafor@party.example"


def account(address: str, *, tenant: str = "workspace", **fields: object) -> Account:
    return Account(tenant=tenant, key=address, address=address, **{"label": address, "type": "person", **fields})  # type: ignore[arg-type]


def proposed(*accounts: Account, **configured: object) -> tuple[Proposal, ...]:
    return propose(accounts, **{"tiers": {}, "units": {}, "links": (), **configured})  # type: ignore[arg-type]


def test_a_unit_is_proposed_by_its_name_with_the_number_of_its_people() -> None:
    members = [account(f"{n}@x.example", unit="/HQ/Finance and Payroll") for n in range(3)]
    assert proposed(*members) == (
        Proposal("unit", "finance", ("/HQ/Finance and Payroll",), "3 accounts without a tier in a unit of that name"),
    )


def test_what_is_configured_is_not_proposed() -> None:
    assert proposed(account(ANA, unit="/HQ/Finance"), units={"/HQ": "staff"}) == ()
    assert proposed(account(ANA, unit="/HQ/Finance"), tiers={ANA: "finance"}) == ()
    assert proposed(account("treasurer@x.example"), tiers={"treasurer@x.example": "staff"}) == ()
    assert proposed(account("treasurer@x.example", is_admin=True)) == ()


def test_whoever_may_become_an_administrator_is_proposed_as_one() -> None:
    assert proposed(account(ANA, is_admin=False, eligible_roles=("Global Administrator",))) == (
        Proposal("address", "administrator", (ANA,), "may become Global Administrator"),
    )


def test_an_address_that_says_what_it_is_for_is_proposed() -> None:
    (one,) = proposed(account("press.office@x.example"))
    assert (one.tier, one.what) == ("communications", ("press.office@x.example",))


@pytest.mark.parametrize("address", [ANA, "expressions@x.example", "boardman@x.example"])
def test_other_addresses_are_not(address: str) -> None:
    assert proposed(account(address)) == ()


@pytest.mark.parametrize("fields", [{"status": "suspended"}, {"type": "service"}, {"type": "guest"}])
def test_who_is_not_one_of_the_people_is_not_proposed(fields: dict[str, object]) -> None:
    assert proposed(account("press@x.example", **fields)) == ()


def test_two_accounts_with_one_name_in_two_tenants_are_proposed_as_a_link() -> None:
    pair = account(ANA, label="Ana Rivera"), account(BEN, label="ana rivera", tenant="microsoft")
    assert proposed(*pair) == (Proposal("link", "", (ANA, BEN), "both are called Ana Rivera; ask them"),)
    assert proposed(*pair, links=[[ANA, BEN]]) == ()


def test_a_name_that_three_have_or_two_in_one_tenant_joins_nobody() -> None:
    three = [account(f"{n}@x.example", label="Sam Lee", tenant=f"t{n}") for n in range(3)]
    assert proposed(*three) == ()
    assert proposed(account(ANA, label="Sam Lee"), account(BEN, label="Sam Lee")) == ()


def test_what_is_proposed_can_be_pasted(tmp_path: Path) -> None:
    accounts = [
        account(ANA, label="Ana Rivera", eligible_roles=("Global Administrator",)),
        account(BEN, label="Ana Rivera", tenant="microsoft", unit="/Field: Volunteers, # all"),
        account("treasurer@x.example", unit="/HQ"),
    ]
    proposals = proposed(*accounts)
    written = yaml(proposals, {each.reason: neutral(each.reason) for each in proposals})
    (tmp_path / "config.yaml").write_text(SMALLEST + written, encoding="utf-8")
    config = load(tmp_path / "config.yaml")
    assert config.tiers == {ANA: "administrator", "treasurer@x.example": "finance"}
    assert config.units == {"/Field: Volunteers, # all": "volunteer"}
    assert config.people.links == ((ANA, BEN),)
    assert proposed(*accounts, tiers=config.tiers, units=config.units, links=config.people.links) == ()


def test_without_proposals_nothing_is_written() -> None:
    assert yaml((), {}) == ""


@settings(max_examples=100)
@given(st.text(st.characters(codec=None), max_size=20))
def test_no_name_gets_out_of_its_comment(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    unit = f"/{name.replace('/', '').strip() or 'x'} finance"
    accounts = [account(ANA, label=name, unit=unit), account(BEN, label=name, tenant="microsoft")]
    proposals = proposed(*accounts)
    written = yaml(proposals, {each.reason: neutral(each.reason) for each in proposals})
    path = tmp_path_factory.mktemp("names") / "config.yaml"
    path.write_text(SMALLEST + written, encoding="utf-8")
    config = load(path)
    assert config.people.links == ((ANA, BEN),)
    assert set(config.units) <= {unit}
    assert config.tiers == {}


def group(address: object, label: str, **fields: object) -> Group:
    return Group(tenant="workspace", key=label, label=label, address=address, **fields)  # type: ignore[arg-type]


def test_a_group_is_proposed_by_its_name_or_its_address() -> None:
    groups = (
        group("board@x.example", "Tuesdays"),
        group("g7@x.example", "Treasury"),
        group("all@x.example", "Everyone"),
    )
    found = propose((), groups, tiers={}, units={}, links=())
    assert [(each.place, each.tier, each.what) for each in found] == [
        ("group", "finance", ("g7@x.example",)),
        ("group", "principal", ("board@x.example",)),
    ]
    text = f"{SMALLEST}{yaml(found, {each.reason: each.reason for each in found})}"
    assert "  groups:\n    principal:\n      - board@x.example  # a group of that name" in text


@pytest.mark.parametrize(
    "unfit",
    [
        group("press@x.example", "Press", everybody=True),
        group(UNSET, "Press"),
        group(None, "Press"),
        group("press\n@x.example", "Press"),
        group("known@x.example", "Press"),
        group("expressions@x.example", "Expressions"),
    ],
)
def test_other_groups_are_not(unfit: Group) -> None:
    assert propose((), [unfit], tiers={}, units={}, links=(), by_group={"known@x.example": "staff"}) == ()


@pytest.mark.parametrize(
    ("title", "tier"),
    [
        ("Treasurer", "finance"),
        ("Press Secretary", "communications"),
        ("Chair of the party", "principal"),
        ("CFO", "finance"),
    ],
)
def test_a_job_title_that_says_what_somebody_does_is_proposed(title: str, tier: str) -> None:
    assert proposed(account(ANA, title=title)) == (Proposal("address", tier, (ANA,), f"the job title is {title}"),)  # type: ignore[arg-type]
    assert proposed(account(ANA, title=title), tiers={ANA: "staff"}) == ()


@pytest.mark.parametrize("title", ["Organiser", "Volunteer coordinator", None, UNSET, "Chairs and tables"])
def test_other_titles_are_not(title: object) -> None:
    assert proposed(account(ANA, title=title)) == ()


def test_somebody_with_two_accounts_is_proposed_once_with_the_tier_that_weighs_most() -> None:
    here = account(ANA, title="Treasurer")
    there = account(ANA, tenant="microsoft", is_admin=False, eligible_roles=("Global Administrator",))
    assert proposed(here, there) == (Proposal("address", "administrator", (ANA,), "may become Global Administrator"),)


def test_a_priority_account_is_proposed_as_a_principal_and_one_that_is_unknown_is_not() -> None:
    said = (Proposal("address", "principal", (ANA,), "a priority account of Microsoft 365"),)
    assert proposed(account(ANA, priority=True)) == said
    assert proposed(account(ANA, priority=False)) == proposed(account(ANA)) == ()
