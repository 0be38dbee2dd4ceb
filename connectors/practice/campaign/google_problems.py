"""What goes wrong in the Google Workspace customer: each function does it to one account and writes it down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from connectors.practice.campaign.google_objects import (
    SPREADSHEET,
    add_file,
    add_filter,
    add_forwarding_address,
    anyone_permission,
    forward_everything,
    person_permission,
)
from connectors.practice.campaign.google_policies import (
    UNITS_THAT_DELEGATE,
    UNITS_THAT_FORWARD,
    UNITS_THAT_SHARE,
    settings_problems,
)
from connectors.practice.campaign.names import TEMPTING_DOCUMENTS, outside_address
from connectors.practice.campaign.scene import GOOGLE, Scene
from connectors.practice.organisation import GoogleAccount, Json

_HIDING: tuple[tuple[str, Json, Json], ...] = (
    ("deletes Google's alerts", {"from": "no-reply@accounts.google.com"}, {"addLabelIds": ["TRASH"]}),
    (
        "archives mail about invoices unread",
        {"query": "invoice OR wire OR payment"},
        {"removeLabelIds": ["INBOX", "UNREAD"]},
    ),
    ("deletes warnings", {"query": "phishing OR hacked OR password"}, {"addLabelIds": ["TRASH"]}),
)


def is_administrator(account: GoogleAccount) -> bool:
    """Return whether the account holds any administrator role of its own."""
    return account.is_super_admin or bool(account.role_ids)


def has_working_mailbox(account: GoogleAccount) -> bool:
    """Return whether mail arrives and somebody may sign in."""
    return account.has_gmail and not account.suspended


def may_forward(account: GoogleAccount) -> bool:
    """Return whether the unit allows forwarding and nothing is forwarded yet."""
    return has_working_mailbox(account) and account.unit in UNITS_THAT_FORWARD and account.auto_forwarding is None


def may_delegate(account: GoogleAccount) -> bool:
    """Return whether the unit allows delegates."""
    return has_working_mailbox(account) and account.unit in UNITS_THAT_DELEGATE


def may_share(account: GoogleAccount) -> bool:
    """Return whether the unit allows sharing with anybody."""
    return not account.suspended and account.unit in UNITS_THAT_SHARE


def _may_lapse(account: GoogleAccount) -> bool:
    powerful = is_administrator(account) or bool(account.group_role_ids)
    return not account.suspended and account.enrolled_in_2sv and not powerful


def forwarding_address(scene: Scene, account: GoogleAccount, address: str = "") -> None:
    """Register an outside forwarding address; ready for any filter to use."""
    address = address or outside_address(scene.rng)
    add_forwarding_address(account, address)
    scene.problem("forwarding-address", GOOGLE, account.address, address, f"may forward to {address}")


def auto_forwarding(scene: Scene, account: GoogleAccount) -> None:
    """Forward the whole mailbox outside; Gmail wants the address registered, which is a problem of its own."""
    address = outside_address(scene.rng)
    forward_everything(account, address, scene.rng.choice(("leaveInInbox", "archive", "trash", "markRead")))
    scene.problem("auto-forwarding", GOOGLE, account.address, address, f"forwards everything to {address}")
    forwarding_address(scene, account, address)


def forwarding_filter(scene: Scene, account: GoogleAccount) -> None:
    """Forward every mail above one byte outside by a filter, where few people look."""
    address = outside_address(scene.rng)
    criteria: Json = {"size": 1, "sizeComparison": "larger"}
    added = add_filter(scene.rng, account, criteria, {"forward": address})
    scene.problem("forwarding-filter", GOOGLE, account.address, added.id, f"filter forwards to {address}")
    forwarding_address(scene, account, address)


def hiding_filter(scene: Scene, account: GoogleAccount) -> None:
    """Hide the mails that would give an intruder away."""
    label, criteria, action = scene.rng.choice(_HIDING)
    added = add_filter(scene.rng, account, criteria, action)
    scene.problem("hiding-filter", GOOGLE, account.address, added.id, f"filter {label}")


def outside_delegate(scene: Scene, account: GoogleAccount) -> None:
    """Let somebody outside read and send as the account."""
    address = outside_address(scene.rng)
    account.delegates.append({"delegateEmail": address, "verificationStatus": "accepted"})
    scene.problem("outside-delegate", GOOGLE, account.address, address, f"delegate {address}")


def public_file(scene: Scene, account: GoogleAccount, name: str = "") -> None:
    """Open a file to anybody who has the link, or to anybody who searches."""
    rng = scene.rng
    name = name or rng.choice(TEMPTING_DOCUMENTS)
    anyone = anyone_permission(rng.choice(("reader", "commenter", "writer")), discoverable=rng.randrange(4) == 0)
    added = add_file(rng, account, name, scene.organisation.today, [anyone], mime_type=SPREADSHEET)
    scene.problem("public-file", GOOGLE, account.address, added.id, name)


def outside_share(scene: Scene, account: GoogleAccount) -> None:
    """Let a stranger edit a file."""
    name, stranger = scene.rng.choice(TEMPTING_DOCUMENTS), outside_address(scene.rng)
    permission = person_permission(scene.rng, stranger, stranger.partition("@")[0], "writer")
    added = add_file(scene.rng, account, name, scene.organisation.today, [permission])
    scene.problem("outside-share", GOOGLE, account.address, added.id, f"{name}, shared with {stranger}")


def not_enrolled(scene: Scene, account: GoogleAccount) -> None:
    """Leave the account without 2-Step Verification; some volunteers have never signed in at all."""
    account.enrolled_in_2sv = False
    account.security.security_keys = account.security.passkeys = 0
    if account.unit == "/Volunteers" and scene.rng.randrange(3) == 0:
        account.last_login, account.created = None, scene.organisation.today - timedelta(days=5)
    scene.problem("not-enrolled", GOOGLE, account.address, account.id, account.display_name)
    if is_administrator(account):
        scene.problem("admin-not-enrolled", GOOGLE, account.address, account.id, account.display_name)


def stale_admin(scene: Scene, account: GoogleAccount) -> None:
    """Let an administrator's account lie unused for months."""
    account.last_login = scene.organisation.today - timedelta(days=scene.rng.randrange(120, 290))
    scene.problem("stale-admin", GOOGLE, account.address, account.id, account.display_name)


def settings_and_enforcement(scene: Scene) -> None:
    """Write down the weak settings, at the unit that sets them, and everybody whom enforcement does not reach."""
    google = scene.organisation.google
    unit_ids = {unit["orgUnitPath"]: str(unit["orgUnitId"]) for unit in google.units}
    for kind, unit, setting in settings_problems():
        scene.problem(kind, GOOGLE, "", unit_ids[unit], f"{setting} of {unit}")
    for account in google.accounts:
        if not account.enforced_in_2sv and not account.suspended:
            scene.problem("not-enforced", GOOGLE, account.address, account.id, account.display_name)


# What may befall anybody who fits; a larger organisation has more of these.
COMMON: tuple[tuple[Callable[[GoogleAccount], bool], Callable[[Scene, GoogleAccount], None]], ...] = (
    (_may_lapse, not_enrolled),
    (may_forward, auto_forwarding),
    (may_forward, forwarding_filter),
    (may_forward, forwarding_address),
    (has_working_mailbox, hiding_filter),
    (may_delegate, outside_delegate),
    (may_share, public_file),
    (may_share, outside_share),
)
