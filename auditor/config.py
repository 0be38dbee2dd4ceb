"""The configuration: one YAML file, checked as a whole, with every mistake told at its place.

Vendors appear here only as the shape of their entry, and secrets only as the place where to find them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, JsonValue, ValidationError, model_validator

from auditor.config_values import (
    Address,
    CustomerId,
    DatabaseFile,
    Domain,
    Guid,
    Loopback,
    Name,
    NotLiteral,
    Pack,
    PrivateFile,
    Resolver,
    Selector,
    Slug,
    Some,
    UnitPath,
    Variable,
    YamlFile,
)
from auditor.errors import ConfigurationError, Problem
from auditor.facts import Tier
from auditor.models import Document, Severity
from auditor.yaml_files import Tree, Value, problems_of, read


class _Section(Document, hide_input_in_errors=True):
    """A part of the configuration. Its errors never repeat what was written, which may be a secret."""


class SecretPlace(_Section):
    """Where a secret is to be found: exactly one of the two."""

    env: Variable | None = None
    file: PrivateFile | None = None

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("exactly one of 'env' and 'file' is needed", "Write {env: NAME} or {file: PATH}.")
        return self


class GoogleCredentials(_Section):
    """The key of the service account."""

    key_file: PrivateFile


class MicrosoftCredentials(_Section):
    """What proves that we are the registered app: exactly one of these.

    ``assertion_file`` holds the token of another identity provider, ``managed_identity`` is that of a machine in Azure.
    """

    certificate_file: PrivateFile | None = None
    secret: Annotated[SecretPlace | None, NotLiteral] = None
    assertion_file: PrivateFile | None = None
    managed_identity: bool = False

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        given = (self.certificate_file, self.secret, self.assertion_file, self.managed_identity or None)
        if sum(each is not None for each in given) != 1:
            raise ValueError(
                "exactly one of 'certificate_file', 'secret', 'assertion_file' and 'managed_identity' is needed",
                "Keep certificate_file if you can: a certificate cannot be read off a screen.",
            )
        return self


class _Tenant(_Section):
    id: Slug
    endpoints: dict[Domain, Loopback] = Field(default_factory=dict)


class GoogleTenant(_Tenant):
    """A Google Workspace customer; ``admin`` is whom the service account impersonates to read the directory.

    With ``security``, application passwords and all apps of each person are read too, by a scope that could do harm;
    with ``shared_drives``, shared drives, by one that could read every document.
    """

    connector: Literal["google_workspace"]
    customer: CustomerId = "my_customer"
    admin: Address
    credentials: GoogleCredentials
    security: bool = False
    shared_drives: bool = False


class MicrosoftTenant(_Tenant):
    """An Entra tenant.

    With ``items``, links of single OneDrive and SharePoint items are read, with ``teams``, settings of Teams.
    ``break_glass`` are the accounts for emergencies.
    """

    connector: Literal["microsoft_365"]
    tenant_id: Guid
    client_id: Guid
    credentials: MicrosoftCredentials
    items: bool = False
    teams: bool = False
    cloud: Literal["worldwide", "us_government", "us_dod", "china"] = "worldwide"
    break_glass: tuple[Address, ...] = ()


class People(_Section):
    """Addresses by tier, for whoever is more, or less, than what their accounts say.

    ``units`` gives a tier to all accounts of organisational units, ``links`` addresses that belong to one person.
    """

    principal: tuple[Address, ...] = ()
    administrator: tuple[Address, ...] = ()
    finance: tuple[Address, ...] = ()
    communications: tuple[Address, ...] = ()
    staff: tuple[Address, ...] = ()
    volunteer: tuple[Address, ...] = ()
    outside: tuple[Address, ...] = ()
    units: dict[Tier, tuple[UnitPath, ...]] = Field(default_factory=dict)
    links: tuple[Annotated[tuple[Address, ...], Field(min_length=2)], ...] = ()


class Policies(_Section):
    """Packs, by name or folder, and values for the parameters of their policies, by policy id."""

    packs: Annotated[tuple[Pack, ...], Some] = ("baseline",)
    params: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)


class Reading(_Section):
    """How hard and how long a tenant is read: requests at the same time, and minutes."""

    threads: Annotated[int, Field(ge=1, le=64)] = 16
    minutes: Annotated[int, Field(ge=1, le=1440)] = 30


class Store(_Section):
    """Where the history of audits is kept: a file of SQLite's, or PostgreSQL, whose address is a secret."""

    keep: bool = True
    path: DatabaseFile = Path("state/history.db")
    url: Annotated[SecretPlace | None, NotLiteral] = None

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if self.url is not None and "path" in self.model_fields_set:
            raise ValueError("only one of 'path' and 'url' can hold the history", "Delete the other.")
        return self


class MailDomains(_Section):
    """What the DNS is asked about mail domains: by which resolver, and for which selectors of DKIM keys by domain."""

    resolver: Resolver | None = None
    selectors: dict[Domain, Annotated[tuple[Selector, ...], Some]] = Field(default_factory=dict)


class Config(_Section):
    """All that an audit is told. ``fail_on`` is the severity from which open findings end with exit code 1.

    ``exemptions`` is the file of accepted risks, and ``exemption_days`` for how long each may hold at the most.
    """

    organisation: Name
    tenants: Annotated[tuple[Annotated[GoogleTenant | MicrosoftTenant, Field(discriminator="connector")], ...], Some]
    people: People = People()
    policies: Policies = Policies()
    exemptions: YamlFile | None = None
    exemption_days: Annotated[int, Field(ge=1, le=1830)] = 180
    fail_on: Severity = Severity.LOW
    reading: Reading = Reading()
    mail_domains: MailDomains = MailDomains()
    store: Annotated[Store, Field(default_factory=dict, validate_default=True)]

    @property
    def tiers(self) -> dict[str, Tier]:
        """The configured tier of every address that has one."""
        return {address: tier for tier in get_args(Tier) for address in getattr(self.people, tier)}

    @property
    def units(self) -> dict[str, Tier]:
        """The configured tier of every organisational unit that has one, by path."""
        return {path: tier for tier, paths in self.people.units.items() for path in paths}


def load(path: Path) -> Config:
    """Return the configuration in the file ``path``; relative paths in it start from its folder.

    Raises ``ConfigurationError`` with all mistakes. Files that it names are not opened.
    """
    tree = read(path, error=ConfigurationError)
    problems = list(_repetitions(tree))
    context = {"folder": path.absolute().parent}
    config = None
    try:
        config = Config.model_validate_json(json.dumps(tree.value), strict=True, context=context)
    except ValidationError as failure:
        problems += problems_of(failure, Config, tree)
    # Raised outside the handler, because pydantic's error would show what was written to whoever logs a traceback.
    if config is None or problems:
        raise ConfigurationError(problems)
    return config


def _repetitions(tree: Tree) -> Iterator[Problem]:
    """Yield what stands twice: an id, a tenant of Microsoft's, a person. Told even where something else is wrong."""
    root = tree.value if isinstance(tree.value, dict) else {}
    for key in ("id", "tenant_id"):
        first: dict[str, int] = {}
        for index, tenant in _entries(root.get("tenants")):
            value = tenant.get(key) if isinstance(tenant, dict) else None
            if isinstance(value, str) and first.setdefault(value.lower(), index) != index:
                line, _ = tree.mark(("tenants", first[value.lower()], key))
                message = f"another tenant has this {key} (line {line})"
                yield tree.problem(("tenants", index, key), message, "Every tenant needs its own.")
    people = root.get("people")
    people = people if isinstance(people, dict) else {}
    yield from _twice(tree, people, ("people",), "person")
    units = people.get("units")
    yield from _twice(tree, units if isinstance(units, dict) else {}, ("people", "units"), "unit")


def _twice(tree: Tree, tiers: dict[str, Value], path: tuple[str, ...], what: str) -> Iterator[Problem]:
    """Yield every person, or unit, that is in two tiers."""
    first: dict[str, str] = {}
    for tier, members in tiers.items():
        for index, member in _entries(members):
            if isinstance(member, str) and first.setdefault(member.lower(), tier) != tier:
                message = f"this {what} is in '{first[member.lower()]}' already"
                yield tree.problem((*path, tier, index), message, "Keep the tier that weighs more.")


def _entries(value: Value) -> Iterator[tuple[int, Value]]:
    return enumerate(value) if isinstance(value, list) else iter(())
