"""Names as an attacker writes them, put on planted problems so that they travel into every report."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import cycle, islice

from connectors.practice.entra_organisation import Application, ServicePrincipal
from connectors.practice.organisation import (
    DriveItem,
    GoogleTenant,
    MicrosoftGroup,
    MicrosoftTenant,
    Organisation,
    Site,
)

HOSTILE_TEXTS = (
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","x")',
    "\x1b[2J\x1b[31mAll clear\x1b[0m",
    "[/red][link=http://evil.example]all clear[/link]",
    "invoice\u202efdp.exe",
    "all clear\u2028Nothing to see",
    "all clear\r\nBcc: everyone@evil.example\r\n\r\nsent by an attacker",
    "A" * 10_000,
    "nothing\x00here",
    "{{ 7 * 7 }}${7 * 7}%s{0.__class__}",
    "</td></tr></table><script>alert(1)</script>",
    "| a | b |\n|---|---|\n`code` [x](javascript:alert(1))",
)


def make_hostile(organisation: Organisation, *, known: Collection[str] = (), first: int = 0) -> None:
    """Rename the objects and accounts that carry planted problems; names alone change, and the labels with them.

    What has one of the ``known`` ids keeps its name. The texts begin with number ``first``, and again after the last.
    """
    texts = islice(cycle(HOSTILE_TEXTS), first, None)
    given: dict[tuple[str, str], str] = {}
    renamed = _nameable(organisation)
    for planted in (each for each in organisation.problems if each.object_id not in known):
        key = (planted.cloud, planted.object_id)
        if key in renamed:
            planted.label = given[key] = given.get(key) or next(texts)
    _rename_google(organisation.google, given)
    _rename_microsoft(organisation.microsoft, given)


def _nameable(organisation: Organisation) -> set[tuple[str, str]]:
    """Cloud and id of what has a name to write into; a rule called "." is a problem by that very name."""
    google, microsoft = organisation.google, organisation.microsoft
    in_google = {account.id for account in google.accounts}
    in_google |= {filter_.id for account in google.accounts for filter_ in account.filters}
    in_google |= {file.id for account in google.accounts for file in account.files}
    in_google |= {group.id for group in google.catalogue.groups}
    in_google |= {drive.id for drive in google.catalogue.shared_drives}
    in_google |= {file.id for drive in google.catalogue.shared_drives for file in drive.files}
    in_google |= {calendar.id for calendar in google.catalogue.calendars}
    in_microsoft = {account.id for account in microsoft.accounts} | {each.id for each in _items(microsoft)}
    in_microsoft |= {each.id for each in _named(microsoft)}
    in_microsoft |= {each.id for account in microsoft.accounts for each in account.rules if each.name.strip(".")}
    in_microsoft |= {str(wire["Guid"]) for wire in microsoft.transport_rules}
    in_microsoft |= {str(wire["id"]) for wire in microsoft.conditional_access}
    return {("google_workspace", key) for key in in_google} | {("microsoft_365", key) for key in in_microsoft}


def _named(tenant: MicrosoftTenant) -> Iterator[Site | MicrosoftGroup | Application | ServicePrincipal]:
    yield from tenant.sites
    yield from tenant.groups
    yield from tenant.entra.applications
    yield from tenant.entra.service_principals


def _items(tenant: MicrosoftTenant) -> Iterator[DriveItem]:
    drives = [drive for site in tenant.sites for drive in site.drives]
    drives += [account.drive for account in tenant.accounts if account.drive]
    yield from (item for drive in drives for item in drive.items)


def _rename_google(tenant: GoogleTenant, given: dict[tuple[str, str], str]) -> None:
    for account in tenant.accounts:
        account.display_name = given.get(("google_workspace", account.id), account.display_name)
        for filter_ in account.filters:
            if text := given.get(("google_workspace", filter_.id)):
                filter_.criteria = {**filter_.criteria, "subject": text}
        for file in account.files:
            file.name = given.get(("google_workspace", file.id), file.name)
    for group in tenant.catalogue.groups:
        group.name = given.get(("google_workspace", group.id), group.name)
    for drive in tenant.catalogue.shared_drives:
        drive.name = given.get(("google_workspace", drive.id), drive.name)
    for file in (each for drive in tenant.catalogue.shared_drives for each in drive.files):
        file.name = given.get(("google_workspace", file.id), file.name)
    for calendar in tenant.catalogue.calendars:
        calendar.summary = given.get(("google_workspace", calendar.id), calendar.summary)


def _rename_microsoft(tenant: MicrosoftTenant, given: dict[tuple[str, str], str]) -> None:
    for group, text in zip(tenant.groups, cycle(HOSTILE_TEXTS), strict=False):
        group.name = text
    for account in tenant.accounts:
        account.display_name = given.get(("microsoft_365", account.id), account.display_name)
        for rule in account.rules:
            rule.name = given.get(("microsoft_365", rule.id), rule.name)
    for record in _named(tenant):
        record.name = given.get(("microsoft_365", record.id), record.name)
    for item in _items(tenant):
        item.name = given.get(("microsoft_365", item.id), item.name)
    for wire in tenant.transport_rules:
        wire["Name"] = wire["Identity"] = given.get(("microsoft_365", str(wire["Guid"])), wire["Name"])
    for policy in tenant.conditional_access:
        policy["displayName"] = given.get(("microsoft_365", str(policy["id"])), policy["displayName"])
