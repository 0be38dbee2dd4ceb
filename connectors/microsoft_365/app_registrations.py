"""Applications registered with the organisation, and what they sign in with. Source: Graph v1.0, ``application``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from auditor.errors import ReadError
from auditor.facts import UNSET, AppRegistration, Directory
from auditor.models import Failure, Target
from connectors.door import malformed
from connectors.microsoft_365.client import Graph
from connectors.microsoft_365.credentials import latest_end, oldest, working
from connectors.microsoft_365.owners import FIELDS, read_owners
from connectors.microsoft_365.refusals import APPLICATIONS
from connectors.microsoft_365.values import Wire, objects, text

_KIND = "app_registration"
_TARGET = Target("app_registrations", "the registered applications")
_PATH = "/applications?$select=id,appId,displayName,passwordCredentials,keyCredentials&$top=999"


@dataclass(frozen=True, slots=True)
class AppRegistrationsCollector:
    """Reads every registered application."""

    graph: Graph
    directory: Directory
    now: Callable[[], datetime]

    name = "app_registrations"
    kinds = (_KIND,)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One listing."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[AppRegistration | Failure]:
        """Yield the applications. Raises ``ReadError`` if they cannot be listed."""
        del targets  # there is only one
        rows, broken = self.graph.listing(_PATH, APPLICATIONS)
        if broken:
            yield Failure(_TARGET, broken, _KIND)
        found: list[AppRegistration] = []
        for row in rows:
            try:
                found.append(parse_application(row, self.directory.tenant.tenant, self.now()))
            except ReadError as error:
                yield Failure(_TARGET, error, _KIND)
        keys = [each.key for each in found]
        owners = read_owners(self.graph, "applications", keys, APPLICATIONS, self.directory.accounts)
        for each, owned in zip(found, owners, strict=True):
            if isinstance(owned, ReadError):
                yield Failure(Target(each.key, each.label), owned, _KIND, FIELDS)
                yield each
            else:
                yield replace(each, **owned.fields())


def parse_application(wire: Wire, tenant: str, now: datetime) -> AppRegistration:
    """Return the application that a row describes. Raises ``ReadError`` for one without an id."""
    key, app = text(wire.get("id")), text(wire.get("appId"))
    if key is UNSET or app is UNSET:
        raise malformed("an application without an id")
    passwords, keys = objects(wire.get("passwordCredentials")), objects(wire.get("keyCredentials"))
    known = passwords is not UNSET
    valid = working(passwords if passwords is not UNSET else (), now)
    return AppRegistration(
        tenant=tenant,
        key=key,
        label=text(wire.get("displayName")) or app,
        app=app,
        passwords=len(valid) if known else UNSET,
        oldest_password=oldest(valid) if known else UNSET,
        last_password_ends=latest_end(valid) if known else UNSET,
        certificates=UNSET if keys is UNSET else len(working(keys, now)),
    )
