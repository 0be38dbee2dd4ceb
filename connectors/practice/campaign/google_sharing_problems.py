"""What goes wrong with shared drives and calendars of the Google Workspace customer, and what only looks like it."""

from __future__ import annotations

from connectors.practice.campaign.google_drives import (
    CLOSED,
    OPEN,
    add_calendar,
    add_drive,
    add_item,
    add_member,
    public_rule,
    rule,
)
from connectors.practice.campaign.google_further_problems import is_ordinary
from connectors.practice.campaign.google_objects import anyone_permission, domain_permission
from connectors.practice.campaign.names import DOCUMENTS, TEMPTING_DOCUMENTS, outside_address
from connectors.practice.campaign.scene import GOOGLE, Scene
from connectors.practice.google_organisation import SharedDrive
from connectors.practice.organisation import GoogleAccount, Json

_DRIVES = ("Donor files", "Rally photos", "Call lists", "Ballot access", "Contracts")


def outside_member(scene: Scene) -> None:
    """Let a stranger into a shared drive; some may even let others in."""
    drive = _drive(scene, OPEN)
    stranger = outside_address(scene.rng)
    role = scene.rng.choice(("reader", "writer", "fileOrganizer", "organizer"))
    add_member(scene.rng, drive, stranger, stranger.partition("@")[0], role)
    scene.problem("shared-drive-outside-member", GOOGLE, "", drive.id, f"{drive.name}, shared with {stranger}")


def no_organizer(scene: Scene) -> None:
    """Leave a shared drive to people who cannot let anybody in or throw anybody out."""
    drive = _drive(scene, CLOSED, role="fileOrganizer")
    scene.problem("shared-drive-no-organizer", GOOGLE, "", drive.id, drive.name)


def public_item(scene: Scene) -> None:
    """Open one item of a shared drive to anybody who has the link."""
    drive, name = _drive(scene, OPEN), scene.rng.choice(TEMPTING_DOCUMENTS)
    anyone = anyone_permission(scene.rng.choice(("reader", "commenter", "writer")))
    added = add_item(scene.rng, drive, name, scene.organisation.today, [anyone])
    scene.problem("shared-drive-public-item", GOOGLE, "", added.id, f"{name} in {drive.name}")


def public_calendar(scene: Scene, account: GoogleAccount) -> None:
    """Show anybody at all where the candidate will be, and when."""
    calendar = add_calendar(scene.rng, scene.organisation.google, account, "Candidate schedule")
    calendar.acl.append(public_rule("reader"))
    scene.problem("public-calendar", GOOGLE, account.address, calendar.id, calendar.summary)


def harmless_drives(scene: Scene) -> None:
    """Put up a drive that a group looks after, with files that look open and are not."""
    google, rng, today = scene.organisation.google, scene.rng, scene.organisation.today
    press = next(each for each in google.catalogue.groups if each.name == "Press")
    kit = add_drive(rng, google, "Press kit", today, CLOSED)
    add_member(rng, kit, press.address, press.name, "organizer", kind="group")
    scene.decoy("drive-of-a-group", GOOGLE, "", kit.id, kit.name)
    inside = domain_permission(rng, google.primary_domain, scene.organisation.name)
    shared = add_item(rng, kit, rng.choice(DOCUMENTS), today, [inside])
    scene.decoy("drive-organisation-link", GOOGLE, "", shared.id, shared.name)
    gone = add_item(rng, kit, "Old logo", today, [anyone_permission("reader")])
    gone.trashed = True
    scene.decoy("drive-trashed-public-item", GOOGLE, "", gone.id, gone.name)


def harmless_calendars(scene: Scene) -> None:
    """Show strangers when somebody is busy and nothing else, and colleagues more."""
    google, rng = scene.organisation.google, scene.rng
    busy = add_calendar(rng, google, scene.google(is_ordinary), "Interviews")
    busy.acl.append(public_rule("freeBusyReader"))
    scene.decoy("calendar-free-busy", GOOGLE, busy.owner, busy.id, busy.summary)
    inside = add_calendar(rng, google, scene.google(is_ordinary), "Shifts")
    group = next(each for each in google.catalogue.groups if each.name == "Field")
    inside.acl += [rule("group", group.address, "writer"), rule("user", scene.google(is_ordinary).address, "reader")]
    scene.decoy("calendar-inside", GOOGLE, inside.owner, inside.id, inside.summary)


def _drive(scene: Scene, restrictions: Json, *, role: str = "organizer") -> SharedDrive:
    """Return a new shared drive with one member of the campaign and one private file."""
    google, rng, today = scene.organisation.google, scene.rng, scene.organisation.today
    member = scene.google(is_ordinary)
    drive = add_drive(rng, google, rng.choice(_DRIVES), today, restrictions)
    add_member(rng, drive, member.address, member.display_name, role)
    add_item(rng, drive, rng.choice(DOCUMENTS), today, [])
    return drive
