"""Settings of the tenant: read part by part, so that a part that cannot be read costs its own fields only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.errors import ReadError
from auditor.facts import MicrosoftSettings, Settings
from auditor.models import Failure, Target

_TARGET = Target("settings", "the settings of the tenant")


@dataclass(frozen=True, slots=True)
class Part:
    """Settings that are read together, and so are missing together.

    ``fields`` are names of ``Settings`` or ``MicrosoftSettings``; ``read`` returns a value for each, and raises
    ``ReadError``.
    """

    fields: tuple[str, ...]
    read: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SettingsCollector:
    """Reads the settings that hold for the whole tenant."""

    parts: Sequence[Part]
    tenant: str
    tenant_id: str

    name = "settings"
    kinds = ("settings",)
    per_account = False
    batch_size = 1

    def targets(self) -> Sequence[Target]:
        """One set of settings."""
        return (_TARGET,)

    def read(self, targets: Sequence[Target]) -> Iterator[Settings | Failure]:
        """Yield the settings; what cannot be read stays not collected."""
        del targets  # there is only one
        values: dict[str, Any] = {}
        for part in self.parts:
            try:
                values |= part.read()
            except ReadError as error:
                yield Failure(_TARGET, error, "settings", tuple(map(_spelled, part.fields)))
        shared = {name: value for name, value in values.items() if name in Settings.__struct_fields__}
        own = {name: value for name, value in values.items() if name not in shared}
        yield Settings(
            tenant=self.tenant,
            key=self.tenant_id,
            label="The whole tenant",
            scope="/",
            microsoft_365=MicrosoftSettings(**own),
            **shared,
        )


def _spelled(name: str) -> str:
    """Return a field's name as policies spell it."""
    return name if name in Settings.__struct_fields__ else f"microsoft_365.{name}"
