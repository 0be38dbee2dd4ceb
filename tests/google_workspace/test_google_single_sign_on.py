"""Who signs in through another identity provider, and what Google's second factor is worth then."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google_reading import TODAY, Reading, practice, read
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import GapReason, ReadError
from auditor.facts import UNSET, Account
from connectors.google_workspace.memberships import Members
from connectors.google_workspace.single_sign_on import (
    Assignment,
    SignOn,
    judged_elsewhere,
    parse_assignment,
    parse_profile,
    signed_on,
)
from connectors.practice.generator import generate
from connectors.practice.organisation import Organisation

UNITS = {"/": ("root",), "/a": ("a", "root"), "/a/b": ("b", "a", "root")}
UNREAD = ReadError(GapReason.DENIED, "not granted", "Grant it.")

SAMPLE = json.loads("""{"inboundSsoAssignments": [
  {"name": "inboundSsoAssignments/0abc", "customer": "customers/C03az79cb", "targetOrgUnit": "orgUnits/top",
   "ssoMode": "SAML_SSO", "samlSsoInfo": {"inboundSamlSsoProfile": "inboundSamlSsoProfiles/0x1"}, "rank": 0},
  {"name": "inboundSsoAssignments/0def", "customer": "customers/C03az79cb", "targetGroup": "groups/0gjd",
   "ssoMode": "SSO_OFF", "rank": 1}
]}""")


def person(**fields: Any) -> Account:  # noqa: ANN401 - fields of an account
    usual = {
        "status": "active",
        "unit": "/a/b",
        "is_admin": False,
        "is_super_admin": False,
        "mfa_registered": True,
        "mfa_enforced": True,
    }
    return Account(tenant="t", key="1", label="P", address="p@org.example", **usual | fields)


def group(name: str, rank: int, *, elsewhere: object = True, **fields: Any) -> Assignment:  # noqa: ANN401 - likewise
    return Assignment(None, name, rank, elsewhere, profile=f"p/{name}", **fields)  # type: ignore[arg-type]


def unit(name: str, *, elsewhere: object = True, **fields: Any) -> Assignment:  # noqa: ANN401 - likewise
    return Assignment(name, None, 0, elsewhere, profile=f"p/{name}", **fields)  # type: ignore[arg-type]


def sign_on(*assignments: Assignment, inside: str = "", unread: str = "", units: Any = None) -> SignOn:  # noqa: ANN401
    groups: dict[str, Members | ReadError] = {
        each.group: Members(frozenset({"1"} if each.group in inside.split() else ()))
        for each in assignments
        if each.group
    }
    groups |= dict.fromkeys(unread.split(), UNREAD)
    return SignOn(assignments, units or UNITS, groups, {"p/a": "Okta", "p/g": "Entra"})


def elsewhere(found: SignOn, **fields: Any) -> object:  # noqa: ANN401 - fields of an account
    return signed_on(person(**fields), found).single_sign_on


def test_the_assignments_as_google_sends_them_are_read() -> None:
    found = [parse_assignment(wire) for wire in SAMPLE["inboundSsoAssignments"]]
    assert found == [
        Assignment("top", None, 0, elsewhere=True, profile="inboundSamlSsoProfiles/0x1"),
        Assignment(None, "0gjd", 1, elsewhere=False),
    ]
    known = SignOn(found, {"/": ("top",)}, {"0gjd": Members(frozenset({"2"}))}, {})
    assert signed_on(person(unit="/"), known).single_sign_on is True
    assert signed_on(person(unit="/", is_super_admin=True), known).single_sign_on is False


@pytest.mark.parametrize(
    "wire",
    [
        {},
        {"ssoMode": "SAML_SSO"},
        {"targetOrgUnit": "orgUnits/a", "targetGroup": "groups/g"},
        {"targetGroup": "groups/g", "rank": "first"},
        {"targetGroup": 5},
    ],
)
def test_an_assignment_that_does_not_say_for_whom_is_malformed(wire: dict[str, Any]) -> None:
    with pytest.raises(ReadError) as caught:
        parse_assignment(wire)
    assert caught.value.reason is GapReason.MALFORMED


def test_a_mode_that_we_do_not_know_is_not_collected_and_a_profile_has_a_name() -> None:
    assert parse_assignment({"targetOrgUnit": "orgUnits/a", "ssoMode": "BRAIN_SSO"}).elsewhere is UNSET
    oidc = {"targetOrgUnit": "orgUnits/a", "ssoMode": "OIDC_SSO", "oidcSsoInfo": {"inboundOidcSsoProfile": "x"}}
    assert parse_assignment(oidc) == Assignment("a", None, 0, elsewhere=True, profile="x")
    assert parse_profile({"name": "x", "displayName": "Okta"}) == ("x", "Okta")
    assert parse_profile({"name": "x"}) == ("x", "x")
    with pytest.raises(ReadError):
        parse_profile({"displayName": "Okta"})


def test_nobody_who_is_assigned_nothing_signs_in_elsewhere() -> None:
    alone = signed_on(person(), sign_on())
    assert (alone.single_sign_on, alone.identity_provider, alone.mfa_enforced) == (False, None, True)


def test_the_innermost_unit_decides() -> None:
    found = sign_on(unit("root", elsewhere=False), unit("a"))
    assert elsewhere(found, unit="/") is False
    assert elsewhere(found, unit="/a") is True
    assert elsewhere(found, unit="/a/b") is True
    assert signed_on(person(), found).identity_provider == "Okta"


def test_a_group_goes_before_every_unit_and_the_lowest_rank_before_the_others() -> None:
    assignments = (unit("b", elsewhere=False), group("h", 2, elsewhere=False), group("g", 1))
    assert elsewhere(sign_on(*assignments, inside="g h")) is True
    assert elsewhere(sign_on(*assignments, inside="h")) is False
    assert signed_on(person(), sign_on(*assignments, inside="g")).identity_provider == "Entra"


def test_a_group_that_was_not_read_matters_only_where_it_would_change_something() -> None:
    assert elsewhere(sign_on(unit("a", elsewhere=False), group("g", 1), unread="g")) is UNSET
    assert elsewhere(sign_on(unit("a"), group("g", 1), unread="g")) is True
    assert elsewhere(sign_on(group("h", 1, elsewhere=False), group("g", 2), inside="h", unread="g")) is False


def test_super_administrators_sign_in_with_google_unless_the_profile_is_the_older_one_of_a_whole_domain() -> None:
    assert elsewhere(sign_on(unit("root")), is_super_admin=True) is False
    assert elsewhere(sign_on(unit("root")), is_super_admin=UNSET) is UNSET
    assert elsewhere(sign_on(unit("root", elsewhere=UNSET, whole_domain=True)), is_super_admin=True) is UNSET
    older = parse_assignment({"targetOrgUnit": "orgUnits/root", "ssoMode": "DOMAIN_WIDE_SAML_IF_ENABLED"})
    assert (older.elsewhere, older.whole_domain) == (UNSET, True)


def test_a_unit_whose_ancestors_are_not_listed_may_be_assigned_what_they_are() -> None:
    units = {"/a": ("a", "")}
    assert elsewhere(sign_on(unit("root"), units=units), unit="/a") is UNSET
    assert elsewhere(sign_on(unit("root", elsewhere=False), units=units), unit="/a") is False
    assert elsewhere(sign_on(unit("root")), unit=UNSET) is UNSET
    assert elsewhere(sign_on(unit("a", elsewhere=False), unit("root"), units=units), unit="/a") is False


@pytest.mark.parametrize(
    ("single_sign_on", "password_too", "google", "known"),
    [
        (False, False, True, True),
        (False, False, False, False),
        (True, False, True, UNSET),
        (True, False, False, UNSET),
        (True, True, True, UNSET),
        (True, True, False, False),
        (UNSET, False, True, UNSET),
        (UNSET, False, False, False),
    ],
)
def test_what_google_says_of_a_second_factor_counts_where_google_signs_in(
    single_sign_on: object, password_too: object, google: object, known: object
) -> None:
    account = person(single_sign_on=single_sign_on, mfa_registered=google, mfa_enforced=google)
    judged = judged_elsewhere(account, password_too=password_too is True)
    assert (judged.mfa_registered, judged.mfa_enforced) == (known, known)


assignments = st.lists(
    st.builds(group, st.sampled_from("gh"), st.integers(1, 3), elsewhere=st.sampled_from([True, False, UNSET]))
    | st.builds(unit, st.sampled_from(["b", "a", "root", "gone"]), elsewhere=st.sampled_from([True, False, UNSET])),
    max_size=4,
    unique_by=lambda each: (each.unit, each.group),
)


@given(assignments, st.sampled_from(["", "g", "g h"]), st.permutations(range(4)))
def test_the_order_of_the_assignments_does_not_matter_and_not_knowing_never_clears_anybody(
    found: list[Assignment], inside: str, order: list[int]
) -> None:
    ranked = {each.rank for each in found if each.group}
    if len(ranked) < sum(each.group is not None for each in found):
        return  # Google gives every group a rank of its own
    shuffled = [found[place] for place in order if place < len(found)]
    known = signed_on(person(), sign_on(*found, inside=inside))
    assert known == signed_on(person(), sign_on(*shuffled, inside=inside))
    doubtful = signed_on(person(), sign_on(*found, inside=inside, unread="g h"))
    assert doubtful.single_sign_on in {UNSET, known.single_sign_on}
    if known.single_sign_on is not False:
        assert doubtful.mfa_enforced is not True


# --- over HTTP


def campaign() -> Organisation:
    return generate(accounts=25, seed=1, today=TODAY)


def reading(*without: str) -> tuple[Organisation, Reading]:
    found = campaign()
    with practice(of=found, without=without) as server:
        return found, read(server, only="settings")


def test_an_administrator_of_the_pilot_signs_in_elsewhere_and_those_whom_it_does_not_reach_do_not() -> None:
    found, facts = reading()
    planted = {each.object_id for each in found.problems if each.kind == "admin-single-sign-on"}
    told = {each.key: each for each in facts.of("account")}
    assert planted == {key for key, each in told.items() if each.single_sign_on is not False}
    for key in planted:
        assert told[key].identity_provider == "Trial of another provider"
        assert told[key].mfa_enforced is not True
    (gap,) = (gap for gap in facts.gaps if gap.target.startswith("single-sign-on/"))
    assert (gap.reason, gap.fields) == (GapReason.LIMITATION, ("mfa_registered", "mfa_enforced"))
    assert gap.detail.startswith("1 account signs in with Trial of another provider")
    units = {told[key].unit for key in planted}
    assert {each.mfa_required for each in facts.of("settings") if each.scope in units} == {UNSET}
    assert {each.mfa_required for each in facts.of("settings") if each.scope == "/"} == {True}


def test_without_the_scope_nobody_is_cleared_and_what_google_finds_wrong_stays() -> None:
    _, facts = reading("cloud-identity.inboundsso.readonly")
    _, whole = reading()
    for each, known in zip(facts.of("account"), whole.of("account"), strict=True):
        assert each.single_sign_on is UNSET
        assert each.mfa_enforced is not True
        assert (each.mfa_enforced is False) == (known.mfa_enforced is False)
        assert (each.mfa_registered is False) == (known.mfa_registered is False)
    assert {each.mfa_required for each in facts.of("settings") if each.accounts} == {UNSET, False}


def test_groups_that_were_not_read_are_a_gap_where_they_decide_how_somebody_signs_in() -> None:
    _, facts = reading("admin.directory.group.readonly")
    gap = next(gap for gap in facts.gaps if gap.target == "single-sign-on")
    assert gap.fields == ("single_sign_on", "identity_provider", "mfa_registered", "mfa_enforced")
    assert "admin.directory.group.readonly" in gap.remedy
    assert {each.single_sign_on for each in facts.of("account")} == {UNSET, False}


def test_units_that_were_not_read_cost_nothing_where_no_unit_signs_in_elsewhere() -> None:
    _, facts = reading("admin.directory.orgunit.readonly")
    assert {each.single_sign_on for each in facts.of("account")} == {True, False}


def test_the_profile_of_a_whole_domain_is_a_limitation_that_is_named() -> None:
    found = campaign()
    for each in found.google.catalogue.sso_assignments:
        if each.get("targetOrgUnit"):
            each["ssoMode"] = "DOMAIN_WIDE_SAML_IF_ENABLED"
    with practice(of=found) as server:
        facts = read(server, only="nothing")
    gap = next(gap for gap in facts.gaps if gap.target == "single-sign-on")
    assert gap.reason is GapReason.LIMITATION
    assert {each.mfa_enforced for each in facts.of("account") if each.single_sign_on is UNSET} == {UNSET, False}
