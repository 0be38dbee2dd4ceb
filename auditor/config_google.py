"""What the configuration says of a Google Workspace customer: what signs in, and in whose name it reads."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from auditor.config_secrets import Section
from auditor.config_values import Address, PrivateFile, ServiceAccount, UniqueId


class GoogleKeyless(Section):
    """The service account in whose name Google signs for us, and the unique id that it is delegated under.

    ``federation_file`` is a credential configuration, for machines outside Google Cloud.
    """

    service_account: ServiceAccount
    client_id: UniqueId
    federation_file: PrivateFile | None = None


class GoogleCredentials(Section):
    """What proves that we are the service account: its key, or, better, that Google signs in its name for us."""

    key_file: PrivateFile | None = None
    keyless: GoogleKeyless | None = None

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if (self.key_file is None) == (self.keyless is None):
            raise ValueError(
                "exactly one of 'key_file' and 'keyless' is needed",
                "Use keyless if you can: a key that does not exist cannot be stolen.",
            )
        return self


class GoogleSubjects(Section):
    """In whose name is read: each role has an account of its own, or is switched off.

    ``directory`` is an administrator with a custom role that reads, ``policies`` a super administrator. ``users`` says
    whether each person's own mailbox, files and calendars are read, in that person's name.
    """

    directory: Address | None = None
    policies: Address | None = None
    users: bool = True

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if self.directory is None and self.policies is None:
            raise ValueError(
                "at least one of 'directory' and 'policies' is needed",
                "Name an administrator with a role that reads under 'directory': without one nobody is found.",
            )
        return self


def require_reader(admin: str | None, subjects: GoogleSubjects | None) -> None:
    """Raise ``ValueError`` unless exactly one of the two ways says in whose name is read."""
    if (admin is None) == (subjects is None):
        raise ValueError(
            "exactly one of 'admin' and 'subjects' is needed",
            "Write admin: ADDRESS for one super administrator, or subjects: {directory: ADDRESS, policies: ADDRESS}.",
        )
