"""A call of a Google API after the gate: who calls, what for, and in which tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.practice.google.people import People
    from connectors.practice.google.tokens import Caller
    from connectors.practice.permissions import Permissions
    from connectors.practice.wire import Request


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has passed the gate; ``parts`` are the variable parts of its path."""

    request: Request
    parts: Mapping[str, str]
    caller: Caller
    people: People
    permissions: Permissions

    def part(self, name: str) -> str:
        """Return the variable part of the path that is called ``name``."""
        return self.parts[name]
