"""Who can open an item: the widest circle, and unknown where it cannot be told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.facts import UNSET, Account, Directory, SharedItem, Tenant
from connectors.microsoft_365.sharing import shared_item

Wire = dict[str, Any]
TENANT = Tenant(tenant="t", key="t", label="t", connector="microsoft_365", vendor_id="v")
ANA = Account(tenant="t", key="ana", label="Ana", address="ana@org.example", type="person")
GUEST = Account(
    tenant="t",
    key="g1",
    label="Guest",
    address="jo_partner.example#ext#@org.onmicrosoft.com",
    aliases=("jo@partner.example",),
    type="guest",
)
DIRECTORY = Directory(TENANT, {"ana": ANA, "g1": GUEST}, frozenset({"org.example"}), domains_complete=True)


def link(scope: str | None, role: str = "read", **fields: object) -> Wire:
    inner: Wire = {"type": "view", "webUrl": "https://x"}
    return {"id": "p", "roles": [role], "link": inner if scope is None else {**inner, "scope": scope}, **fields}


def person(role: str = "read", **user: object) -> Wire:
    return {"id": "p", "roles": [role], "grantedToV2": {"user": user}}


def shared(*permissions: Wire, directory: Directory = DIRECTORY, seen: set[str] | None = None) -> SharedItem | None:
    return shared_item(
        {"id": "i", "name": "Plan", "folder": {}}, permissions, directory, set() if seen is None else seen, "ana"
    )


def item(*permissions: Wire, directory: Directory = DIRECTORY) -> SharedItem:
    found = shared(*permissions, directory=directory)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("scope", "exposure"),
    [("anonymous", "anyone"), ("organization", "organisation"), ("users", "people"), (None, UNSET), ("galaxy", UNSET)],
)
def test_a_link_is_open_to_its_scope_and_one_without_scope_is_unknown(scope: str | None, exposure: object) -> None:
    assert item(link(scope)).exposure == exposure


def test_a_link_for_anyone_is_the_widest_whatever_else_is_unknown() -> None:
    found = item(link(None), link("anonymous", "write"), person("owner", id="ana"))
    assert (found.exposure, found.role, found.discoverable, found.item) == ("anyone", "writer", False, "folder")


def test_a_link_without_scope_beside_a_narrow_one_keeps_everything_open() -> None:
    found = item(link(None), link("organization"))
    assert (found.exposure, found.role, found.expires, found.discoverable) == (UNSET, UNSET, UNSET, UNSET)


@pytest.mark.parametrize(
    ("end", "expires"),
    [
        ("0001-01-01T00:00:00Z", None),
        (None, None),
        ("2026-12-01T00:00:00Z", datetime(2026, 12, 1, tzinfo=UTC)),
        ("soon", UNSET),
    ],
)
def test_the_year_one_means_that_a_link_never_ends(end: object, expires: object) -> None:
    assert item(link("anonymous", expirationDateTime=end)).expires == expires


def test_of_two_ends_the_later_counts_and_never_is_the_latest() -> None:
    early, late = (link("anonymous", expirationDateTime=f"2026-{month}-01T00:00:00Z") for month in ("01", "12"))
    assert item(early, late).expires == datetime(2026, 12, 1, tzinfo=UTC)
    assert item(early, link("anonymous")).expires is None


def test_a_password_on_a_link_is_no_protection() -> None:
    assert item(link("anonymous", hasPassword=True)).exposure == "anyone"


def test_roles_are_taken_at_their_widest_and_an_unknown_one_is_unknown() -> None:
    assert item(link("anonymous", "read"), link("anonymous", "write")).role == "writer"
    assert item(link("anonymous", "sp.newRole")).role is UNSET
    assert item({**link("anonymous"), "roles": []}).role == "reader"
    assert item({**link("anonymous"), "roles": None, "link": {"scope": "anonymous"}}).role is UNSET


def test_an_invitation_to_another_domain_is_an_outsider() -> None:
    found = item({"id": "1", "roles": ["write"], "invitation": {"email": "JD@Gmail.example", "signInRequired": True}})
    assert (found.exposure, found.role, found.outsiders) == ("outsiders", "writer", ("jd@gmail.example",))


@pytest.mark.parametrize(
    "user",
    [
        {"id": "g1"},
        {"id": "x", "email": "jo@partner.example"},
        {"id": "x", "email": "jo_partner.example#EXT#@org.onmicrosoft.com"},
    ],
)
def test_a_guest_is_an_outsider_by_the_address_at_home(user: Wire) -> None:
    assert item(person(**user)).outsiders == ("jo@partner.example",)


def test_a_login_name_tells_when_the_address_does_not() -> None:
    login = {"siteUser": {"loginName": "i:0#.f|membership|jo_partner.example#ext#@org.onmicrosoft.com"}}
    found = item({"id": "p", "roles": ["read"], "grantedToV2": login})
    assert (found.exposure, found.outsiders) == ("outsiders", ("jo@partner.example",))


def test_colleagues_are_people_also_with_capital_letters() -> None:
    assert item(person(id="ana")).exposure == "people"
    assert item(person(email="Bob@ORG.example")).exposure == "people"
    assert item(person(email="bob@org.example.evil.example")).exposure == "outsiders"


def test_without_all_domains_a_stranger_is_not_known_to_be_one() -> None:
    blind = Directory(TENANT, {}, frozenset({"org.example"}), domains_complete=False)
    found = item(person(email="x@other.example"), directory=blind)
    assert (found.exposure, found.outsiders) == (UNSET, UNSET)


def test_somebody_with_no_more_than_a_name_is_unknown() -> None:
    assert item(person(displayName="John Doe")).exposure is UNSET
    assert item({"id": "p", "roles": ["read"]}).exposure is UNSET


@pytest.mark.parametrize("login", ["c:0-.f|rolemanager|spo-grid-all-users/v", "C:0(.S|true"])
def test_everyone_is_the_organisation_and_can_find_it(login: str) -> None:
    found = item(
        {"id": "p", "roles": ["read"], "grantedToV2": {"siteUser": {"displayName": "Everyone", "loginName": login}}}
    )
    assert (found.exposure, found.discoverable) == ("organisation", True)


def test_groups_are_people() -> None:
    assert (
        item({"id": "p", "roles": ["write"], "grantedToV2": {"siteGroup": {"displayName": "Members"}}}).exposure
        == "people"
    )


def test_the_owners_own_access_is_not_what_others_may_do() -> None:
    assert item(person("owner", id="ana"), person("read", email="bob@org.example")).role == "reader"


def test_an_inherited_link_counts_once() -> None:
    seen: set[str] = set()
    folder_link = link("anonymous", shareId="s1")
    assert shared(folder_link, seen=seen) is not None
    assert shared(folder_link, seen=seen) is None
    own = shared(folder_link, link("organization", shareId="s2"), seen=seen)
    assert own is not None
    assert own.exposure == "organisation"


@pytest.mark.parametrize(
    "odd", [{}, {"link": 1}, {"link": {}, "roles": 1}, {"grantedToV2": 1}, {"invitation": {"email": 5}}]
)
def test_a_permission_of_another_shape_is_unknown(odd: Wire) -> None:
    assert item({"id": "p", **odd}).exposure is UNSET
