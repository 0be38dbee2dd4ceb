"""The sections of the configuration that know no vendor: people, policies, reading, mail domains, the history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from auditor.config_secrets import SecretPlace, Section
from auditor.config_values import (
    Address,
    DatabaseFile,
    Domain,
    Duration,
    NotLiteral,
    Pack,
    Recipient,
    Resolver,
    Selector,
    Some,
    UnitPath,
)
from auditor.facts import Tier


class People(Section):
    """Addresses by tier, for whoever is more, or less, than what their accounts say.

    ``units`` gives a tier to all accounts of organisational units, ``groups`` to all members of groups, ``links``
    addresses that belong to one person.
    """

    principal: tuple[Address, ...] = ()
    administrator: tuple[Address, ...] = ()
    finance: tuple[Address, ...] = ()
    communications: tuple[Address, ...] = ()
    staff: tuple[Address, ...] = ()
    volunteer: tuple[Address, ...] = ()
    outside: tuple[Address, ...] = ()
    units: dict[Tier, tuple[UnitPath, ...]] = Field(default_factory=dict)
    groups: dict[Tier, tuple[Address, ...]] = Field(default_factory=dict)
    links: tuple[Annotated[tuple[Address, ...], Field(min_length=2)], ...] = ()


class Policies(Section):
    """Packs, by name or folder, and values for the parameters of their policies, by policy id."""

    packs: Annotated[tuple[Pack, ...], Some] = ("baseline",)
    params: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)


class Reading(Section):
    """How hard and how long a tenant is read: requests at the same time, and minutes."""

    threads: Annotated[int, Field(ge=1, le=64)] = 16
    minutes: Annotated[int, Field(ge=1, le=1440)] = 30


class Retention(Section):
    """How long audits, and the words and values of what is over, are remembered before ``auditor history prune``."""

    audits: Duration = timedelta(days=400)
    evidence: Duration = timedelta(days=90)


class Store(Section):
    """Where the history of audits is kept: a file of SQLite's, or PostgreSQL, whose address is a secret."""

    keep: bool = True
    path: DatabaseFile = Path("state/history.db")
    url: Annotated[SecretPlace | None, NotLiteral] = None
    retention: Retention = Retention()

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if self.url is not None and "path" in self.model_fields_set:
            raise ValueError("only one of 'path' and 'url' can hold the history", "Delete the other.")
        return self


class Snapshots(Section):
    """For whom ``--keep-snapshot`` encrypts what it writes: public keys of age's. Nobody else can read it then."""

    recipients: tuple[Recipient, ...] = ()


class MailDomains(Section):
    """What the DNS is asked about mail domains: by which resolver, and for which selectors of DKIM keys by domain."""

    resolver: Resolver | None = None
    selectors: dict[Domain, Annotated[tuple[Selector, ...], Some]] = Field(default_factory=dict)
