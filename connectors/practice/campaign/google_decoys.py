"""What looks like a problem in the Google Workspace customer and is none; each is written down as a decoy."""

from __future__ import annotations

from collections.abc import Callable

from connectors.practice.campaign.google_objects import (
    add_file,
    add_filter,
    add_forwarding_address,
    anyone_permission,
    domain_permission,
    forward_everything,
    person_permission,
)
from connectors.practice.campaign.google_problems import has_working_mailbox, may_delegate, may_forward
from connectors.practice.campaign.google_tenant import ALIAS_DOMAIN, VOLUNTEERS_DOMAIN
from connectors.practice.campaign.names import DOCUMENTS, NEWSLETTERS
from connectors.practice.campaign.scene import GOOGLE, Scene
from connectors.practice.organisation import GoogleAccount


def _colleague(scene: Scene, account: GoogleAccount) -> GoogleAccount:
    return scene.google(lambda other: has_working_mailbox(other) and other is not account)


def _forward_to_colleague(scene: Scene, account: GoogleAccount) -> None:
    address = _colleague(scene, account).address
    forward_everything(account, address, "leaveInInbox")
    scene.decoy("internal-forward", GOOGLE, account.address, address, f"forwards to colleague {address}")


def _filter_to_colleague(scene: Scene, account: GoogleAccount) -> None:
    address = _colleague(scene, account).address
    add_forwarding_address(account, address)
    added = add_filter(scene.rng, account, {"subject": "walk list"}, {"forward": address})
    scene.decoy("internal-forward", GOOGLE, account.address, added.id, f"filter forwards to colleague {address}")


def _forward_to_second_domain(scene: Scene, account: GoogleAccount) -> None:
    address = f"Office@{VOLUNTEERS_DOMAIN.upper()}"
    forward_everything(account, address, "archive")
    scene.decoy("second-own-domain", GOOGLE, account.address, address, f"forwards to {address}")


def _filter_to_alias_domain(scene: Scene, account: GoogleAccount) -> None:
    address = f"office@{ALIAS_DOMAIN}"
    add_forwarding_address(account, address)
    added = add_filter(scene.rng, account, {"query": "endorsement"}, {"forward": address})
    scene.decoy("alias-domain", GOOGLE, account.address, added.id, f"filter forwards to {address}")


def _pending_forwarding_address(scene: Scene, account: GoogleAccount) -> None:
    address = f"team{scene.rng.randrange(1000, 10_000)}@{VOLUNTEERS_DOMAIN}"
    add_forwarding_address(account, address, "pending")
    scene.decoy("pending-forwarding-address", GOOGLE, account.address, address, f"asked to forward to {address}")


def _filter_that_labels(scene: Scene, account: GoogleAccount) -> None:
    added = add_filter(scene.rng, account, {"query": "invoice OR password"}, {"addLabelIds": ["Label_4", "STARRED"]})
    scene.decoy("filter-labels-only", GOOGLE, account.address, added.id, "filter labels mail about invoices")


def _filter_that_archives_a_newsletter(scene: Scene, account: GoogleAccount) -> None:
    sender = scene.rng.choice(NEWSLETTERS)
    action: dict[str, object] = {"removeLabelIds": ["INBOX"], "addLabelIds": ["Label_5"]}
    added = add_filter(scene.rng, account, {"from": sender}, action)
    scene.decoy("archive-newsletter", GOOGLE, account.address, added.id, f"filter archives {sender}")


def _internal_delegate(scene: Scene, account: GoogleAccount) -> None:
    address = _colleague(scene, account).address
    account.delegates.append({"delegateEmail": address, "verificationStatus": "accepted"})
    scene.decoy("internal-delegate", GOOGLE, account.address, address, f"delegate {address}")


def _organisation_link(scene: Scene, account: GoogleAccount) -> None:
    organisation = scene.organisation
    permission = domain_permission(scene.rng, organisation.google.primary_domain, organisation.name)
    name = scene.rng.choice(DOCUMENTS)
    added = add_file(scene.rng, account, name, organisation.today, [permission])
    scene.decoy("organisation-link", GOOGLE, account.address, added.id, name)


def _internal_share(scene: Scene, account: GoogleAccount) -> None:
    colleague, name = _colleague(scene, account), scene.rng.choice(DOCUMENTS)
    # An address is the same whatever its case; a comparison letter by letter would take this one for a stranger's.
    permission = person_permission(scene.rng, colleague.address.title(), colleague.display_name, "writer")
    added = add_file(scene.rng, account, name, scene.organisation.today, [permission])
    scene.decoy("internal-share", GOOGLE, account.address, added.id, f"{name}, shared with {colleague.address}")


def _trashed_public_file(scene: Scene, account: GoogleAccount) -> None:
    name = "Old donor list"
    added = add_file(scene.rng, account, name, scene.organisation.today, [anyone_permission("reader")])
    added.trashed = True
    scene.decoy("trashed-public-file", GOOGLE, account.address, added.id, name)


def suspended_and_deleted(scene: Scene) -> None:
    """Write down everybody who has left, and the unit that was deleted before its policy."""
    google = scene.organisation.google
    for account in google.accounts:
        if account.suspended:
            scene.decoy("suspended-not-enrolled", GOOGLE, account.address, account.id, account.display_name)
    query = google.policies[-1]["policyQuery"]
    if not isinstance(query, dict):
        raise TypeError("A policy's policyQuery is an object")
    unit = str(query["orgUnit"]).removeprefix("orgUnits/")
    scene.decoy("deleted-unit", GOOGLE, "", f"id:{unit}", "gmail.auto_forwarding of a deleted unit")


COMMON: tuple[tuple[Callable[[GoogleAccount], bool], Callable[[Scene, GoogleAccount], None]], ...] = (
    (may_forward, _forward_to_colleague),
    (may_forward, _forward_to_second_domain),
    (has_working_mailbox, _filter_to_colleague),
    (has_working_mailbox, _filter_to_alias_domain),
    (has_working_mailbox, _pending_forwarding_address),
    (has_working_mailbox, _filter_that_labels),
    (has_working_mailbox, _filter_that_archives_a_newsletter),
    (may_delegate, _internal_delegate),
    (has_working_mailbox, _organisation_link),
    (has_working_mailbox, _internal_share),
    (has_working_mailbox, _trashed_public_file),
)
