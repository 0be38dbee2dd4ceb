from __future__ import annotations

import time
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import UNSET, Account, Read, Tier
from auditor.models import (
    AccountReference,
    FactReference,
    Finding,
    OwnerReference,
    Person,
    Severity,
    Unknown,
    fingerprint,
)
from auditor.people import assign_tiers, join, tier_of_unit, tiers_of_persons

ANA = "ana@rivera.example"
BEN = "ben@rivera.example"


def account(
    address: str, *aliases: str, tenant: str = "workspace", key: str = "", label: str = "", **fields: object
) -> Account:
    known: Read[tuple[str, ...]] = aliases or UNSET
    return Account(tenant=tenant, key=key or address, label=label or address, address=address, aliases=known, **fields)  # type: ignore[arg-type]


def fact_of(owner: Account, key: str = "rule") -> FactReference:
    reference = OwnerReference(key=owner.key, address=owner.address, name=owner.label)
    return FactReference(kind="mail_rule", key=key, label=key, owner=reference)


def finding(
    fact: FactReference, severity: Severity = Severity.LOW, *, policy: str = "p", tenant: str = "workspace"
) -> Finding:
    return Finding(
        policy=policy,
        tenant=tenant,
        fingerprint=fingerprint(policy, tenant, fact.kind, fact.key),
        severity=severity,
        fact=fact,
        message="",
        fix="",
    )


def tier_of(one: Account, tiers: dict[str, Tier] | None = None) -> Tier:
    return assign_tiers([one], tiers or {})[0].tier


def addresses(people: tuple[Person, ...]) -> list[str]:
    return [person.address for person in people]


def test_an_account_in_each_cloud_is_one_person() -> None:
    google = account(ANA, tenant="workspace", key="1", label="Ana Rivera")
    microsoft = account(ANA, tenant="microsoft", key="2", label="Rivera, Ana")
    assert join([google, microsoft], [], []) == (
        Person(
            address=ANA,
            name="Rivera, Ana",
            tier="staff",
            accounts=(
                AccountReference(tenant="microsoft", key="2", address=ANA),
                AccountReference(tenant="workspace", key="1", address=ANA),
            ),
        ),
    )


def test_an_alias_joins_accounts_even_in_capital_letters() -> None:
    people = join([account(ANA), account("ar@rivera.onmicrosoft.example", ANA.upper(), tenant="microsoft")], [], [])
    assert addresses(people) == [ANA]


def test_an_account_between_two_others_joins_all_three() -> None:
    trio = [
        account("a@x.example"),
        account("c@x.example"),
        account("b@x.example", "a@x.example", "c@x.example", key="b"),
    ]
    assert len(join(trio, [], [])) == 1


def test_equal_names_join_nobody() -> None:
    assert len(join([account(ANA, label="Ana Rivera"), account("ana@gmail.example", label="Ana Rivera")], [], [])) == 2


@pytest.mark.parametrize("nothing", ["", " ", "@", "daemon"])
def test_what_is_no_address_joins_nobody(nothing: str) -> None:
    assert len(join([account(nothing, key="1"), account(nothing, key="2")], [], [])) == 2


def test_equal_keys_in_two_tenants_are_two_accounts() -> None:
    ana, ben = account(ANA, key="1", tenant="workspace"), account(BEN, key="1", tenant="microsoft")
    people = join([ana, ben], [finding(fact_of(ben), tenant="microsoft")], [])
    assert {person.address: len(person.findings) for person in people} == {ANA: 0, BEN: 1}


def test_a_person_goes_by_the_address_that_most_accounts_know() -> None:
    technical = account("a@rivera.onmicrosoft.example", ANA, tenant="microsoft", label="A")
    assert join([technical, account(ANA, label="Ana Rivera")], [], [])[0].name == "Ana Rivera"


def test_a_person_has_what_was_found_about_any_account_and_what_hangs_on_it_worst_first() -> None:
    google, microsoft = account(ANA, key="1"), account(ANA, key="2", tenant="microsoft")
    itself = FactReference(kind="account", key="2", label=ANA)
    found = [
        finding(fact_of(google, "a"), Severity.MEDIUM),
        finding(itself, Severity.CRITICAL, tenant="microsoft"),
        finding(fact_of(google, "b"), Severity.MEDIUM, policy="a"),
        finding(FactReference(kind="tenant", key="1", label="ours"), Severity.CRITICAL),
    ]
    (person,) = join([google, microsoft], found, [])
    assert person.findings == tuple(found[index].fingerprint for index in (1, 2, 0))


def test_a_finding_about_an_account_that_names_itself_as_owner_counts_once() -> None:
    ana = account(ANA)
    owner = OwnerReference(key=ANA, address=ANA, name="Ana")
    itself = FactReference(kind="account", key=ANA, label=ANA, owner=owner)
    unknown = Unknown(policy="p", tenant="workspace", fact=itself, reason="")
    (person,) = join([ana], [finding(itself)], [unknown])
    assert (len(person.findings), person.unknowns) == (1, 1)


def test_an_account_that_hangs_on_another_concerns_both_but_one_person_only_once() -> None:
    holder = account(ANA, key="1")
    reference = OwnerReference(key="1", address=ANA, name="Ana")
    service = FactReference(kind="account", key="2", label="service", owner=reference)
    found, unknown = [finding(service)], [Unknown(policy="p", tenant="workspace", fact=service, reason="")]
    for address, persons in ((ANA, 1), (BEN, 2)):
        people = join([holder, account(address, key="2")], found, unknown)
        assert [(len(person.findings), person.unknowns) for person in people] == [(1, 1)] * persons


def test_unknowns_are_counted_for_the_person_they_concern() -> None:
    ana, ben = account(ANA), account(BEN)
    unknowns = [Unknown(policy=str(n), tenant="workspace", fact=fact_of(ana), reason="") for n in range(3)]
    elsewhere = Unknown(policy="p", tenant="microsoft", fact=fact_of(ben), reason="")
    people = join([ana, ben], [], [*unknowns, elsewhere])
    assert {person.address: person.unknowns for person in people} == {ANA: 3, BEN: 0}


def test_people_come_by_tier_then_worst_finding_then_address() -> None:
    everybody = [
        account("z@x.example", tier="principal"),
        account("c@x.example"),
        account("b@x.example"),
        account("a@x.example"),
        account("0@x.example", tier="volunteer"),
    ]
    found = [
        finding(fact_of(everybody[1]), Severity.HIGH),
        finding(fact_of(everybody[2]), Severity.LOW),
        finding(fact_of(everybody[4]), Severity.CRITICAL),
    ]
    assert addresses(join(everybody, found, [])) == [f"{name}@x.example" for name in "zcba0"]


def test_a_person_has_the_tier_of_the_account_that_weighs_most() -> None:
    assert join([account(ANA, tier="outside"), account(ANA, key="2", tier="finance")], [], [])[0].tier == "finance"


def test_whoever_is_not_named_is_staff_and_a_guest_is_outside() -> None:
    assert tier_of(account(ANA)) == "staff"
    assert tier_of(account(ANA, type="guest")) == "outside"
    assert tier_of(account(ANA, type="guest"), {ANA: "communications"}) == "communications"


def test_a_tier_is_found_by_primary_address_and_by_alias() -> None:
    assert tier_of(account(ANA.upper()), {ANA: "finance"}) == "finance"
    assert tier_of(account("x@rivera.example", ANA), {ANA: "finance"}) == "finance"


def test_a_configured_tier_reaches_the_accounts_of_that_person_in_other_clouds() -> None:
    bridge = account("a.r@rivera.example", ANA)
    other = account("a.r@rivera.example", tenant="microsoft")
    assert [a.tier for a in assign_tiers([other, bridge], {ANA: "principal"})] == ["principal", "principal"]


@pytest.mark.parametrize("tier", [tier for tier in get_args(Tier) if tier != "principal"])
def test_an_administrator_stays_in_the_verdict_whatever_is_configured(tier: Tier) -> None:
    assert tier_of(account(ANA, is_admin=True), {ANA: tier}) == "administrator"


def test_a_principal_who_is_an_administrator_is_a_principal() -> None:
    assert tier_of(account(ANA, is_admin=True), {ANA: "principal"}) == "principal"


@pytest.mark.parametrize("is_admin", [False, UNSET])
def test_only_who_is_known_to_be_an_administrator_becomes_one(is_admin: Read[bool]) -> None:
    assert tier_of(account(ANA, is_admin=is_admin)) == "staff"


def test_administration_in_one_cloud_does_not_reach_another() -> None:
    given_accounts = [account(ANA, is_admin=True), account(ANA, tenant="microsoft", is_admin=False)]
    assert [a.tier for a in assign_tiers(given_accounts, {})] == ["administrator", "staff"]


def test_assigning_tiers_changes_nothing_else_and_keeps_the_order() -> None:
    before = [account(BEN, key="2", tier="finance", is_admin=True), account(ANA, key="1", unit="/Press")]
    assert assign_tiers(before, {}) == (
        account(BEN, key="2", tier="administrator", is_admin=True),
        account(ANA, key="1", unit="/Press", tier="staff"),
    )


NAMES = st.sampled_from(["a@x.example", "A@x.example", "b@x.example", "c@y.example", "d@y.example", "", "daemon"])


@st.composite
def directories(draw: st.DrawFn) -> list[Account]:
    shapes = draw(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3), st.sampled_from(get_args(Tier))), max_size=9))
    return [
        account(primary, *aliases, key=str(index), tenant="gm"[index % 2], tier=tier, label=f"{index % 3}")
        for index, (primary, aliases, tier) in enumerate(shapes)
    ]


@given(directories(), st.data())
def test_joining_does_not_depend_on_the_order(accounts: list[Account], data: st.DataObject) -> None:
    found = [finding(fact_of(a, a.key), list(Severity)[i % 4], tenant=a.tenant) for i, a in enumerate(accounts)]
    shuffled, refound = data.draw(st.permutations(accounts)), data.draw(st.permutations(found))
    assert join(shuffled, refound, []) == join(accounts, found, [])


@given(directories())
def test_every_account_is_in_exactly_one_person(accounts: list[Account]) -> None:
    placed = [(one.tenant, one.key) for person in join(accounts, [], []) for one in person.accounts]
    assert sorted(placed) == sorted((one.tenant, one.key) for one in accounts)


@given(directories())
def test_two_accounts_share_a_person_exactly_if_a_chain_of_addresses_leads_from_one_to_the_other(
    accounts: list[Account],
) -> None:
    def reach(one: Account) -> set[str]:
        aliases = one.aliases if isinstance(one.aliases, tuple) else ()
        return {address.lower() for address in (one.address, *aliases) if "@" in address}

    groups = [({(a.tenant, a.key)}, reach(a)) for a in accounts]
    while pair := next(((a, b) for a, b in permutations(groups, 2) if a[1] & b[1]), None):
        groups = [group for group in groups if group not in pair] + [(pair[0][0] | pair[1][0], pair[0][1] | pair[1][1])]
    joined = [{(one.tenant, one.key) for one in person.accounts} for person in join(accounts, [], [])]
    assert sorted(map(sorted, joined)) == sorted(sorted(ids) for ids, _ in groups)


def test_a_hundred_thousand_accounts_are_joined_in_seconds() -> None:
    everybody = [
        account(f"p{n}@x.example", f"p{n + 1}@x.example" if n < 30_000 else f"q{n}@x.example", key=str(n))
        for n in reversed(range(100_000))
    ]
    started = time.perf_counter()
    people = join(assign_tiers(everybody, {"p5@x.example": "principal"}), [], [])
    assert len(people) == 70_000
    assert people[0].tier == "principal"
    assert len(people[0].accounts) == 30_001
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    ("unit", "tier"),
    [
        ("/Finance", "finance"),
        ("/Finance/Payroll", "finance"),
        ("/Finance/Interns", "volunteer"),
        ("/Finances", None),
        ("/", None),
        (None, None),
        (UNSET, None),
    ],
)
def test_the_nearest_unit_gives_the_tier(unit: Read[str | None], tier: Tier | None) -> None:
    assert tier_of_unit(unit, {"/Finance": "finance", "/Finance/Interns": "volunteer"}) == tier


def test_the_root_is_above_every_unit() -> None:
    assert tier_of_unit("/Finance", {"/": "volunteer"}) == tier_of_unit("/", {"/": "volunteer"}) == "volunteer"


def test_an_address_weighs_more_than_a_unit_and_a_role_more_than_both() -> None:
    units: dict[str, Tier] = {"/Finance": "finance"}
    one, admin = account(ANA, unit="/Finance"), account(BEN, unit="/Finance", is_admin=True)
    assert [each.tier for each in assign_tiers([one, admin], {}, units)] == ["finance", "administrator"]
    assert [each.tier for each in assign_tiers([one], {ANA: "staff"}, units)] == ["staff"]


def test_the_unit_of_one_account_counts_for_all_accounts_of_the_person() -> None:
    accounts = [account(ANA, unit="/Finance"), account(ANA, tenant="microsoft")]
    assert {each.tier for each in assign_tiers(accounts, {}, {"/Finance": "finance"})} == {"finance"}


def test_a_link_makes_one_person_of_accounts_without_a_common_address() -> None:
    accounts = [account(ANA), account("a.rivera@x.example", tenant="microsoft", is_admin=True), account(BEN)]
    links = [[ANA.upper(), "a.rivera@x.example", "nobody@x.example"]]
    tiered = assign_tiers(accounts, {ANA: "principal"}, links=links)
    assert [each.tier for each in tiered] == ["principal", "principal", "staff"]
    assert [len(person.accounts) for person in join(tiered, [], [], links)] == [2, 1]
    assert [len(person.accounts) for person in join(tiered, [], [])] == [1, 1, 1]


def test_the_tier_of_a_person_is_that_of_the_most_important_account() -> None:
    accounts = assign_tiers([account(ANA), account(ANA, tenant="microsoft", is_admin=True), account(BEN)], {})
    assert tiers_of_persons(accounts) == {
        ("workspace", ANA): "administrator",
        ("microsoft", ANA): "administrator",
        ("workspace", BEN): "staff",
    }
