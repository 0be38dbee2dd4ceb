"""The folder of a practice organisation: what it takes to serve it again, and to leave strangers' files alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from auditor.cli.output import write_private
from auditor.errors import UsageError
from connectors.practice.control import LATEST
from connectors.practice.credentials import (
    GOOGLE_KEY_FILE,
    MICROSOFT_CERTIFICATE_FILE,
    MICROSOFT_SECRET_FILE,
    Credentials,
)

MARK, CONFIGURATION, TRUTH = "practice.json", "config.yaml", "truth.json"
OURS = (GOOGLE_KEY_FILE, MICROSOFT_SECRET_FILE, MICROSOFT_CERTIFICATE_FILE, CONFIGURATION, TRUTH)


class Kept(BaseModel):
    """What the folder's mark says: how the organisation was made, where it was served, which week it was last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    written_by: Literal["auditor practice serve"] = "auditor practice serve"
    accounts: int = Field(ge=25, le=20_000)
    seed: int
    hostile: bool
    began: AwareDatetime
    """The moment of week 0."""
    week: int = Field(ge=0, le=LATEST)
    port: int = Field(ge=0, le=65_535)
    dns_port: int = Field(ge=0, le=65_535)
    microsoft_client_id: str
    """The only part of the credentials that no other file of the folder holds."""

    def credentials(self, folder: Path) -> Credentials:
        """Return the credentials in ``folder``. Raises ``UsageError`` where they are not what was written."""
        try:
            return Credentials.read(folder, self.microsoft_client_id)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _spoilt(folder) from error


def find(folder: Path) -> Kept | None:
    """Return what a folder that was served before has kept, or None for a new one.

    Raises ``UsageError`` where files lie that nobody may write over, or where the folder is no longer whole.
    """
    if not (folder / MARK).exists():
        if any((folder / name).exists() for name in OURS):
            raise UsageError(f"There is something in {folder} already.", "Name a new folder with --folder.")
        return None
    try:
        kept = Kept.model_validate_json((folder / MARK).read_bytes())
    except (OSError, ValidationError) as error:
        raise _spoilt(folder) from error
    if not (folder / CONFIGURATION).is_file():
        raise _spoilt(folder)
    return kept


def keep(folder: Path, kept: Kept) -> None:
    """Write the mark of a folder that is served."""
    write_private(folder / MARK, kept.model_dump_json(indent=2) + "\n", what="The practice organisation")


def demand_same(kept: Kept, folder: Path, wishes: Mapping[str, int | bool | None]) -> None:
    """Raise ``UsageError`` if a wish (by field; None for none) is not what the folder has kept."""
    for name, asked in wishes.items():
        if asked is not None and asked != getattr(kept, name):
            raise UsageError(
                f"The practice organisation in {folder} was made with another --{name}: {getattr(kept, name)}.",
                f"Leave --{name} out, or name a new folder with --folder.",
            )


def _spoilt(folder: Path) -> UsageError:
    return UsageError(
        f"The practice organisation in {folder} is not whole any more.", "Name a new folder with --folder."
    )
