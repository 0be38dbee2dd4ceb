"""Which method of which Google API is answered by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.practice.google import directory, gmail, policies
from connectors.practice.google.drive import FILE_DEFAULT, FILES_DEFAULT, PERMISSIONS_DEFAULT, Drive
from connectors.practice.google.schema import batch_path, described

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from connectors.practice.google.calls import Call
    from connectors.practice.google.people import People
    from connectors.practice.google.schema import Described
    from connectors.practice.organisation import Json

    Method = tuple[str, Callable[[Call], Json], str]


@dataclass(frozen=True, slots=True)
class Route:
    """A method of an API: what Google says of it, what answers, and the ``fields`` that hold where none are asked."""

    method: Described
    answer: Callable[[Call], Json]
    fields: str


@dataclass(frozen=True, slots=True)
class Api:
    """An API on a host: its name as ``SERVICE_DISABLED`` has it, the path and size of its batches, its methods."""

    name: str
    batch: re.Pattern[str]
    largest_batch: int
    routes: tuple[Route, ...]


def apis(people: People) -> dict[str, Api]:
    """Return the APIs by host name."""
    drive = Drive(people)
    return {
        "admin.googleapis.com": _api(
            "admin.googleapis.com",
            "admin.directory_v1",
            1000,
            ("directory.users.list", directory.users, "*"),
            ("directory.users.get", directory.one_user, "*"),
            ("directory.orgunits.list", directory.org_units, "*"),
            ("directory.domains.list", directory.domains, "*"),
            ("directory.domainAliases.list", directory.domain_aliases, "*"),
            ("directory.roles.list", directory.roles, "*"),
            ("directory.roleAssignments.list", directory.role_assignments, "*"),
        ),
        "gmail.googleapis.com": _api(
            "gmail.googleapis.com",
            "gmail.v1",
            100,
            ("gmail.users.settings.getAutoForwarding", gmail.auto_forwarding, "*"),
            ("gmail.users.settings.forwardingAddresses.list", gmail.forwarding_addresses, "*"),
            ("gmail.users.settings.filters.list", gmail.filters, "*"),
            ("gmail.users.settings.delegates.list", gmail.delegates, "*"),
        ),
        "www.googleapis.com": _api(
            "drive.googleapis.com",
            "drive.v3",
            100,
            ("drive.files.list", drive.files, FILES_DEFAULT),
            ("drive.files.get", drive.file, FILE_DEFAULT),
            ("drive.permissions.list", drive.permissions, PERMISSIONS_DEFAULT),
        ),
        "cloudidentity.googleapis.com": _api(
            "cloudidentity.googleapis.com",
            "cloudidentity.v1",
            1000,
            ("cloudidentity.policies.list", policies.policies, "*"),
            ("cloudidentity.policies.get", policies.one_policy, "*"),
        ),
    }


def _api(name: str, document: str, largest_batch: int, *methods: Method) -> Api:
    routes = tuple(Route(described(document, method_id), answer, fields) for method_id, answer, fields in methods)
    return Api(name, batch_path(document), largest_batch, routes)
