"""The configuration: one YAML file, checked as a whole, with every mistake told at its place.

Vendors appear here only as the shape of their entry, and secrets only as the place where to find them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from auditor.config_contradictions import contradictions
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
from auditor.errors import ConfigurationError
from auditor.facts import Tier
from auditor.models import Severity
from auditor.yaml_files import Tree, problems_of, read


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

    @property
    def groups(self) -> dict[str, Tier]:
        """The configured tier of every group that gives one, by address."""
        return {address: tier for tier, addresses in self.people.groups.items() for address in addresses}


def load(path: Path) -> Config:
    """Return the configuration in the file ``path``; relative paths in it start from its folder.

    Raises ``ConfigurationError`` with all mistakes. Files that it names are not opened.
    """
    tree = read(path, error=ConfigurationError)
    problems = list(contradictions(tree))
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
