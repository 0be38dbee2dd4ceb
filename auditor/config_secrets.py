"""The sections of the configuration that say where secrets are found, and the shape that all sections share."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from auditor.config_values import NotLiteral, PrivateFile, Variable
from auditor.models import Document


class Section(Document, hide_input_in_errors=True):
    """A part of the configuration. Its errors never repeat what was written, which may be a secret."""


class SecretPlace(Section):
    """Where a secret is to be found: exactly one of the two."""

    env: Variable | None = None
    file: PrivateFile | None = None

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("exactly one of 'env' and 'file' is needed", "Write {env: NAME} or {file: PATH}.")
        return self


class MicrosoftCredentials(Section):
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
