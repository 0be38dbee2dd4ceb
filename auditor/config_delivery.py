"""The sections of the configuration about an auditor that runs by itself: when, to whom it writes, and by what way."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from auditor.config_secrets import MicrosoftCredentials, SecretPlace, Section
from auditor.config_values import Address, Guid, MailHost, NotLiteral, PrivateFile, PublicFile, Slug, Some
from auditor.times import Times, time_zone, times

Names = Literal["full", "initials", "role"]
"""How people are named in what leaves the machine: as they are called, by their initials, or by their tier alone."""


def _understood(words: str) -> str:
    times(words, UTC)
    return words


def _zone(name: str) -> str:
    time_zone(name)
    return name


When = Annotated[str, AfterValidator(_understood)]
"""When something is due, in words or as a cron expression; understood by ``auditor.times``."""
_OneOrEach = Discriminator(lambda value: "each" if isinstance(value, dict) else "one")


class Schedule(Section):
    """When the daemon does what, in words (``every day at 06:30``) or as a cron expression, in a time zone.

    ``audit`` is one time for all tenants together, or one for each. ``jitter`` is by how many minutes a job may begin
    later, always by the same number.
    """

    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    audit: Annotated[Annotated[When, Tag("one")] | Annotated[dict[Slug, When], Tag("each")], _OneOrEach] = (
        "every day at 06:30"
    )
    mail: When = "mondays 07:00"
    prune: When = "sundays 03:00"
    self_check: When = "every day at 12:00"
    jitter: Annotated[int, Field(ge=0, le=60)] = 10

    @property
    def times(self) -> dict[str, Times]:
        """When each job is due, by its name: ``audit`` or ``audit:TENANT``, ``mail``, ``prune``, ``self_check``."""
        audits = {"audit": self.audit} if isinstance(self.audit, str) else {}
        each = {} if isinstance(self.audit, str) else {f"audit:{tenant}": when for tenant, when in self.audit.items()}
        words = audits | each | {"mail": self.mail, "prune": self.prune, "self_check": self.self_check}
        zone = time_zone(self.time_zone)
        return {job: times(when, zone) for job, when in words.items()}


class Smtp(Section):
    """A mail server that takes our mails: over TLS from the first byte, or after STARTTLS; never without."""

    host: MailHost
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    security: Literal["tls", "starttls"] = "tls"
    username: str | None = None
    password: Annotated[SecretPlace | None, NotLiteral] = None
    authority_file: PublicFile | None = None
    """Certificates to trust, in PEM, where the server's own is not signed by a public authority."""


class GraphMail(Section):
    """A mailbox of Microsoft 365, written from by an app that may send, and in this one mailbox alone."""

    tenant_id: Guid
    client_id: Guid
    credentials: MicrosoftCredentials
    mailbox: Address
    cloud: Literal["worldwide", "us_government", "us_dod", "china"] = "worldwide"


class GmailMail(Section):
    """A mailbox of Gmail's whose owner, a robot, consented once; ``consent_file`` holds client and refresh token."""

    mailbox: Address
    consent_file: PrivateFile


class Way(Section):
    """By what way mail is sent: exactly one of these."""

    smtp: Smtp | None = None
    graph: GraphMail | None = None
    gmail: GmailMail | None = None

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if sum(each is not None for each in (self.smtp, self.graph, self.gmail)) != 1:
            raise ValueError("exactly one of 'smtp', 'graph' and 'gmail' is needed", "Delete the others.")
        return self


class Readers(Section):
    """Who gets a mail, and how people are named in it."""

    to: Annotated[tuple[Address, ...], Some]
    names: Names = "full"


class Mail(Section):
    """The weekly mails: from whom, to whom, and by which ways, the later for what the earlier could not deliver.

    With ``people``, whoever must do something gets a short mail about one thing; never about an intruder.
    """

    sender: Address
    principal: Readers | None = None
    it: Readers | None = None
    people: bool = False
    ways: Annotated[tuple[Way, ...], Some]


class AlertChannel(Section):
    """Somewhere to tell what cannot wait, as an address of apprise's, which is a secret."""

    name: Slug
    url: Annotated[SecretPlace, NotLiteral]
    names: Names = "role"


class Alerts(Section):
    """Where new urgent findings are told at once, and how many of them in an hour at the most."""

    to: tuple[AlertChannel, ...] = ()
    per_hour: Annotated[int, Field(ge=1, le=1000)] = 20


class Daemon(Section):
    """How the daemon shows that it lives: a port on this machine, an address to ping; and how long a job may take."""

    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    ping: Annotated[SecretPlace | None, NotLiteral] = None
    minutes: Annotated[int, Field(ge=1, le=1440)] = 120
