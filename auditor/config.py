"""The configuration: one YAML file, checked as a whole, with every mistake told at its place.

Vendors appear here only as the shape of their entry, and secrets only as the place where to find them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from auditor.config_delivery import Alerts, Daemon, Mail, Schedule
from auditor.config_google import GoogleCredentials, GoogleSubjects, require_reader
from auditor.config_secrets import MicrosoftCredentials, Section
from auditor.config_sections import MailDomains, People, Policies, Reading, Snapshots, Store
from auditor.config_values import (
    Address,
    CustomerId,
    Domain,
    Guid,
    Loopback,
    Name,
    Slug,
    Some,
    YamlFile,
)
from auditor.errors import ConfigurationError, Problem
from auditor.facts import Tier
from auditor.models import Severity
from auditor.yaml_files import Tree, Value, did_you_mean, problems_of, read


class _Tenant(Section):
    id: Slug
    endpoints: dict[Domain, Loopback] = Field(default_factory=dict)


class GoogleTenant(_Tenant):
    """A Google Workspace customer; ``admin`` is whom the service account impersonates for whatever is no person's own.

    ``subjects`` in its place gives every role an account of its own.
    With ``security``, application passwords and all apps of each person are read too, by a scope that could do harm;
    with ``shared_drives``, shared drives, by one that could read every document; with ``licences``, who has which
    licence, by one that could take licences away.
    """

    connector: Literal["google_workspace"]
    customer: CustomerId = "my_customer"
    admin: Address | None = None
    subjects: GoogleSubjects | None = None
    credentials: GoogleCredentials
    security: bool = False
    shared_drives: bool = False
    licences: bool = False

    @model_validator(mode="after")
    def _require_reader(self) -> Self:
        require_reader(self.admin, self.subjects)
        return self


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


class Config(Section):
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
    snapshots: Snapshots = Snapshots()
    schedule: Schedule = Schedule()
    mail: Mail | None = None
    alerts: Alerts = Alerts()
    daemon: Daemon = Daemon()

    _tree: Tree | None = PrivateAttr(None)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's signature
        """Remember the file, for mistakes that only those who use the values can see."""
        self._tree = (context or {}).get("tree")

    def place_of_parameter(self, path: tuple[str, ...]) -> tuple[str, int, int]:
        """Return file, line and column of the values given to a policy, or of one of its parameters."""
        if self._tree is None:
            return "configuration", 1, 1
        return self._tree.file, *self._tree.mark(("policies", "params", *path), key=True)

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
    problems = [*_repetitions(tree), *_strangers(tree)]
    context = {"folder": path.absolute().parent, "tree": tree}
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


def _strangers(tree: Tree) -> Iterator[Problem]:
    """Yield every tenant that has a time of its own and is not there, and every one that is there and has no time."""
    root = tree.value if isinstance(tree.value, dict) else {}
    schedule = root.get("schedule")
    audit = schedule.get("audit") if isinstance(schedule, dict) else None
    if not isinstance(audit, dict):
        return
    ids = [tenant.get("id") for _, tenant in _entries(root.get("tenants")) if isinstance(tenant, dict)]
    known = [each for each in ids if isinstance(each, str)]
    for tenant in audit:
        if tenant not in known:
            remedy = did_you_mean(tenant, known) or f"Tenants here: {', '.join(known)}."
            yield tree.problem(("schedule", "audit", tenant), "there is no such tenant", remedy, key=True)
    for tenant in known:
        if tenant not in audit:
            message = f"nothing says when '{tenant}' is audited"
            remedy = f"Add {tenant}: every day at 06:30, or {tenant}: never."
            yield tree.problem(("schedule", "audit"), message, remedy, key=True)


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
