from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from connectors.practice.campaign.hostile import HOSTILE_TEXTS
from connectors.practice.generator import generate
from connectors.practice.organisation import Organisation

TODAY = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
SEEDS = (1, 2, 3, 4, 5)


def as_bytes(organisation: Organisation) -> bytes:
    return json.dumps(asdict(organisation), default=str).encode()


def test_the_same_seed_gives_the_same_organisation_byte_for_byte() -> None:
    program = (
        "import json; from dataclasses import asdict; from datetime import UTC, datetime;"
        "from connectors.practice.generator import generate;"
        "print(json.dumps(asdict(generate(seed=3, today=datetime(2026, 10, 1, 9, 30, tzinfo=UTC))), default=str))"
    )
    other_hashes = {**os.environ, "PYTHONHASHSEED": "77"}
    answer = subprocess.run([sys.executable, "-c", program], env=other_hashes, capture_output=True, check=True)  # noqa: S603 - our own interpreter
    assert answer.stdout.strip() == as_bytes(generate(seed=3, today=TODAY))


def test_another_seed_moves_the_problems_to_other_people() -> None:
    def parts(seed: int) -> set[tuple[str, str]]:
        organisation = generate(seed=seed, today=TODAY)
        jobs = {person.address: person.job for person in organisation.people}
        return {(planted.kind, jobs.get(planted.address, "")) for planted in organisation.problems}

    assert len({frozenset(parts(seed)) for seed in SEEDS}) == len(SEEDS)
    names = [{person.display_name for person in generate(seed=seed, today=TODAY).people} for seed in SEEDS]
    assert all(len(first & second) < 5 for first in names for second in names if first is not second)


@pytest.mark.parametrize("accounts", [25, 26, 1000])
def test_each_cloud_has_as_many_accounts_as_asked_for(accounts: int) -> None:
    organisation = generate(accounts=accounts, today=TODAY)
    assert len(organisation.google.accounts) == accounts
    assert len(organisation.microsoft.accounts) == accounts


def test_twenty_thousand_accounts_stay_lean_and_mostly_healthy() -> None:
    organisation = generate(accounts=20_000, today=TODAY)
    google, microsoft = organisation.google, organisation.microsoft
    hanging = sum(len(account.filters) + len(account.files) for account in google.accounts)
    hanging += sum(
        len(account.rules) + (len(account.drive.items) if account.drive else 0) for account in microsoft.accounts
    )
    assert 100_000 < hanging < 250_000
    assert 200 < len(organisation.problems) < 600
    assert len({account.address for account in google.accounts}) == 20_000


def test_the_number_of_problems_grows_slowly() -> None:
    small, large = generate(today=TODAY), generate(accounts=1000, today=TODAY)
    assert len(small.problems) < len(large.problems) < 2 * len(small.problems)


def test_a_campaign_too_small_for_the_story_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 25"):
        generate(accounts=24, today=TODAY)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        generate(today=TODAY.replace(tzinfo=None))


@pytest.mark.parametrize("seed", SEEDS)
def test_ids_look_like_the_vendors_and_are_unique(seed: int) -> None:
    organisation = generate(accounts=200, seed=seed, today=TODAY)
    google, microsoft = organisation.google, organisation.microsoft
    guid = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    for pattern, ids in {
        r"\d{21}": [account.id for account in google.accounts],
        r"ANe1Bmj[\w-]{45}": [filter_.id for account in google.accounts for filter_ in account.filters],
        r"1[\w-]{32}": [file.id for account in google.accounts for file in account.files],
        guid: [account.id for account in microsoft.accounts] + [group.id for group in microsoft.groups],
        r"AQAAA[\w+/]{6}=": [rule.id for account in microsoft.accounts for rule in account.rules],
        r"b![\w-]{64}": [account.drive.id for account in microsoft.accounts if account.drive],
        r"01[A-Z2-7]{32}": [item.id for account in microsoft.accounts if account.drive for item in account.drive.items],
    }.items():
        assert all(re.fullmatch(pattern, each) for each in ids), pattern
        assert len(set(ids)) == len(ids) > 0, pattern


@pytest.mark.parametrize("seed", SEEDS)
def test_every_group_member_and_every_excluded_group_exists(seed: int) -> None:
    microsoft = generate(seed=seed, today=TODAY).microsoft
    groups = {group.id for group in microsoft.groups}
    known = {account.id for account in microsoft.accounts} | groups
    assert all(member in known for group in microsoft.groups for member in group.members)
    excluded = [
        group for policy in microsoft.conditional_access for group in policy["conditions"]["users"]["excludeGroups"]
    ]
    assert excluded
    assert set(excluded) <= groups


@pytest.mark.parametrize("seed", SEEDS)
def test_people_are_joined_by_their_address_in_both_clouds(seed: int) -> None:
    organisation = generate(seed=seed, today=TODAY)
    people = {person.address for person in organisation.people}
    shared = {
        account.mail
        for account in organisation.microsoft.accounts
        if account.mailbox and account.mailbox.recipient_type == "SharedMailbox"
    }
    assert {account.address for account in organisation.google.accounts} <= people
    assert {account.mail for account in organisation.microsoft.accounts if account.mail} - shared <= people
    in_both = {account.address for account in organisation.google.accounts} & {
        account.address for account in organisation.microsoft.accounts
    }
    assert len(in_both) >= 19


@pytest.mark.parametrize("seed", SEEDS)
def test_units_form_a_tree_below_one_root(seed: int) -> None:
    google = generate(seed=seed, today=TODAY).google
    units = {unit["orgUnitPath"]: unit for unit in google.units}
    assert [path for path, unit in units.items() if "parentOrgUnitId" not in unit] == ["/"]
    for unit in google.units[1:]:
        assert units[unit["parentOrgUnitPath"]]["orgUnitId"] == unit["parentOrgUnitId"]
    assert {account.unit for account in google.accounts} <= units.keys()
    assert units["/"]["orgUnitId"].removeprefix("id:") in google.policies[0]["policyQuery"]["query"]


@pytest.mark.parametrize("seed", SEEDS)
def test_enforcement_of_each_account_follows_from_the_policies_of_its_unit(seed: int) -> None:
    google = generate(accounts=1000, seed=seed, today=TODAY).google
    paths = {unit["orgUnitId"].removeprefix("id:"): unit["orgUnitPath"] for unit in google.units}
    enforcement = [
        (policy["policyQuery"]["sortOrder"], paths[policy["policyQuery"]["orgUnit"].removeprefix("orgUnits/")], policy)
        for policy in google.policies
        if policy["setting"]["type"] == "settings/security.two_step_verification_enforcement"
    ]
    for account in google.accounts:
        is_admin = account.is_super_admin or bool(account.role_ids)
        _, _, effective = max(
            (order, path, policy)
            for order, path, policy in enforcement
            if f"{account.unit}/".startswith(path.rstrip("/") + "/")
            and (is_admin or "group" not in policy["policyQuery"])
        )
        since = datetime.fromisoformat(effective["setting"]["value"]["enforcedFrom"])
        assert account.enforced_in_2sv == (since.year > 1970 and since <= TODAY)
    assert {account.enforced_in_2sv for account in google.accounts} == {True, False}


def test_the_sort_order_of_a_setting_has_no_duplicates() -> None:
    places = Counter(
        (policy["setting"]["type"], policy["policyQuery"]["sortOrder"])
        for policy in generate(today=TODAY).google.policies
    )
    assert set(places.values()) == {1}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_story_is_told_with_every_seed(seed: int) -> None:
    organisation = generate(seed=seed, today=TODAY)
    jobs = {person.address: person.job for person in organisation.people}
    told = {(planted.kind, jobs.get(planted.address, "")) for planted in organisation.problems}
    assert {
        ("forwarding-filter", "Candidate"),
        ("mfa-excluded", "Treasurer"),
        ("public-file", "Finance assistant"),
        ("outside-share", "Campaign manager"),
    } <= told
    administrators = [
        account
        for account in organisation.microsoft.accounts
        if "62e90394-69f5-4237-9190-012177145e10" in account.role_template_ids
    ]
    assert len(administrators) == 4
    auditor_may_be = next(a for a in organisation.google.accounts if a.address == organisation.google.admin)
    assert auditor_may_be.is_super_admin
    assert not auditor_may_be.suspended


def test_a_forwarding_mailbox_has_its_address_registered() -> None:
    for account in generate(accounts=1000, today=TODAY).google.accounts:
        registered = {entry["forwardingEmail"] for entry in account.forwarding_addresses}
        targets = {filter_.action["forward"] for filter_ in account.filters if "forward" in filter_.action}
        targets |= {account.auto_forwarding["emailAddress"]} if account.auto_forwarding else set()
        assert targets <= registered


def test_nothing_lies_in_the_future() -> None:
    organisation = generate(accounts=1000, today=TODAY)
    moments = [account.created for account in organisation.google.accounts]
    moments += [account.last_login for account in organisation.google.accounts if account.last_login]
    moments += [file.modified for account in organisation.google.accounts for file in account.files]
    moments += [account.created for account in organisation.microsoft.accounts]
    moments += [account.last_sign_in for account in organisation.microsoft.accounts if account.last_sign_in]
    assert max(moments) < TODAY
    assert min(moments) > TODAY - timedelta(days=700)


def test_hostile_names_change_names_and_nothing_else() -> None:
    plain, hostile = generate(today=TODAY), generate(today=TODAY, hostile_names=True)
    assert [(p.kind, p.address, p.object_id) for p in plain.problems] == [
        (p.kind, p.address, p.object_id) for p in hostile.problems
    ]
    assert plain.decoys == hostile.decoys
    assert as_bytes(plain) != as_bytes(hostile)


def test_every_hostile_text_sits_on_a_planted_problem() -> None:
    organisation = generate(today=TODAY, hostile_names=True)
    google, microsoft = organisation.google, organisation.microsoft
    written: dict[str, str] = {account.id: account.display_name for account in google.accounts}
    written |= {f.id: str(f.criteria.get("subject")) for account in google.accounts for f in account.filters}
    written |= {file.id: file.name for account in google.accounts for file in account.files}
    catalogue = google.catalogue
    written |= {each.id: each.name for each in (*catalogue.groups, *catalogue.shared_drives)}
    written |= {file.id: file.name for drive in catalogue.shared_drives for file in drive.files}
    written |= {calendar.id: calendar.summary for calendar in catalogue.calendars}
    written |= {account.id: account.display_name for account in microsoft.accounts}
    written |= {rule.id: rule.name for account in microsoft.accounts for rule in account.rules}
    drives = [account.drive for account in microsoft.accounts if account.drive]
    drives += [drive for site in microsoft.sites for drive in site.drives]
    written |= {item.id: item.name for drive in drives for item in drive.items}
    applications = (*microsoft.entra.applications, *microsoft.entra.service_principals)
    written |= {each.id: each.name for each in (*microsoft.groups, *microsoft.sites, *applications)}
    written |= {str(policy["id"]): str(policy["displayName"]) for policy in microsoft.conditional_access}
    written |= {str(rule["Guid"]): str(rule["Name"]) for rule in microsoft.transport_rules}
    on_problems = {written[p.object_id] for p in organisation.problems if p.label in HOSTILE_TEXTS}
    assert on_problems == set(HOSTILE_TEXTS)
    assert {".", ".."} & {rule.name for account in microsoft.accounts for rule in account.rules}
