"""Which path of which Google API is answered by what, for whom, and with what shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.practice.google import directory, gmail, policies
from connectors.practice.google.drive import FILE_DEFAULT, FILES_DEFAULT, PERMISSIONS_DEFAULT, Drive
from connectors.practice.google.schema import response
from connectors.practice.permissions import GOOGLE_AUTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.practice.google.calls import Call
    from connectors.practice.google.people import People
    from connectors.practice.google.schema import Schema
    from connectors.practice.organisation import Json


@dataclass(frozen=True, slots=True)
class Route:
    """A method of an API: its path, the scopes of which it wants one, what answers, and the schema of the answer.

    ``fields`` is the selection that holds where the request makes none; "" shows everything.
    """

    path: re.Pattern[str]
    scopes: frozenset[str]
    answer: Callable[[Call], Json]
    document: str
    schema_name: str
    fields: str = ""

    @property
    def schema(self) -> Schema:
        """Google's schema of the answer."""
        return response(self.document, self.schema_name)


@dataclass(frozen=True, slots=True)
class Api:
    """An API on a host: its name as ``SERVICE_DISABLED`` has it, the path and size of its batches, its methods."""

    name: str
    batch: re.Pattern[str]
    largest_batch: int
    routes: tuple[Route, ...]


def apis(people: People) -> dict[str, Api]:
    """Return the APIs by host name. Paths, scopes and schemas are those of the discovery documents."""
    return {
        "admin.googleapis.com": Api(
            "admin.googleapis.com", re.compile(r"/batch(/admin/directory_v1)?"), 1000, tuple(_directory())
        ),
        "gmail.googleapis.com": Api("gmail.googleapis.com", re.compile(r"/batch(/gmail/v1)?"), 100, tuple(_gmail())),
        "www.googleapis.com": Api(
            "drive.googleapis.com", re.compile(r"/batch/drive/v3"), 100, tuple(_drive(Drive(people)))
        ),
        "cloudidentity.googleapis.com": Api(
            "cloudidentity.googleapis.com", re.compile(r"/batch"), 1000, tuple(_cloud_identity())
        ),
    }


def _scopes(*names: str) -> frozenset[str]:
    return frozenset(name if "://" in name else GOOGLE_AUTH + name for name in names)


def _path(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


def _directory() -> list[Route]:
    below = "/admin/directory/v1/customer/{customer}/"
    methods: list[tuple[str, str, Callable[[Call], Json], str]] = [
        ("/admin/directory/v1/users", "user", directory.users, "Users"),
        ("/admin/directory/v1/users/{user}", "user", directory.one_user, "User"),
        (below + "orgunits", "orgunit", directory.org_units, "OrgUnits"),
        (below + "domains", "domain", directory.domains, "Domains2"),
        (below + "domainaliases", "domain", directory.domain_aliases, "DomainAliases"),
        (below + "roles", "rolemanagement", directory.roles, "Roles"),
        (below + "roleassignments", "rolemanagement", directory.role_assignments, "RoleAssignments"),
    ]
    return [
        Route(
            _path(path),
            _scopes(f"admin.directory.{scope}", f"admin.directory.{scope}.readonly"),
            answer,
            "admin.directory_v1",
            schema,
        )
        for path, scope, answer, schema in methods
    ]


def _gmail() -> list[Route]:
    scopes = _scopes("https://mail.google.com/", "gmail.modify", "gmail.readonly", "gmail.settings.basic")
    methods: list[tuple[str, Callable[[Call], Json], str]] = [
        ("autoForwarding", gmail.auto_forwarding, "AutoForwarding"),
        ("forwardingAddresses", gmail.forwarding_addresses, "ListForwardingAddressesResponse"),
        ("filters", gmail.filters, "ListFiltersResponse"),
        ("delegates", gmail.delegates, "ListDelegatesResponse"),
    ]
    return [
        Route(_path("/gmail/v1/users/{user}/settings/" + name), scopes, answer, "gmail.v1", schema)
        for name, answer, schema in methods
    ]


def _drive(drive: Drive) -> list[Route]:
    scopes = _scopes(
        "drive",
        "drive.file",
        "drive.meet.readonly",
        "drive.metadata",
        "drive.metadata.readonly",
        "drive.photos.readonly",
        "drive.readonly",
    )
    methods: list[tuple[str, Callable[[Call], Json], str, str]] = [
        ("/drive/v3/files", drive.files, "FileList", FILES_DEFAULT),
        ("/drive/v3/files/{file}", drive.file, "File", FILE_DEFAULT),
        ("/drive/v3/files/{file}/permissions", drive.permissions, "PermissionList", PERMISSIONS_DEFAULT),
    ]
    return [
        Route(_path(path), scopes, answer, "drive.v3", schema, default) for path, answer, schema, default in methods
    ]


def _cloud_identity() -> list[Route]:
    scopes = _scopes("cloud-identity.policies", "cloud-identity.policies.readonly")
    return [
        Route(_path("/v1/policies"), scopes, policies.policies, "cloudidentity.v1", "ListPoliciesResponse"),
        Route(_path("/v1/policies/{policy}"), scopes, policies.one_policy, "cloudidentity.v1", "Policy"),
    ]
