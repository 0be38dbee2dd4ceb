"""What applications were allowed: in everybody's name, in one person's, or in their own; and the roles they hold.

Source: Graph v1.0, ``servicePrincipal``, ``oAuth2PermissionGrant`` and ``appRoleAssignment``. A permission is named by
an id that only the resource explains which offers it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from msgspec.structs import replace

from auditor.errors import ReadError
from auditor.facts import UNSET, AppGrant, Directory, Read
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.app_risks import reads_files, reads_mail, risk
from connectors.microsoft_365.client import Graph, parsed
from connectors.microsoft_365.credentials import latest_end, oldest, working
from connectors.microsoft_365.owners import FIELDS, read_owners
from connectors.microsoft_365.refusals import APPLICATIONS, CONSENTS, NotThereError, suspicious
from connectors.microsoft_365.roles import service_roles
from connectors.microsoft_365.values import Wire, moment, table, tables, text

_KIND = "app_grant"
_TARGET = Target("app_grants", "the applications and what they were allowed")
_SERVICES = (
    "/servicePrincipals?$select=id,appId,displayName,appOwnerOrganizationId,verifiedPublisher,appRoles,"
    "passwordCredentials,keyCredentials,createdDateTime&$top=999"
)
_MERE_ACCESS = "00000000-0000-0000-0000-000000000000"
"""The id that stands for being let in without any permission."""

_CONSENTS = "/oauth2PermissionGrants?$top=999"


@dataclass(frozen=True, slots=True)
class AppGrantsCollector:
    """Reads all applications with everything that they were allowed."""

    graph: Graph
    directory: Directory
    now: Callable[[], datetime]

    name = "app_grants"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[AppGrant | Failure]:
        """Yield the grants. Raises ``ReadError`` if the applications cannot be listed."""
        del targets  # there is only one
        rows, broken = self.graph.listing(_SERVICES, APPLICATIONS)
        if broken:
            yield Failure(_TARGET, broken, _KIND)
        if not rows:
            raise suspicious("no application at all, though it signed one in")
        services = {key: row for row in rows if (key := text(row.get("id"))) is not UNSET}
        yield from self._consented(services)
        yield from self._owned(self._of_their_own(services))

    def _consented(self, services: Mapping[str, Wire]) -> Iterator[AppGrant | Failure]:
        """Yield what was allowed in the name of people."""
        try:
            rows, broken = self.graph.listing(_CONSENTS, CONSENTS)
        except ReadError as error:
            rows, broken = [], error
        if broken:
            for consent in ("everybody", "person"):
                yield Failure(_TARGET, broken, _KIND, known={"consent": consent})
        scopes: defaultdict[tuple[str, str | None], set[str]] = defaultdict(set)
        for row in rows:
            client, person, listed = text(row.get("clientId")), row.get("principalId"), row.get("scope")
            everybody = row.get("consentType") == "AllPrincipals"
            if client is UNSET or not isinstance(listed, str) or not (everybody or isinstance(person, str)):
                yield Failure(_TARGET, malformed("a consent that cannot be read"), _KIND)
                continue
            scopes[client, None if everybody else str(person)].update(listed.split())
        for (client, owner), found in sorted(scopes.items(), key=lambda item: (item[0][0], item[0][1] or "")):
            key = f"everybody/{client}" if owner is None else f"person/{owner}/{client}"
            yield self._grant(services.get(client, {}), key, found, owner=owner)

    def _of_their_own(self, services: Mapping[str, Wire]) -> Iterator[AppGrant | Failure]:
        """Yield what applications were allowed in their own name, roles of administrators included."""
        roles: Read[Mapping[str, tuple[str, ...]]] = UNSET
        try:
            roles = service_roles(self.graph)
        except ReadError as error:
            yield Failure(_TARGET, error, _KIND, known={"consent": "application"})
        names = permission_names(services.values())
        keys = sorted(services)
        paths = [f"/servicePrincipals/{quote(key, safe='')}/appRoleAssignments" for key in keys]
        for key, path, answer in zip(keys, paths, self.graph.batch(paths), strict=True):
            held: Read[tuple[str, ...]] = UNSET if roles is UNSET else roles.get(key, ())
            try:
                rows = list(self.graph.rows(path, APPLICATIONS, parsed(answer, APPLICATIONS)))
            except NotThereError:
                continue  # deleted since it was listed
            except ReadError as error:
                label = text(services[key].get("displayName")) or key
                yield Failure(Target(key, label), error, _KIND, known={"consent": "application"})
                continue
            given = {(str(row.get("resourceId")), str(row.get("appRoleId"))) for row in rows}
            given = {each for each in given if each[1] != _MERE_ACCESS}
            found = {names.get(each, each[1]) for each in given}
            if found or held:
                grant = self._grant(services[key], f"application/{key}", found, roles=held)
                known = given <= names.keys()
                yield grant if known else replace(grant, risk=UNSET, reads_mail=UNSET, reads_files=UNSET)

    def _owned(self, readings: Iterable[AppGrant | Failure]) -> Iterator[AppGrant | Failure]:
        """Yield the same, with the owners of what applications were allowed in their own name."""
        grants: list[AppGrant] = []
        for reading in readings:
            if isinstance(reading, AppGrant):
                grants.append(reading)
            else:
                yield reading
        keys = [grant.key.rpartition("/")[2] for grant in grants]
        owners = read_owners(self.graph, "servicePrincipals", keys, APPLICATIONS, self.directory.accounts)
        for grant, owned in zip(grants, owners, strict=True):
            if isinstance(owned, ReadError):
                yield Failure(Target(grant.key, grant.label), owned, _KIND, FIELDS, known={"consent": "application"})
                yield grant
            else:
                yield replace(grant, **owned.fields())

    def _grant(
        self,
        service: Wire,
        key: str,
        scopes: Iterable[str],
        *,
        owner: str | None = None,
        roles: Read[tuple[str, ...]] = (),
    ) -> AppGrant:
        """Return what an application was allowed; of one that is gone, little more than its id is known."""
        listed = tuple(sorted(scopes))
        home = text(service.get("appOwnerOrganizationId"))
        wires = [*tables(service.get("passwordCredentials")), *tables(service.get("keyCredentials"))]
        credentials = working(wires, self.now())
        publisher = service.get("verifiedPublisher", UNSET)
        kind = key.partition("/")[0]
        return AppGrant(
            tenant=self.directory.tenant.tenant,
            key=key,
            label=text(service.get("displayName")) or key.rpartition("/")[2],
            owner=owner,
            app=text(service.get("appId")) or key.rpartition("/")[2],
            consent="everybody" if kind == "everybody" else "person" if kind == "person" else "application",
            scopes=listed,
            risk=risk(listed),
            reads_mail=reads_mail(listed),
            reads_files=reads_files(listed),
            admin_roles=roles,
            publisher=UNSET if publisher is UNSET else text(table(publisher).get("displayName")) or None,
            outside=UNSET if home is UNSET else home != self.directory.tenant.vendor_id,
            credentials_created=oldest(credentials) if service else UNSET,
            credentials_expire=latest_end(credentials) if service else UNSET,
            granted=moment(service.get("createdDateTime", UNSET)),
        )


def permission_names(services: Iterable[Wire]) -> dict[tuple[str, str], str]:
    """Return what application permissions are called, by the resource that offers them and their id."""
    return {
        (str(service.get("id")), str(role.get("id"))): text(role.get("value")) or str(role.get("id"))
        for service in services
        for role in tables(service.get("appRoles"))
    }
