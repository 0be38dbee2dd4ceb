from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google_practice import GMAIL, TODAY, practice

from connectors.practice.generator import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google_practice import Google

KEYS = {
    "forwardingAddresses": "forwardingAddresses",
    "filters": "filter",
    "delegates": "delegates",
}


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    organisation = generate(today=TODAY, hostile_names=True)
    for account in organisation.google.accounts:
        account.suspended = False
    with practice(organisation) as client:
        yield client


def test_every_mailbox_shows_its_owner_what_is_set(google: Google) -> None:
    for account in google.server.organisation.google.accounts:
        if not account.has_gmail:
            continue
        below = f"/gmail/v1/users/{account.address}/settings"
        assert google.get(GMAIL, f"{below}/autoForwarding", account.address) == (
            account.auto_forwarding or {"enabled": False}
        )
        shown = google.get(GMAIL, f"{below}/filters", account.address).get("filter", [])
        assert [(each["id"], each["criteria"], each["action"]) for each in shown] == [
            (each.id, each.criteria, each.action) for each in account.filters
        ]
        addresses = google.get(GMAIL, f"{below}/forwardingAddresses", account.address)
        assert addresses.get("forwardingAddresses", []) == account.forwarding_addresses
        assert google.get(GMAIL, f"{below}/delegates", account.address).get("delegates", []) == account.delegates


def test_every_mailbox_shows_its_owner_how_it_sends_and_is_read(google: Google) -> None:
    for account in google.server.organisation.google.accounts:
        if not account.has_gmail:
            continue
        below = f"/gmail/v1/users/{account.address}/settings"
        addresses = google.get(GMAIL, f"{below}/sendAs", account.address)["sendAs"]
        assert addresses[0]["sendAsEmail"] == account.address
        assert addresses[0]["isPrimary"] is True
        assert addresses == account.mail.send_as or (not account.mail.send_as and len(addresses) == 1)
        imap = google.get(GMAIL, f"{below}/imap", account.address)
        assert imap["enabled"] is bool(account.mail.imap)
        assert google.get(GMAIL, f"{below}/pop", account.address)["accessWindow"] == "disabled"
        vacation = google.get(GMAIL, f"{below}/vacation", account.address)
        assert vacation["enableAutoReply"] is bool(account.mail.vacation)


@pytest.mark.parametrize("listing", KEYS)
def test_a_listing_without_entries_is_an_empty_object(google: Google, listing: str) -> None:
    accounts = [each for each in google.server.organisation.google.accounts if each.has_gmail]
    read = {
        "forwardingAddresses": lambda account: account.forwarding_addresses,
        "filters": lambda account: account.filters,
        "delegates": lambda account: account.delegates,
    }[listing]
    empty = next(each for each in accounts if not read(each))
    assert google.get(GMAIL, f"/gmail/v1/users/me/settings/{listing}", empty.address) == {}


def test_nobody_reads_the_mailbox_of_another_not_even_the_administrator(google: Google) -> None:
    admin = google.server.organisation.google.admin
    other = next(each for each in google.server.organisation.google.accounts if each.address != admin)
    answer = google.error(GMAIL, f"/gmail/v1/users/{other.address}/settings/filters", admin)
    assert answer == (403, f"Delegation denied for {admin}")
    assert google.error(GMAIL, "/gmail/v1/users/nobody@x.example/settings/filters", admin)[0] == 403


def test_an_account_without_gmail_has_no_settings(google: Google) -> None:
    account = next(each for each in google.server.organisation.google.accounts if not each.has_gmail)
    answer = google.answer(GMAIL, "/gmail/v1/users/me/settings/autoForwarding", account.address)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Mail service not enabled"
    assert answer.json()["error"]["errors"][0]["reason"] == "failedPrecondition"


def test_an_alias_and_an_id_lead_to_the_same_mailbox(google: Google) -> None:
    account = next(each for each in google.server.organisation.google.accounts if each.aliases)
    for key in (account.id, account.aliases[0], account.address.upper()):
        google.get(GMAIL, f"/gmail/v1/users/{key}/settings/filters", account.address)


def test_what_is_not_served_is_not_found(google: Google) -> None:
    assert google.error(GMAIL, "/gmail/v1/users/me/messages")[0] == 404
