"""Which method of which Google API is answered by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.practice.google import alerts, directory, gmail, licences, policies, roles, security, single_sign_on
from connectors.practice.google.activities import Activities
from connectors.practice.google.calendar import Calendars
from connectors.practice.google.drive import FILE_DEFAULT, FILES_DEFAULT, PERMISSIONS_DEFAULT, Drive
from connectors.practice.google.groups import Groups
from connectors.practice.google.schema import answers_in, batch_path, described
from connectors.practice.google.shared_drives import DRIVES_DEFAULT, SharedDrives
from connectors.practice.google.usage import Usage

if TYPE_CHECKING:
    import re
    from collections.abc import Callable
    from datetime import datetime

    from connectors.practice.google.calls import Call
    from connectors.practice.google.people import People
    from connectors.practice.google.schema import Described
    from connectors.practice.organisation import Json

    Method = tuple[str, Callable[[Call], Json], str]


@dataclass(frozen=True, slots=True)
class Route:
    """A method of an API: its id, what Google says of it, what answers, and the ``fields`` where none are asked."""

    method_id: str
    method: Described
    answer: Callable[[Call], Json]
    fields: str


@dataclass(frozen=True, slots=True)
class Api:
    """An API: its name as ``SERVICE_DISABLED`` has it, the path and size of its batches, its methods.

    ``alt`` is the form of its answers where a request names none: ``json`` or ``atom``.
    """

    name: str
    batch: re.Pattern[str]
    largest_batch: int
    alt: str
    routes: tuple[Route, ...]


def apis(people: People, now: datetime, auditor: str) -> dict[str, tuple[Api, ...]]:
    """Return the APIs by host name, as they stand at ``now``; ``auditor`` is the service account's client id."""
    groups, usage, calendars = Groups(people), Usage(people, now), Calendars(people)
    shared_drives = SharedDrives(people, groups)
    drive = Drive(people, shared_drives)
    return {
        "admin.googleapis.com": (
            _api(
                "admin.googleapis.com",
                "admin.directory_v1",
                1000,
                ("directory.users.list", directory.users, "*"),
                ("directory.users.get", directory.one_user, "*"),
                ("directory.orgunits.list", directory.org_units, "*"),
                ("directory.domains.list", directory.domains, "*"),
                ("directory.domainAliases.list", directory.domain_aliases, "*"),
                ("directory.roles.list", roles.roles, "*"),
                ("directory.roleAssignments.list", roles.role_assignments, "*"),
                ("directory.groups.list", groups.groups, "*"),
                ("directory.members.list", groups.members, "*"),
                ("directory.tokens.list", security.tokens, "*"),
                ("directory.asps.list", security.app_passwords, "*"),
            ),
            _api(
                "admin.googleapis.com",
                "admin.reports_v1",
                1000,
                ("reports.userUsageReport.get", usage.of_accounts, "*"),
                ("reports.customerUsageReports.get", usage.of_customer, "*"),
                ("reports.activities.list", Activities(people, now, auditor).answer, "*"),
            ),
        ),
        "gmail.googleapis.com": (
            _api(
                "gmail.googleapis.com",
                "gmail.v1",
                100,
                ("gmail.users.settings.getAutoForwarding", gmail.auto_forwarding, "*"),
                ("gmail.users.settings.forwardingAddresses.list", gmail.forwarding_addresses, "*"),
                ("gmail.users.settings.filters.list", gmail.filters, "*"),
                ("gmail.users.settings.delegates.list", gmail.delegates, "*"),
                ("gmail.users.settings.sendAs.list", gmail.send_as, "*"),
                ("gmail.users.settings.getImap", gmail.imap, "*"),
                ("gmail.users.settings.getPop", gmail.pop, "*"),
                ("gmail.users.settings.getVacation", gmail.vacation, "*"),
            ),
        ),
        "www.googleapis.com": (
            _api(
                "drive.googleapis.com",
                "drive.v3",
                100,
                ("drive.files.list", drive.files, FILES_DEFAULT),
                ("drive.files.get", drive.file, FILE_DEFAULT),
                ("drive.permissions.list", drive.permissions, PERMISSIONS_DEFAULT),
                ("drive.drives.list", shared_drives.drives, DRIVES_DEFAULT),
            ),
            _api(
                "calendar-json.googleapis.com",
                "calendar.v3",
                50,
                ("calendar.calendarList.list", calendars.calendar_list, "*"),
                ("calendar.acl.list", calendars.acl, "*"),
            ),
            _api(
                "groupssettings.googleapis.com",
                "groupssettings.v1",
                1000,
                ("groupsSettings.groups.get", groups.settings, "*"),
            ),
        ),
        "cloudidentity.googleapis.com": (
            _api(
                "cloudidentity.googleapis.com",
                "cloudidentity.v1",
                1000,
                ("cloudidentity.policies.list", policies.policies, "*"),
                ("cloudidentity.policies.get", policies.one_policy, "*"),
                ("cloudidentity.inboundSsoAssignments.list", single_sign_on.assignments, "*"),
                ("cloudidentity.inboundSamlSsoProfiles.list", single_sign_on.profiles, "*"),
                ("cloudidentity.inboundOidcSsoProfiles.list", single_sign_on.openid_profiles, "*"),
            ),
        ),
        "alertcenter.googleapis.com": (
            _api(
                "alertcenter.googleapis.com",
                "alertcenter.v1beta1",
                1000,
                ("alertcenter.alerts.list", alerts.alerts, "*"),
            ),
        ),
        "licensing.googleapis.com": (
            _api(
                "licensing.googleapis.com",
                "licensing.v1",
                1000,
                ("licensing.licenseAssignments.listForProduct", licences.of_product, "*"),
                ("licensing.licenseAssignments.listForProductAndSku", licences.of_sku, "*"),
            ),
        ),
    }


def _api(name: str, document: str, largest_batch: int, *methods: Method) -> Api:
    routes = tuple(
        Route(method_id, described(document, method_id), answer, fields) for method_id, answer, fields in methods
    )
    return Api(name, batch_path(document), largest_batch, answers_in(document), routes)
